"""`clean` removes what is this worktree's and nothing else; what is foreign and in the way survives, and is named."""

import contextlib
import shutil
from collections.abc import Generator
from typing import Any, NamedTuple

import pytest

from tests.e2e.harness import SHOP, Stack, Workshop, one_service
from wtc.registry.store import Store

pytestmark = pytest.mark.engine

FILES = {
    "compose.yaml": SHOP.replace("image: busybox:1.36", "build: .\n    image: shop:latest", 1),
    "Dockerfile": "FROM busybox:1.36\nRUN echo built > /page\n",
}


class Pair(NamedTuple):
    """Two worktrees' stacks, the first one cleaned."""

    workshop: Workshop
    cleaned: Stack
    other: Stack
    freed: str


@pytest.fixture(scope="module")
def pair(shared: Workshop) -> Pair:
    shared.commit(FILES)
    linked = shared.worktree("linked")
    first, other = shared.start("up", "--json"), shared.start("up", "--json", cwd=linked)
    cleaned, stays = (Stack(shared.client, one.end().json()) for one in (first, other))
    ended = shared.wtc("clean", "-y")
    return Pair(shared, cleaned, stays, ended.err)


def of(workshop: Workshop, stack: Stack) -> list[str]:
    return [name for name in workshop.leftovers() if stack.namespace in name]


def test_clean_removes_all_that_is_of_the_worktree(pair: Pair) -> None:
    assert of(pair.workshop, pair.cleaned) == []


def test_clean_leaves_the_other_worktree_alone(pair: Pair) -> None:
    n = pair.other.namespace
    assert sorted(of(pair.workshop, pair.other)) == [
        f"container {n}_db",
        f"container {n}_web",
        f"image {n}-web:latest",
        f"network {n}_net",
        f"volume {n}_rows",
    ]
    assert pair.workshop.up(cwd=pair.workshop.folders[1]).answer["changed"] is False


def test_clean_says_which_volume_it_removes(pair: Pair) -> None:
    assert f"volume {pair.cleaned.namespace}_rows removed" in pair.freed


def test_clean_frees_the_leases(pair: Pair) -> None:
    assert pair.workshop.wtc("ports", "--json").json()["endpoints"] == []


@pytest.mark.parametrize("folder", [True, False], ids=["folder", "no-folder"])
def test_clean_by_path_frees_leases_without_a_stack(workshop: Workshop, *, folder: bool) -> None:
    workshop.commit(FILES)
    linked = workshop.worktree("linked")
    workshop.wtc("setup", cwd=linked)
    if not folder:
        shutil.rmtree(linked)
    ended = workshop.wtc("clean", "-y", "-w", str(linked), cwd=workshop.base)
    assert "the leased ports of `linked-" in ended.err
    assert workshop.wtc("clean", "-y", "-w", str(linked), cwd=workshop.base).err == "nothing to clean\n"
    assert Store(str(workshop.config)).read().stacks == {}


def test_a_second_clean_has_nothing_to_do(pair: Pair) -> None:
    assert "nothing to clean" in pair.workshop.wtc("clean", "-y").err
    assert pair.workshop.wtc("clean", "-y", "--json").json()["cleaned"] == []


def test_clean_without_a_terminal_wants_yes(pair: Pair) -> None:
    ended = pair.workshop.refused("clean", status=2, cwd=pair.workshop.folders[1])
    assert "wtc clean --yes" in ended.err


def test_clean_dry_run_removes_nothing(pair: Pair) -> None:
    before = of(pair.workshop, pair.other)
    out = pair.workshop.wtc("clean", "--dry-run", cwd=pair.workshop.folders[1]).out
    assert f"{pair.other.namespace}_rows" in out
    assert of(pair.workshop, pair.other) == before


@pytest.mark.parametrize("arguments", [("-w", "{folder}"), ("--gone",)], ids=["by-path", "gone"])
def test_clean_works_when_the_worktree_is_removed(workshop: Workshop, arguments: tuple[str, ...]) -> None:
    workshop.commit(FILES)
    linked = workshop.worktree("linked")
    gone, stays = workshop.up(cwd=linked), workshop.up()
    shutil.rmtree(linked)
    if "--gone" in arguments:
        workshop.wtc("clean", "-y", "--gone", cwd=workshop.base)
        assert of(workshop, gone), "git lists the worktree: it can have been moved"
        workshop.git("worktree", "prune")
    workshop.wtc("clean", "-y", *(a.format(folder=linked) for a in arguments), cwd=workshop.base)
    assert of(workshop, gone) == []
    assert set(stays.ids()) == {"web", "db"}
    again = workshop.wtc("clean", "-y", *(a.format(folder=linked) for a in arguments), cwd=workshop.base)
    assert "nothing to clean" in again.err


