"""Terminal screens as SVG: dark windows that look well on light pages and on dark ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from tests.pictures.recording import Run, Screen

COLUMN, ROW, SIZE = 8.4, 20, 14
PADDING, TITLE, GAP = 18, 36, 18
FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
COLOURS = {
    "default": "#d6dae2",
    "red": "#f27983",
    "green": "#8fca74",
    "brown": "#e3c178",
    "blue": "#7fb0ff",
    "magenta": "#c792ea",
    "cyan": "#5fc4d0",
    "brightblack": "#858c99",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A terminal: one screen, or several that follow each other, each shown for so many seconds."""

    title: str
    columns: int
    frames: Sequence[tuple[Screen, float]]

    @property
    def width(self) -> float:
        return self.columns * COLUMN + 2 * PADDING

    @property
    def height(self) -> int:
        return TITLE + max(len(screen) for screen, _ in self.frames) * ROW + PADDING


def picture(windows: Sequence[Window], description: str) -> str:
    """The windows side by side. What moves stands still, at its end, where nothing can move."""
    width = sum(window.width for window in windows) + GAP * (len(windows) - 1)
    height = max(window.height for window in windows)
    size = f'viewBox="0 0 {width:g} {height}" width="{width:g}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="{FONT}" font-size="{SIZE}">',
        f"<title>{escape(description)}</title>",
        _style(windows),
    ]
    left = 0.0
    for window in windows:
        parts.append(f'<g transform="translate({left:g} 0)">{_window(window, height)}</g>')
        left += window.width + GAP
    return "\n".join([*parts, "</svg>"]) + "\n"


def _window(window: Window, height: int) -> str:
    edge = f'x="0.5" y="0.5" width="{window.width - 1:g}" height="{height - 1}" rx="9"'
    parts = [
        f'<rect {edge} fill="#171a21" stroke="#4a5160"/>',
        *(f'<circle cx="{18 + 18 * i}" cy="18" r="5.5" fill="#4a5160"/>' for i in range(3)),
        f'<text x="{window.width / 2:g}" y="23" text-anchor="middle" fill="#858c99">{escape(window.title)}</text>',
    ]
    for number, (screen, _) in enumerate(window.frames):
        is_last = number == len(window.frames) - 1
        name = f' class="f{number}"' if len(window.frames) > 1 else ""
        hidden = "" if is_last else ' visibility="hidden"'
        parts.append(f"<g{name}{hidden}>{''.join(_line(line, row) for row, line in enumerate(screen))}</g>")
    return "\n".join(parts)


def _line(line: Sequence[Run], row: int) -> str:
    return "".join(_text(run, TITLE + row * ROW + SIZE) for run in line)


def _text(run: Run, y: int) -> str:
    colour = COLOURS.get(run.colour) or f"#{run.colour}"
    # Every font is given the terminal's grid.
    grid = f' textLength="{len(run.text) * COLUMN:g}" lengthAdjust="spacingAndGlyphs"'
    bold = ' font-weight="bold"' if run.bold else ""
    place = f'x="{PADDING + run.column * COLUMN:g}" y="{y}"'
    return f'<text {place}{grid} fill="{colour}"{bold} xml:space="preserve">{escape(run.text)}</text>'


def _style(windows: Sequence[Window]) -> str:
    """One animation a frame, seen in its own part of the whole."""
    rules: list[str] = []
    for window in (w for w in windows if len(w.frames) > 1):
        total = sum(seconds for _, seconds in window.frames)
        begin = 0.0
        for number, (_, seconds) in enumerate(window.frames):
            start, end = (100 * moment / total for moment in (begin, begin + seconds))
            shown = f"{start:.2f}%{{visibility:visible}}"
            before = "0%{visibility:hidden}" if number else ""
            after = f"{end:.2f}%{{visibility:hidden}}" if number < len(window.frames) - 1 else ""
            rules.append(f"@keyframes k{number}{{{before}{shown}{after}}}")
            rules.append(f".f{number}{{animation:k{number} {total:.1f}s step-end infinite}}")
            begin += seconds
    if rules:
        rules.append("@media (prefers-reduced-motion:reduce){g{animation:none!important}}")
    return f"<style>{''.join(rules)}</style>" if rules else ""
