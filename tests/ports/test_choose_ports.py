"""The choice of host ports: fixed for a namespace, and no port twice."""

from collections.abc import Collection, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.port_ids import by_id, by_key, port_id
from wtc.errors import WtcError
from wtc.model.ports import PortRequest
from wtc.ports.choose_ports import choose_ports
from wtc.registry.port_keys import format_port_key

SPAN = range(20000, 30000)


def request(key: str, share: str = "") -> PortRequest:
    """`web` is short for `web/80/tcp`."""
    return PortRequest(id=port_id(key if "/" in key else f"{key}/80/tcp"), index=0, share=share)


def choose(
    requests: Sequence[PortRequest],
    *,
    namespace: str = "w-1",
    held: Mapping[str, int] | None = None,
    taken: Collection[int] = (),
    span: range = SPAN,
) -> dict[str, int]:
    """The host ports by the text of the port; `held` too."""
    return by_key(choose_ports(requests, namespace=namespace, held=by_id(held or {}), taken=taken, span=span))


keys = st.lists(
    st.builds(
        "{}/{}/{}".format, st.text("abcw0123456789.", min_size=1, max_size=9), st.integers(0, 99), st.just("tcp")
    ),
    unique=True,
    max_size=12,
)
namespaces = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,30}", fullmatch=True)
spans = st.tuples(st.integers(1, 60000), st.integers(24, 400)).map(lambda ends: range(ends[0], sum(ends)))


@given(keys, namespaces, spans, st.sets(st.integers(1, 65535), max_size=12))
def test_choice_does_not_depend_on_the_order_of_requests(
    names: list[str], namespace: str, span: range, taken: set[int]
) -> None:
    requests = [request(name) for name in names]
    first = choose(requests, namespace=namespace, taken=taken, span=span)
    again = choose(requests[::-1], namespace=namespace, taken=sorted(taken), span=span)
    assert first == again
    assert list(first) == names


@given(keys, namespaces, spans, st.data())
def test_ports_are_distinct_in_the_range_and_not_taken(
    names: list[str], namespace: str, span: range, data: st.DataObject
) -> None:
    taken = data.draw(st.sets(st.sampled_from(span), max_size=12))
    chosen = choose([request(name) for name in names], namespace=namespace, taken=taken, span=span)
    assert len(set(chosen.values())) == len(names)
    assert set(chosen.values()) <= set(span)
    assert not taken & set(chosen.values())


@given(keys, keys, namespaces, spans)
def test_new_service_moves_no_lease(names: list[str], more: list[str], namespace: str, span: range) -> None:
    held = choose([request(name) for name in names], namespace=namespace, span=span)
    both = [request(name) for name in dict.fromkeys([*more, *names])]
    after = choose(both, namespace=namespace, held=held, span=span)
    assert {name: after[name] for name in names} == held
    assert len(set(after.values())) == len(both)


@given(keys, namespaces, spans)
def test_ports_are_the_same_after_the_registry_is_lost(names: list[str], namespace: str, span: range) -> None:
    requests = [request(name) for name in names]
    held = choose(requests, namespace=namespace, span=span)
    assert choose(requests, namespace=namespace, span=span) == held


@given(st.integers(1, 60))
def test_the_range_is_used_to_its_last_port(size: int) -> None:
    span = range(20000, 20000 + size)
    chosen = choose([request(f"s{n}") for n in range(size)], namespace="a-1", span=span)
    assert set(chosen.values()) == set(span)


def test_namespaces_begin_at_different_ports() -> None:
    first = {choose([request("web/80/tcp")], namespace=f"w-{n}")["web/80/tcp"] for n in range(50)}
    assert len(first) > 45


def test_tcp_and_udp_never_share_a_number() -> None:
    chosen = choose(
        [request("dns/53/tcp"), request("dns/53/udp")],
        namespace="w-1",
        held={},
        taken=(),
        span=range(53000, 53002),
    )
    assert set(chosen.values()) == {53000, 53001}


def test_port_of_a_host_process_differs_from_those_of_services_and_of_other_worktrees() -> None:
    requests = [request("web/0/host"), request("web/80/tcp")]
    span = range(20000, 20003)
    chosen = choose(requests, namespace="w-1", held={}, taken=(20001,), span=span)
    assert sorted(chosen.values()) == [20000, 20002]


def test_a_lease_outside_the_range_is_kept() -> None:
    assert choose([request("web")], held={"web/80/tcp": 8080}) == {"web/80/tcp": 8080}


def test_lease_that_others_have_moves_and_no_other_lease_moves() -> None:
    requests = [request("db"), request("web")]
    chosen = choose(requests, held={"web/80/tcp": 20001, "db/80/tcp": 20002}, taken={20001})
    assert chosen["db/80/tcp"] == 20002
    assert chosen["web/80/tcp"] not in {20001, 20002}


def test_lease_of_a_disabled_service_is_kept_for_it() -> None:
    span = range(20000, 20002)
    chosen = choose([request("web")], held={"off/80/tcp": 20000}, span=span)
    assert chosen == {"web/80/tcp": 20001}


def test_one_port_leased_twice_is_kept_by_one() -> None:
    chosen = choose([request("a"), request("b")], held={"a/80/tcp": 20000, "b/80/tcp": 20000}, span=SPAN)
    assert chosen["a/80/tcp"] == 20000
    assert chosen["b/80/tcp"] != 20000


@pytest.mark.parametrize("span", [range(20000, 20001), range(20000, 20000)])
def test_a_full_range_is_an_error_that_names_range_and_setting(span: range) -> None:
    with pytest.raises(
        WtcError, match=r"no free host port is left in 20000-20000 for port 80/tcp of service `b`"
    ) as raised:
        choose([request("b")], taken={20000}, span=span)
    assert any("WTC_PORT_RANGE=" in hint for hint in raised.value.hints)


TCP, UDP = request("web/443/tcp", share="PORT"), request("web/443/udp", share="PORT")


@given(keys, namespaces, spans, st.data())
def test_requests_that_share_get_one_port_and_others_their_own(
    names: list[str], namespace: str, span: range, data: st.DataObject
) -> None:
    requests = [request(name, share=data.draw(st.sampled_from(["", "PORT", "OTHER"]))) for name in names]
    held = data.draw(st.dictionaries(st.sampled_from(names), st.sampled_from(span))) if names else {}
    taken = data.draw(st.sets(st.sampled_from(span), max_size=6))
    chosen = choose(requests, namespace=namespace, held=held, taken=taken, span=span)
    numbers: dict[str, set[int]] = {}
    for each in requests:
        numbers.setdefault(each.share or f"alone {each.id}", set()).add(chosen[format_port_key(each.id)])
    assert all(len(ports) == 1 for ports in numbers.values())
    assert len(set(chosen.values())) == len(numbers)
    assert not taken & set(chosen.values())


@pytest.mark.parametrize("held", ["web/443/tcp", "web/443/udp"])
def test_request_that_joins_a_share_gets_its_leased_port(held: str) -> None:
    chosen = choose([UDP, TCP], held={held: 20001})
    assert chosen == {"web/443/tcp": 20001, "web/443/udp": 20001}


def test_shared_port_that_others_have_moves_for_all_requests() -> None:
    held = {"web/443/tcp": 20001, "web/443/udp": 20001}
    chosen = choose([TCP, UDP], held=held, taken={20001})
    assert chosen["web/443/tcp"] == chosen["web/443/udp"] != 20001


def test_naming_a_port_by_a_variable_does_not_move_it() -> None:
    alone = choose([request("web/443/tcp")])
    assert choose([TCP]) == alone
