"""Turn the failed nodes of a plan into one error."""

from collections.abc import Collection, Iterator, Sequence

from wtc.errors import InterruptedByUserError, WtcError
from wtc.model.diagnostic import Diagnostic, FailedContainer
from wtc.model.namespace import Namespace
from wtc.model.observed import ObservedContainer
from wtc.model.plan import BuildImage, PlanNode, PullImage, StartContainer
from wtc.model.plan_text import operation_names
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.engine.executor import Outcome

SEE_STATE = "to see the state of each service, run `wtc status`"
_NOT_STARTED = frozenset({126, 127})
"""The exit statuses of a container whose program could not be started."""
HINTS = (SEE_STATE, "to stop and remove the stack, run `wtc down`")


def raise_failed(
    outcome: "Outcome", engine: "Engine", namespace: Namespace, *, interrupted: bool, services: Collection[str] | None
) -> None:
    """Raise if a node of the plan failed. `services` are those of the plan, None if it has no container.

    Raises:
        WtcError: the first failure, with its type kept; its notes name the other failures and the running services, its
            `containers` are those of all failures.
    """
    if not outcome.failed and not outcome.skipped:
        return
    containers = () if services is None else _observed_containers(engine, namespace, services)
    running = list(dict.fromkeys(c.service for c in containers if c.state == "running"))
    # Without a new image nothing was recreated or stopped: what runs is as it was before.
    unchanged = bool(outcome.failed) and all(isinstance(n.operation, BuildImage | PullImage) for n, _ in outcome.failed)
    now = "still running, unchanged" if unchanged else "running now"
    left = f"{now}: {', '.join(running)}" if running else "nothing of the stack is running"
    notes = () if services is None else (*_not_started(outcome), left)
    hints = () if not running else (SEE_STATE,) if unchanged else HINTS
    if outcome.failed:
        error = combine_failures(outcome.failed, containers, notes=notes, hints=hints)
        raise error from error.__cause__
    if interrupted:
        raise InterruptedByUserError("interrupted", notes=notes, hints=hints)


def _not_started(outcome: "Outcome") -> Iterator[str]:
    """Yield a note about the services that were not started because another one failed."""
    skipped = dict.fromkeys(n.service for n in outcome.skipped if isinstance(n.operation, StartContainer) and n.service)
    if outcome.failed and skipped:
        yield f"not started: {', '.join(skipped)}"


def combine_failures(
    failed: Sequence[tuple[PlanNode, WtcError]],
    observed: Collection[ObservedContainer],
    *,
    notes: tuple[str, ...] = (),
    hints: tuple[str, ...] = (),
) -> WtcError:
    """Return the first failure, with what the command line needs of the others. Pure. `failed` is not empty."""
    (node, first), *others = failed
    diagnostics = _diagnostics(node, first, first.message)
    further = [(error, _diagnostics(other, error, _one_line(error))) for other, error in others]
    unplaced = [error for error, found in further if not (diagnostics and found)]
    return first.replace(
        hints=tuple(dict.fromkeys([*(hint for _, error in failed for hint in error.hints), *hints])),
        diagnostics=(*diagnostics, *(d for _, found in further if diagnostics for d in found)),
        notes=(*first.notes, *(f"also: {_one_line(error)}" for error in unplaced), *notes),
        detail=_details(failed),
        containers=tuple(dict.fromkeys(_failed_containers(failed, observed))),
    )


def _diagnostics(node: PlanNode, error: WtcError, message: str) -> tuple[Diagnostic, ...]:
    """Return the findings of one failure: its own, or what its node is about in the file."""
    from wtc.planner.error_positions import node_path

    path = node_path(node)
    if error.diagnostics or not path:
        return error.diagnostics
    # What a container prints is about the file only if its program could not be started.
    printed = any(container.exit_status not in _NOT_STARTED for container in error.containers)
    complaint = "\n".join([*error.causes, error.message, *([] if printed else [error.detail])])
    return (Diagnostic(message=message, path=path, service=node.service, complaint=complaint),)


def _details(failed: Sequence[tuple[PlanNode, WtcError]]) -> str:
    """Return the details of all failures; each line begins with the name of its service if there are several."""
    details = dict.fromkeys(
        (_name(node), error.detail.rstrip("\n")) for node, error in failed if error.detail.rstrip("\n")
    )
    if len(details) < 2:
        return next((detail for _, detail in details), "")
    width = max(len(name) for name, _ in details)
    return "\n".join(f"{name:<{width}} | {line}" for name, detail in details for line in detail.splitlines())


def _name(node: PlanNode) -> str:
    return node.service or operation_names(node.operation).subject


def _failed_containers(
    failed: Sequence[tuple[PlanNode, WtcError]], observed: Collection[ObservedContainer]
) -> Iterator[FailedContainer]:
    """Yield the containers that the errors name, and as observed those that the engine did not start."""
    by_name = {container.name: container for container in observed}
    for node, error in failed:
        yield from error.containers
        if error.containers or not isinstance(node.operation, StartContainer):
            continue
        if seen := by_name.get(node.operation.container.name):
            # The engine sets a status, 126 or 127, also if the program of the container does not start.
            exited = seen.exit_code != 0 or seen.state in {"exited", "dead"}
            yield FailedContainer(
                service=seen.service,
                name=seen.name,
                state=seen.state,
                exit_status=seen.exit_code if exited else None,
                health=seen.health,
            )


def _observed_containers(
    engine: "Engine", namespace: Namespace, services: Collection[str]
) -> tuple[ObservedContainer, ...]:
    from wtc.engine.observe.snapshot import observe

    return tuple(c for c in observe(engine, namespace).containers if c.service in services)


def _one_line(error: WtcError) -> str:
    """Return an error in one line."""
    return ": ".join([error.message, *error.causes[:1]])
