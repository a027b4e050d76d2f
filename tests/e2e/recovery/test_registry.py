"""The registry lost or damaged while stacks run: the engine's labels are the truth."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.harness import SHOP, Stack, Workshop, one_service, ports_of, write

pytestmark = pytest.mark.engine

Damage = Callable[[Workshop], None]


def deleted(workshop: Workshop) -> None:
    (workshop.config / "registry.json").unlink()


def garbage(workshop: Workshop) -> None:
    (workshop.config / "registry.json").write_bytes(b"\x00\xffnot a registry {{{")


def a_folder(workshop: Workshop) -> None:
    deleted(workshop)
    (workshop.config / "registry.json").mkdir()


def config_folder_gone(workshop: Workshop) -> None:
    shutil.rmtree(workshop.config)


DAMAGES = [deleted, garbage, a_folder, config_folder_gone]


@pytest.fixture(scope="module")
def running(shared: Workshop) -> tuple[Workshop, Stack, Stack]:
    shared.commit({"compose.yaml": SHOP})
    linked = shared.worktree("linked")
    return shared, shared.up(), shared.up(cwd=linked)


@pytest.mark.parametrize("damage", DAMAGES)
def test_ps_is_correct_with_a_damaged_registry(running: tuple[Workshop, Stack, Stack], damage: Damage) -> None:
    workshop, *stacks = running
    workshop.up()
    damage(workshop)
    listed = {s["namespace"] for s in workshop.wtc("ps", "--json").json()["stacks"]}
    assert {stack.namespace for stack in stacks} <= listed


@pytest.mark.parametrize("damage", DAMAGES)
def test_ports_is_correct_with_a_damaged_registry(running: tuple[Workshop, Stack, Stack], damage: Damage) -> None:
    workshop, stack, _ = running
    workshop.up()
    damage(workshop)
    assert ports_of(workshop.wtc("ports", "--json").json()["endpoints"]) == stack.ports


@pytest.mark.parametrize("damage", DAMAGES)
def test_up_is_correct_with_a_damaged_registry(running: tuple[Workshop, Stack, Stack], damage: Damage) -> None:
    workshop, stack, _ = running
    workshop.up()
    damage(workshop)
    again = workshop.up()
    assert (again.answer["changed"], again.ports) == (False, stack.ports)


@pytest.mark.parametrize("damage", DAMAGES)
def test_down_is_correct_with_a_damaged_registry_and_keeps_the_ports(
    running: tuple[Workshop, Stack, Stack], damage: Damage
) -> None:
    workshop, stack, other = running
    workshop.up()
    damage(workshop)
    workshop.wtc("down", "-t", "0")
    assert stack.ids() == {}
    assert set(other.ids()) == {"web", "db"}
    assert workshop.up().ports == stack.ports


@pytest.mark.parametrize("command", [("up",), ("ports",), ("down",), ("status",), ("clean", "-y")])
@pytest.mark.parametrize("damage", [garbage, a_folder])
def test_damaged_registry_is_moved_away_and_reported(
    workshop: Workshop, damage: Damage, command: tuple[str, ...]
) -> None:
    workshop.commit({"compose.yaml": "services: {web: {image: 'busybox:1.36', init: true, ports: [80]}}\n"})
    workshop.wtc("up", "--no-start")
    damage(workshop)
    ended = workshop.wtc(*command, "--no-start") if command == ("up",) else workshop.wtc(*command)
    assert ended.err.count("was damaged") == 1
    (aside,) = workshop.config.glob("registry.json.damaged-*")
    assert str(aside) in ended.err
    assert "was damaged" not in workshop.wtc("ports").err


@pytest.mark.parametrize("running_first", [True, False])
@pytest.mark.parametrize("end", ["down", "stop"])
def test_one_port_of_two_stacks_never_moves_the_running_one(
    workshop: Workshop, end: str, *, running_first: bool
) -> None:
    workshop.commit({"compose.yaml": one_service("web", 'ports: ["80"]')})
    linked = workshop.worktree("linked")
    running, idle = workshop.up(), workshop.up(cwd=linked)
    ids = running.ids()
    workshop.wtc(end, "-t", "0", cwd=linked)
    registry = workshop.config / "registry.json"
    document = json.loads(registry.read_bytes())
    document["stacks"][idle.namespace]["ports"] = running.ports
    registry.write_text(json.dumps(document))

    order = [workshop.main, linked] if running_first else [linked, workshop.main]
    again = {folder: workshop.up(cwd=folder) for folder in order}
    assert (again[workshop.main].ports, running.ids()) == (running.ports, ids)
    assert again[linked].ports != running.ports
    recorded = json.loads(registry.read_bytes())["stacks"]
    assert {name: stack["ports"] for name, stack in recorded.items()} == {
        running.namespace: running.ports,
        idle.namespace: again[linked].ports,
    }


def test_clean_removes_the_kept_results_of_a_stack_that_the_registry_has_lost(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service()})
    namespace = workshop.up().namespace
    workshop.up()
    assert (workshop.config / "kept" / namespace).is_dir()
    deleted(workshop)
    workshop.wtc("clean", "-y", "-t", "0")
    assert not (workshop.config / "kept" / namespace).exists()


@pytest.fixture
def newer(workshop: Workshop) -> tuple[Workshop, Stack, bytes]:
    """A running stack, and a registry that a newer wtc wrote."""
    workshop.commit(
        {"compose.yaml": one_service("web", 'ports: ["80"]', "volumes: [rows:/data]") + "volumes: {rows: {}}\n"}
    )
    stack = workshop.up()
    content = b'{"version": 3, "stacks": {}, "more": true}\n'
    (workshop.config / "registry.json").write_bytes(content)
    return workshop, stack, content


def test_labels_suffice_beside_a_newer_registry(newer: tuple[Workshop, Stack, bytes]) -> None:
    workshop, stack, content = newer
    assert "newer" not in workshop.wtc("ps").err
    ended = workshop.wtc("ports", "--json")
    assert ports_of(ended.json()["endpoints"]) == stack.ports
    commands = [
        ("logs",),
        ("exec", "-T", "web", "true"),
        ("status",),
        ("stop", "-t", "0"),
        ("down", "-t", "0"),
        ("clean", "-y"),
    ]
    for warned in [ended, *(workshop.wtc(*command) for command in commands)]:
        (line,) = [line for line in warned.err.splitlines() if "newer" in line]
        assert line.startswith("warning: a newer wtc wrote the registry")
    assert workshop.leftovers() == []
    assert (workshop.config / "registry.json").read_bytes() == content


@pytest.mark.parametrize("command", [("up",), ("up", "--ports", "fixed"), ("setup",), ("run", "web", "true")])
def test_a_newer_registry_is_refused_before_anything_is_touched(
    newer: tuple[Workshop, Stack, bytes], command: tuple[str, ...]
) -> None:
    workshop, stack, content = newer
    workshop.commit(
        {"compose.yaml": one_service("web", 'ports: ["80"]', "environment: {NEW: 1}"), ".env.example": "A=1"}
    )
    ids, files = stack.ids(), sorted(workshop.main.iterdir())
    ended = workshop.refused(*command, status=1)
    assert "it has version 3, and this wtc reads versions up to 2" in ended.err
    assert "to use another registry, set `WTC_CONFIG_DIR`" in ended.err
    assert (stack.ids(), sorted(workshop.main.iterdir())) == (ids, files)
    assert (workshop.config / "registry.json").read_bytes() == content
    assert not list(workshop.config.glob("registry.json.damaged-*"))


@pytest.mark.parametrize("command", [("stop", "-t", "0"), ("down", "-t", "0"), ("clean", "-y", "-t", "0")])
def test_labels_suffice_where_the_config_folder_cannot_be_written(
    workshop: Workshop, tmp_path: Path, command: tuple[str, ...]
) -> None:
    workshop.commit({"compose.yaml": one_service()})
    stack = workshop.up()
    (tmp_path / "file").write_text("")
    workshop.wtc(*command, env={"WTC_CONFIG_DIR": str(tmp_path / "file")})
    states = {
        container.status
        for container in workshop.client.containers.list(ignore_removed=True)
        if stack.namespace in container.name
    }
    assert states == set()


def test_up_of_a_known_stack_needs_no_config_folder(workshop: Workshop, tmp_path: Path) -> None:
    workshop.commit({"compose.yaml": one_service("web", 'ports: ["80"]')})
    stack = workshop.up()
    (tmp_path / "file").write_text("")
    _up_goes_on_right(workshop, stack, workshop.main, {"WTC_CONFIG_DIR": str(tmp_path / "file")})


def test_up_of_a_known_stack_outside_git_needs_no_lock(workshop: Workshop) -> None:
    """Its lock is in the config folder; the host id, which proves that the stack is this folder's, can be read."""
    folder = workshop.folder("plain", {"compose.yaml": one_service("web", 'ports: ["80"]')})
    stack = workshop.up(cwd=folder)
    shutil.rmtree(workshop.config / "locks")
    (workshop.config / "locks").write_text("")
    _up_goes_on_right(workshop, stack, folder, {})


