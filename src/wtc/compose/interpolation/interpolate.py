"""Replace variables and cast strings in one walk over a document. Only values are interpolated, never keys.

Source: https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
"""

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.interpolation.casts import CASTS, Cast, to_bool
from wtc.compose.interpolation.port_variables import Environments
from wtc.compose.interpolation.template import SubstitutionBudget, TemplateError, substituted_parts
from wtc.compose.tree.node import Mapping, Node, Scalar, Sequence
from wtc.compose.tree.path_patterns import Cursor
from wtc.model.position import Path, Position

MAX_UNSET = 200


def interpolate(root: Node, environments: Environments, diagnostics: Diagnostics, *, provisional: bool = False) -> Node:
    """Return the document with its variables replaced. `Scalar.raw` keeps the text as written.

    An unset variable is reported once, at its first use. With `provisional`, a required variable that is missing is
    reported and replaced by an empty string.
    """
    return _Walk(environments, diagnostics, provisional=provisional).node(root, (), CASTS.root)


class _Walk:
    def __init__(self, environments: Environments, diagnostics: Diagnostics, *, provisional: bool) -> None:
        self.environments = environments
        self.diagnostics = diagnostics
        self.provisional = provisional
        self.work = SubstitutionBudget()
        self.unset = {d.message for d in diagnostics.warnings}

    def node(self, node: Node, path: Path, cursor: Cursor[Cast] | None) -> Node:
        """Return the interpolated subtree, or the same node if it is a scalar that does not change."""
        if isinstance(node, Scalar):
            cast = cursor.value if cursor else None
            value = node.value
            if type(value) is not str or (cast is None and "$" not in value):
                return node
            return self._string(node, value, path, cast)
        if isinstance(node, Sequence):
            below = cursor.step(0) if cursor else None
            items = [self.node(item, (*path, index), below) for index, item in enumerate(node.items)]
            return Sequence(items, node.position, node.tag)
        entries = {
            key: self.node(item, (*path, key), cursor.step(key) if cursor else None) for key, item in node.items.items()
        }
        return Mapping(entries, node.position, node.keys, node.tag)

    def _string(self, node: Scalar, text: str, path: Path, cast: Cast | None) -> Scalar:
        position = node.position
        try:
            parts = substituted_parts(
                text,
                self.environments.at(path).get,
                lambda name: self._report_unset(name, position, path),
                self.work,
                (lambda error: self._report(error, position, path)) if self.provisional else None,
                self.environments.placed(path, position),
            )
        except TemplateError as error:
            self._report(error, position, path)
            if self.work.is_exceeded:
                self.diagnostics.check()
            return node
        value = "".join(part for _, part in parts)
        if value != text:
            self.diagnostics.record_substitution(position, parts)
        if cast is None:
            return Scalar(value, position, node.raw, node.tag)
        try:
            typed = cast(value)
        except ValueError as expected:
            self.diagnostics.error(f"`{value}` is not {expected}", position, path)
            return node
        if cast is to_bool and value.lower() not in {"true", "false"}:
            plain = str(typed).lower()
            hint = f"for every YAML parser to read it as a boolean, write `{plain}`"
            self.diagnostics.warning(f"`{value}` is not a boolean in YAML 1.2", position, path, hint=hint)
        return Scalar(typed, position, node.raw, node.tag)

    def _report(self, error: TemplateError, position: Position, path: Path) -> None:
        self.diagnostics.error(error.message, position, path, hint=error.hint, variable=error.variable)

    def _report_unset(self, name: str, position: Position, path: Path) -> None:
        message = f"the variable `{name}` is not set; defaulting to an empty string"
        if message not in self.unset and len(self.unset) < MAX_UNSET:
            self.unset.add(message)
            if len(self.unset) == MAX_UNSET:
                message = "more variables are not set; the rest is not shown"
            self.diagnostics.warning(
                message, position, path, hint=f"to set it, add `{name}=...` to the `.env` file", variable=name
            )
