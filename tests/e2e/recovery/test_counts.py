"""How often a command interprets the compose files, parses them, and asks the engine."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.e2e.harness import QUICK, Workshop, write
from tests.e2e.ports import holding
from wtc.compose.loader import load
from wtc.compose.source import yaml
from wtc.engine.client.connection import Engine
from wtc.engine.containers.exec import ExecRequest
from wtc.engine.containers.terminal import Descriptors
from wtc.events import PlanStarted
from wtc.labels import WORKTREE
from wtc.model.up_options import UpOptions
from wtc.orchestrator.bring_up.up_request import UpRequest
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.down import DownRequest, down
from wtc.orchestrator.exec import Replica, exec_in_container
from wtc.orchestrator.lifecycle import LifecycleRequest, LifecycleVerb, change_lifecycle
from wtc.orchestrator.ports import ports
from wtc.orchestrator.ps import ps
from wtc.orchestrator.run import RunRequest, run
from wtc.orchestrator.status import status
from wtc.orchestrator.up import up
from wtc.planner.oneoff import OneoffOptions

pytestmark = pytest.mark.engine

PLAIN = f"""\
services:
  web:
    {QUICK}
    command: sleep 1000
    ports: ["80"]
  db:
    {QUICK}
    command: sleep 1000
"""
LEASED = f"{PLAIN}    environment: {{WEB: $WTC_URL_WEB}}\n"
"""The same, but a service uses a leased port."""


class Counts:
    """What a command did: interpretations, parsed files, and requests to the engine but for `GET /_ping`.

    Inspections of containers of other stacks are left out: other tests create such stacks at the same time.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.start()
        load_session, parse, call = load.LoadSession, yaml.parse_yaml, Engine.call

        def counted_session(**arguments: Any) -> Any:
            self.interpreted += 1
            return load_session(**arguments)

        def counted_parse(*arguments: Any) -> Any:
            self.parsed += 1
            return parse(*arguments)

        def counted_call(engine: Engine, method: str, path: str, **arguments: Any) -> Any:
            self.requests.append(f"{method} {path}")
            return call(engine, method, path, **arguments)

        patch.setattr(load, "LoadSession", counted_session)
        patch.setattr(yaml, "parse_yaml", counted_parse)
        patch.setattr(Engine, "call", counted_call)

    def start(self, own: Iterable[str] = ()) -> None:
        """Begin to count. `own` are the ids of the stack's containers."""
        self.interpreted = self.parsed = 0
        self.requests: list[str] = []
        self.own = frozenset(own)

    @property
    def lists(self) -> int:
        """How often the engine's containers were listed."""
        return self.requests.count("GET /containers/json")

    @property
    def asked(self) -> int:
        """How many requests were made."""
        return sum(self._is_counted(request) for request in self.requests)

    def _is_counted(self, request: str) -> bool:
        method, _, path = request.partition(" ")
        _, kind, name, *rest = [*path.split("/"), "", ""]
        is_inspection = method == "GET" and kind == "containers" and rest[:1] == ["json"]
        return not is_inspection or name in self.own


def _target(workshop: Workshop) -> Target:
    return Target(cwd=str(workshop.main), environment=workshop.env)


def _up(target: Target, *services: str, dry_run: bool = False) -> None:
    up(target, UpRequest(services=services, dry_run=dry_run), _silent, threading.Event())


def _run(target: Target) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    try:
        local = Descriptors(stdin=None, stdout=nowhere, stderr=nowhere)
        request = RunRequest(service="web", oneoff=OneoffOptions(command=("true",)), local=local, remove=True)
        run(target, request, _silent, threading.Event(), lambda: None)
    finally:
        os.close(nowhere)


def _silent(_event: object) -> None:
    pass


COMMANDS: dict[str, Callable[[Target], object]] = {
    "up": _up,
    "up web": lambda target: _up(target, "web"),
    "up --dry-run web db": lambda target: _up(target, "web", "db", dry_run=True),
    "run": _run,
    "status": lambda target: status(target, _silent),
    "ports": lambda target: ports(target, _silent),
}


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counts:
    return Counts(monkeypatch)


@pytest.mark.parametrize(
    ("command", "plain", "leased"),
    [
        # interpretations, parsed files, lists of containers, requests
        ("up", (1, 1, 1, 7), (2, 1, 1, 7)),
        ("up web", (1, 1, 1, 7), (2, 1, 1, 7)),
        ("up --dry-run web db", (1, 1, 1, 7), (2, 1, 1, 7)),
        ("run", (1, 1, 1, 10), (2, 1, 1, 10)),
        ("status", (1, 1, 1, 7), (2, 1, 1, 7)),
        ("ports", (0, 0, 0, 0), (0, 0, 0, 0)),
    ],
)
def test_command_interprets_parses_and_asks_as_often_as_it_must(
    shared: Workshop, counts: Counts, command: str, plain: tuple[int, ...], leased: tuple[int, ...]
) -> None:
    for file, expected in ((PLAIN, plain), (LEASED, leased)):
        write(shared.main, {"compose.yaml": file})
        shared.wtc("up")
        own = {"label": f"{WORKTREE}={os.path.realpath(shared.main)}"}
        counts.start(c["Id"] for c in shared.client.api.containers(all=True, filters=own))
        COMMANDS[command](_target(shared))
        assert (counts.interpreted, counts.parsed, counts.lists, counts.asked) == expected, counts.requests


