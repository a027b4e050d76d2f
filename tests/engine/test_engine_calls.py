"""Observation and operations on a real engine."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.engine.engine_specs import spec
from wtc import labels as label
from wtc.engine.connection import Engine, connect
from wtc.engine.execute import Outcome, execute
from wtc.engine.logs import logs, tail
from wtc.engine.observe import namespaces, observe, published_ports, stacks
from wtc.errors import ConflictError, PortTakenError, WtcError
from wtc.events import Event, NodeFailed, Warned
from wtc.model.desired import ContainerSpec, InjectedFile
from wtc.model.mounts import Mount
from wtc.model.namespace import Namespace
from wtc.model.plan import (
    Condition,
    ConnectNetwork,
    ContainerRef,
    CreateContainer,
    CreateNetwork,
    CreateVolume,
    DisconnectNetwork,
    InjectFiles,
    Operation,
    Plan,
    PlanNode,
    RemoveContainer,
    RemoveNetwork,
    RemoveVolume,
    RenameContainer,
    RunHook,
    StartContainer,
    StopContainer,
    WaitContainer,
)
from wtc.model.project import Network, Volume
from wtc.model.service import Attachment, Healthcheck, Hook, Port

pytestmark = pytest.mark.engine
SECOND = 1_000_000_000
IMAGE = "busybox:1.36"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    keep = ("HOME", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")
    found = connect(context="", environment={k: v for k, v in os.environ.items() if k in keep})
    yield found
    found.close()


class Stack:
    """A namespace of its own on the engine, gone after the test."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        name = f"wtctest-{os.urandom(4).hex()}"
        self.namespace = Namespace(name=name, worktree=f"/nowhere/{name}")
        self.network = f"{name}_net"
        self.volume = f"{name}_data"
        self.labels = label.own(self.namespace)

    def spec(self, service: str = "web", script: str = "sleep 60", **attributes: Any) -> ContainerSpec:
        labels = {**self.labels, label.SERVICE: service, label.COMPOSE_SERVICE: service, label.COMPOSE_NUMBER: "1"}
        return spec(
            f"{self.namespace.name}_{service}",
            labels={**labels, label.CONFIG_HASH: "h"},
            **{
                "name": service,
                "command": ("sh", "-c", script),
                "init": True,
                "networks": {self.network: Attachment(aliases=(service,))},
                "stop_grace_period_ns": 0,
                **attributes,
            },
        )

    def make_network(self) -> None:
        self.do(CreateNetwork(network=Network(key="default", name=self.network, labels=self.labels)))

    def make_volume(self) -> None:
        self.do(CreateVolume(volume=Volume(key="data", name=self.volume, labels=self.labels)))

    def do(self, *operations: Operation, stop: threading.Event | None = None) -> list[Event]:
        """One after another; raises the first failure."""
        outcome, events = self.try_to(*operations, stop=stop)
        if outcome.failed:
            raise outcome.failed[0][1]
        return events

    def try_to(self, *operations: Operation, stop: threading.Event | None = None) -> tuple[Outcome, list[Event]]:
        nodes = (
            PlanNode(id=i, operation=operation, cause="test", after=(i - 1,) if i else ())
            for i, operation in enumerate(operations)
        )
        events: list[Event] = []
        return execute(Plan(nodes=tuple(nodes)), self.engine, on_event=events.append, stop=stop), events

    def up(self, made: ContainerSpec, *more: Operation) -> list[Event]:
        ref = ContainerRef(name=made.name)
        networks = tuple(made.config.networks)
        return self.do(
            CreateContainer(name=made.name, spec=made, networks=networks), StartContainer(container=ref), *more
        )

    def wait(self, made: ContainerSpec, condition: Condition, timeout_s: float | None = 20) -> WaitContainer:
        return WaitContainer(container=ContainerRef(name=made.name), condition=condition, timeout_s=timeout_s)

    def clean(self) -> None:
        found = observe(self.engine, self.namespace)
        for container in found.containers:
            self.do(RemoveContainer(container=ContainerRef(name=container.name, id=container.id), volumes=True))
        for network in found.networks.values():
            if network.labels.get(label.PROJECT) == self.namespace.name:
                self.do(RemoveNetwork(name=network.name, id=network.id))
        for volume in found.volumes.values():
            if volume.labels.get(label.PROJECT) == self.namespace.name:
                self.do(RemoveVolume(name=volume.name))


