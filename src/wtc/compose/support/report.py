"""A project held against the table of attributes: what is honoured, rewritten, ignored, and where it stands."""

from collections.abc import Iterator
from dataclasses import dataclass

from wtc.compose.support.status import Case, Row, Status
from wtc.compose.support.table import SUPPORT
from wtc.compose.tree.accessors import get_items
from wtc.compose.tree.node import Mapping, Node, Scalar
from wtc.compose.tree.path_patterns import Cursor, Table
from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.position import Path, Position, dotted

_TABLE: Table[Row] = Table(SUPPORT)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeReport:
    """One attribute of the project, and what becomes of it. `position` is that of its key where that is known."""

    path: Path
    position: Position
    case: Case

    @property
    def is_honoured(self) -> bool:
        """Whether Docker Compose's behaviour and wtc's are the same."""
        return self.case.status is Status.HONOURED


def report_attributes(root: Mapping) -> tuple[AttributeReport, ...]:
    """Every attribute of the canonical tree that the table knows, in the tree's order, parents first.

    Nothing below an ignored attribute is looked at.
    """
    return tuple(_report_below(root, (), _TABLE.root, root))


def report_unsupported(root: Mapping) -> tuple[Diagnostic, ...]:
    """What wtc reads and cannot carry out, once each."""
    return tuple(_diagnostic(found) for found in report_attributes(root) if found.case.status is Status.IGNORED)


def _report_below(node: Node, path: Path, place: Cursor[Row], root: Mapping) -> Iterator[AttributeReport]:
    if isinstance(node, Mapping):
        entries = [(key, item, node.keys.get(key, item.position)) for key, item in node.items.items()]
    else:
        entries = [(index, item, item.position) for index, item in enumerate(get_items(node))]
    for key, item, position in entries:
        below = place.step(key)
        if below is None:
            continue
        here = (*path, key)
        if below.value is not None and _has_value(item):
            case = _matching_case(below.value, item, here, root)
            yield AttributeReport(path=here, position=position, case=case)
            if case.status is Status.IGNORED:
                continue
        yield from _report_below(item, here, below, root)


def _matching_case(row: Row, node: Node, path: Path, root: Mapping) -> Case:
    return next(case for case in row if case.applies is None or case.applies(node, path, root))


def _has_value(node: Node) -> bool:
    """Whether there is a value: Docker Compose, too, takes an empty one for none."""
    return node.value not in (None, "") if isinstance(node, Scalar) else bool(node.items)


def _diagnostic(found: AttributeReport) -> Diagnostic:
    return Diagnostic(
        message=f"{_attribute_title(found.path)} is ignored: {found.case.reason}",
        severity=Severity.UNSUPPORTED,
        position=found.position if found.position.file else None,
        path=found.path,
        hint=found.case.hint,
    )


def _attribute_title(path: Path) -> str:
    """What to call an attribute in a sentence."""
    if path[0] == "services" and len(path) > 2:
        return f"`{dotted(path[2:])}` of service `{path[1]}`"
    return f"`{dotted(path)}`"
