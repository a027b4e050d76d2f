"""Print warnings and notes, for commands that change nothing."""

from wtc.cli.terminal.output import narrate
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.events import Event


def report_warnings(event: "Event", /) -> None:
    """Print the event if it is a warning or a note."""
    from wtc.cli.render.errors import diagnostic_text
    from wtc.events import Note, Warned

    match event:
        case Warned(diagnostic=diagnostic):
            narrate(diagnostic_text(diagnostic))
        case Note(text=text):
            narrate(text)
        case _:
            pass
