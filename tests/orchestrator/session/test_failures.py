"""The failures of a plan become one error, of the type of the first."""

from typing import TYPE_CHECKING, cast

import pytest

from tests.planner.world import NAMESPACE, stranger
from wtc.engine.executor import Outcome
from wtc.errors import (
    BuildFailedError,
    ContainerFailedError,
    EngineError,
    EngineUnreachableError,
    PortTakenError,
    WtcError,
)
from wtc.model.desired import DesiredImage
from wtc.model.diagnostic import Diagnostic, FailedContainer
from wtc.model.observed import ContainerRef, ObservedContainer
from wtc.model.plan import BuildImage, Condition, Operation, PlanNode, RemoveContainer, StartContainer, WaitContainer
from wtc.orchestrator.session import failures
from wtc.orchestrator.session.failures import HINTS, SEE_STATE, combine_failures, raise_failed

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

WEB, DB = ContainerRef(name="p_web"), ContainerRef(name="p_db")
LATE = FailedContainer(
    service="db", name="p_db", state="running", exit_status=None, health="unhealthy", log_lines=("no disk",)
)
NOT_READY = ContainerFailedError(
    "container `p_db` is unhealthy",
    causes=["its healthcheck says: no disk"],
    hints=["to see its logs, run `wtc logs db`"],
    detail="no disk",
    containers=[LATE],
)
TAKEN = PortTakenError("host port `80` is taken", ports=[80], status=500, causes=["bind: address in use"])


def image(service: str) -> DesiredImage:
    return DesiredImage(reference=f"p-{service}", service=service)


def failed(operation: Operation, error: WtcError, *, service: str = "") -> tuple[PlanNode, WtcError]:
    return PlanNode(id=1, operation=operation, service=service, cause="not there yet"), error


WAIT = failed(WaitContainer(container=DB, condition=Condition.HEALTHY), NOT_READY, service="db")
REMOVE = failed(RemoveContainer(container=WEB), EngineUnreachableError("cannot reach the engine"))
START = failed(StartContainer(container=WEB), TAKEN, service="web")


@pytest.mark.parametrize(
    ("first", "kind", "code", "status"),
    [
        (START, PortTakenError, "port_taken", 1),
        (WAIT, ContainerFailedError, "container_failed", 1),
        (REMOVE, EngineUnreachableError, "engine_unreachable", 4),
    ],
)
def test_error_keeps_the_type_of_the_first_failure(
    first: tuple[PlanNode, WtcError], kind: type[WtcError], code: str, status: int
) -> None:
    error = combine_failures([first, WAIT], [])
    assert (type(error), error.code, error.exit_status, error.message) == (kind, code, status, first[1].message)
    assert error.causes == first[1].causes


def test_error_keeps_the_status_of_the_engine_and_the_ports() -> None:
    error = combine_failures([START], [])
    assert isinstance(error, PortTakenError)
    assert (error.status, error.ports) == (500, (80,))


def test_other_failures_have_their_own_place_and_their_hints_are_kept_once() -> None:
    error = combine_failures([START, WAIT, WAIT], [], notes=("running now: web",), hints=HINTS)
    unhealthy = "container `p_db` is unhealthy: its healthcheck says: no disk"
    assert [(d.message, d.path) for d in error.diagnostics] == [
        ("host port `80` is taken", ("services", "web")),
        (unhealthy, ("services", "db")),
        (unhealthy, ("services", "db")),
    ]
    assert error.notes == ("running now: web",)
    assert error.hints == ("to see its logs, run `wtc logs db`", *HINTS)


@pytest.mark.parametrize("placed_first", [True, False])
def test_failure_that_is_not_about_the_file_is_a_note(placed_first: bool) -> None:  # noqa: FBT001
    error = combine_failures([START, REMOVE] if placed_first else [REMOVE, START], [])
    other = REMOVE if placed_first else START
    assert error.notes == (f"also: {': '.join([other[1].message, *other[1].causes[:1]])}",)
    assert [d.path for d in error.diagnostics] == ([("services", "web")] if placed_first else [])


def test_detail_of_a_single_failure_is_unchanged() -> None:
    assert combine_failures([START, WAIT, WAIT], []).detail == "no disk"


def test_details_of_all_failures_carry_their_service() -> None:
    build = failed(
        BuildImage(image=image("web")), BuildFailedError("not built", detail="RUN make\nno rule\n"), service="web"
    )
    assert combine_failures([WAIT, build], []).detail == "db  | no disk\nweb | RUN make\nweb | no rule"


@pytest.mark.parametrize(
    ("failure", "note", "hints"),
    [
        ("build", "still running, unchanged: web", (SEE_STATE,)),
        ("start", "running now: web", HINTS),
    ],
)
def test_failed_build_does_not_suggest_to_remove_what_still_runs(
    failure: str, note: str, hints: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    running = stranger("p_web", service="web", state="running")

    def observed(*_: object) -> tuple[ObservedContainer, ...]:
        return (running,)

    monkeypatch.setattr(failures, "_observed_containers", observed)
    build = failed(BuildImage(image=image("web")), BuildFailedError("not built"), service="web")
    outcome = Outcome(failed=(build if failure == "build" else START,))
    with pytest.raises(WtcError) as caught:
        raise_failed(outcome, cast("Engine", None), NAMESPACE, interrupted=False, services={"web"})
    assert (caught.value.notes, caught.value.hints) == ((note,), hints)


def test_services_that_were_not_started_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def observed(*_: object) -> tuple[ObservedContainer, ...]:
        return ()

    monkeypatch.setattr(failures, "_observed_containers", observed)
    start = PlanNode(id=2, operation=StartContainer(container=WEB), service="web", cause="")
    wait = PlanNode(id=3, operation=WaitContainer(container=WEB, condition=Condition.READY), service="web", cause="")
    outcome = Outcome(failed=(WAIT,), skipped=(start, wait))
    with pytest.raises(ContainerFailedError) as caught:
        raise_failed(outcome, cast("Engine", None), NAMESPACE, interrupted=False, services={"web", "db"})
    assert caught.value.notes == ("not started: web", "nothing of the stack is running")


def test_failures_are_not_changed() -> None:
    before = dict(vars(TAKEN))
    combine_failures([START, WAIT], [], notes=("a note",), hints=HINTS)
    assert vars(TAKEN) == before


def test_failed_start_is_about_its_service_in_the_file() -> None:
    diagnostic = Diagnostic(message="host port `80` is taken", path=("services", "web"), service="web")
    assert combine_failures([START], []).diagnostics == (diagnostic,)


def test_containers_of_all_failures_are_listed_once() -> None:
    assert combine_failures([WAIT, WAIT], []).containers == (LATE,)


@pytest.mark.parametrize(
    ("state", "exit_code", "expected"),
    [("created", 0, None), ("created", 127, 127), ("exited", 0, 0), ("exited", 3, 3), ("running", 0, None)],
)
def test_container_that_does_not_start_is_listed_as_observed(state: str, exit_code: int, expected: int | None) -> None:
    seen = stranger("p_web", service="web", state=state, exit_code=exit_code)
    other = stranger("p_job", service="job")
    assert combine_failures([START], [other, seen]).containers == (
        FailedContainer(service="web", name="p_web", state=state, exit_status=expected, health=""),
    )


def test_container_that_is_removed_is_not_listed() -> None:
    gone = failed(RemoveContainer(container=WEB), EngineError("cannot remove"), service="web")
    assert combine_failures([gone, START], []).containers == ()
