"""Judge whether a container is started, ready, healthy or completed, or can still become so. Pure.

Source: Engine API, `GET /containers/{id}/json` (State, RestartCount, HostConfig.RestartPolicy).
"""

from datetime import UTC, datetime

from wtc import labels as label
from wtc.dataclass import dataclass, replace
from wtc.engine.client.json_access import Json, get_number, get_object, get_objects, get_text, parse_http_date
from wtc.model.diagnostic import HealthCheck
from wtc.model.plan import Condition

SETTLED_S = 0.3
"""How long a container has to run before it counts as started."""
GIVE_UP_EXITS = 5
GIVE_UP_S = 60.0
"""A container whose restart policy has no limit has failed after this many exits and this long a wait."""
NOT_STARTED_S = 10.0
"""How long a container may be `created` after the engine has accepted its start."""
DEFAULT_RETRIES = 3
"""The number of failed health checks that make a container unhealthy, if its healthcheck does not set `retries`."""
_ENDED = {"exited", "dead", "removing"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerState:
    """A container at one inspection. `age_s`: how long it has run by the engine's clock, 0 if unknown."""

    name: str
    service: str
    state: str
    exit_code: int
    health: str
    restarts: int
    """The number of restarts by the restart policy, including a pending one."""
    tty: bool
    started: str
    max_restarts: int = 0
    """The maximum of the restart policy, 0 if it has none."""
    age_s: float = 0.0
    health_output: str = ""
    """What the last health check printed."""
    health_failed: bool = False
    """Whether the last health check failed."""
    failing_streak: int = 0
    """Failed health checks in a row; those within the start period do not count."""
    retries: int = DEFAULT_RETRIES
    probed: str = ""
    """When the last health check began, in RFC 3339."""
    engine_error: str = ""

    @property
    def health_line(self) -> str:
        """The last line that the last health check printed."""
        return self.health_output.splitlines()[-1].strip() if self.health_output else ""


def container_state(inspected: Json, date: str) -> ContainerState:
    """Parse `GET /containers/{id}/json` and the `Date` of its response."""
    state, health = get_object(inspected, "State"), get_object(inspected, "State", "Health")
    labels = get_object(inspected, "Config", "Labels")
    checks = get_objects(health, "Log")
    status = get_text(health, "Status")
    return ContainerState(
        name=get_text(inspected, "Name").removeprefix("/"),
        service=get_text(labels, label.SERVICE),
        state=get_text(state, "Status"),
        exit_code=get_number(state, "ExitCode"),
        health="" if status == "none" else status,
        restarts=get_number(inspected, "RestartCount"),
        max_restarts=get_number(get_object(inspected, "HostConfig", "RestartPolicy"), "MaximumRetryCount"),
        tty=bool(get_object(inspected, "Config").get("Tty")),
        started=get_text(state, "StartedAt"),
        age_s=running_for_s(get_text(state, "StartedAt"), date),
        health_output=get_text(checks[-1], "Output").strip() if checks else "",
        health_failed=bool(checks) and get_number(checks[-1], "ExitCode") != 0,
        failing_streak=get_number(health, "FailingStreak"),
        retries=get_number(get_object(inspected, "Config", "Healthcheck"), "Retries") or DEFAULT_RETRIES,
        probed=get_text(checks[-1], "Start") if checks else "",
        engine_error=get_text(state, "Error"),
    )


def last_exit_status(seen: ContainerState, *, earlier: int | None) -> int | None:
    """Return the status of the last exit, `earlier` if the container runs again; None if it has not exited."""
    return seen.exit_code if seen.state in _ENDED or seen.state == "restarting" else earlier


def running_for_s(started: str, date: str) -> float:
    """Return the seconds from an RFC 3339 time to an HTTP date; 0 if one of them is not valid."""
    try:
        start = datetime.fromisoformat(started[:19]).replace(tzinfo=UTC)
    except (TypeError, ValueError):
        return 0.0
    now_s = parse_http_date(date)
    return max(0.0, now_s - start.timestamp()) if now_s else 0.0


def judge_condition(
    condition: Condition, container: ContainerState, *, running_s: float, waited_s: float
) -> str | None:
    """Return None to inspect again, empty if the condition holds, else why it never will.

    The reason completes "service `x`: container `y` ...". `running_s` is how long the container has been running
    without a restart, `waited_s` how long the wait has lasted.
    """
    if condition is Condition.READY:
        condition = Condition.HEALTHY if container.health else Condition.STARTED
    if container.state in _ENDED:
        return _ended(condition, container)
    if container.state == "restarting":
        return _restarting(condition, container, waited_s)
    if container.state == "created" and waited_s >= NOT_STARTED_S:
        return "is not running, although the engine has started it"
    if container.state != "running":
        return None
    match condition:
        case Condition.HEALTHY:
            return _healthy(container, running_s)
        case Condition.COMPLETED:
            return None
        case _:
            return "" if running_s >= SETTLED_S else None


def since_earlier(before: ContainerState, container: ContainerState) -> ContainerState:
    """Return the later state; `unhealthy` counts as `starting` until another health check has run."""
    stale = container.health == "unhealthy" and container.probed == before.probed
    return replace(container, health="starting") if stale else container


def health_check(container: ContainerState) -> HealthCheck | None:
    """Return the last health check if it failed."""
    if not container.health_failed:
        return None
    return HealthCheck(failed=container.failing_streak, retries=container.retries, output=container.health_output)


def pending_text(container: ContainerState) -> str:
    """Return why a container is not ready yet, in a few words; empty if its state does not show it."""
    if container.state == "restarting":
        limit = f" of {container.max_restarts}" if container.max_restarts else ""
        return f"exited with status {container.exit_code}, restart {container.restarts}{limit}"
    if container.state != "running" or container.health != "starting" or not container.health_failed:
        return ""
    count = (
        f"{container.failing_streak} of {container.retries} failed"
        if container.failing_streak
        else "failed in the start period"
    )
    return f"health check {count}" + (f": {container.health_line}" if container.health_line else "")


def _ended(condition: Condition, container: ContainerState) -> str:
    status = f"exited with status {container.exit_code}"
    if condition is Condition.HEALTHY:
        return f"{status} before it was healthy"
    if container.exit_code == 0 and container.state == "exited":
        return ""
    if container.restarts:
        return f"{status} after {container.restarts} restart{'s' if container.restarts > 1 else ''}"
    return status if condition is Condition.COMPLETED else f"{status} right after it started"


def _restarting(condition: Condition, container: ContainerState, waited_s: float) -> str | None:
    """Return the verdict while the engine restarts the container. A job that succeeded once is complete."""
    if condition is Condition.COMPLETED and container.exit_code == 0:
        return ""
    if container.max_restarts or container.restarts < GIVE_UP_EXITS or waited_s < GIVE_UP_S:
        return None
    return f"exited {container.restarts} times, the last time with status {container.exit_code}"


def _healthy(container: ContainerState, running_s: float) -> str | None:
    match container.health:
        case "healthy":
            return ""
        case "unhealthy":
            return "is unhealthy"
        case "":
            return "has no healthcheck, so it never becomes healthy" if running_s >= SETTLED_S else None
        case _:
            return None
