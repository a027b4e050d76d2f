"""Warnings and notes as lines: all that a command tells which changes nothing."""

from typing import TYPE_CHECKING

from wtc.cli.terminal.output import narrate

if TYPE_CHECKING:
    from wtc.events import Event


def report_warnings(event: "Event", /) -> None:
    """Takes one event, and writes it if it is a warning or a note."""
    from wtc.cli.render.errors import diagnostic_text
    from wtc.events import Note, Warned

    match event:
        case Warned(diagnostic=diagnostic):
            narrate(diagnostic_text(diagnostic).rstrip("\n"))
        case Note(text=text):
            narrate(text)
        case _:
            pass
