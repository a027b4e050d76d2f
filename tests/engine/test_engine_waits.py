"""Waiting for containers on a real engine."""

import re
import threading
from typing import Any

import pytest

from tests.engine.engine_stack import SECOND, Stack
from wtc.errors import WtcError
from wtc.events import Progress
from wtc.model.observed import ContainerRef
from wtc.model.plan import Condition, RemoveContainer
from wtc.model.service import Healthcheck

pytestmark = pytest.mark.engine


@pytest.mark.parametrize(
    ("script", "attributes", "condition", "reason", "output"),
    [
        ("echo gone; exit 3", {}, Condition.STARTED, "exited with status 3 right after it started", "gone"),
        ("echo gone; exit 3", {}, Condition.COMPLETED, "exited with status 3", "gone"),
        (
            "echo loop; exit 5",
            {"restart": "on-failure:2"},
            Condition.READY,
            "exited with status 5 after 2 restarts",
            "loop",
        ),
        (
            "echo job; exit 5",
            {"restart": "on-failure:2"},
            Condition.COMPLETED,
            "exited with status 5 after 2 restarts",
            "job",
        ),
        ("exit 0", {}, Condition.HEALTHY, "exited with status 0 before it was healthy", ""),
        ("sleep 60", {}, Condition.HEALTHY, "has no healthcheck, so it never becomes healthy", ""),
        (
            "echo up; sleep 60",
            {"healthcheck": Healthcheck(test=("CMD-SHELL", "echo sick; false"), interval_ns=SECOND // 10, retries=1)},
            Condition.READY,
            "is unhealthy",
            "up",
        ),
    ],
)
def test_failed_container_is_reported_with_its_last_log_lines(
    stack: Stack, script: str, attributes: dict[str, Any], condition: Condition, reason: str, output: str
) -> None:
    made = stack.spec("db", script, **attributes)
    stack.up(made)
    with pytest.raises(WtcError) as caught:
        stack.do(stack.wait(made, condition))
    assert caught.value.message.startswith(f"service `db`: container `{made.name}` {reason}")
    assert output in caught.value.detail
    if "healthcheck" in attributes:
        assert caught.value.causes == ("last health check: sick",)


def test_timeout_names_the_condition(stack: Stack) -> None:
    made = stack.spec(healthcheck=Healthcheck(test=("CMD", "false"), interval_ns=60 * SECOND))
    stack.up(made)
    with pytest.raises(WtcError, match=r"is not healthy after 0\.5 s"):
        stack.do(stack.wait(made, Condition.HEALTHY, timeout_s=0.5))


def test_timeout_for_a_restarting_container_has_its_last_exit_status(stack: Stack) -> None:
    made = stack.spec("db", "echo loop; exit 5", restart="always")
    stack.up(made)
    with pytest.raises(WtcError, match=r"`db`: container .* is not ready after 2 s") as caught:
        stack.do(stack.wait(made, Condition.READY, timeout_s=2))
    (cause,) = caught.value.causes
    assert re.fullmatch(r"it exited \d times, the last time with status 5", cause)
    assert "loop" in caught.value.detail


@pytest.mark.parametrize("condition", [Condition.STARTED, Condition.COMPLETED, Condition.HEALTHY])
def test_wait_continues_until_a_restarted_container_succeeds(stack: Stack, condition: Condition) -> None:
    then = "exit 0" if condition is Condition.COMPLETED else "sleep 60"
    made = stack.spec(
        "db",
        f"echo x >>/tries; [ $(wc -l </tries) -gt 3 ] || exit 7; {then}",
        restart="on-failure",
        healthcheck=Healthcheck(test=("CMD", "true"), interval_ns=SECOND // 10),
    )
    events = stack.up(made, stack.wait(made, condition))
    output = [e.text for e in events if isinstance(e, Progress)]
    assert set(output) <= {f"exited with status 7, restart {n}" for n in (1, 2, 3)}
    assert output


def test_job_that_is_always_restarted_is_completed_once_it_succeeded(stack: Stack) -> None:
    made = stack.spec("job", "echo x >>/tries; [ $(wc -l </tries) -gt 1 ]", restart="always")
    stack.up(made, stack.wait(made, Condition.COMPLETED))


def test_failed_health_checks_are_reported_during_the_wait(stack: Stack) -> None:
    check = Healthcheck(test=("CMD-SHELL", "echo sick; false"), interval_ns=SECOND // 10, retries=1000)
    made = stack.spec("db", "sleep 60", healthcheck=check)
    stack.up(made)
    outcome, events = stack.try_to(stack.wait(made, Condition.HEALTHY, timeout_s=2))
    assert outcome.failed
    output = [e.text for e in events if isinstance(e, Progress)]
    assert output
    assert all(re.fullmatch(r"health check \d+ of 1000 failed: sick", text) for text in output), output


def test_completed_job_is_also_started(stack: Stack) -> None:
    made = stack.spec("job", "exit 0")
    stack.up(made)
    stack.do(*(stack.wait(made, c) for c in (Condition.STARTED, Condition.READY, Condition.COMPLETED)))


def test_wait_for_completion_lasts_until_the_job_ends(stack: Stack) -> None:
    made = stack.spec("job", "sleep 1; exit 0")
    stack.up(made, stack.wait(made, Condition.COMPLETED))


@pytest.mark.parametrize("condition", [Condition.COMPLETED, Condition.HEALTHY])
def test_stop_cancels_a_wait(stack: Stack, condition: Condition) -> None:
    made = stack.spec(healthcheck=Healthcheck(test=("CMD", "false"), interval_ns=60 * SECOND))
    stack.up(made)
    stop = threading.Event()
    timer = threading.Timer(0.5, stop.set)
    timer.start()
    outcome, _ = stack.try_to(stack.wait(made, condition, timeout_s=None), stop=stop)
    assert (len(outcome.skipped), outcome.failed) == (1, ())


def test_removed_container_ends_its_wait(stack: Stack) -> None:
    made = stack.spec(healthcheck=Healthcheck(test=("CMD", "false"), interval_ns=60 * SECOND))
    stack.up(made)
    timer = threading.Timer(0.5, lambda: stack.do(RemoveContainer(container=ContainerRef(name=made.name))))
    timer.start()
    with pytest.raises(WtcError, match=r"was removed|exited with status 137"):
        stack.do(stack.wait(made, Condition.HEALTHY, timeout_s=None))
    timer.join()
