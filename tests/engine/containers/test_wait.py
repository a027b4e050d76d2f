"""When a container is started, healthy or completed, when it never will be, and what is missing until then."""

from dataclasses import replace

import pytest

from wtc.engine.client.output_stream import read_frames
from wtc.engine.containers.readiness import (
    ContainerState,
    container_state,
    health_check,
    judge_condition,
    last_exit_status,
    pending_text,
    running_for_s,
    since_earlier,
)
from wtc.model.diagnostic import HealthCheck
from wtc.model.plan import Condition

STARTED, READY, HEALTHY, COMPLETED = Condition.STARTED, Condition.READY, Condition.HEALTHY, Condition.COMPLETED
RUNNING = ContainerState(
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
        (STARTED, {"state": "exited", "exit_code": 3}, 0, "exited with status 3 right after it started"),
        (STARTED, {"state": "dead"}, 0, "exited with status 0 right after it started"),
        (STARTED, {"health": "unhealthy"}, 1.0, HOLDS),
        (READY, {}, 1.0, HOLDS),
        (READY, {"health": "starting"}, 60.0, AGAIN),
        (READY, {"health": "healthy"}, 0, HOLDS),
        (READY, {"health": "unhealthy"}, 60.0, "is unhealthy"),
        (READY, {"state": "exited"}, 0, HOLDS),
        (HEALTHY, {"health": "starting"}, 60.0, AGAIN),
        (HEALTHY, {"health": "healthy"}, 0, HOLDS),
        (HEALTHY, {"health": "unhealthy"}, 0, "is unhealthy"),
        (HEALTHY, {}, 1.0, "has no healthcheck, so it never becomes healthy"),
        (HEALTHY, {"state": "exited"}, 0, "exited with status 0 before it was healthy"),
        (HEALTHY, {"state": "paused", "health": "healthy"}, 0, AGAIN),
        (COMPLETED, {}, 60.0, AGAIN),
        (COMPLETED, {"state": "exited"}, 0, HOLDS),
        (COMPLETED, {"state": "exited", "exit_code": 137}, 0, "exited with status 137"),
    ],
)
def test_condition_is_judged_by_the_containers_state(
    condition: Condition, change: dict[str, object], running_s: float, expected: str | None
) -> None:
    container = replace(RUNNING, **change)  # pyright: ignore[reportArgumentType]  a table of changes
    assert judge_condition(condition, container, running_s=running_s, waited_s=0.0) == expected


@pytest.mark.parametrize("condition", [STARTED, READY, HEALTHY, COMPLETED])
@pytest.mark.parametrize(
    ("restarts", "max_restarts", "waited_s", "expected"),
    [
        # Without a maximum: five exits and sixty seconds.
        (1, 0, 0.0, AGAIN),
        (4, 0, 600.0, AGAIN),
        (9, 0, 59.9, AGAIN),
        (5, 0, 60.0, "exited 5 times, the last time with status 3"),
        (9, 0, 61.0, "exited 9 times, the last time with status 3"),
        # With a maximum, the engine decides.
        (5, 10, 600.0, AGAIN),
        (10, 10, 600.0, AGAIN),
    ],
)
def test_restart_policy_decides_how_often_a_container_may_exit(
    condition: Condition, restarts: int, max_restarts: int, waited_s: float, expected: str | None
) -> None:
    container = replace(RUNNING, state="restarting", exit_code=3, restarts=restarts, max_restarts=max_restarts)
    assert judge_condition(condition, container, running_s=0.0, waited_s=waited_s) == expected


@pytest.mark.parametrize(
    ("condition", "restarts", "expected"),
    [
        (STARTED, 1, "exited with status 3 after 1 restart"),
        (READY, 3, "exited with status 3 after 3 restarts"),
        (COMPLETED, 3, "exited with status 3 after 3 restarts"),
        (HEALTHY, 3, "exited with status 3 before it was healthy"),
    ],
)
def test_container_that_is_no_longer_restarted_is_reported_with_its_restarts(
    condition: Condition, restarts: int, expected: str
) -> None:
    container = replace(RUNNING, state="exited", exit_code=3, restarts=restarts, max_restarts=restarts)
    assert judge_condition(condition, container, running_s=0.0, waited_s=1.0) == expected


@pytest.mark.parametrize(
    ("state", "earlier", "expected"),
    [
        ("exited", None, 7),
        ("dead", 3, 7),
        ("restarting", None, 7),
        ("running", 3, 3),
        ("running", None, None),
        ("created", None, None),
    ],
)
def test_last_exit_status_is_none_until_the_container_has_exited(
    state: str, earlier: int | None, expected: int | None
) -> None:
    assert last_exit_status(replace(RUNNING, state=state, exit_code=7), earlier=earlier) == expected


