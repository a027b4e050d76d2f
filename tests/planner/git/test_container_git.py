"""A stack with git in its containers: the access of each service, and what recreates a container."""

from dataclasses import replace

import pytest

from tests.planner import world
from tests.planner.git.test_git_mounts import GIT, bind, real
from wtc import labels as label
from wtc.model.desired import ContainerSpec, Desired
from wtc.model.git import GitAccess, LinkedGit, UserMapping
from wtc.model.service import Service
from wtc.planner.git.container_git import GitRules, ServiceGit, with_git
from wtc.planner.git.git_mounts import bound_links

RULES = GitRules(git=GIT, mapping=UserMapping.IDENTITY, caller=1000)
ADA = (("user.name", "Ada"), ("user.email", "ada@example.com"))


def result(rules: GitRules = RULES, *binds: str, **attributes: object) -> tuple[Desired, dict[str, ServiceGit]]:
    """Return the stack of `web`, with these binds, and of `db`, without one."""
    web = Service(
        name="web",
        image="web:1",
        volumes=tuple(bind(text) for text in binds or ("/w/b:/app",)),
        **attributes,  # pyright: ignore[reportArgumentType]
    )
    desired = world.desired(world.project(web, Service(name="db", image="db:1")))
    links = {name: bound_links(s.containers[0].config, rules.git, real) for name, s in desired.services.items()}
    return with_git(desired, links, rules, real=real)


def spec(desired: Desired, service: str = "web") -> ContainerSpec:
    return desired.services[service].containers[0]


@pytest.mark.parametrize(
    ("rules", "attributes", "access", "reason"),
    [
        ({}, {"user": "1000"}, "rw", ""),
        ({"image_users": {"web:1": "1000"}}, {}, "rw", ""),
        ({"image_users": {"web:1": "33"}}, {"user": "1000"}, "rw", ""),
        ({}, {}, "ro", "what it writes as root would not belong to user 1000, who owns the repository"),
        ({"mapping": UserMapping.ROOTLESS}, {}, "rw", ""),
        ({"mapping": UserMapping.REMAPPED}, {"user": "1000", "userns_mode": "host"}, "rw", ""),
        ({"chosen": {"web": GitAccess.RW}}, {}, "rw", ""),
        ({"chosen": {"web": GitAccess.RO}}, {"user": "1000"}, "ro", ""),
        ({"mapping": None}, {"user": "1000"}, None, ""),
        ({"mapping": None, "chosen": {"web": GitAccess.RO}}, {}, "ro", ""),
        (
            {"git": replace(GIT, protectable=False), "chosen": {"web": GitAccess.RW}},
            {},
            "ro",
            "its hooks and configuration cannot be protected, because they are missing or links",
        ),
    ],
)
def test_access_of_a_service(
    rules: dict[str, object], attributes: dict[str, object], access: str | None, reason: str
) -> None:
    _, found = result(replace(RULES, **rules), **attributes)  # pyright: ignore[reportArgumentType]
    assert (found["web"].access, found["web"].reason) == (access, reason)


def test_read_only_bind_of_the_worktree_gives_read_only_access_without_a_warning() -> None:
    _, found = result(RULES, "/w/b:/app:ro")
    assert (found["web"].access, found["web"].reason) == ("ro", "")


def test_service_without_the_worktree_is_unchanged() -> None:
    desired, found = result()
    assert set(found) == {"web"}
    assert spec(desired, "db") == spec(world.desired(world.project(Service(name="db", image="db:1"))), "db")


def test_settings_are_appended_to_those_of_the_service() -> None:
    own: dict[str, str | None] = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "a.b", "GIT_CONFIG_VALUE_0": "c"}
    desired, _ = result(replace(RULES, identity=ADA), user="33", environment=own)
    assert dict(spec(desired).config.environment) == {
        **own,
        "GIT_CONFIG_COUNT": "4",
        "GIT_CONFIG_KEY_1": "safe.directory",
        "GIT_CONFIG_VALUE_1": "/app",
        "GIT_CONFIG_KEY_2": "user.name",
        "GIT_CONFIG_VALUE_2": "Ada",
        "GIT_CONFIG_KEY_3": "user.email",
        "GIT_CONFIG_VALUE_3": "ada@example.com",
    }


def test_labels_carry_the_hash() -> None:
    found = spec(result()[0])
    assert found.labels[label.CONFIG_HASH] == found.labels[label.COMPOSE_CONFIG_HASH] == found.config_hash


@pytest.mark.parametrize(
    ("rules", "same"),
    [
        (replace(RULES, identity=ADA), True),
        (replace(RULES, git=replace(GIT, protected=(*GIT.protected, "/w/main/.git/config.worktree"))), True),
        (replace(RULES, git=replace(GIT, borrowed=("/w/origin/.git/objects",))), True),
        (replace(RULES, chosen={"web": GitAccess.RW}), False),
        (replace(RULES, git=replace(GIT, common="/x/.git", link="/x/.git/worktrees/b")), False),
        (replace(RULES, git=replace(GIT, back="/moved/.git")), False),
    ],
    ids=["user's name", "one more protected file", "borrowed objects", "access", "repository", "worktree"],
)
def test_only_another_access_or_target_recreates_a_container(rules: GitRules, *, same: bool) -> None:
    assert (spec(result(rules)[0]).config_hash == spec(result()[0]).config_hash) is same


def test_same_access_by_default_and_by_choice_has_the_same_hash() -> None:
    chosen = replace(RULES, chosen={"web": GitAccess.RO})
    assert spec(result(chosen)[0]).config_hash == spec(result()[0]).config_hash


def test_choice_in_the_file_is_not_in_the_hash() -> None:
    plain = world.desired(world.project(Service(name="web", image="web:1")))
    chosen = world.desired(world.project(Service(name="web", image="web:1", git_access="off")))
    assert spec(plain).config_hash == spec(chosen).config_hash


def test_hidden_folder_does_not_change_the_hash() -> None:
    git: LinkedGit = replace(GIT, link="/other/.git/worktrees/b")
    desired, found = result(replace(RULES, git=git), "/w/b:/app", "/somewhere:/other")
    before = world.desired(
        world.project(Service(name="web", image="web:1", volumes=(bind("/w/b:/app"), bind("/somewhere:/other"))))
    )
    assert found["web"].added.hidden
    assert spec(desired) == spec(before)
