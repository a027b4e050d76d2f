"""Execute a plan: every node ends done, failed, or skipped because of another. The executor decides nothing."""

import threading
from collections.abc import Callable
from heapq import heappop, heappush
from queue import Empty, SimpleQueue
from time import monotonic

from wtc.dataclass import dataclass, field
from wtc.engine.observe.event_watch import EventWatch
from wtc.engine.operations import Call, perform_operation
from wtc.engine.pacing import Pacing
from wtc.errors import EngineUnreachableError, InterruptedByUserError, WtcError
from wtc.events import Event, NodeDone, NodeFailed, NodeSkipped, NodeStarted, Progress, StillRunning, Warned
from wtc.interruption import heed_stop, join_in_turns
from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.plan import (
    BuildImage,
    Condition,
    CopyVolume,
    Operation,
    Plan,
    PlanNode,
    PullImage,
    RemoveContainer,
    RunHook,
    StartContainer,
    StopContainer,
    WaitContainer,
    needs_only_exit,
)
from wtc.static_typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

PARALLEL = 128
"""Enough for the stops of a large stack, each of which lasts as long as its container takes to end."""
SSH_PARALLEL = 8
"""Each connection over ssh is a login, and sshd refuses more than ten at a time (`MaxStartups`)."""
STOP_POLL_S = 0.05
SILENCE_S = 1.0
"""How often `StillRunning` is reported while nothing else happens."""
_CONTINUES = "what depends on it continues without it"

