"""YAML documents by file, kept for all loads of one command."""

from wtc.compose.tree.node import Mapping, Node, Scalar, Sequence
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.compose.diagnostics import Diagnostics
    from wtc.model.diagnostic import Diagnostic


class ParsedFiles:
    """Parses the text of a file once, however many loads read the file.

    A file whose text has changed since is parsed again.
    """

    def __init__(self) -> None:
        self._parsed: dict[tuple[str, bytes], tuple[list[Node], tuple[Diagnostic, ...]]] = {}

    def documents(self, path: str, content: bytes, diagnostics: "Diagnostics") -> list[Node]:
        """Return the file's documents, and report what is wrong with its syntax."""
        key = path, content
        if key not in self._parsed:
            from wtc.compose.diagnostics import Diagnostics
            from wtc.compose.source.yaml import parse_yaml

            found = Diagnostics()
            self._parsed[key] = parse_yaml(content, path, found), tuple(found.found)
        documents, findings = self._parsed[key]
        for finding in findings:
            diagnostics.report(finding)
        return documents

    def mention(self, text: str) -> bool:
        """Return whether a key or a value of any file contains the text."""
        return any(_mentions(node, text) for documents, _ in self._parsed.values() for node in documents)


def _mentions(node: Node, text: str) -> bool:
    match node:
        case Scalar(value=value):
            return isinstance(value, str) and text in value
        case Sequence(items=items):
            return any(_mentions(item, text) for item in items)
        case Mapping(items=items):
            return any(text in key or _mentions(item, text) for key, item in items.items())
