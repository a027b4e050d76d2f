"""The containers of a stack as `sandbox --stack` reaches them."""

from tests.port_ids import port_id
from wtc.engine.observe.container_addresses import ContainerAddresses
from wtc.model.namespace import Namespace
from wtc.model.ports import PortRequest
from wtc.orchestrator.session.sandbox_stack import replica_addresses, stack_services, unreachable_ports
from wtc.ports.variables import inside_variables
from wtc.sandbox import StackService


def container(
    service: str, *, own: str = "", published: int = 0, running: bool = True, aliases: tuple[str, ...] = ()
) -> ContainerAddresses:
    return ContainerAddresses(
        service=service,
        running=running,
        aliases=(service, *aliases),
        ports=(80,),
        published={80: (("127.0.0.1", published),)} if published else {},
        own=(own,) if own else (),
    )


def test_replicas_are_one_service() -> None:
    found = [container("db", aliases=("rows",)), container("web", own="172.20.0.2"), container("web", own="172.20.0.3")]
    assert stack_services(found) == (
        StackService(name="db", aliases=("rows",), ports=(80,)),
        StackService(name="web", ports=(80,)),
    )


def test_running_replicas_take_turns() -> None:
    found = [
        container("web", own="172.20.0.2"),
        container("web", own="172.20.0.3", running=False),
        container("web", published=20001),
    ]
    first, second = ("172.20.0.2", 80), ("127.0.0.1", 20001)
    turns = [replica_addresses(found, 80, turn=turn) for turn in range(3)]
    assert turns == [(first, second), (second, first), (first, second)]
    assert replica_addresses(found[1:2], 80, turn=0) == ()


def test_ports_that_this_machine_does_not_reach_are_named() -> None:
    found = [container("a"), container("b", own="172.20.0.2"), container("c", running=False), container("d")]
    assert list(unreachable_ports(found)) == ["`a:80`", "`d:80`"]


def test_variables_have_service_names_and_container_ports() -> None:
    requests = [
        PortRequest(id=port_id("web/80/tcp"), index=0),
        PortRequest(id=port_id("web/443/tcp"), index=1),
        PortRequest(id=port_id("db/5432/tcp"), index=0, variable="DB_PORT"),
    ]
    assert inside_variables(Namespace(name="x-1", worktree="/src/x"), requests) == {
        "WTC_NAMESPACE": "x-1",
        "WTC_WORKTREE": "/src/x",
        "WTC_PORT_WEB": "80",
        "WTC_PORT_WEB_80": "80",
        "WTC_PORT_WEB_443": "443",
        "WTC_URL_WEB": "http://web:80",
        "WTC_PORT_DB": "5432",
        "WTC_PORT_DB_5432": "5432",
        "WTC_URL_DB": "postgresql://db:5432",
        "DB_PORT": "5432",
    }
