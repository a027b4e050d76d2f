"""Live lines on a terminal that becomes narrower: it wraps what stands there, and so there are more rows to clear."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderResult
from rich.live import Live
from rich.text import Text

FOR_KEYS = len("^C")
"""Columns that stay free: what is typed is seen behind the last line, and must not wrap."""


class Frame:
    """Lines, each cut off where the terminal ends; their widths are left in `drawn` when that is done."""

    def __init__(self, texts: Sequence[Text], drawn: list[int]) -> None:
        self._texts, self._drawn = texts, drawn
        for text in texts:
            text.no_wrap, text.overflow = True, "ellipsis"

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        room = max(1, options.max_width - FOR_KEYS)
        self._drawn[:] = [min(text.cell_len, room) for text in self._texts]
        yield from chain.from_iterable(console.render(text, options.update(max_width=room)) for text in self._texts)


class ReflowingLive(Live):
    """The library's, which clears as many rows as the last frame takes by now. `drawn` is what its frames leave."""

    def __init__(self, get_renderable: Callable[[], Frame], drawn: Sequence[int], *, console: Console) -> None:
        self._drawn = drawn
        super().__init__(console=console, get_renderable=get_renderable, refresh_per_second=10)

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """Puts what clears the last frame before what is printed, and the next one behind it."""
        taken = count_rows(self._drawn, self.console.size.width)
        self._live_render._shape = (0, taken) if taken else None  # noqa: SLF001 - it has no other way
        return super().process_renderables(renderables)


def count_rows(widths: Iterable[int], columns: int) -> int:
    """How many rows lines of these widths take on a terminal of so many columns."""
    return sum(max(1, -(-width // columns)) for width in widths)
