"""Warnings and notes as lines: all that a command tells which changes nothing."""

from wtc.cli.output import say
from wtc.cli.render.errors import diagnostic_text
from wtc.events import Event, Note, Warned


def report_warnings(event: Event, /) -> None:
    """Takes one event, and writes it if it is a warning or a note."""
    match event:
        case Warned(diagnostic=diagnostic):
            say(diagnostic_text(diagnostic).rstrip("\n"))
        case Note(text=text):
            say(text)
        case _:
            pass