def _up_goes_on_right(workshop: Workshop, stack: Stack, folder: Path, env: dict[str, str]) -> None:
    """`up` with `env` keeps the ports of the stack, changes what the file changes, and warns once."""
    ids = stack.ids()
    for change in ("", "environment: {NEW: 1}"):
        write(folder, {"compose.yaml": one_service("web", 'ports: ["80"]', *filter(None, [change]))})
        ended = workshop.wtc("up", "--json", cwd=folder, env=env)
        warnings = [line for line in ended.err.splitlines() if line.startswith("warning:")]
        assert (len(warnings), "only labels are used" in ended.err) == (1, True), ended.err
        again = Stack(workshop.client, ended.json())
        assert (again.namespace, again.ports) == (stack.namespace, stack.ports)
        assert (again.ids() == ids) is not bool(change)


def test_up_of_an_unknown_stack_needs_the_config_folder(workshop: Workshop, tmp_path: Path) -> None:
    workshop.commit({"compose.yaml": one_service()})
    (tmp_path / "file").write_text("")
    ended = workshop.refused("up", status=1, env={"WTC_CONFIG_DIR": str(tmp_path / "file")})
    assert f"cannot write the registry in `{tmp_path / 'file'}`" in ended.err
    assert workshop.leftovers() == []


def test_down_warns_outside_git_where_the_lock_cannot_be_created(workshop: Workshop) -> None:
    """In a git worktree the lock lies beside the id, and needs no config folder."""
    folder = workshop.folder("plain", {"compose.yaml": one_service()})
    stack = workshop.up(cwd=folder)
    for lock in workshop.config.glob("*.lock"):
        lock.unlink(missing_ok=True)
        lock.mkdir()
    ended = workshop.wtc("down", "-t", "0", cwd=folder)
    assert f"warning: cannot write the registry in `{workshop.config}`" in ended.err
    assert stack.ids() == {}
    shutil.rmtree(workshop.config)
