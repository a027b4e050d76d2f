"""Which mounts and settings make git work in the containers of a service: tables of literals."""

from dataclasses import replace

import pytest

from wtc.model.desired import ResolvedService
from wtc.model.git import GitAccess, LinkedGit
from wtc.model.mounts import Mount
from wtc.planner.git.git_mounts import GitMounts, bound_links, git_mounts

ENTRY = "/w/main/.git/worktrees/b"
GIT = LinkedGit(
    worktree="/w/b",
    common="/w/main/.git",
    entry=ENTRY,
    link=ENTRY,
    commondir="../..",
    back="/w/b/.git",
    owner=1000,
    protected=("/w/main/.git/hooks", "/w/main/.git/config", "/w/main/.git/worktrees", f"{ENTRY}/gitdir"),
)
RELATIVE = replace(GIT, link="../main/.git/worktrees/b", back="../../../../b/.git")
LINKS = {"/link": "/w/b"}


def real(path: str) -> str:
    return LINKS.get(path, path)


def bind(text: str) -> Mount:
    source, target, *options = text.split(":")
    return Mount(type="bind", source=source, target=target, read_only="ro" in options)


def volume(target: str) -> Mount:
    return Mount(type="volume", source="data", target=target)


def service(*mounts: Mount, tmpfs: tuple[str, ...] = ()) -> ResolvedService:
    return ResolvedService(name="web", image="i", volumes=mounts, tmpfs=tmpfs)


def added(config: ResolvedService, git: LinkedGit = GIT, access: GitAccess = GitAccess.RW) -> GitMounts:
    return git_mounts(config, git, access, bound_links(config, git, real), real=real)


def shown(found: GitMounts) -> list[str]:
    """Return `rw SOURCE`, with ` -> TARGET` if that is another path."""
    return [
        f"{'ro' if m.read_only else 'rw'} {m.source}{f' -> {m.target}' if m.target != m.source else ''}"
        for m in found.mounts
    ]


@pytest.mark.parametrize(
    ("mounts", "targets"),
    [
        ((bind("/w/b:/app"),), ["/app/.git"]),
        ((bind("/w/b:/app/"),), ["/app/.git"]),
        ((bind("/w/b:/app:ro"),), ["/app/.git"]),
        ((bind("/link:/app"),), ["/app/.git"]),
        ((bind("/w:/all"),), ["/all/b/.git"]),
        ((bind("/:/host"),), ["/host/w/b/.git"]),
        ((bind("/w/b/.git:/x/.git"),), ["/x/.git"]),
        ((bind("/w/b:/one"), bind("/w/b:/two")), ["/one/.git", "/two/.git"]),
        ((bind("/w/b/src:/app"),), []),
        ((bind("/w/bb:/app"),), []),
        ((volume("/app"),), []),
        ((bind("/w/b:/app"), volume("/app/.git")), []),
        ((bind("/w:/all"), volume("/all/b")), []),
        ((bind("/w/b:/app"), volume("/app/node_modules")), ["/app/.git"]),
        ((bind("/w:/all"), bind("/w/b:/all/b")), ["/all/b/.git"]),
    ],
)
def test_binds_that_cover_the_git_file(mounts: tuple[Mount, ...], targets: list[str]) -> None:
    assert [link.target for link in bound_links(service(*mounts), GIT, real)] == targets


def test_tmpfs_over_the_git_file_hides_it() -> None:
    assert bound_links(service(bind("/w/b:/app"), tmpfs=("/app/.git:size=1m",)), GIT, real) == ()


def test_entry_of_the_worktree_is_writable_and_the_rest_is_protected() -> None:
    assert shown(added(service(bind("/w/b:/app")))) == [
        "rw /w/main/.git",
        "ro /w/main/.git/hooks",
        "ro /w/main/.git/config",
        "ro /w/main/.git/worktrees",
        "rw /w/main/.git/worktrees/b",
        "ro /w/main/.git/worktrees/b/gitdir",
        "ro /w/b/.git -> /app/.git",
        "ro /w/b/.git",
    ]


