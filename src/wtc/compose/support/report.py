"""Report which attributes of a project are honoured, rewritten or ignored, with their positions."""

from collections.abc import Iterator

from wtc.compose.support.status import Case, Row, Status
from wtc.compose.support.table import SUPPORT
from wtc.compose.tree.accessors import get_items
from wtc.compose.tree.node import Mapping, Node, Scalar
from wtc.compose.tree.path_patterns import Cursor, Table
from wtc.dataclass import dataclass
from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.position import Path, Position, dotted

_TABLE: Table[Row] = Table(SUPPORT)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeReport:
    """One attribute of the project and its support case. `position` is that of its key, if known."""

    path: Path
    position: Position
    case: Case

    @property
    def is_honoured(self) -> bool:
        """Whether Docker Compose's behaviour and wtc's are the same."""
        return self.case.status is Status.HONOURED


def report_attributes(root: Mapping) -> tuple[AttributeReport, ...]:
    """Return every attribute of the canonical tree that the support table lists, in the tree's order, parents first.

    Children of an ignored attribute are left out.
    """
    return tuple(_report_children(root, (), _TABLE.root, root))


def report_unsupported(root: Mapping) -> tuple[Diagnostic, ...]:
    """Return one diagnostic for each attribute that wtc ignores."""
    return tuple(_diagnostic(found) for found in report_attributes(root) if found.case.status is Status.IGNORED)


def _report_children(node: Node, path: Path, cursor: Cursor[Row], root: Mapping) -> Iterator[AttributeReport]:
    if isinstance(node, Mapping):
        entries = [(key, item, node.keys.get(key, item.position)) for key, item in node.items.items()]
    else:
        entries = [(index, item, item.position) for index, item in enumerate(get_items(node))]
    for key, item, position in entries:
        child = cursor.step(key)
        if child is None:
            continue
        here = (*path, key)
        if child.value is not None and _has_value(item):
            case = _matching_case(child.value, item, here, root)
            yield AttributeReport(path=here, position=position, case=case)
            if case.status is Status.IGNORED:
                continue
        yield from _report_children(item, here, child, root)


def _matching_case(row: Row, node: Node, path: Path, root: Mapping) -> Case:
    return next(case for case in row if case.applies is None or case.applies(node, path, root))


def _has_value(node: Node) -> bool:
    """Return whether the node has a value. An empty one does not count, as in Docker Compose."""
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
    """Return the name of the attribute in a message."""
    if path[0] == "services" and len(path) > 2:
        return f"`{dotted(path[2:])}` of service `{path[1]}`"
    return f"`{dotted(path)}`"
