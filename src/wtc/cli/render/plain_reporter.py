"""Report each event as a line, for pipes, logs and agents."""

from wtc.cli.terminal.output import narrate
from wtc.events import Event, Note, Warned
from wtc.static_typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from wtc.cli.render.plan_lines import PlanLines


class PlainReporter:
    """Write the events that matter in a log."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._plan_lines: PlanLines | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __call__(self, event: Event, /) -> None:
        """Handle one event."""
        if isinstance(event, Warned):
            from wtc.cli.render.errors import diagnostic_text

            narrate(diagnostic_text(event.diagnostic))
        elif not self._quiet and (line := self._line(event)):
            narrate(line)

    def _line(self, event: Event) -> str:
        if isinstance(event, Note):
            return event.text
        if self._plan_lines is None:
            # Commands that only look execute no plan, and have no use for the types of its operations.
            from wtc.cli.render.plan_lines import PlanLines

            self._plan_lines = PlanLines()
        return self._plan_lines.line(event)
