"""States are waited for, and a second `up` asks for nothing that changes: jobs, restart policies, namespaces, hooks."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.harness import Stack, Workshop, until
from tests.e2e.proxy import Proxy
from tests.e2e.scenarios.stackfile import inspected, service, stackfile, states

pytestmark = pytest.mark.engine

FOURTH_TRY = "sh -c 'echo x >>/tries; [ $$(wc -l </tries) -gt 3 ] || exit 7; {then}'"
"""Fails three times."""

SHOW_NAMESPACE = "sh -c 'readlink /proc/self/ns/{kind}; exec sleep 1000'"
KINDS = {"network_mode": "net"}


def completed(*names: str) -> str:
    return f"depends_on: {{{', '.join(f'{name}: {{condition: service_completed_successfully}}' for name in names)}}}"


def assert_nothing_changes(workshop: Workshop, witness: Callable[..., Proxy], stack: Stack) -> None:
    proxy = witness()
    again = workshop.up(env={"DOCKER_HOST": proxy.address})
    assert (proxy.changes, again.ids()) == ([], stack.ids())


def test_chain_of_completed_jobs_is_left_alone(workshop: Workshop, witness: Callable[..., Proxy]) -> None:
    text = stackfile(
        service("a", command="'true'"),
        service("b", completed("a"), command="'true'"),
        service("c", completed("b")),
    )
    workshop.commit({"compose.yaml": text})
    stack = workshop.up()
    assert states(stack) == {"a": "exited", "b": "exited", "c": "running"}
    assert_nothing_changes(workshop, witness, stack)


@pytest.mark.parametrize("policy", ["on-failure", "on-failure:5"])
def test_job_that_succeeds_at_its_fourth_try_is_waited_for(
    workshop: Workshop, witness: Callable[..., Proxy], policy: str
) -> None:
    text = stackfile(
        service("job", f"restart: {policy}", command=FOURTH_TRY.format(then="exit 0")),
        service("app", completed("job")),
    )
    workshop.commit({"compose.yaml": text})
    stack = workshop.up()
    assert states(stack) == {"job": "exited", "app": "running"}
    assert_nothing_changes(workshop, witness, stack)


def test_service_that_runs_at_its_fourth_try_is_waited_for(workshop: Workshop, witness: Callable[..., Proxy]) -> None:
    text = stackfile(service("web", "restart: on-failure", command=FOURTH_TRY.format(then="sleep 1000")))
    workshop.commit({"compose.yaml": text})
    stack = workshop.up()
    assert states(stack) == {"web": "running"}
    assert_nothing_changes(workshop, witness, stack)


def test_job_that_the_engine_gives_up_is_reported_with_its_last_exit_status(workshop: Workshop) -> None:
    text = stackfile(
        service("job", "restart: on-failure:2", command="sh -c 'exit 9'"), service("app", completed("job"))
    )
    workshop.commit({"compose.yaml": text})
    ended = workshop.refused("up", status=1)
    assert "_job` exited with status 9 after 2 restarts" in ended.err


@pytest.mark.parametrize("attribute", ["network_mode", "ipc", "pid"])
def test_sidecar_is_restarted_with_the_owner_of_its_namespace(
    workshop: Workshop, witness: Callable[..., Proxy], attribute: str
) -> None:
    shareable = ["ipc: shareable"] if attribute == "ipc" else []
    show = SHOW_NAMESPACE.format(kind=KINDS.get(attribute, attribute))
    text = stackfile(
        service("pause", *shareable, command=show), service("app", f"{attribute}: service:pause", command=show)
    )
    workshop.commit({"compose.yaml": text})
    stack = workshop.up()
    ids = stack.ids()
    stack.container("pause").kill()
    until(lambda: states(stack)["pause"] == "exited", "`pause` is killed")
    workshop.up()
    assert stack.ids() == ids
    assert started(stack, "app") > started(stack, "pause")
    assert_one_namespace(stack)
    # It restarts alone, and leaves the other one in a namespace that has ended.
    stack.container("pause").restart(timeout=0)
    workshop.up()
    assert stack.ids() == ids
    assert started(stack, "app") > started(stack, "pause")
    assert_one_namespace(stack)
    assert_nothing_changes(workshop, witness, stack)


def test_sidecar_follows_the_owner_of_its_namespace_that_was_recreated_alone(
    workshop: Workshop, witness: Callable[..., Proxy]
) -> None:
    show = SHOW_NAMESPACE.format(kind="net")
    text = stackfile(service("pause", command=show), service("app", "network_mode: service:pause", command=show))
    workshop.commit({"compose.yaml": text})
    stack = workshop.up()
    workshop.wtc("up", "--recreate", "pause")
    workshop.up()
    assert_one_namespace(stack)
    assert_nothing_changes(workshop, witness, stack)


HOOK = "pre_stop: [{command: [sh, -c, 'echo cannot drain; exit 4']}]"


@pytest.mark.parametrize(
    ("arguments", "state"),
    [
        (("up", "--recreate"), "running"),
        (("restart",), "running"),
        (("stop",), "exited"),
        (("down",), None),
        (("clean", "-y"), None),
    ],
    ids=["up --recreate", "restart", "stop", "down", "clean"],
)
def test_failed_hook_before_a_stop_is_a_warning(
    workshop: Workshop, arguments: tuple[str, ...], state: str | None
) -> None:
    workshop.commit({"compose.yaml": stackfile(service("web", HOOK))})
    stack = workshop.up()
    ended = workshop.wtc(*arguments)
    assert states(stack).get("web") == state
    if arguments[0] != "clean":  # it runs no hooks
        assert "ended with status 4" in ended.err
        assert "cannot drain" in ended.err


def started(stack: Stack, name: str) -> Any:
    return inspected(stack, name)["State"]["StartedAt"]


def assert_one_namespace(stack: Stack) -> None:
    def shown(name: str) -> bytes:
        return stack.container(name).logs(tail=1)

    until(lambda: shown("app") == shown("pause"), "`app` runs in the namespace of `pause`")