def test_container_that_runs_after_many_restarts_is_started() -> None:
    container = replace(RUNNING, restarts=7)
    assert judge_condition(STARTED, container, running_s=0.2, waited_s=600.0) is AGAIN
    assert judge_condition(STARTED, container, running_s=1.0, waited_s=600.0) == HOLDS


def test_job_that_succeeded_is_completed_although_it_is_restarted() -> None:
    container = replace(RUNNING, state="restarting", restarts=1)
    assert judge_condition(COMPLETED, container, running_s=0.0, waited_s=0.0) == HOLDS
    assert judge_condition(STARTED, container, running_s=0.0, waited_s=0.0) is AGAIN


FAILED = {"health": "starting", "health_failed": True, "health_output": "wget: connection refused\nno\n", "retries": 5}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ""),
        ({"health": "starting"}, ""),
        ({**FAILED, "failing_streak": 2}, "health check 2 of 5 failed: no"),
        ({**FAILED, "failing_streak": 2, "health_output": ""}, "health check 2 of 5 failed"),
        ({**FAILED, "failing_streak": 0}, "health check failed in the start period: no"),
        ({**FAILED, "state": "paused", "failing_streak": 2}, ""),
        ({"state": "restarting", "exit_code": 3, "restarts": 2}, "exited with status 3, restart 2"),
        ({"state": "restarting", "restarts": 2, "max_restarts": 4}, "exited with status 0, restart 2 of 4"),
    ],
)
def test_pending_container_shows_what_is_missing(change: dict[str, object], expected: str) -> None:
    assert pending_text(replace(RUNNING, **change)) == expected  # pyright: ignore[reportArgumentType]  a table of changes


@pytest.mark.parametrize(
    ("started", "date", "expected"),
    [
        ("2026-11-21T02:00:00.123456789Z", "Sat, 21 Nov 2026 02:00:05 GMT", 5.0),
        ("2026-11-21T02:00:10Z", "Sat, 21 Nov 2026 02:00:05 GMT", 0.0),
        ("", "Sat, 21 Nov 2026 02:00:05 GMT", 0.0),
        ("2026-11-21T02:00:00Z", "", 0.0),
    ],
)
def test_age_is_measured_by_the_engines_clock(started: str, date: str, expected: float) -> None:
    assert running_for_s(started, date) == expected


def test_missing_and_null_values_of_a_response_are_empty() -> None:
    found = container_state({"Name": "/x", "State": {"Status": "running", "Health": None}, "Config": None}, "")
    assert found == ContainerState(
        name="x", service="", state="running", exit_code=0, health="", restarts=0, tty=False, started=""
    )


def test_failed_health_check_is_data_of_the_failure() -> None:
    sick = replace(RUNNING, health="unhealthy", health_failed=True, failing_streak=3, retries=3, health_output="a\nb")
    assert health_check(sick) == HealthCheck(failed=3, retries=3, output="a\nb")
    assert health_check(replace(sick, health_failed=False)) is None
    assert health_check(RUNNING) is None


def test_restart_policy_and_last_health_check_are_read() -> None:
    log = [{"ExitCode": 0, "Output": "old"}, {"ExitCode": 1, "Output": "so\nsick\n", "Start": "12:00"}]
    found = container_state(
        {
            "RestartCount": 2,
            "HostConfig": {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 4}},
            "Config": {"Healthcheck": {"Retries": 7}},
            "State": {"Health": {"Status": "starting", "FailingStreak": 1, "Log": log}},
        },
        "",
    )
    assert (found.restarts, found.max_restarts, found.retries, found.failing_streak) == (2, 4, 7, 1)
    assert (found.health_failed, found.health_line, found.probed) == (True, "sick", "12:00")


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
def test_resumed_container_is_unhealthy_only_after_a_new_health_check(health: str, probed: str, expected: str) -> None:
    before = replace(RUNNING, health="unhealthy", probed="12:00")
    assert since_earlier(before, replace(RUNNING, health=health, probed=probed)).health == expected


@pytest.mark.parametrize("size", [1, 3, 8, 100])
def test_frames_are_read_wherever_the_stream_is_cut(size: int) -> None:
    sent = b"\1\0\0\0\0\0\0\3abc\2\0\0\0\0\0\0\0\1\0\0\0\0\0\0\2de"
    chunks = [sent[i : i + size] for i in range(0, len(sent), size)]
    assert list(read_frames(chunks)) == [(1, b"abc"), (2, b""), (1, b"de")]


def test_truncated_frame_yields_the_part_that_arrived() -> None:
    assert list(read_frames([b"\1\0\0\0\0\0\0\5ab"])) == [(1, b"ab")]
