"""Observation and operations on a real engine."""

import socket
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.e2e.harness import until
from tests.engine.engine_stack import IMAGE, SECOND, Raw, Stack, free_port
from wtc import labels as label
from wtc.engine.client.connection import Engine
from wtc.engine.logs.history import open_log, tail_lines
from wtc.engine.observe.snapshot import held_ports, list_stacks, observe, published_ports
from wtc.errors import ConflictError, PortTakenError, WtcError
from wtc.events import NodeFailed, Warned
from wtc.model.desired import InjectedFile
from wtc.model.mounts import Mount
from wtc.model.observed import ContainerRef
from wtc.model.plan import (
    Condition,
    ConnectNetwork,
    CreateContainer,
    CreateNetwork,
    CreateVolume,
    DisconnectNetwork,
    InjectFiles,
    RemoveContainer,
    RemoveNetwork,
    RemoveVolume,
    RenameContainer,
    RunHook,
    StartContainer,
    StopContainer,
)
from wtc.model.project import Network, Volume
from wtc.model.service import Attachment, Healthcheck, Hook, Port

pytestmark = pytest.mark.engine


def test_stack_is_observed_as_it_was_created(engine: Engine, stack: Stack) -> None:
    stack.make_volume()
    port = free_port()
    made = stack.spec(
        volumes=(
            Mount(type="volume", source=stack.volume, target="/data"),
            Mount(type="volume", target="/anon"),
        ),
        ports=(Port(target=80, published=range(port, port + 1), host_ip="127.0.0.1"),),
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

    (mine,) = (s for s in list_stacks(engine) if s.stack.namespace == stack.namespace.name)
    assert mine.stack.worktree == stack.namespace.worktree
    assert [(c.name, c.state, c.health) for c in mine.containers] == [(made.name, "running", "healthy")]
    assert [n.name for n in mine.networks] == [stack.network]
    assert [v.name for v in mine.volumes] == [stack.volume]
    assert port in published_ports(engine)
    assert port not in published_ports(engine, other_than=stack.namespace)

    stack.do(StopContainer(container=ContainerRef(name=made.name)))
    (stopped,) = observe(engine, stack.namespace).containers
    assert (stopped.state, stopped.ports) == ("exited", seen.ports)
    assert port in published_ports(engine)


def test_objects_of_others_are_observed_only_by_name(engine: Engine, stack: Stack, raw: Raw) -> None:
    name = f"{stack.namespace.name}_foreign"
    raw("POST", f"/containers/create?name={name}", {"Image": IMAGE})
    try:
        found = observe(engine, stack.namespace)
        assert name in found.foreign_names
        assert found.containers == ()
    finally:
        raw("DELETE", f"/containers/{name}", None)


def test_invalid_namespace_label_is_not_a_stack(engine: Engine, stack: Stack, raw: Raw) -> None:
    name, project = f"{stack.namespace.name}_evil", f"../../{stack.namespace.name}"
    labels = {label.MANAGED: "true", label.PROJECT: project, label.WORKTREE: "/evil"}
    raw("POST", "/volumes/create", {"Name": name, "Labels": labels})
    try:
        assert project not in {found.stack.namespace for found in list_stacks(engine)}
    finally:
        raw("DELETE", f"/volumes/{name}", None)


def test_external_objects_are_found_by_name_and_not_by_a_partial_id(engine: Engine, stack: Stack) -> None:
    identity = observe(engine, stack.namespace).networks[stack.network].id
    found = observe(engine, stack.namespace, networks=[identity, identity[:12]], volumes=["wtctest-none"])
    assert found.networks[identity].name == stack.network
    assert identity[:12] not in found.networks
    assert "wtctest-none" not in found.volumes


def test_every_operation_can_be_repeated(stack: Stack) -> None:
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


def test_start_unpauses_a_paused_container(engine: Engine, stack: Stack, raw: Raw) -> None:
    made = stack.spec()
    stack.up(made)
    raw("POST", f"/containers/{made.name}/pause", None)
    stack.do(StartContainer(container=ContainerRef(name=made.name)))
    assert observe(engine, stack.namespace).containers[0].state == "running"


def test_replacement_inherits_name_and_anonymous_volumes(engine: Engine, stack: Stack) -> None:
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
    assert tail_lines(engine, new.id, 5) == "kept"


def test_networks_are_connected_and_disconnected(engine: Engine, stack: Stack) -> None:
    second = f"{stack.namespace.name}_second"
    made = stack.spec()
    stack.do(CreateNetwork(network=Network(key="second", name=second, labels=stack.labels_of(second))))
    stack.up(made)
    ref = ContainerRef(name=made.name)
    connect_ = ConnectNetwork(container=ref, network=second, attachment=Attachment(aliases=("web",)))
    stack.do(connect_, connect_)
    assert set(observe(engine, stack.namespace).containers[0].networks) == {stack.network, second}
    outcome, _ = stack.try_to(RemoveNetwork(name=second, id=""))
    assert outcome.failed[0][1].causes[0] == f"still attached: `{made.name}`"
    leave = DisconnectNetwork(container=ref, network=second)
    stack.do(leave, leave, RemoveNetwork(name=second, id=""), leave)


def test_injected_files_have_owner_and_mode_and_keep_their_folders(engine: Engine, stack: Stack) -> None:
    made = stack.spec("web", "stat -c '%a %u %g %n' /run/secrets/key /etc/app.conf /etc; cat /run/secrets/key")
    ref = ContainerRef(name=made.name)
    files = (
        InjectedFile(path="/run/secrets/key", content=b"secret", uid=5, gid=6, mode=0o440),
        InjectedFile(path="/etc/app.conf", content=b"", mode=0o444),
    )
    inject = InjectFiles(container=ref, files=files)
    create = CreateContainer(name=made.name, spec=made, networks=(stack.network,))
    stack.do(create, inject, StartContainer(container=ref), stack.wait(made, Condition.COMPLETED))
    assert tail_lines(engine, made.name, 9).splitlines() == [
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
    assert sorted(tail_lines(engine, made.name, 9).splitlines()) == ["one", "three", "two"]
    assert tail_lines(engine, made.name, 1) in {"three", "two"}


def test_followed_log_ends_when_it_is_closed(engine: Engine, stack: Stack) -> None:
    made = stack.spec("web", "echo one; sleep 60")
    stack.up(made)
    stream = open_log(engine, made.name, follow=True)
    found: list[bytes] = []

    def read() -> None:
        with engine.translating_errors("read"):
            found.extend(content for _, content in stream)

    reader = threading.Thread(target=suppressed(read))
    reader.start()
    until(lambda: b"".join(found) == b"one\n", "the log is read")
    stream.close()
    reader.join(10)
    assert not reader.is_alive()


def suppressed(act: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        try:
            act()
        except WtcError:
            return

    return run


def test_start_fails_if_another_container_holds_the_port(stack: Stack) -> None:
    port = free_port()
    published = (Port(target=80, published=range(port, port + 1), host_ip="127.0.0.1"),)
    stack.up(stack.spec("first", ports=published))
    with pytest.raises(PortTakenError) as caught:
        stack.up(stack.spec("second", ports=published))
    assert caught.value.ports == (port,)


def test_held_ports_have_each_address_and_its_container(engine: Engine, stack: Stack) -> None:
    port = free_port()
    addresses = ("127.0.0.1", "127.0.0.2")
    made = stack.spec(ports=tuple(Port(target=80, published=range(port, port + 1), host_ip=ip) for ip in addresses))
    stack.up(made)
    found = [h for h in held_ports(engine) if h.container == made.name]
    assert sorted(h.binding.host_ip for h in found) == list(addresses)
    assert {(h.binding.port, h.binding.protocol, h.service) for h in found} == {(port, "tcp", "web")}
    assert {(h.namespace, h.worktree) for h in found} == {(stack.namespace.name, stack.namespace.worktree)}


def test_start_fails_if_a_program_holds_the_port(stack: Stack) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        port = int(one.getsockname()[1])
        with pytest.raises(PortTakenError) as caught:
            stack.up(stack.spec(ports=(Port(target=80, published=range(port, port + 1), host_ip="127.0.0.1"),)))
    assert caught.value.ports == (port,)
    assert f"host port `{port}` is taken" in caught.value.message


def test_start_that_fails_for_another_reason_is_not_about_ports(stack: Stack) -> None:
    port = free_port()
    made = stack.spec(
        init=False,
        entrypoint=("/none",),
        ports=(Port(target=80, published=range(port, port + 1), host_ip="127.0.0.1"),),
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


def test_name_of_a_foreign_object_is_a_conflict_and_the_object_stays(stack: Stack, raw: Raw) -> None:
    network, volume = f"{stack.namespace.name}_n", f"{stack.namespace.name}_v"
    made = stack.spec("taken")
    raw("POST", "/networks/create", {"Name": network})
    raw("POST", "/volumes/create", {"Name": volume})
    raw("POST", f"/containers/create?name={made.name}", {"Image": IMAGE})
    try:
        for operation, kind in (
            (CreateNetwork(network=Network(key="n", name=network, labels=stack.labels_of(network))), "network"),
            (CreateVolume(volume=Volume(key="v", name=volume, labels=stack.labels_of(volume))), "volume"),
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


def test_missing_bind_source_is_reported_with_the_engines_message(stack: Stack) -> None:
    made = stack.spec(volumes=(Mount(type="bind", source="/nowhere/at/all", target="/x"),))
    with pytest.raises(WtcError, match="cannot create container") as caught:
        stack.up(made)
    assert "/nowhere/at/all" in caught.value.causes[0]


def test_warnings_of_the_engine_are_reported(stack: Stack) -> None:
    events = stack.up(stack.spec(oom_kill_disable=True))
    warnings = [e.diagnostic.message for e in events if isinstance(e, Warned)]
    assert all(text.startswith("container `") for text in warnings)
