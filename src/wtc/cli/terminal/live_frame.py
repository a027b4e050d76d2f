"""Live lines on a terminal that may become narrower: it then wraps the last frame, so that more rows need clearing."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderResult
from rich.live import Live
from rich.text import Text

FOR_KEYS = len("^C")
"""Free columns for the echo of keys after the last line, which must not wrap."""


class Frame:
    """Lines, each cut to the terminal's width. Rendering stores their widths in `drawn`."""

    def __init__(self, texts: Sequence[Text], drawn: list[int]) -> None:
        self._texts, self._drawn = texts, drawn
        for text in texts:
            text.no_wrap, text.overflow = True, "ellipsis"

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        room = max(1, options.max_width - FOR_KEYS)
        self._drawn[:] = [min(text.cell_len, room) for text in self._texts]
        yield from chain.from_iterable(console.render(text, options.update(max_width=room)) for text in self._texts)


class ReflowingLive(Live):
    """A `Live` that clears the rows that the last frame takes at the current width. `drawn`: its line widths."""

    def __init__(self, get_renderable: Callable[[], Frame], drawn: Sequence[int], *, console: Console) -> None:
        self._drawn = drawn
        super().__init__(console=console, get_renderable=get_renderable, refresh_per_second=10)

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """Clear the last frame, print the renderables, then draw the next frame."""
        taken = count_rows(self._drawn, self.console.size.width)
        self._live_render._shape = (0, taken) if taken else None  # noqa: SLF001 - rich has no public way
        return super().process_renderables(renderables)


def count_rows(widths: Iterable[int], columns: int) -> int:
    """Return the number of rows that lines of these widths take on a terminal of that many columns."""
    return sum(max(1, -(-width // columns)) for width in widths)