@pytest.fixture
def stack(engine: Engine) -> Iterator[Stack]:
    made = Stack(engine)
    try:
        made.make_network()
        yield made
    finally:
        made.clean()


Raw = Callable[[str, str, dict[str, Any] | None], Any]


@pytest.fixture
def raw(engine: Engine) -> Raw:
    """The engine, past all of wtc's care."""

    def call(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        response = engine.call(method, path, doing="test", body=body, accept=(404,))
        return response.json() if response.content else None

    return call


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_stack_is_observed_as_it_was_made(engine: Engine, stack: Stack) -> None:
    stack.make_volume()
    port = free_port()
    made = stack.spec(
        volumes=(
            Mount(type="volume", source=stack.volume, target="/data"),
            Mount(type="volume", target="/anon"),
        ),
        ports=(Port(target=80, published=str(port), host_ip="127.0.0.1"),),
        healthcheck=Healthcheck(test=("CMD", "true"), interval_ns=SECOND),
    )
    stack.up(made, stack.wait(made, Condition.HEALTHY))
    found = observe(engine, stack.namespace, references=[IMAGE, "wtctest/none:1"])
    (seen,) = found.containers
    assert (seen.name, seen.service, seen.number, seen.image) == (made.name, "web", 1, IMAGE)
    assert (seen.state, seen.health, seen.config_hash, seen.stop_grace_s) == ("running", "healthy", "h", 0)
    assert seen.networks == {stack.network: found.networks[stack.network].id}
    assert {(m.target, m.anonymous) for m in seen.volumes} == {("/data", False), ("/anon", True)}
    assert [(p.target, p.protocol, p.host_ip, p.port) for p in seen.ports] == [(80, "tcp", "127.0.0.1", port)]
    assert seen.image_id == found.images[IMAGE].id
    assert "wtctest/none:1" not in found.images
    assert found.volumes[stack.volume].labels[label.MANAGED] == "true"
    assert made.name not in found.foreign_names

    assert namespaces(engine)[stack.namespace.name] == stack.namespace.worktree
    (mine,) = (s for s in stacks(engine) if s.namespace == stack.namespace)
    assert [(c.name, c.state, c.health) for c in mine.containers] == [(made.name, "running", "healthy")]
    assert [n.name for n in mine.networks] == [stack.network]
    assert [v.name for v in mine.volumes] == [stack.volume]
    assert port in published_ports(engine)
    assert port not in published_ports(engine, other_than=stack.namespace)

    stack.do(StopContainer(container=ContainerRef(name=made.name)))
    (stopped,) = observe(engine, stack.namespace).containers
    assert (stopped.state, stopped.ports) == ("exited", seen.ports)
    assert port in published_ports(engine)


def test_what_others_made_is_known_by_name_alone(engine: Engine, stack: Stack, raw: Raw) -> None:
    name = f"{stack.namespace.name}_foreign"
    raw("POST", f"/containers/create?name={name}", {"Image": IMAGE})
    try:
        found = observe(engine, stack.namespace)
        assert name in found.foreign_names
        assert found.containers == ()
    finally:
        raw("DELETE", f"/containers/{name}", None)


def test_external_things_are_found_by_name_and_not_by_half_an_id(engine: Engine, stack: Stack) -> None:
    identity = observe(engine, stack.namespace).networks[stack.network].id
    found = observe(engine, stack.namespace, networks=[identity, identity[:12]], volumes=["wtctest-none"])
    assert found.networks[identity].name == stack.network
    assert identity[:12] not in found.networks
    assert "wtctest-none" not in found.volumes


def test_every_step_may_be_taken_twice(stack: Stack) -> None:
    stack.make_volume()
    stack.make_volume()
    stack.make_network()
    made = stack.spec()
    ref = ContainerRef(name=made.name)
    create = CreateContainer(name=made.name, spec=made, networks=(stack.network,))
    start, stop = StartContainer(container=ref), StopContainer(container=ref)
    remove = RemoveContainer(container=ref)
    stack.do(create, create, start, start, stop, stop, start, stop, remove, remove, stop)
    gone = [RemoveNetwork(name=stack.network, id=""), RemoveVolume(name=stack.volume)]
    stack.do(*gone, *gone)
    stack.make_network()


def test_paused_container_goes_on(engine: Engine, stack: Stack, raw: Raw) -> None:
    made = stack.spec()
    stack.up(made)
    raw("POST", f"/containers/{made.name}/pause", None)
    stack.do(StartContainer(container=ContainerRef(name=made.name)))
    assert observe(engine, stack.namespace).containers[0].state == "running"


def test_replacement_takes_name_and_volumes(engine: Engine, stack: Stack) -> None:
    made = stack.spec("db", "echo kept > /anon/file; sleep 60", volumes=(Mount(type="volume", target="/anon"),))
    stack.up(made, stack.wait(made, Condition.STARTED))
    (old,) = observe(engine, stack.namespace).containers
    again = replace(made, config=replace(made.config, command=("sh", "-c", "cat /anon/file")))
    create = CreateContainer(
        name=f"next_{made.name}",
        spec=again,
        networks=(stack.network,),
        replaces=ContainerRef(name=old.name, id=old.id),
        inherited_volumes=tuple((v.name, v.target) for v in old.volumes),
    )
    ref = ContainerRef(name=made.name)
    rename = RenameContainer(container=ContainerRef(name=create.name), name=made.name)
    stack.do(
        create, StopContainer(container=ref), RemoveContainer(container=ref), rename, StartContainer(container=ref)
    )
    stack.do(stack.wait(made, Condition.COMPLETED))
    (new,) = observe(engine, stack.namespace).containers
    assert (new.name, new.replaces) == (made.name, old.id)
    assert tail(engine, new.id, 5) == "kept"


def test_networks_come_and_go(engine: Engine, stack: Stack) -> None:
    second = f"{stack.namespace.name}_second"
    made = stack.spec()
    stack.do(CreateNetwork(network=Network(key="second", name=second, labels=stack.labels)))
    stack.up(made)
    ref = ContainerRef(name=made.name)
    connect_ = ConnectNetwork(container=ref, network=second, attachment=Attachment(aliases=("web",)))
    stack.do(connect_, connect_)
    assert set(observe(engine, stack.namespace).containers[0].networks) == {stack.network, second}
    outcome, _ = stack.try_to(RemoveNetwork(name=second, id=""))
    assert outcome.failed[0][1].causes[0] == f"still on it: `{made.name}`"
    leave = DisconnectNetwork(container=ref, network=second)
    stack.do(leave, leave, RemoveNetwork(name=second, id=""), leave)


def test_files_have_owner_and_mode_and_touch_no_folder(engine: Engine, stack: Stack) -> None:
    made = stack.spec("web", "stat -c '%a %u %g %n' /run/secrets/key /etc/app.conf /etc; cat /run/secrets/key")
    ref = ContainerRef(name=made.name)
    files = (
        InjectedFile(path="/run/secrets/key", content=b"secret", uid=5, gid=6, mode=0o440),
        InjectedFile(path="/etc/app.conf", content=b"", mode=0o444),
    )
    inject = InjectFiles(container=ref, files=files)
    create = CreateContainer(name=made.name, spec=made, networks=(stack.network,))
    stack.do(create, inject, StartContainer(container=ref), stack.wait(made, Condition.COMPLETED))
    assert tail(engine, made.name, 9).splitlines() == [
        "440 5 6 /run/secrets/key",
        "444 0 0 /etc/app.conf",
        "755 0 0 /etc",
        "secret",
    ]


def test_hook_runs_in_the_container_and_its_failure_has_its_output(stack: Stack) -> None:
    made = stack.spec()
    stack.up(made)
    ref = ContainerRef(name=made.name)
    hook = Hook(command=("sh", "-c", 'echo "$A $(pwd) $(id -u)"; exit 4'), environment={"A": "b"}, working_dir="/tmp")
    with pytest.raises(WtcError, match="ended with status 4") as caught:
        stack.do(RunHook(container=ref, hook=replace(hook, user="7")))
    assert caught.value.detail == "b /tmp 7"
    stack.do(RunHook(container=ref, hook=Hook(command=("true",))))


@pytest.mark.parametrize("tty", [False, True])
def test_logs_are_read_from_terminals_and_from_pipes(engine: Engine, stack: Stack, *, tty: bool) -> None:
    made = stack.spec("web", "echo one; echo two >&2; echo three", tty=tty)
    stack.up(made, stack.wait(made, Condition.COMPLETED))
    for spoken in (engine, replace(engine, api_version=(1, 41))):
        assert sorted(tail(spoken, made.name, 9).splitlines()) == ["one", "three", "two"]
        assert tail(spoken, made.name, 1) in {"three", "two"}


def test_followed_logs_end_when_told(engine: Engine, stack: Stack) -> None:
    made = stack.spec("web", "echo one; sleep 60")
    stack.up(made)
    stream = logs(engine, made.name, follow=True)
    found: list[bytes] = []

    def read() -> None:
        with engine.mapping("read"):
            found.extend(content for _, content in stream)

    reader = threading.Thread(target=suppressed(read))
    reader.start()
    stack.do(stack.wait(made, Condition.STARTED))
    stream.close()
    reader.join(10)
    assert not reader.is_alive()
    assert b"".join(found) == b"one\n"


def suppressed(act: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        try:
            act()
        except WtcError:
            return

    return run


@pytest.mark.parametrize(
    ("script", "attributes", "condition", "why", "said"),
    [
        ("echo gone; exit 3", {}, Condition.STARTED, "exited with status 3 right after its start", "gone"),
        ("echo gone; exit 3", {}, Condition.COMPLETED, "exited with status 3", "gone"),
        ("echo loop; exit 5", {"restart": "always"}, Condition.READY, "exits again and again", "loop"),
        ("exit 0", {}, Condition.HEALTHY, "exited with status 0 before it was healthy", ""),
        ("sleep 60", {}, Condition.HEALTHY, "has no healthcheck, so it never gets healthy", ""),
        (
            "echo up; sleep 60",
            {"healthcheck": Healthcheck(test=("CMD-SHELL", "echo sick; false"), interval_ns=SECOND // 10, retries=1)},
            Condition.READY,
            "is unhealthy",
            "up",
        ),
    ],
)
def test_container_that_fails_is_told_with_its_last_words(
    stack: Stack, script: str, attributes: dict[str, Any], condition: Condition, why: str, said: str
) -> None:
    made = stack.spec("db", script, **attributes)
    stack.up(made)
    with pytest.raises(WtcError) as caught:
        stack.do(stack.wait(made, condition))
    assert caught.value.message.startswith(f"service `db`: container `{made.name}` {why}")
    assert said in caught.value.detail
    if "healthcheck" in attributes:
        assert caught.value.causes == ("its healthcheck says: sick",)


def test_wait_past_its_time_says_what_was_waited_for(stack: Stack) -> None:
    made = stack.spec(healthcheck=Healthcheck(test=("CMD", "false"), interval_ns=60 * SECOND))
    stack.up(made)
    with pytest.raises(WtcError, match=r"is not healthy after 0\.5 s"):
        stack.do(stack.wait(made, Condition.HEALTHY, timeout_s=0.5))


def test_done_job_is_started_and_completed(stack: Stack) -> None:
    made = stack.spec("job", "exit 0")
    stack.up(made)
    stack.do(*(stack.wait(made, c) for c in (Condition.STARTED, Condition.READY, Condition.COMPLETED)))


def test_job_is_waited_for_to_its_end(stack: Stack) -> None:
    made = stack.spec("job", "sleep 1; exit 0")
    stack.up(made, stack.wait(made, Condition.COMPLETED))


@pytest.mark.parametrize("condition", [Condition.COMPLETED, Condition.HEALTHY])
def test_waits_are_broken_off(stack: Stack, condition: Condition) -> None:
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
    with pytest.raises(WtcError, match=r"is gone|exited with status 137"):
        stack.do(stack.wait(made, Condition.HEALTHY, timeout_s=None))
    timer.join()


def test_port_of_another_container_is_taken(stack: Stack) -> None:
    port = free_port()
    published = (Port(target=80, published=str(port), host_ip="127.0.0.1"),)
    stack.up(stack.spec("first", ports=published))
    with pytest.raises(PortTakenError) as caught:
        stack.up(stack.spec("second", ports=published))
    assert caught.value.ports == (port,)


def test_port_of_a_program_is_taken(stack: Stack) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        port = int(one.getsockname()[1])
        with pytest.raises(PortTakenError) as caught:
            stack.up(stack.spec(ports=(Port(target=80, published=str(port), host_ip="127.0.0.1"),)))
    assert caught.value.ports == (port,)
    assert f"host port `{port}` is taken" in caught.value.message


def test_start_that_fails_for_another_reason_is_not_about_ports(stack: Stack) -> None:
    port = free_port()
    made = stack.spec(
        init=False, entrypoint=("/none",), ports=(Port(target=80, published=str(port), host_ip="127.0.0.1"),)
    )
    outcome, events = stack.try_to(
        CreateContainer(name=made.name, spec=made, networks=(stack.network,)),
        StartContainer(container=ContainerRef(name=made.name)),
    )
    ((_, error),) = outcome.failed
    assert not isinstance(error, PortTakenError)
    assert error.message == f"cannot start container `{made.name}`"
    assert "/none" in error.causes[0]
    assert any(isinstance(e, NodeFailed) for e in events)


def test_names_of_others_are_conflicts_and_theirs_stays(stack: Stack, raw: Raw) -> None:
    network, volume = f"{stack.namespace.name}_n", f"{stack.namespace.name}_v"
    made = stack.spec("taken")
    raw("POST", "/networks/create", {"Name": network})
    raw("POST", "/volumes/create", {"Name": volume})
    raw("POST", f"/containers/create?name={made.name}", {"Image": IMAGE})
    try:
        for operation, kind in (
            (CreateNetwork(network=Network(key="n", name=network, labels=stack.labels)), "network"),
            (CreateVolume(volume=Volume(key="v", name=volume, labels=stack.labels)), "volume"),
            (CreateContainer(name=made.name, spec=made, networks=(stack.network,)), "container"),
            (RemoveNetwork(name=network, id=""), "network"),
        ):
            with pytest.raises(ConflictError, match=f"^{kind} `"):
                stack.do(operation)
        assert raw("GET", f"/networks/{network}", None)["Name"] == network
    finally:
        raw("DELETE", f"/containers/{made.name}", None)
        raw("DELETE", f"/networks/{network}", None)
        raw("DELETE", f"/volumes/{volume}", None)


def test_missing_bind_source_is_the_engines_own_words(stack: Stack) -> None:
    made = stack.spec(volumes=(Mount(type="bind", source="/nowhere/at/all", target="/x"),))
    with pytest.raises(WtcError, match="cannot create container") as caught:
        stack.up(made)
    assert "/nowhere/at/all" in caught.value.causes[0]


def test_engines_warnings_are_passed_on(stack: Stack) -> None:
    events = stack.up(stack.spec(oom_kill_disable=True))
    said = [e.diagnostic.message for e in events if isinstance(e, Warned)]
    assert all(text.startswith("container `") for text in said)
