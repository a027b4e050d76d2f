"""Host ports: the same for one worktree ever after, and never one twice."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wtc.errors import WtcError
from wtc.model.deploy import Deploy
from wtc.model.lease import PortRequest
from wtc.model.project import Project
from wtc.model.service import Port, Service
from wtc.registry.choose import choose, port_requests

SPAN = range(20000, 30000)


def project(*services: Service) -> Project:
    return Project(name="p", working_dir="/p", files=(), services={service.name: service for service in services})


def request(key: str, protocol: str = "tcp") -> PortRequest:
    return PortRequest(key=key, service=key.partition("/")[0], target=80, protocol=protocol, number=1, index=0)


keys = st.lists(st.text("abcw0123456789/.#", min_size=1, max_size=12), unique=True, max_size=12)
worktrees = st.text(max_size=30).map(lambda name: f"/w/{name}")
spans = st.tuples(st.integers(1, 60000), st.integers(24, 400)).map(lambda ends: range(ends[0], sum(ends)))


def keys_of(services: tuple[Service, ...], scales: Mapping[str, int]) -> list[str]:
    return [request.key for request in port_requests(project(*services), scales)]


@pytest.mark.parametrize(
    ("services", "scales", "expected"),
    [
        ((Service(name="web", ports=(Port(target=80),)),), {}, ["web/80/tcp"]),
        ((Service(name="web"),), {}, []),
        (
            (Service(name="web", ports=(Port(target=80), Port(target=80, protocol="udp"))),),
            {},
            ["web/80/tcp", "web/80/udp"],
        ),
        (
            (Service(name="web", ports=(Port(target=80), Port(target=80, host_ip="::1"), Port(target=80))),),
            {},
            ["web/80/tcp", "web/80/tcp#1", "web/80/tcp#2"],
        ),
        ((Service(name="web", ports=(Port(target=86, published="8000-8010"),)),), {}, ["web/86/tcp"]),
        ((Service(name="web", ports=(Port(target=80),)),), {"web": 2}, ["web/80/tcp", "web.2/80/tcp"]),
        ((Service(name="web", ports=(Port(target=80),), scale=2),), {}, ["web/80/tcp", "web.2/80/tcp"]),
        ((Service(name="web", ports=(Port(target=80),), scale=2),), {"web": 0}, []),
        (
            (Service(name="web", ports=(Port(target=80),), deploy=Deploy(replicas=2)),),
            {},
            ["web/80/tcp", "web.2/80/tcp"],
        ),
        ((Service(name="web", ports=(Port(target=80),), deploy=Deploy()),), {}, ["web/80/tcp"]),
        ((Service(name="web", ports=(Port(target=80),), network_mode="host"),), {}, []),
    ],
)
def test_each_published_port_of_each_replica_asks_for_one(
    services: tuple[Service, ...], scales: Mapping[str, int], expected: list[str]
) -> None:
    assert keys_of(services, scales) == expected


def test_a_service_named_like_a_replica_keeps_a_key_of_its_own() -> None:
    ports = (Port(target=80),)
    found = keys_of((Service(name="web", ports=ports), Service(name="web.2", ports=ports)), {"web": 2})
    assert found == ["web/80/tcp", "web:2/80/tcp", "web.2/80/tcp"]


def test_a_request_carries_what_the_file_says() -> None:
    ports = (Port(target=1), Port(target=80, protocol="udp", host_ip="0.0.0.0", published="8080"))
    (_, found) = port_requests(project(Service(name="web", ports=ports)), {})
    assert found == PortRequest(
        key="web/80/udp",
        service="web",
        target=80,
        protocol="udp",
        number=1,
        index=1,
        host_ip="0.0.0.0",
        published="8080",
    )


@given(keys, worktrees, spans, st.sets(st.integers(1, 65535), max_size=12))
def test_the_same_question_has_the_same_answer_in_any_order(
    names: list[str], worktree: str, span: range, taken: set[int]
) -> None:
    requests = [request(name) for name in names]
    first = choose(requests, worktree=worktree, held={}, taken=taken, span=span)
    again = choose(requests[::-1], worktree=worktree, held={}, taken=sorted(taken), span=span)
    assert first == again
    assert list(first) == names


@given(keys, worktrees, spans, st.data())
def test_ports_are_distinct_in_the_range_and_nobody_elses(
    names: list[str], worktree: str, span: range, data: st.DataObject
) -> None:
    taken = data.draw(st.sets(st.sampled_from(span), max_size=12))
    chosen = choose([request(name) for name in names], worktree=worktree, held={}, taken=taken, span=span)
    assert len(set(chosen.values())) == len(names)
    assert set(chosen.values()) <= set(span)
    assert not taken & set(chosen.values())


@given(keys, keys, worktrees, spans)
def test_another_service_moves_no_lease(names: list[str], more: list[str], worktree: str, span: range) -> None:
    held = choose([request(name) for name in names], worktree=worktree, held={}, taken=(), span=span)
    both = [request(name) for name in dict.fromkeys([*more, *names])]
    after = choose(both, worktree=worktree, held=held, taken=(), span=span)
    assert {name: after[name] for name in names} == held
    assert len(set(after.values())) == len(both)


@given(keys, worktrees, spans)
def test_a_lost_registry_gives_the_same_ports_back(names: list[str], worktree: str, span: range) -> None:
    requests = [request(name) for name in names]
    held = choose(requests, worktree=worktree, held={}, taken=(), span=span)
    assert choose(requests, worktree=worktree, held={}, taken=(), span=span) == held


@given(st.integers(1, 60))
def test_the_range_is_used_to_its_last_port(size: int) -> None:
    span = range(20000, 20000 + size)
    chosen = choose([request(f"s{n}") for n in range(size)], worktree="/w/a", held={}, taken=(), span=span)
    assert set(chosen.values()) == set(span)


def test_worktrees_begin_at_different_ports() -> None:
    first = {
        choose([request("web/80/tcp")], worktree=f"/w/{n}", held={}, taken=(), span=SPAN)["web/80/tcp"]
        for n in range(50)
    }
    assert len(first) > 45


def test_tcp_and_udp_never_share_a_number() -> None:
    chosen = choose(
        [request("dns/53/tcp"), request("dns/53/udp", "udp")],
        worktree="/w",
        held={},
        taken=(),
        span=range(53000, 53002),
    )
    assert set(chosen.values()) == {53000, 53001}


def test_a_lease_outside_the_range_is_kept() -> None:
    assert choose([request("web")], worktree="/w", held={"web": 8080}, taken=(), span=SPAN) == {"web": 8080}


def test_a_lease_that_another_has_moves_and_moves_no_other() -> None:
    requests = [request("db"), request("web")]
    chosen = choose(requests, worktree="/w", held={"web": 20001, "db": 20002}, taken={20001}, span=SPAN)
    assert chosen["db"] == 20002
    assert chosen["web"] not in {20001, 20002}


def test_a_lease_of_a_service_that_is_off_is_not_given_away() -> None:
    span = range(20000, 20002)
    chosen = choose([request("web")], worktree="/w", held={"off": 20000}, taken=(), span=span)
    assert chosen == {"web": 20001}


def test_one_port_leased_twice_is_kept_by_one() -> None:
    chosen = choose([request("a"), request("b")], worktree="/w", held={"a": 20000, "b": 20000}, taken=(), span=SPAN)
    assert chosen["a"] == 20000
    assert chosen["b"] != 20000


@pytest.mark.parametrize("span", [range(20000, 20001), range(20000, 20000)])
def test_a_full_range_is_an_error_that_names_range_and_setting(span: range) -> None:
    with pytest.raises(
        WtcError, match=r"no free host port is left in 20000-20000 for port 80/tcp of service `b`"
    ) as raised:
        choose([request("b")], worktree="/w", held={}, taken={20000}, span=span)
    assert any("WTC_PORT_RANGE=" in hint for hint in raised.value.hints)
