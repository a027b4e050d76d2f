"""`rm`, `volumes` and `ls` on real stacks."""

import json
import re
from typing import Any

import pytest

from tests.e2e.harness import QUICK, Workshop, write
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.engine

SHOP = f"""\
services:
  web:
    {QUICK}
    command: sleep 1000
    depends_on: [db]
    ports: ["80", "81", "82"]
  db:
    {QUICK}
    command: sleep 1000
    volumes: ["rows:/data", "/scratch"]
  idle:
    {QUICK}
    command: "true"
    volumes: ["shared:/shared", "kept:/kept"]
volumes:
  rows: {{}}
  kept: {{}}
  shared: {{name: SHARED, external: true}}
"""


def commit(workshop: Workshop) -> str:
    """Commits the file and creates its external volume."""
    name = f"shared-{workshop.token}"
    workshop.client.volumes.create(name)
    workshop.commit({"compose.yaml": SHOP.replace("SHARED", name)})
    return name


@pytest.fixture
def shop(workshop: Workshop) -> Any:
    """A stack whose `idle` has ended."""
    external = commit(workshop)
    stack = workshop.up()
    workshop.wtc("wait", "idle")
    yield stack
    workshop.wtc("down", "-t", "0")
    workshop.client.volumes.get(external).remove()


def present(workshop: Workshop) -> dict[str, str]:
    """Service -> state of its container."""
    stacks = workshop.wtc("ps", "-a", "--json", "-w", ".").json()["stacks"]
    return {c["service"]: c["state"] for stack in stacks for c in stack["containers"]}


def test_rm_removes_stopped_containers_and_keeps_volumes(workshop: Workshop, shop: Any) -> None:
    volumes = workshop.wtc("volumes", "-qa").out
    workshop.wtc("rm", "-f", "web")
    assert present(workshop) == {"web": "running", "db": "running", "idle": "exited"}
    workshop.wtc("rm", "-f")
    assert present(workshop) == {"web": "running", "db": "running"}
    workshop.wtc("stop", "db")
    workshop.wtc("rm", "--dry-run")
    assert present(workshop)["db"] == "exited"
    workshop.wtc("rm", "-sf", "web")
    assert present(workshop) == {"db": "exited"}
    assert "no stopped containers of these services" in workshop.wtc("rm", "web").err
    workshop.wtc("rm", "-fs")
    left = {v.name for v in workshop.client.volumes.list() if v.name in volumes.split()}
    assert left == set(volumes.split())
    assert present(workshop) == {}
    # Ports and network stay for the next `up`.
    assert shop.ports == workshop.up().ports


def test_rm_asks_before_it_removes(workshop: Workshop, shop: Any) -> None:
    assert "needs a terminal" in workshop.refused("rm", status=2).err
    for answer, left in (("n", {"idle"}), ("y", set[str]())):
        with Terminal(workshop, ["rm", "idle"]) as terminal:
            terminal.see(f"Remove {shop.namespace}_idle?")
            terminal.type(f"{answer}\r")
            terminal.end()
        assert present(workshop).keys() - {"web", "db"} == left


def test_rm_of_volumes_is_answered(workshop: Workshop) -> None:
    for option in ("-v", "--volumes", "-fsv"):
        assert "run `wtc clean --volume NAME`" in workshop.refused("rm", option, status=2).err


def test_volumes_are_the_named_ones_of_the_stack_or_of_its_services(workshop: Workshop, shop: Any) -> None:
    expected = {(): ["kept", "rows"], ("db",): ["rows"], ("web",): list[str](), ("db", "idle"): ["kept", "rows"]}
    for services, keys in expected.items():
        names = [f"{shop.namespace}_{key}" for key in keys]
        assert workshop.wtc("volumes", "-q", *services).out.split() == names
    listed = {v["key"]: v for v in workshop.wtc("volumes", "-a", "--json").json()["volumes"]}
    assert listed.keys() == {"rows", "kept", None}
    assert (listed["rows"]["services"], listed["rows"]["driver"]) == (["db"], "local")
    assert listed[None]["services"] == ["db"]
    assert "did you mean `db`?" in workshop.refused("volumes", "dbb", status=2).err


def listed(workshop: Workshop, *options: str) -> list[dict[str, Any]]:
    """The stacks of the workshop that `ls` lists."""
    folders = {str(folder.resolve()) for folder in workshop.folders}
    stacks = json.loads(workshop.wtc("ls", "--json", *options).out)["stacks"]
    return [one for one in stacks if one["worktree"] in folders]


