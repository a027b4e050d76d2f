"""Parse YAML text into trees with positions, as go-yaml reads it, with limits against hostile files.

Trees are composed here from the events of PyYAML's C parser: PyYAML's own composer rejects redefined anchors, accepts
duplicate keys and drops the positions of keys.
"""

from collections.abc import Callable, Iterator

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.source.scalars import resolve_plain, resolve_tagged
from wtc.compose.tree.node import Mapping, Node, Scalar, Sequence
from wtc.imports.pyyaml import load_pyyaml
from wtc.model.position import Position
from wtc.static_typing import Any, TypeAlias

MAX_BYTES = 8 << 20
MAX_DEPTH = 100
MAX_PROBLEMS = 100
MAX_DOCUMENTS = 200
MAX_NODES = 100_000
"""Maximum number of nodes in a file, with aliases expanded."""

_STANDARD = "tag:yaml.org,2002:"
_MERGE = "<<"

Event: TypeAlias = Any
"""A PyYAML event; its stubs do not type marks and styles."""


def parse_yaml(data: bytes, file: str, diagnostics: Diagnostics) -> list[Node]:
    """Return the documents of a file, up to the first syntax error. An empty text has no documents.

    An unquoted date is a `scalars.Timestamp`. `!reset` and `!override` are kept in `tag`; other tags are applied and
    dropped.
    """
    if len(data) > MAX_BYTES:
        diagnostics.error(f"the file has {len(data)} bytes, the limit is {MAX_BYTES}", Position(file, 1, 1))
        return []
    load_pyyaml()
    from yaml import YAMLError

    composer = _Composer(file, diagnostics)
    try:
        for event in _events(data):
            composer.handle(event)
    except _AbortError as error:
        diagnostics.error(error.message, error.position)
    except YAMLError as error:
        from wtc.compose.source.syntax_errors import explain_syntax_error

        message, position, hint = explain_syntax_error(error, data, file)
        diagnostics.error(message, position, hint=hint)
    return composer.documents


def _events(data: bytes) -> Iterator[Event]:
    parser: Any
    try:
        from yaml._yaml import CParser
    except ImportError:
        from yaml import SafeLoader

        parser = SafeLoader(data)
    else:
        parser = CParser(data)
    while (event := parser.get_event()) is not None:
        yield event


class _AbortError(Exception):
    """The rest of the document cannot be read."""

    def __init__(self, message: str, position: Position) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


class _Open:
    """A collection whose end event has not been read yet."""

    __slots__ = ("anchor", "before", "height", "key", "merge", "merged", "node")

    def __init__(self, node: Mapping | Sequence, anchor: str | None, before: int) -> None:
        self.node = node
        self.anchor = anchor
        self.before = before
        self.height = 0
        self.key: str | None = None
        self.merge: Position | None = None
        """The position of its `<<` key."""
        self.merged: Node | None = None


_SKIPPED = "\0"
"""The key of an entry to skip; it cannot occur in YAML text."""


