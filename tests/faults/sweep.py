"""Run a command with one fault, and judge what must hold after it."""

import json
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.e2e.harness import Ended, Started, Workshop, ports_of, until, write
from tests.e2e.proxy import READING, Exchange, Proxy, pass_exchange
from tests.faults.kinds import FAULTS, KILLED, Fault
from tests.faults.scenarios import SCENARIOS, UP, Scenario
from wtc.labels import MANAGED, PROJECT, WORKTREE

if TYPE_CHECKING:
    from collections.abc import Mapping

ENGINE_TIMEOUT_S = 2
"""The deadline for answers in a case with a fault that never ends."""
LIMIT_S = 45.0
"""How long a command with a fault may take on a busy machine, its deadlines included."""
FOLLOWED_S = 1.5
"""How long a command that follows runs after the fault before it is interrupted, unless it has ended by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A fault at the n-th request (from 1) of a scenario's command."""

    scenario: str
    fault: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`reached`: whether the command sent as many requests. `failures` is empty if all of it held."""

    case: Case
    reached: bool
    request: str = ""
    status: int = 0
    failures: tuple[str, ...] = ()


class Sweep:
    """The cases of one worktree, one after another."""

    def __init__(self, workshop: Workshop, folder: Path, socket: Path) -> None:
        self._workshop, self._folder, self._socket = workshop, folder, socket
        self._up: tuple[Mapping[str, str], _State] | None = None
        """The files and the state of the stack that is up; None if no stack is up."""

    def count(self, name: str) -> int:
        """Return how many requests the scenario's command sends without a fault."""
        scenario = SCENARIOS[name]
        self._prepare(scenario, fault=None)
        with self._proxy(_nothing) as proxy:
            self._run(scenario, proxy, fault=None)
        self._clean()
        return len(proxy.requests)

    def run(self, case: Case) -> Verdict:
        """Run a case. What is up in the end is the state before the next case."""
        scenario, fault = SCENARIOS[case.scenario], FAULTS[case.fault]
        before = self._prepare(scenario, fault)
        hit = _Hit(fault, case.number)
        with self._proxy(hit.handle) as proxy:
            begun_s = time.monotonic()
            ended = self._run(scenario, proxy, fault=fault, hit=hit)
            elapsed_s = time.monotonic() - begun_s
        failures = [*_judge_end(scenario, fault, ended, elapsed_s)] if hit.request else []
        failures += self._judge_next_up(scenario, before)
        # A fault while wtc only read leaves nothing else than a command without one.
        if case.fault == "kill -9" or hit.request.split(" ")[0] not in READING:
            failures += self._judge_clean()
        return Verdict(
            case=case,
            reached=bool(hit.request),
            request=hit.request,
            status=ended.status,
            failures=tuple(failures),
        )

    def _proxy(self, handle: Any) -> Proxy:
        self._socket.unlink(missing_ok=True)
        return Proxy(str(self._socket), handle=handle)

    def _prepare(self, scenario: Scenario, fault: Fault | None) -> "_State | None":
        """Bring the stack to the state before the command. Return that state if there was an `up`."""
        if scenario.before is None:
            self._clean()
        elif self._up is None or self._up[0] != scenario.before:
            write(self._folder, scenario.before)
            self._up = scenario.before, self._state(self._workshop.wtc(*UP, cwd=self._folder))
        write(self._folder, scenario.at)
        if scenario.is_down:
            with self._proxy(_nothing) as proxy:
                for command in (UP, ("down", "-t", "0")):
                    self._workshop.wtc(*command, cwd=self._folder, env=_environment(proxy, fault))
        return self._up[1] if self._up else None

    def _run(self, scenario: Scenario, proxy: Proxy, *, fault: Fault | None, hit: "_Hit | None" = None) -> Ended:
        started = self._workshop.start(*scenario.command, cwd=self._folder, env=_environment(proxy, fault))
        if hit is not None:
            hit.aim(started)
        if scenario.follows:
            _interrupt_followed(started, proxy, fault, hit)
        try:
            return started.end(deadline_s=LIMIT_S)
        except subprocess.TimeoutExpired:
            started.popen.kill()
            ended = started.end()
            return Ended(status=ended.status, out=ended.out, err=f"{ended.err}\n(killed after {LIMIT_S:g} s)")
        finally:
            proxy.cut_all()

    def _state(self, up: Ended) -> "_State":
        answer = up.json()
        volume = self._workshop.client.volumes.get(f"{answer['namespace']}_rows")
        return _State(
            namespace=answer["namespace"],
            ports=ports_of(answer["endpoints"]),
            volume=volume.attrs["CreatedAt"],
        )

    def _judge_next_up(self, scenario: Scenario, before: "_State | None") -> list[str]:
        self._up = None
        write(self._folder, scenario.after)
        up = self._workshop.wtc(*UP, cwd=self._folder, status=None)
        if up.status:
            return [f"the next `up` ended with {up.status}: {up.err}"]
        state, failures = self._state(up), list[str]()
        if before is not None and state.ports != before.ports:
            failures.append(f"ports {state.ports}, before {before.ports}")
        if before is not None and not scenario.removes_volumes and state.volume != before.volume:
            failures.append(f"the volume of {before.volume} is lost; this one is of {state.volume}")
        running = self._running(state.namespace)
        expected = {f"{state.namespace}_web": scenario.colour, f"{state.namespace}_db": ""}
        if running != expected:
            failures.append(f"the containers are {running}, not {expected}")
        ports = [
            port
            for stack in json.loads((self._workshop.config / "registry.json").read_bytes())["stacks"].values()
            for port in stack["ports"].values()
        ]
        if len(ports) != len(set(ports)):
            failures.append(f"a port is leased twice: {sorted(ports)}")
        if not failures:
            self._up = scenario.after, state
        return failures

    def _running(self, namespace: str) -> dict[str, str]:
        """Return the stack's containers, running or not: name -> the value of COLOUR, or its state if not running."""
        api = self._workshop.client.api
        found: dict[str, str] = {}
        for listed in api.containers(all=True, filters={"label": f"{PROJECT}={namespace}"}):
            inspected = api.inspect_container(listed["Id"])
            environment = dict(entry.split("=", 1) for entry in inspected["Config"]["Env"])
            status = inspected["State"]["Status"]
            if status == "removing":
                # The engine removes a one-off that has ended.
                continue
            found[inspected["Name"].lstrip("/")] = environment.get("COLOUR", "") if status == "running" else status
        return found

    def _judge_clean(self) -> list[str]:
        self._up = None
        ended = self._workshop.wtc("clean", "-y", "-t", "0", cwd=self._folder, status=None)
        failures = [f"`clean` ended with {ended.status}: {ended.err}"] if ended.status else []
        if left := self._left():
            failures.append(f"`clean` left {left}")
            self._clean()
        leased = json.loads((self._workshop.config / "registry.json").read_bytes())["stacks"]
        if any(stack["worktree"] == str(self._folder) for stack in leased.values()):
            failures.append("`clean` left a stack in the registry")
        return failures

    def _left(self) -> list[str]:
        folder = os.path.realpath(self._folder)
        api, chosen = self._workshop.client.api, {"label": [f"{MANAGED}=true", f"{WORKTREE}={folder}"]}
        return [
            *(str(c["Names"]) for c in api.containers(all=True, filters=chosen)),
            *(n["Name"] for n in api.networks(filters=chosen)),
            *(v["Name"] for v in api.volumes(filters=chosen)["Volumes"] or ()),
            *(str(i["RepoTags"] or i["Id"]) for i in api.images(filters=chosen)),
        ]

    def _clean(self) -> None:
        self._up = None

        def is_clean() -> bool:
            self._workshop.wtc("clean", "-y", "-t", "0", cwd=self._folder, status=None)
            return not self._left()

        until(is_clean, "everything is removed")


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    namespace: str
    ports: dict[str, int]
    volume: str