def test_clean_leaves_a_prunable_worktree_unless_its_path_is_named(workshop: Workshop) -> None:
    """After `rm -rf`, git lists the worktree exactly as after a plain `mv`: it can have moved."""
    workshop.commit(FILES)
    linked = workshop.worktree("linked")
    stack = workshop.up(cwd=linked)
    shutil.rmtree(linked)
    ended = workshop.wtc("clean", "--gone", "-y", cwd=workshop.base)
    assert f"`{stack.namespace}` of {linked} is kept" in ended.err
    assert "`git worktree prune`" in ended.err
    assert "`git worktree repair PATH`" in ended.err
    assert set(stack.ids()) == {"web", "db"}
    workshop.wtc("clean", "-y", "-w", str(linked), cwd=workshop.base)
    assert of(workshop, stack) == []


def test_clean_works_when_folder_and_registry_are_gone(workshop: Workshop) -> None:
    workshop.commit(FILES)
    linked = workshop.worktree("linked")
    workshop.up(cwd=linked)
    shutil.rmtree(linked)
    (workshop.config / "registry.json").unlink()
    workshop.wtc("clean", "-y", "-w", str(linked), cwd=workshop.base)
    assert workshop.leftovers() == []


def test_clean_by_path_proves_nothing_when_the_config_folder_is_lost(workshop: Workshop) -> None:
    """The host id was in it, so the missing folder can be one of another machine; the namespace has to be named."""
    workshop.commit(FILES)
    linked = workshop.worktree("linked")
    stack = workshop.up(cwd=linked)
    shutil.rmtree(linked)
    shutil.rmtree(workshop.config)
    ended = workshop.refused("clean", "-y", "-w", str(linked), cwd=workshop.base, status=5)
    assert f"`wtc clean --stack {stack.namespace}`" in ended.err
    assert set(stack.ids()) == {"web", "db"}
    workshop.wtc("clean", "-y", "--stack", stack.namespace, cwd=workshop.base)
    assert of(workshop, stack) == []


def test_clean_finds_images_that_are_all_there_is(workshop: Workshop) -> None:
    workshop.commit(FILES)
    stack = workshop.up()
    workshop.wtc("down", "-t", "0")
    workshop.client.volumes.get(f"{stack.namespace}_rows").remove()
    shutil.rmtree(workshop.config)
    assert workshop.leftovers() == [f"image {stack.namespace}-web:latest"]
    workshop.wtc("clean", "-y")
    assert workshop.leftovers() == []


def test_clean_all_removes_every_stack_of_this_user(workshop: Workshop) -> None:
    """As a dry run: on this engine there are other tests' stacks too."""
    workshop.commit({"compose.yaml": SHOP})
    linked = workshop.worktree("linked")
    stacks = [workshop.up(), workshop.up(cwd=linked)]
    named = {c["namespace"] for c in workshop.wtc("clean", "--all", "--dry-run", "--json").json()["cleaned"]}
    assert {stack.namespace for stack in stacks} <= named


@contextlib.contextmanager
def foreigners(client: Any, namespace: str) -> Generator[list[Any]]:
    """A container, a network and a volume that are not wtc's, under names that the stack needs."""
    made: list[Any] = []
    try:
        made.append(client.containers.create("busybox:1.36", name=f"{namespace}_web"))
        made.append(client.networks.create(f"{namespace}_net"))
        made.append(client.volumes.create(f"{namespace}_rows"))
        yield made
    finally:
        for one in made:
            one.remove()


def test_what_is_foreign_survives_and_is_named(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SHOP})
    namespace = workshop.up("--dry-run").namespace
    with foreigners(workshop.client, namespace) as made:
        ended = workshop.refused("up", status=5)
        for name in ("web", "net", "rows"):
            assert f"`{namespace}_{name}`" in ended.err
        assert workshop.leftovers() == []
        workshop.wtc("down")
        workshop.wtc("clean", "-y")
        for one in made:
            one.reload()
    workshop.up()


def test_a_foreign_container_in_the_way_of_a_running_stack_survives(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SHOP})
    stack = workshop.up()
    stack.container("web").remove(force=True)
    foreign = workshop.client.containers.create("busybox:1.36", name=f"{stack.namespace}_web")
    try:
        ended = workshop.refused("up", status=5)
        assert f"`{stack.namespace}_web`" in ended.err
        workshop.wtc("clean", "-y", "-t", "0")
        foreign.reload()
        assert workshop.leftovers() == []
    finally:
        foreign.remove()


def test_an_anonymous_volume_of_a_foreign_container_survives_recreation_and_clean(workshop: Workshop) -> None:
    name = f"foreign-{workshop.token}"
    api = workshop.client.api
    foreign = workshop.client.containers.get(api.create_container("busybox:1.36", name=name, volumes=["/data"])["Id"])
    try:
        workshop.commit({"compose.yaml": one_service("web", f"volumes_from: ['container:{name}']")})
        workshop.up()
        (volume,) = [m["Name"] for m in workshop.up("--recreate").container("web").attrs["Mounts"]]
        workshop.wtc("clean", "-y", "-t", "0")
        assert workshop.client.volumes.get(volume).name == volume
    finally:
        foreign.remove(v=True, force=True)
