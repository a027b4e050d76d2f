"""Which host port is shown and recorded: the published or the leased one."""

import pytest

from tests.port_ids import by_id, by_key, port_id
from wtc.model.observed import Observed, ObservedContainer
from wtc.model.ports import Endpoint, PortBinding, PortId, PortRequest
from wtc.orchestrator.host_ports.leases import StackPorts
from wtc.orchestrator.host_ports.published import endpoints_of, has_other_ports, published_or_leased, published_ports
from wtc.registry.stack_records import StackRecord

SPAN = range(20000, 30000)
FILE = StackPorts(
    requests=(
        PortRequest(id=port_id("web/80/tcp"), index=0, published=range(80, 81)),
        PortRequest(id=port_id("web/443/tcp"), index=1, host_ip="10.0.0.7"),
        PortRequest(id=port_id("db/53/udp"), index=0, published=range(53, 54)),
    ),
    leased={},
)
LEASED = by_id({"web/80/tcp": 20001, "web/443/tcp": 20002, "db/53/udp": 20003})


def container(service: str, state: str, *ports: str, number: int = 1, oneoff: bool = False) -> ObservedContainer:
    """`ports` are written `127.0.0.1:8080:80/tcp`."""
    split = [port.replace("/", ":").split(":") for port in ports]
    return ObservedContainer(
        id=f"{service}{number}{state}",
        name=f"{service}{number}",
        service=service,
        number=number,
        image="",
        image_id="",
        state=state,
        oneoff=oneoff,
        ports=tuple(
            PortBinding(target=int(target), protocol=protocol, host_ip=ip, port=int(port))
            for ip, port, target, protocol in split
        ),
    )


@pytest.mark.parametrize(
    ("leased", "there", "shown"),
    [
        pytest.param({}, None, [], id="nothing leased, no container"),
        pytest.param({}, container("web", "created", "127.0.0.1:80:80/tcp"), [], id="nothing leased, not started"),
        pytest.param({}, container("web", "exited", "127.0.0.1:80:80/tcp"), [], id="nothing leased, stopped"),
        pytest.param(LEASED, None, ["127.0.0.1:20001", "10.0.0.7:20002"], id="leased, no container"),
        pytest.param(
            LEASED,
            container("web", "exited", "127.0.0.1:80:80/tcp"),
            ["127.0.0.1:20001", "10.0.0.7:20002"],
            id="leased, stopped on other ports",
        ),
        pytest.param(
            LEASED,
            container("web", "running", "127.0.0.1:80:80/tcp", "10.0.0.7:443:443/tcp"),
            ["127.0.0.1:80", "10.0.0.7:443"],
            id="running on other ports",
        ),
        pytest.param(
            LEASED, container("web", "paused", "127.0.0.1:80:80/tcp"), ["127.0.0.1:80"], id="paused, one published"
        ),
        pytest.param(LEASED, container("web", "running"), [], id="running, nothing published"),
        pytest.param(LEASED, container("web", "restarting", "127.0.0.1:0:80/tcp"), [], id="no port chosen yet"),
        pytest.param({}, container("web", "running", "0.0.0.0:80:80/tcp"), ["127.0.0.1:80"], id="nothing leased, runs"),
    ],
)
def test_status_shows_what_is_published_else_what_is_leased(
    leased: dict[PortId, int], there: ObservedContainer | None, shown: list[str]
) -> None:
    ports = StackPorts(requests=FILE.requests, leased=leased)
    found = endpoints_of(("web", 1), there, ports, bind="127.0.0.1", host="127.0.0.1")
    assert [f"{e.host}:{e.port}" for e in found] == shown


def test_endpoint_names_replica_target_and_protocol() -> None:
    ports = StackPorts(requests=FILE.requests, leased=LEASED)
    assert endpoints_of(("db", 1), None, ports, bind="0.0.0.0", host="build.example") == (
        Endpoint(id=port_id("db/53/udp"), host="build.example", port=20003),
    )
    second = container("db", "running", "127.0.0.1:53:53/udp", number=2)
    assert endpoints_of(("db", 2), second, ports, bind="", host="127.0.0.1") == (
        Endpoint(id=port_id("db:2/53/udp"), host="127.0.0.1", port=53),
    )


@pytest.mark.parametrize(
    ("containers", "published", "known"),
    [
        ([], {}, {}),
        ([container("web", "running", ":80:80/tcp")], {"web/80/tcp": 80}, {"web/80/tcp": 80}),
        ([container("web", "exited", ":80:80/tcp")], {}, {}),
        ([container("web", "exited", ":20001:80/tcp")], {}, {"web/80/tcp": 20001}),
        ([container("web", "running", ":80:80/tcp", oneoff=True)], {}, {}),
        (
            [container("web", "running", ":80:80/tcp", ":81:80/tcp", number=2)],
            {"web:2/80/tcp": 80, "web:2/80/tcp#1": 81},
            {"web:2/80/tcp": 80, "web:2/80/tcp#1": 81},
        ),
        # A replacement that was created and not started holds the lease; the old container runs on another port.
        (
            [container("web", "created", ":20001:80/tcp"), container("web", "running", ":80:80/tcp")],
            {"web/80/tcp": 80},
            {"web/80/tcp": 80},
        ),
    ],
)
def test_ports_of_the_engine_are_published_or_leased(
    containers: list[ObservedContainer], published: dict[str, int], known: dict[str, int]
) -> None:
    observed = Observed(containers=tuple(containers))
    assert by_key({port: p.port for port, p in published_ports(observed).items()}) == published
    assert by_key({port: p.port for port, p in published_or_leased(observed, SPAN).items()}) == known


@pytest.mark.parametrize(
    ("there", "other"),
    [
        (container("web", "running", ":20001:80/tcp", ":20002:443/tcp"), False),
        (container("web", "running"), False),
        (container("web", "running", ":80:80/tcp", oneoff=True), False),
        (container("web", "exited", ":80:80/tcp"), True),
        (container("web", "exited", ":0:80/tcp"), True),
        (container("web", "running", ":20002:80/tcp"), True),
        (container("old", "running", ":20009:80/tcp"), True),
    ],
)
def test_ports_that_are_not_leased_are_noticed_running_or_not(there: ObservedContainer, *, other: bool) -> None:
    assert has_other_ports(Observed(containers=(there,)), LEASED) is other


def test_published_port_takes_the_place_of_its_own_lease_alone() -> None:
    record = StackRecord(worktree="/w", namespace="a-1", ports=LEASED, fixed=by_id({"web/80/tcp": 80, "new/1/tcp": 1}))
    assert by_key(record.host_ports()) == {
        "web/80/tcp": 80,
        "web/443/tcp": 20002,
        "db/53/udp": 20003,
        "new/1/tcp": 1,
    }