def test_new_stack_is_observed_once(shared: Workshop, counts: Counts) -> None:
    write(shared.main, {"compose.yaml": LEASED})
    shared.wtc("down")
    counts.start()
    _up(_target(shared))
    shared.wtc("down")
    assert (counts.interpreted, counts.parsed, counts.lists) == (2, 1, 1), counts.requests


def test_attempt_with_another_port_interprets_and_observes_once_more(shared: Workshop, counts: Counts) -> None:
    """Another program takes the leased port between the plan and its execution.

    The containers are listed for each of the two plans, for who has the port, and for the record of what is published.
    """
    write(shared.main, {"compose.yaml": LEASED})
    leased = shared.up().ports["web/80/tcp"]
    shared.wtc("down")
    counts.start()
    with contextlib.ExitStack() as held:
        plans = 0

        def report(event: object) -> None:
            nonlocal plans
            if isinstance(event, PlanStarted):
                plans += 1
                if plans == 1:
                    held.enter_context(holding(leased))

        up(_target(shared), UpRequest(), report, threading.Event())
    assert shared.up().ports["web/80/tcp"] != leased
    shared.wtc("down")
    assert plans == 2
    assert (counts.interpreted, counts.parsed, counts.lists) == (3, 1, 4), counts.requests


def _stack(services: int) -> str:
    """Half of the services depend on another one."""
    one = "  s{n}:\n    {quick}\n    command: sleep 1000\n"
    dependent = "    depends_on: [s{before}]\n"
    texts = [one.format(n=n, quick=QUICK) + (dependent.format(before=n - 1) if n % 2 else "") for n in range(services)]
    return "services:\n" + "".join(texts)


def _exec(target: Target) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    try:
        local = Descriptors(stdin=None, stdout=nowhere, stderr=nowhere)
        exec_in_container(target, Replica(service="s1"), ExecRequest(command=("true",)), local, _silent)
    finally:
        os.close(nowhere)


def _ps(target: Target) -> None:
    assert ps(target, stopped=False)


@pytest.mark.parametrize("services", [3, 10])
@pytest.mark.slow
def test_requests_grow_only_with_the_services_of_the_stack(shared: Workshop, counts: Counts, services: int) -> None:
    """Each command finds the stack as the command before left it."""
    write(shared.main, {"compose.yaml": _stack(1)})
    namespace = shared.up().namespace
    shared.wtc("down")
    write(shared.main, {"compose.yaml": _stack(services)})
    names = [f"{namespace}_s{n}" for n in range(services)]
    own = {"label": f"{WORKTREE}={os.path.realpath(shared.main)}"}
    asked: dict[str, int] = {}
    for command, ask in GROWING.items():
        counts.start([*names, *(c["Id"] for c in shared.client.api.containers(all=True, filters=own))])
        ask(_target(shared))
        asked[command] = counts.asked
    shared.wtc("down")
    # The exit of a container is followed if another one stops after it.
    followed = services // 2
    assert asked == {
        "up --no-wait": 2 * services + 7,
        "up with nothing to do": services + 5,
        "exec": 3,
        "ps": 4,
        "stop": 2 * services + 4 + followed,
        "start": 2 * services + 4,
        "down": 2 * services + 5 + followed,
        "up": 3 * services + 8,
    }


def _change(verb: LifecycleVerb) -> Callable[[Target], object]:
    return lambda target: change_lifecycle(target, LifecycleRequest(verb=verb), _silent, threading.Event())


GROWING: dict[str, Callable[[Target], object]] = {
    "up --no-wait": lambda target: up(target, UpRequest(options=UpOptions(no_wait=True)), _silent, threading.Event()),
    "up with nothing to do": _up,
    "exec": _exec,
    "ps": _ps,
    "stop": _change(LifecycleVerb.STOP),
    "start": _change(LifecycleVerb.START),
    "down": lambda target: down(target, DownRequest(), _silent, threading.Event()),
    "up": _up,
}
"""Command -> what it calls, from nothing and to nothing to do."""


def test_linked_worktree_parses_its_files_once(shared: Workshop, counts: Counts) -> None:
    """The file is read without its variables too, for the env files that it names."""
    shared.commit({"compose.yaml": LEASED})
    folder = shared.worktree("linked")
    counts.start()
    up(Target(cwd=str(folder), environment=shared.env), UpRequest(dry_run=True), _silent, threading.Event())
    assert (counts.interpreted, counts.parsed, counts.lists) == (3, 1, 1)


def test_stack_with_its_leases_does_not_inspect_stopped_containers_of_others(shared: Workshop, counts: Counts) -> None:
    shared.commit({"compose.yaml": PLAIN})
    other = shared.worktree("stopped")
    shared.wtc("up", cwd=other)
    shared.wtc("stop", cwd=other)
    shared.wtc("up")
    shared.wtc("down")
    counts.start()
    up(_target(shared), UpRequest(dry_run=True), _silent, threading.Event())
    assert [r for r in counts.requests if r.startswith("GET /containers/") and r != "GET /containers/json"] == []