def test_ls_lists_one_line_for_each_stack(workshop: Workshop, shop: Any) -> None:
    linked = workshop.worktree("linked")
    write(
        linked,
        {"compose.yaml": "services: {}\n", "api/compose.yaml": SHOP.replace("SHARED", f"shared-{workshop.token}")},
    )
    inner = workshop.up("db", cwd=linked / "api")
    first, second = sorted(listed(workshop), key=lambda one: one["directory"] != str(workshop.main.resolve()))
    assert (first["namespace"], first["branch"]) == (shop.namespace, "main")
    assert first["states"] == [{"state": "running", "containers": 2}, {"state": "exited", "containers": 1}]
    assert (first["services"], first["services_running"], len(first["endpoints"])) == (3, 2, 3)
    assert (second["namespace"], second["branch"]) == (inner.namespace, "b1")
    assert second["directory"] == str((linked / "api").resolve())
    lines = [line for line in workshop.wtc("ls").out.splitlines() if str(linked.resolve()) in line]
    assert [line.split() for line in lines] == [[str((linked / "api").resolve()), "b1", "running(1)", "1/1", "-"]]
    workshop.wtc("stop", cwd=linked / "api")
    assert [one["namespace"] for one in listed(workshop)] == [shop.namespace]
    assert {one["namespace"] for one in listed(workshop, "-a")} == {shop.namespace, inner.namespace}
    assert inner.namespace in workshop.wtc("ls", "-aq").out.split()
    assert workshop.wtc("ls", "-q", "-w", ".").out == f"{shop.namespace}\n"


def test_ps_filters_by_state_and_prints_services(workshop: Workshop, shop: Any) -> None:
    def services(*options: str) -> set[str]:
        return set(workshop.wtc("ps", "--services", "-w", ".", *options).out.split())

    assert services() == {"web", "db"}
    assert services("-a") == {"web", "db", "idle"}
    assert services("--status", "exited") == services("--filter", "status=exited") == {"idle"}
    assert services("--status", "exited", "--status", "running", "web", "idle") == {"web", "idle"}
    assert len(workshop.wtc("ps", "-q", "--no-trunc", "--orphans", "-w", ".").out.split()) == len(shop.ids()) - 1
    assert "`--status` is `up`" in workshop.refused("ps", "--status", "up", status=2).err
    assert "can be `status=STATUS`" in workshop.refused("ps", "--filter", "name=x", status=2).err


def test_port_without_a_number_prints_all_of_the_service(workshop: Workshop, shop: Any) -> None:
    printed = {
        f"{target}/tcp -> 127.0.0.1:{port}"
        for (_, target, _), port in ((key.split("/"), port) for key, port in shop.ports.items())
    }
    assert set(workshop.wtc("port", "web").out.splitlines()) == printed
    assert workshop.wtc("port", "web", "80").out == f"127.0.0.1:{shop.ports['web/80/tcp']}\n"
    assert workshop.wtc("port", "db").out == ""
    assert "does not run" in workshop.refused("port", "idle", status=1).err


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("command", ["ls", "ps", "status"])
def test_tables_fit_a_terminal_with_colours_and_no_broken_word(
    workshop: Workshop, shop: Any, command: str, columns: int
) -> None:
    home = {"HOME": str(workshop.base)}
    with Terminal(workshop, [command, "-w", "."], size=(50, columns), env=home) as terminal:
        assert terminal.end() == 0
        text = terminal.seen.decode()
    assert "\x1b[32mrunning" in text
    plain = re.sub(r"\x1b\]8;;[^\x1b]*\x1b\\|\x1b\[[0-9;]*m", "", text)
    assert [line for line in plain.splitlines() if len(line) > columns] == []
    ends = [str(port) for port in shop.ports.values()]
    assert [port for port in ends if not re.search(rf":{port}\b", plain)] == []
    if command != "status":
        assert f"~/{workshop.main.name}" in plain
    uncoloured = workshop.wtc("--ansi", "never", command, "-w", ".").out
    assert "\x1b" not in uncoloured


@pytest.mark.parametrize(
    "line",
    [
        *(
            "logs",
            "port wbe 80",
            "top",
            "events --until 0s",
            "wait",
            "images",
            "down",
            "restart",
            "stop",
            "start",
            "kill",
        ),
        *(
            "pause",
            "unpause",
            "rm",
            "volumes",
            "exec wbe true",
            "cp wbe:/etc/passwd x",
            "stats",
            "ports",
            "attach",
            "kill",
        ),
    ],
)
def test_unknown_service_is_answered_with_the_nearest(shared: Workshop, line: str) -> None:
    shared.commit({"compose.yaml": SHOP})
    words = line.split()
    words = words if any("wbe" in word for word in words) else [words[0], "wbe", *words[1:]]
    ended = shared.refused(*words, status=2)
    assert "no such service: `wbe`" in ended.err
    assert "did you mean `web`?" in ended.err