class _Composer:
    """Composes events into documents."""

    def __init__(self, file: str, diagnostics: Diagnostics) -> None:
        from yaml import events

        self.documents: list[Node] = []
        self.file = file
        self.diagnostics = diagnostics
        self.count = 0
        self.problems = 0
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int, int]] = {}
        """Anchor -> (node, number of nodes in it, height)."""
        self.handlers: dict[object, Callable[[Event], None]] = {
            events.ScalarEvent: self._scalar,
            events.AliasEvent: self._alias,
            events.MappingStartEvent: self._mapping,
            events.SequenceStartEvent: self._sequence,
            events.MappingEndEvent: self._end,
            events.SequenceEndEvent: self._end,
            events.DocumentStartEvent: self._document,
        }

    def handle(self, event: Event) -> None:
        """Add an event to the document.

        Raises:
            _AbortError: a limit is exceeded, or an alias is not valid.
        """
        kind: object = event.__class__
        if handler := self.handlers.get(kind):
            handler(event)

    def _at(self, event: Event) -> Position:
        mark = event.start_mark
        return Position(self.file, mark.line + 1, mark.column + 1)

    def _document(self, _: Event) -> None:
        self.anchors = {}

    def _scalar(self, event: Event) -> None:
        text: str = event.value
        tag: str | None = event.tag
        node = Scalar(text, self._at(event), text)
        if tag is None or tag == "!":
            if not event.style:
                node.value = resolve_plain(text)
                if text == _MERGE and self._wants_key():
                    node.tag = _MERGE
        elif tag in {"!reset", "!override"}:
            node.tag = tag[1:]
        elif tag == _STANDARD + "merge" and text == _MERGE and self._wants_key():
            node.tag = _MERGE
        elif tag.startswith(_STANDARD):
            try:
                node.value = resolve_tagged(text, tag.removeprefix(_STANDARD))
            except ValueError:
                name = tag.removeprefix(_STANDARD)
                hint = f"to keep the value as a string, remove the tag `!!{name}`"
                self._report(f"the value is not valid for its tag `!!{name}`", node.position, hint)
        if event.anchor:
            self.anchors[event.anchor] = (node, 1, 0)
        self._add(node, 1, 0)

    def _alias(self, event: Event) -> None:
        name: str = event.anchor
        if any(place.anchor == name for place in self.open):
            raise _AbortError(f"the alias `*{name}` is inside the node that it refers to", self._at(event))
        if name not in self.anchors:
            raise _AbortError(f"the alias `*{name}` does not refer to an earlier anchor", self._at(event))
        node, size, height = self.anchors[name]
        if len(self.open) + height >= MAX_DEPTH:
            raise self._too_deep(event)
        self._add(node, size, height)

    def _mapping(self, event: Event) -> None:
        self._start(Mapping(position=self._at(event)), event)

    def _sequence(self, event: Event) -> None:
        self._start(Sequence(position=self._at(event)), event)

    def _start(self, node: Mapping | Sequence, event: Event) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise self._too_deep(event)
        if event.tag in {"!reset", "!override"}:
            node.tag = event.tag[1:]
        self.open.append(_Open(node, event.anchor, self.count))

    def _end(self, _: Event) -> None:
        place = self.open.pop()
        if place.merged is not None and isinstance(place.node, Mapping):
            self._merge(place.merged, place.node)
        height = place.height + 1
        if place.anchor:
            self.anchors[place.anchor] = (place.node, self.count - place.before + 1, height)
        self._add(place.node, 1, height)

    def _wants_key(self) -> bool:
        return bool(self.open) and self.open[-1].key is None and isinstance(self.open[-1].node, Mapping)

    def _add(self, node: Node, size: int, height: int) -> None:
        self.count += size
        if self.count > MAX_NODES:
            message = f"the file has more than {MAX_NODES} values with its aliases expanded"
            raise _AbortError(message, node.position)
        if not self.open:
            if len(self.documents) >= MAX_DOCUMENTS:
                raise _AbortError(f"the file has more than {MAX_DOCUMENTS} documents", node.position)
            self.documents.append(node)
            return
        place = self.open[-1]
        place.height = max(place.height, height)
        if isinstance(place.node, Sequence):
            place.node.items.append(node)
        elif place.key is None:
            place.key = self._key(node, place, place.node)
        else:
            self._store(node, place, place.node)

    def _key(self, node: Node, place: _Open, mapping: Mapping) -> str:
        if not isinstance(node, Scalar):
            self._report("a key must be a string, not a list or a mapping", node.position)
            return _SKIPPED
        value = node.value
        if type(value) is not str:
            hint = f'to use `{node.raw}` as a key, write `"{node.raw}"`' if node.raw else ""
            self._report(f"a key must be a string, not `{node.raw or 'null'}`", node.position, hint)
            return _SKIPPED
        first = place.merge if node.tag == _MERGE else mapping.keys.get(value)
        if first is not None:
            message = f"duplicate key `{value}`, first used in line {first.line}"
            self._report(message, node.position, f"to keep one `{value}`, remove or rename the other")
            return _SKIPPED
        if node.tag == _MERGE:
            place.merge = node.position
        else:
            mapping.keys[value] = node.position
        return value

    def _store(self, node: Node, place: _Open, mapping: Mapping) -> None:
        key, place.key = place.key, None
        if key is None or key == _SKIPPED:
            return
        if key == _MERGE and _MERGE not in mapping.keys:
            place.merged = node  # merged when the mapping ends: its own keys win, also those after `<<`
        else:
            mapping.items[key] = node

    def _merge(self, node: Node, mapping: Mapping) -> None:
        for source in node.items if isinstance(node, Sequence) else [node]:
            if not isinstance(source, Mapping):
                self._report("`<<` takes a mapping or a list of mappings", source.position)
                continue
            for key, item in source.items.items():
                if key not in mapping.items:
                    mapping.items[key] = item
                    mapping.keys[key] = source.keys[key]

    def _report(self, message: str, position: Position, hint: str = "") -> None:
        self.problems += 1
        if self.problems > MAX_PROBLEMS:
            raise _AbortError(f"more than {MAX_PROBLEMS} problems; the rest is not shown", position)
        self.diagnostics.error(message, position, hint=hint)

    def _too_deep(self, event: Event) -> _AbortError:
        return _AbortError(f"the file is nested more than {MAX_DEPTH} levels deep", self._at(event))