class _Hit:
    """Injects a fault into the n-th request."""

    def __init__(self, fault: Fault, number: int) -> None:
        self._fault, self._number = fault, number
        self._aimed = threading.Event()
        self._started: Started | None = None
        self.done = threading.Event()
        self.request = ""

    def aim(self, started: Started) -> None:
        """Set the process to kill."""
        self._started = started
        self._aimed.set()

    def handle(self, exchange: Exchange) -> None:
        """Pass a request on, or inject the fault."""
        if exchange.number != self._number:
            pass_exchange(exchange)
            return
        self.request = exchange.request
        self.done.set()
        self._fault.inject(exchange, self._kill)

    def _kill(self) -> None:
        self._aimed.wait()
        assert self._started is not None
        self._started.popen.kill()


def _nothing(exchange: Exchange) -> None:
    pass_exchange(exchange)


def _interrupt_followed(started: Started, proxy: Proxy, fault: Fault | None, hit: _Hit | None) -> None:
    """Interrupt a command that follows: it has ended because of the fault, or it waits for more."""
    quiet, seen = threading.Event(), -1
    # It follows when it sends no more requests.
    while started.popen.poll() is None and seen != len(proxy.requests) and not (hit and hit.done.is_set()):
        seen = len(proxy.requests)
        quiet.wait(FOLLOWED_S)
    end_s = time.monotonic() + FOLLOWED_S + (2 * ENGINE_TIMEOUT_S if fault and fault.is_endless else 0)
    while started.popen.poll() is None and time.monotonic() < end_s:
        quiet.wait(0.05)
    if started.popen.poll() is None:
        started.popen.send_signal(signal.SIGINT)


def _environment(proxy: Proxy, fault: Fault | None) -> dict[str, str]:
    timeout = {"WTC_ENGINE_TIMEOUT": str(ENGINE_TIMEOUT_S)} if fault is not None and fault.is_endless else {}
    return {"DOCKER_HOST": proxy.address, **timeout}


def _judge_end(scenario: Scenario, fault: Fault, ended: Ended, elapsed_s: float) -> list[str]:
    failures: list[str] = []
    allowed = {KILLED} if KILLED in fault.statuses else {0, scenario.status, scenario.refused, *fault.statuses}
    if ended.status not in allowed:
        failures.append(f"it ended with {ended.status}: {ended.err}")
    if "Traceback" in ended.err or "internal error" in ended.err:
        failures.append(f"it has a bug: {ended.err}")
    if elapsed_s > LIMIT_S:
        failures.append(f"it took {elapsed_s:.0f} s: {ended.err}")
    return failures