Perform: TypeAlias = Callable[[Operation, Call], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of a plan; each of its nodes is in exactly one of the three."""

    done: tuple[PlanNode, ...] = ()
    failed: tuple[tuple[PlanNode, WtcError], ...] = ()
    skipped: tuple[PlanNode, ...] = ()
    stopped: frozenset[str] = frozenset()
    """The ids of containers that the engine was asked to stop meanwhile, as far as the plan waits for events."""


def execute_plan(
    plan: Plan,
    engine: "Engine",
    *,
    on_event: Callable[[Event], None],
    perform: Perform = perform_operation,
    stop: threading.Event | None = None,
    parallel: int = 0,
) -> Outcome:
    """Execute a plan, with as many calls in parallel as its order and `parallel` allow; waits do not count.

    `parallel` is by default what the transport allows. Of the nodes that can start, those that lead the longest path
    start first. What comes after a stop waits for its end; another stop, or a hook before one, only for the container's
    exit.

    Nodes that do not depend on a failed node still run. When `stop` is set, no new node starts, running ones are
    completed (waits, builds and pulls are cancelled), and the rest is skipped. Events arrive on the caller's thread.
    An exception that is not a WtcError is a bug: it ends the run as `stop` does and is raised.
    """
    waits = any(isinstance(node.operation, WaitContainer) for node in plan)
    with EventWatch.over(engine, opened=waits) as watch:
        return _Run(plan, engine, on_event, perform, stop or threading.Event(), watch).run(
            parallel or max_parallel(engine)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _NodeEnd:
    """A node's call has returned or raised."""

    node: PlanNode
    elapsed_s: float
    error: BaseException | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Exited:
    """The container of a stop that still runs has exited."""

    node: PlanNode


@dataclass(slots=True)
class _Run:
    plan: Plan
    engine: "Engine"
    on_event: Callable[[Event], None]
    perform: Perform
    stop: threading.Event
    watch: EventWatch
    messages: "SimpleQueue[_NodeEnd | _Exited | Event]" = field(
        default_factory=SimpleQueue["_NodeEnd | _Exited | Event"]
    )
    blocked: dict[int, int] = field(default_factory=dict[int, int])
    """Node id -> number of its predecessors that have not ended."""
    followers: dict[int, list[PlanNode]] = field(default_factory=dict[int, list[PlanNode]])
    causes: dict[int, PlanNode] = field(default_factory=dict[int, PlanNode])
    """Id of a node that will not run -> the failed node that causes it."""
    urgency: dict[int, int] = field(default_factory=dict[int, int])
    """Node id -> length of the longest path that it leads."""
    ready: list[tuple[int, int, PlanNode]] = field(default_factory=list[tuple[int, int, PlanNode]])
    """A heap of (negative urgency, node id, node): the calls that can start."""
    ready_paced: list[tuple[int, int, PlanNode]] = field(default_factory=list[tuple[int, int, PlanNode]])
    """As `ready`: the calls that begin when `pacing` allows it."""
    pacing: Pacing = field(default_factory=Pacing)
    ready_waits: list[PlanNode] = field(default_factory=list[PlanNode])
    """They are not limited, so that they never keep a call from starting."""
    running: dict[int, threading.Thread] = field(default_factory=dict[int, threading.Thread])
    """Node id -> its thread."""
    running_calls: int = 0
    done: list[PlanNode] = field(default_factory=list[PlanNode])
    failed: list[tuple[PlanNode, WtcError]] = field(default_factory=list[tuple[PlanNode, WtcError]])
    skipped: list[PlanNode] = field(default_factory=list[PlanNode])
    bug: BaseException | None = None

    def run(self, parallel: int) -> Outcome:
        for node in self.plan:
            self.blocked[node.id] = len(node.after)
            for before in node.after:
                self.followers.setdefault(before, []).append(node)
        for node in reversed(self.plan.nodes):
            then = max((self.urgency[follower.id] for follower in self.followers.get(node.id, ())), default=0)
            self.urgency[node.id] = _weight(node.operation) + then
        for node in self.plan:
            if not node.after:
                self._push(node)
        with heed_stop():
            try:
                self._run(max(1, parallel))
            except BaseException:
                # Ctrl-C, or a bug in `on_event`.
                self.stop.set()
                raise
            finally:
                for thread in self.running.values():
                    join_in_turns(thread)
        if self.bug is not None:
            raise self.bug
        return Outcome(
            done=tuple(self.done),
            failed=tuple(self.failed),
            skipped=tuple(self.skipped),
            stopped=self.watch.stopped,
        )

    def _run(self, parallel: int) -> None:
        self._begin(parallel)
        while self.running:
            message = self._next_message(parallel)
            if isinstance(message, _NodeEnd):
                del self.running[message.node.id]
                self.running_calls -= not _is_wait(message.node)
                if _is_paced(message.node):
                    self.pacing.end(message.node.id, monotonic())
                self._end(message)
                self._begin(parallel)
            elif isinstance(message, _Exited):
                self._exit(message.node)
                self._begin(parallel)
            else:
                self.on_event(message)

    def _next_message(self, parallel: int) -> "_NodeEnd | _Exited | Event":
        """Return the next message, `StillRunning` if none comes. Once `stop` is set, wake the waits."""
        end_s = monotonic() + SILENCE_S
        while monotonic() < end_s:
            try:
                return self.messages.get(timeout=STOP_POLL_S)
            except Empty:
                if self.stop.is_set():
                    self.watch.wake()
                if self.ready_paced:
                    self._begin(parallel)
        return StillRunning()

    def _push(self, node: PlanNode) -> None:
        if _is_wait(node):
            self.ready_waits.append(node)
        else:
            ready = self.ready_paced if _is_paced(node) else self.ready
            heappush(ready, (-self.urgency[node.id], node.id, node))

    def _begin(self, parallel: int) -> None:
        """Start the nodes that are ready, with at most `parallel` running calls; skip those that will not run."""
        while (node := self._take(parallel)) is not None:
            if node.id in self.causes or self._is_ending:
                self._skip(node)
                continue
            self.running_calls += not _is_wait(node)
            if _is_paced(node):
                self.pacing.count(node.id, monotonic())
            self.running[node.id] = threading.Thread(target=self._call, args=(node,), name="operation")
            self.running[node.id].start()

    def _take(self, parallel: int) -> PlanNode | None:
        """Remove and return the next node that can start or be skipped; None if there is none now."""
        if self.ready_waits:
            return self.ready_waits.pop(0)
        if self.running_calls >= parallel and not self._is_ending:
            return None
        heaps = [self.ready] if self.ready else []
        if self.ready_paced and (self._is_ending or self.pacing.is_free(monotonic())):
            heaps.append(self.ready_paced)
        return heappop(min(heaps))[2] if heaps else None

    @property
    def _is_ending(self) -> bool:
        return self.stop.is_set() or self.bug is not None

    def _call(self, node: PlanNode) -> None:
        self.messages.put(NodeStarted(node=node))
        started_s = monotonic()

        def report(item: str, text: str, current: int = 0, total: int = 0) -> None:
            if self.stop.is_set():
                raise InterruptedByUserError("interrupted")
            self.messages.put(Progress(node=node, item=item, text=text, current=current, total=total))

        def warn(text: str) -> None:
            self.messages.put(Warned(diagnostic=Diagnostic(message=text, severity=Severity.WARNING)))

        on_exit = (lambda: self.messages.put(_Exited(node=node))) if self._needs_exit(node) else None
        call = Call(engine=self.engine, report=report, warn=warn, stop=self.stop, watch=self.watch, on_exit=on_exit)
        error: BaseException | None = None
        try:
            self.perform(node.operation, call)
        except BaseException as raised:  # noqa: BLE001  raised on the caller's thread
            error = raised
        self.messages.put(_NodeEnd(node=node, elapsed_s=monotonic() - started_s, error=error))

    def _needs_exit(self, node: PlanNode) -> bool:
        """Return whether the plan goes on when the container of a stop has exited."""
        followers = self.followers.get(node.id, ()) if isinstance(node.operation, StopContainer) else ()
        needed = any(needs_only_exit(follower.operation) for follower in followers)
        return needed and _has_cheap_connections(self.engine)

    def _exit(self, node: PlanNode) -> None:
        """Release the stops, and the hooks before them, that come after the stop of a container that has exited."""
        if node.id not in self.running:
            return
        self.pacing.count(node.id, monotonic())
        followers = self.followers.get(node.id, [])
        self.followers[node.id] = [follower for follower in followers if not needs_only_exit(follower.operation)]
        for follower in followers:
            if needs_only_exit(follower.operation):
                self._unblock(follower)

    def _end(self, ended: _NodeEnd) -> None:
        node, error = ended.node, ended.error
        if error is None:
            self._succeed(node, ended.elapsed_s)
        elif isinstance(error, InterruptedByUserError | EngineUnreachableError) and self.stop.is_set():
            self._skip(node)
        elif not isinstance(error, WtcError):
            self.bug = self.bug or error
            self.stop.set()
            self._release(node, because=node)
        elif is_optional(node):
            then = "the container is stopped anyway" if isinstance(node.operation, RunHook) else _CONTINUES
            message = f"{_in_one_line(error)}; {then}"
            self.on_event(Warned(diagnostic=Diagnostic(message=message, severity=Severity.WARNING)))
            self.done.append(node)
            self.on_event(NodeFailed(node=node, error=error))
            self._release(node, because=None)
        else:
            self.failed.append((node, error))
            self.on_event(NodeFailed(node=node, error=error))
            self._release(node, because=node)

    def _succeed(self, node: PlanNode, elapsed_s: float) -> None:
        self.done.append(node)
        self.on_event(NodeDone(node=node, elapsed_s=elapsed_s))
        self._release(node, because=None)

    def _skip(self, node: PlanNode) -> None:
        because = self.causes.get(node.id)
        self.skipped.append(node)
        self.on_event(NodeSkipped(node=node, because=because))
        self._release(node, because=because)

    def _release(self, node: PlanNode, *, because: PlanNode | None) -> None:
        """Release the successors of a node that has ended; `because` is the cause if they cannot run."""
        for follower in self.followers.get(node.id, ()):
            if because is not None and not is_optional(node):
                self.causes.setdefault(follower.id, because)
            self._unblock(follower)

    def _unblock(self, node: PlanNode) -> None:
        self.blocked[node.id] -= 1
        if not self.blocked[node.id]:
            self._push(node)


def max_parallel(engine: "Engine | None") -> int:
    """Return how many calls an engine is sent at a time."""
    limit = SSH_PARALLEL if engine is not None and engine.address.startswith("ssh:") else PARALLEL
    return min(limit, engine.parallel) if engine is not None and engine.parallel else limit


def _has_cheap_connections(engine: "Engine | None") -> bool:
    """Return whether one more connection to the engine costs less than it saves: over ssh it is a login."""
    return engine is not None and engine.address.startswith("unix:")


def _is_paced(node: PlanNode) -> bool:
    return isinstance(node.operation, StopContainer | RemoveContainer)


def _is_wait(node: PlanNode) -> bool:
    return isinstance(node.operation, WaitContainer)


def _weight(operation: Operation) -> int:
    """Return about how long an operation takes, in units of a call of the engine."""
    match operation:
        case (
            BuildImage() | PullImage() | CopyVolume() | WaitContainer(condition=Condition.HEALTHY | Condition.COMPLETED)
        ):
            return 10
        case _:
            return 1


def is_optional(node: PlanNode) -> bool:
    """Return whether its successors run even if it fails or is skipped."""
    return isinstance(node.operation, (StartContainer, WaitContainer, RunHook)) and not node.operation.required


def _in_one_line(error: WtcError) -> str:
    """Return the message with its first cause, or else with the last line of its output."""
    return ": ".join([error.message, *(error.causes or error.detail.splitlines()[-1:])[:1]])
