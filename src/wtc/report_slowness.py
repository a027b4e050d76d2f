"""Report what a command works on while it executes no plan."""

from collections.abc import Generator
from contextlib import contextmanager
from threading import Event, Lock, Thread
from time import monotonic

from wtc.events import Note, Reporter

SILENCE_S = 8.0
"""How often work outside of a plan is reported: within ten seconds, as the nodes of a plan are."""


@contextmanager
def report_slowness(report: Reporter, text: str, *, reporting: Lock) -> Generator[None]:
    """Report `still TEXT (8s)` again and again until the block ends.

    `reporting` is held for each report, because the block reports too.
    """
    ended = Event()
    begun_s = monotonic()

    def tell() -> None:
        while not ended.wait(SILENCE_S):
            with reporting:
                report(Note(text=f"still {text} ({int(monotonic() - begun_s)}s)"))

    Thread(target=tell, name="slowness", daemon=True).start()
    try:
        yield
    finally:
        ended.set()
