"""The registry lost or damaged while stacks run: the engine's labels are the truth."""

import shutil
from collections.abc import Callable

import pytest

from tests.e2e.harness import SHOP, Stack, Workshop, ports_of

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
def test_ps_goes_on_right(running: tuple[Workshop, Stack, Stack], damage: Damage) -> None:
    workshop, *stacks = running
    workshop.up()
    damage(workshop)
    listed = {s["namespace"] for s in workshop.wtc("ps", "--json").json()["stacks"]}
    assert {stack.namespace for stack in stacks} <= listed


@pytest.mark.parametrize("damage", DAMAGES)
def test_ports_goes_on_right(running: tuple[Workshop, Stack, Stack], damage: Damage) -> None:
    workshop, stack, _ = running
    workshop.up()
    damage(workshop)
    assert ports_of(workshop.wtc("ports", "--json").json()["endpoints"]) == stack.ports


@pytest.mark.parametrize("damage", DAMAGES)
def test_up_goes_on_right(running: tuple[Workshop, Stack, Stack], damage: Damage) -> None:
    workshop, stack, _ = running
    workshop.up()
    damage(workshop)
    again = workshop.up()
    assert (again.answer["changed"], again.ports) == (False, stack.ports)


@pytest.mark.parametrize("damage", DAMAGES)
def test_down_goes_on_right_and_the_ports_stay(running: tuple[Workshop, Stack, Stack], damage: Damage) -> None:
    workshop, stack, other = running
    workshop.up()
    damage(workshop)
    workshop.wtc("down", "-t", "0")
    assert stack.ids() == {}
    assert set(other.ids()) == {"web", "db"}
    assert workshop.up().ports == stack.ports


@pytest.mark.parametrize("command", [("up",), ("ports",), ("down",), ("status",), ("clean", "-y")])
@pytest.mark.parametrize("damage", [garbage, a_folder])
def test_what_was_damaged_is_put_aside_and_said(workshop: Workshop, damage: Damage, command: tuple[str, ...]) -> None:
    workshop.commit({"compose.yaml": "services: {web: {image: 'busybox:1.36', init: true, ports: [80]}}\n"})
    workshop.wtc("up", "--no-start")
    damage(workshop)
    ended = workshop.wtc(*command, "--no-start") if command == ("up",) else workshop.wtc(*command)
    assert ended.err.count("was damaged") == 1
    (aside,) = workshop.config.glob("registry.json.damaged-*")
    assert str(aside) in ended.err
    assert "was damaged" not in workshop.wtc("ports").err
