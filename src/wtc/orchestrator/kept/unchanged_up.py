"""`up` with nothing to do: found without the compose files' interpreter, the planner and the lock.

A result is kept by an `up` that planned nothing, together with its warnings. It holds while everything that it follows
from is the same; then nothing is changed, so that no lock is needed.
"""

from collections.abc import Mapping, Sequence

from wtc.dataclass import dataclass
from wtc.errors import WtcError
from wtc.events import Event, Reporter, Warned
from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.namespace import Namespace
from wtc.model.observed import RUNNING_STATES
from wtc.model.ports import Endpoint, HostPort
from wtc.model.position import Position
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.target import Target
from wtc.static_typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wtc.model.desired import Desired
    from wtc.model.observed import Observed
    from wtc.model.ports import PortId

_PURPOSE = "up"
_SHORTEST_VALUE = 4
"""A value of fewer characters is part of many warnings by chance, and not a secret."""
_NOT_SECRET = frozenset({"HOME", "PWD", "COMPOSE_PROJECT_NAME"})


@dataclass(frozen=True, slots=True, kw_only=True)
class UnchangedUp:
    """What an `up` that finds nothing to do reports: as `UpResult`, with the warnings."""

    namespace: Namespace
    endpoints: tuple[Endpoint, ...]
    host_ports: tuple[HostPort, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    plans: tuple[()] = ()
    changed: bool = False


class WarningsSeen:
    """A reporter that passes events on, and remembers the warnings."""

    def __init__(self, report: Reporter) -> None:
        self._report = report
        self.warnings: list[Diagnostic] = []

    def __call__(self, event: Event, /) -> None:
        """Pass the event on."""
        if isinstance(event, Warned):
            self.warnings.append(event.diagnostic)
        self._report(event)


def find_unchanged_up(target: Target) -> UnchangedUp | None:
    """Return the result of an `up` without options, if a kept one shows that it has nothing to do; else None.

    Changes and reports nothing. What fails here is reported by the `up` that follows.
    """
    try:
        with Context(target, lambda _event: None) as context:
            found = context.kept.find(_PURPOSE)
            if found is None:
                return None
            from wtc.orchestrator.kept.ports_as_json import decode_endpoints, decode_host_ports
            from wtc.orchestrator.kept.unchanged_stack import is_unchanged

            if not is_unchanged(context, found, found.value["facts"], creates=True):
                return None
            endpoints = decode_endpoints(found.value["endpoints"])
            warnings = tuple(map(_decode_warning, found.value["warnings"]))
            leased = found.value["leased"]
            if context.state.store.peek().leased_to_others(found.namespace) & {*leased}:
                return None
            return UnchangedUp(
                namespace=context.namespace,
                endpoints=endpoints,
                host_ports=decode_host_ports(found.value["host_ports"]),
                warnings=warnings,
            )
    except (WtcError, KeyError, TypeError, ValueError):
        return None


def keep_unchanged_up(
    context: Context, desired: "Desired", observed: "Observed", leased: "Mapping[PortId, int]", warnings: "WarningsSeen"
) -> None:
    """Keep the result of an `up` without options that planned nothing, if a later one can compare its inputs.

    `observed` is the snapshot that it decided by, `leased` the ports of the project.
    """
    from wtc.orchestrator.kept.ports_as_json import encode_endpoints, encode_host_ports
    from wtc.orchestrator.kept.unchanged_stack import stack_facts
    from wtc.orchestrator.ports import leased_host_ports

    if not _keeps_ports(context, observed, leased) or not _can_be_kept(context, warnings.warnings):
        return
    facts = stack_facts(context, desired, observed, creates=True)
    if facts is not None:
        value = {
            "facts": facts,
            "endpoints": encode_endpoints(sorted(desired.endpoints)),
            "host_ports": encode_host_ports(leased_host_ports(leased)),
            "warnings": [_encode_warning(d) for d in warnings.warnings],
            "leased": sorted({*leased.values()}),
        }
        context.kept.keep(context.namespace.name, context.located, _PURPOSE, value)


def _keeps_ports(context: Context, observed: "Observed", leased: "Mapping[PortId, int]") -> bool:
    """Return whether no lease can move while the stack is as it is: running containers publish each of them."""
    record = context.state.store.peek().stacks.get(context.namespace.name)
    published = {p.port for c in observed.containers if c.state in RUNNING_STATES for p in c.ports}
    by_containers = {number for port, number in leased.items() if not port.of_host}
    return record is not None and not record.fixed and published == by_containers


def _can_be_kept(context: Context, warnings: Sequence[Diagnostic]) -> bool:
    """Return whether the warnings follow from the files and the stack alone, and contain no value of a variable.

    Those without a place can be about anything: the registry, the git user, a former stack.
    """
    values = {
        value
        for name, value in context.projects.variables().items()
        if len(value) >= _SHORTEST_VALUE and name not in _NOT_SECRET
    }
    return all(
        warning.position is not None and not any(v in f"{warning.message}\n{warning.hint}" for v in values)
        for warning in warnings
    )


def _encode_warning(warning: Diagnostic) -> list[Any]:
    position = list(warning.position) if warning.position else None
    return [warning.message, str(warning.severity), position, list(warning.path), warning.hint, warning.variable]


def _decode_warning(value: Any) -> Diagnostic:
    """Raises ValueError or TypeError if the value is not what `_encode_warning` returns."""
    message, severity, position, path, hint, variable = value
    return Diagnostic(
        message=message,
        severity=Severity(severity),
        position=Position(*position) if position else None,
        path=tuple(path),
        hint=hint,
        variable=variable,
    )
