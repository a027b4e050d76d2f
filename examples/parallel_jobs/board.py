"""Show how far each job is: a table on a terminal, a line for each step elsewhere. All of it goes to standard error."""

from collections.abc import Iterable
from time import monotonic
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

COLOURS = {"pending": "dim", "running": "yellow", "done": "green", "failed": "red"}


class Board:
    """The jobs of a run, in the order of the file. Use it as a context manager."""

    def __init__(self, names: Iterable[str]) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._rows: dict[str, tuple[str, str]] = dict.fromkeys(names, ("pending", ""))
        self._since = dict.fromkeys(self._rows, monotonic())
        self._live = Live(console=self._console, get_renderable=self._table, refresh_per_second=4)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._live.stop()

    def show(self, name: str, state: str, step: str = "") -> None:
        """Show the state of a job and the step that it is at."""
        self._rows[name] = (state, step)
        self._since[name] = monotonic()
        if not self._console.is_terminal:
            self._console.print(f"{name}: {state}{step and f', {step}'}", markup=False, soft_wrap=True)

    def _table(self) -> Table:
        table = Table("job", "state", "step", box=None, header_style="dim")
        for name, (state, step) in self._rows.items():
            elapsed = f"{step} ({monotonic() - self._since[name]:.0f} s)" if step else ""
            table.add_row(name, f"[{COLOURS[state]}]{state}[/]", elapsed)
        return table
