"""When a container counts as started, healthy or done, and when it never will."""

from dataclasses import replace

import pytest

from wtc.engine.streams import frames
from wtc.engine.waiting import Sight, age, sight, since, verdict
from wtc.model.plan import Condition

STARTED, READY, HEALTHY, COMPLETED = Condition.STARTED, Condition.READY, Condition.HEALTHY, Condition.COMPLETED
RUNNING = Sight(
    name="ns_db", service="db", state="running", exit_code=0, health="", restarts=0, tty=False, started="2026"
)
AGAIN = None
HOLDS = ""


@pytest.mark.parametrize(
    ("condition", "change", "running_s", "expected"),
    [
        (STARTED, {}, 0.2, AGAIN),
        (STARTED, {}, 1.0, HOLDS),
        (STARTED, {"state": "created"}, 0, AGAIN),
        (STARTED, {"state": "exited"}, 0, HOLDS),
        (STARTED, {"state": "exited", "exit_code": 3}, 0, "exited with status 3 right after its start"),
        (STARTED, {"state": "dead"}, 0, "exited with status 0 right after its start"),
        (STARTED, {"health": "unhealthy"}, 1.0, HOLDS),
        (STARTED, {"state": "restarting", "restarts": 1, "exit_code": 3}, 0, AGAIN),
        (
            STARTED,
            {"state": "restarting", "restarts": 2, "exit_code": 3},
            0,
            "exits again and again, the last time with status 3",
        ),
        (STARTED, {"restarts": 2}, 0.1, "exits again and again, the last time with status 0"),
        (STARTED, {"restarts": 7}, 60.0, HOLDS),
        (READY, {}, 1.0, HOLDS),
        (READY, {"health": "starting"}, 60.0, AGAIN),
        (READY, {"health": "healthy"}, 0, HOLDS),
        (READY, {"health": "unhealthy"}, 60.0, "is unhealthy"),
        (READY, {"state": "exited"}, 0, HOLDS),
        (HEALTHY, {"health": "starting"}, 60.0, AGAIN),
        (HEALTHY, {"health": "healthy"}, 0, HOLDS),
        (HEALTHY, {"health": "unhealthy"}, 0, "is unhealthy"),
        (HEALTHY, {}, 1.0, "has no healthcheck, so it never gets healthy"),
        (HEALTHY, {"state": "exited"}, 0, "exited with status 0 before it was healthy"),
        (HEALTHY, {"state": "paused", "health": "healthy"}, 0, AGAIN),
        (COMPLETED, {}, 60.0, AGAIN),
        (COMPLETED, {"state": "exited"}, 0, HOLDS),
        (COMPLETED, {"state": "exited", "exit_code": 137}, 0, "exited with status 137"),
    ],
)
def test_verdict_on_a_container(
    condition: Condition, change: dict[str, object], running_s: float, expected: str | None
) -> None:
    seen = replace(RUNNING, **change)  # pyright: ignore[reportArgumentType]  a table of changes
    assert verdict(condition, seen, running_s=running_s) == expected


@pytest.mark.parametrize(
    ("started", "date", "expected"),
    [
        ("2026-11-21T02:00:00.123456789Z", "Sat, 21 Nov 2026 02:00:05 GMT", 5.0),
        ("2026-11-21T02:00:10Z", "Sat, 21 Nov 2026 02:00:05 GMT", 0.0),
        ("", "Sat, 21 Nov 2026 02:00:05 GMT", 0.0),
        ("2026-11-21T02:00:00Z", "", 0.0),
    ],
)
def test_age_is_by_the_engines_own_clock(started: str, date: str, expected: float) -> None:
    assert age(started, date) == expected


def test_what_is_missing_or_null_in_an_answer_is_nothing() -> None:
    assert sight({"Name": "/x", "State": {"Status": "running", "Health": None}, "Config": None}, "") == Sight(
        name="x", service="", state="running", exit_code=0, health="", restarts=0, tty=False, started=""
    )


@pytest.mark.parametrize(
    ("health", "probed", "expected"),
    [
        ("unhealthy", "12:00", "starting"),
        ("unhealthy", "12:05", "unhealthy"),
        ("healthy", "12:00", "healthy"),
        ("healthy", "12:05", "healthy"),
        ("", "", ""),
    ],
)
def test_a_resumed_container_is_unhealthy_by_a_later_probe_alone(health: str, probed: str, expected: str) -> None:
    before = replace(RUNNING, health="unhealthy", probed="12:00")
    assert since(before, replace(RUNNING, health=health, probed=probed)).health == expected


@pytest.mark.parametrize("size", [1, 3, 8, 100])
def test_frames_are_found_however_the_stream_is_cut(size: int) -> None:
    sent = b"\1\0\0\0\0\0\0\3abc\2\0\0\0\0\0\0\0\1\0\0\0\0\0\0\2de"
    chunks = [sent[i : i + size] for i in range(0, len(sent), size)]
    assert list(frames(chunks)) == [(1, b"abc"), (2, b""), (1, b"de")]


def test_frame_that_breaks_off_yields_what_came() -> None:
    assert list(frames([b"\1\0\0\0\0\0\0\5ab"])) == [(1, b"ab")]
