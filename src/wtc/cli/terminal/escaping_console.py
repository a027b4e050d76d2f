"""A console of rich that escapes control characters."""

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from wtc.cli.terminal.escape import Verbatim, escape_control
from wtc.static_typing import TYPE_CHECKING, Any, TextIO, cast

if TYPE_CHECKING:
    from wtc.static_typing import IO


class EscapingConsole(Console):
    """Escapes the text of all that it prints, but not the colours and cursor movements that rich adds."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(file=cast("IO[str]", _VerbatimStream(stream)))

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render an object as segments, whose text is escaped."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else escape_control(text), style, control)


class _VerbatimStream:
    """A stream to which all text is written as it is, because the console has escaped it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(Verbatim(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
