"""What takes long outside of a plan is reported again and again."""

import threading

import pytest

from wtc.events import Event, Note
from wtc.report_slowness import report_slowness


def test_work_that_takes_long_is_reported_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wtc.report_slowness.SILENCE_S", 0.01)
    reports, events = threading.Semaphore(0), list[Event]()

    def report(event: Event) -> None:
        events.append(event)
        reports.release()

    with report_slowness(report, "reading `web`", reporting=threading.Lock()):
        assert reports.acquire(timeout=10)
        assert reports.acquire(timeout=10)
    assert events[:2] == [Note(text="still reading `web` (0s)")] * 2


def test_work_that_ends_soon_is_not_reported() -> None:
    events: list[Event] = []
    with report_slowness(events.append, "reading `web`", reporting=threading.Lock()):
        pass
    assert events == []