def test_read_only_access_mounts_the_whole_folder_read_only() -> None:
    assert shown(added(service(bind("/w/b:/app")), access=GitAccess.RO)) == [
        "ro /w/main/.git",
        "ro /w/b/.git -> /app/.git",
        "ro /w/b/.git",
    ]


def test_relative_git_file_points_to_a_folder_next_to_the_target() -> None:
    assert shown(added(service(bind("/w/b:/srv/app")), RELATIVE)) == [
        "rw /w/main/.git -> /srv/main/.git",
        "ro /w/main/.git/hooks -> /srv/main/.git/hooks",
        "ro /w/main/.git/config -> /srv/main/.git/config",
        "ro /w/main/.git/worktrees -> /srv/main/.git/worktrees",
        "rw /w/main/.git/worktrees/b -> /srv/main/.git/worktrees/b",
        "ro /w/main/.git/worktrees/b/gitdir -> /srv/main/.git/worktrees/b/gitdir",
        "ro /w/b/.git -> /srv/app/.git",
        "ro /w/b/.git -> /srv/b/.git",
    ]


@pytest.mark.parametrize("git", [GIT, RELATIVE], ids=["absolute", "relative"])
def test_worktree_at_the_same_path_gets_mounts_at_the_same_paths(git: LinkedGit) -> None:
    found = added(service(bind("/w/b:/w/b")), git, GitAccess.RO)
    assert shown(found) == ["ro /w/main/.git", "ro /w/b/.git"]


def test_two_binds_share_the_mounts() -> None:
    found = added(service(bind("/w/b:/one"), bind("/w/b:/two")), access=GitAccess.RO)
    assert shown(found) == [
        "ro /w/main/.git",
        "ro /w/b/.git -> /one/.git",
        "ro /w/b/.git",
        "ro /w/b/.git -> /two/.git",
    ]
    assert found.settings == (("safe.directory", "/one"), ("safe.directory", "/two"))


def test_mounts_of_the_file_take_precedence() -> None:
    whole = added(service(bind("/w/b:/app"), bind("/w/main/.git:/w/main/.git")))
    assert (shown(whole), whole.settings[0]) == ([], ("safe.directory", "/app"))
    hooks = added(service(bind("/w/b:/app"), bind("/hooks:/w/main/.git/hooks")))
    assert "ro /w/main/.git/hooks" not in shown(hooks)


@pytest.mark.parametrize(
    ("mount", "by"),
    [(volume("/w"), "/w"), (bind("/other:/w"), "/w"), (volume("/w/b"), "/w/b")],
)
def test_nothing_is_created_in_what_the_file_mounts(mount: Mount, by: str) -> None:
    found = added(service(bind("/w/b:/app"), mount), access=GitAccess.RO)
    assert (shown(found), found.settings, {target for _, target in found.hidden}) == ([], (), {by})


@pytest.mark.parametrize("mount", [bind("/w:/w"), Mount(type="tmpfs", target="/w")], ids=["same", "tmpfs"])
def test_tmpfs_and_source_binds_allow_mount_points(mount: Mount) -> None:
    found = added(service(bind("/w/b:/app"), mount), access=GitAccess.RO)
    assert (found.hidden, found.mounts != ()) == ((), True)


def test_borrowed_objects_are_read_only() -> None:
    git = replace(GIT, borrowed=("/w/origin/.git/objects",))
    assert shown(added(service(bind("/w/b:/app")), git))[-1] == "ro /w/origin/.git/objects"


def test_missing_sources_are_never_created() -> None:
    assert not any(m.create_host_path for m in added(service(bind("/w/b:/app"))).mounts)


def test_garbage_collection_is_off_if_other_entries_are_read_only() -> None:
    settings = dict(added(service(bind("/w/b:/app"))).settings)
    assert settings == {"safe.directory": "/app", "gc.auto": "0", "maintenance.auto": "false"}


def test_service_without_the_worktree_gets_nothing() -> None:
    assert added(service(volume("/app"))) == GitMounts(mounts=(), settings=(), counted=())
