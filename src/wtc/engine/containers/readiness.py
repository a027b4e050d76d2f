"""Whether a container is started, ready, healthy or completed, and whether it can still become so. Pure.

Source: Engine API, `GET /containers/{id}/json` (State, RestartCount, HostConfig.RestartPolicy).
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from wtc import labels as label
from wtc.engine.client.json_access import Json, get_number, get_object, get_objects, get_text
from wtc.model.plan import Condition

SETTLED_S = 1.0
"""How long a container has to run before it counts as started."""
GIVE_UP_EXITS = 5
GIVE_UP_S = 60.0
"""A container whose restart policy has no bound is given up after so many exits and so long a wait."""
DEFAULT_RETRIES = 3
"""After so many failed health checks the engine calls a container unhealthy, if its healthcheck has no number."""
_ENDED = {"exited", "dead", "removing"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerState:
    """A container at one inspection. `age_s`: how long it has run by the engine's clock, 0 if that is unknown."""

    name: str
    service: str
    state: str
    exit_code: int
    health: str
    restarts: int
    """How often the restart policy restarted it, a restart that is still to come included."""
    tty: bool
    started: str
    max_restarts: int = 0
    """The bound of the restart policy, 0 if it has none."""
    age_s: float = 0.0
    health_output: str = ""
    """What the last health check printed."""
    health_failed: bool = False
    """Whether the last health check failed."""
    failing_streak: int = 0
    """Failed health checks in a row; those within the start period do not count."""
    retries: int = DEFAULT_RETRIES
    probed: str = ""
    """When the last health check began."""
    engine_error: str = ""

    @property
    def health_line(self) -> str:
        """The last line that the last health check printed."""
        return self.health_output.splitlines()[-1].strip() if self.health_output else ""


def container_state(inspected: Json, date: str) -> ContainerState:
    """From `GET /containers/{id}/json` and the `Date` of its response."""
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
    """Seconds from an RFC 3339 time to an HTTP date; 0 if one of them cannot be read."""
    try:
        begun = datetime.fromisoformat(started[:19]).replace(tzinfo=UTC)
        return max(0.0, (parsedate_to_datetime(date) - begun).total_seconds())
    except (TypeError, ValueError):
        return 0.0


def judge_condition(condition: Condition, seen: ContainerState, *, running_s: float, waited_s: float) -> str | None:
    """None: look again. Empty: the condition holds. Else why it never will (after "service `x`: container `y` ").

    `running_s` is how long the container has been seen running without a restart, `waited_s` how long the wait lasts.
    """
    if condition is Condition.READY:
        condition = Condition.HEALTHY if seen.health else Condition.STARTED
    if seen.state in _ENDED:
        return _ended(condition, seen)
    if seen.state == "restarting":
        return _restarting(condition, seen, waited_s)
    if seen.state != "running":
        return None
    match condition:
        case Condition.HEALTHY:
            return _healthy(seen, running_s)
        case Condition.COMPLETED:
            return None
        case _:
            return "" if running_s >= SETTLED_S else None


def since_earlier(before: ContainerState, seen: ContainerState) -> ContainerState:
    """What a later look shows: being unhealthy counts once there has been another health check."""
    stale = seen.health == "unhealthy" and seen.probed == before.probed
    return replace(seen, health="starting") if stale else seen


def pending_text(seen: ContainerState) -> str:
    """Why a container is not ready yet, in a few words; empty if its state does not show that."""
    if seen.state == "restarting":
        bound = f" of {seen.max_restarts}" if seen.max_restarts else ""
        return f"exited with status {seen.exit_code}, restart {seen.restarts}{bound}"
    if seen.state != "running" or seen.health != "starting" or not seen.health_failed:
        return ""
    count = f"{seen.failing_streak} of {seen.retries} failed" if seen.failing_streak else "failed in the start period"
    return f"health check {count}" + (f": {seen.health_line}" if seen.health_line else "")


def _ended(condition: Condition, seen: ContainerState) -> str:
    status = f"exited with status {seen.exit_code}"
    if condition is Condition.HEALTHY:
        return f"{status} before it was healthy"
    if seen.exit_code == 0 and seen.state == "exited":
        return ""
    if seen.restarts:
        return f"{status} after {seen.restarts} restart{'s' if seen.restarts > 1 else ''}"
    return status if condition is Condition.COMPLETED else f"{status} right after its start"


def _restarting(condition: Condition, seen: ContainerState, waited_s: float) -> str | None:
    """The engine decides if the policy has a bound; a job that succeeded is complete, even if it is restarted."""
    if condition is Condition.COMPLETED and seen.exit_code == 0:
        return ""
    if seen.max_restarts or seen.restarts < GIVE_UP_EXITS or waited_s < GIVE_UP_S:
        return None
    return f"exited {seen.restarts} times, the last time with status {seen.exit_code}"


def _healthy(seen: ContainerState, running_s: float) -> str | None:
    match seen.health:
        case "healthy":
            return ""
        case "unhealthy":
            return "is unhealthy"
        case "":
            return "has no healthcheck, so it never gets healthy" if running_s >= SETTLED_S else None
        case _:
            return None
