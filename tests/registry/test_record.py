"""What the registry keeps, and what it makes of a file that is not one."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wtc.registry.record import DamagedError, Ledger, StackRecord, decode, encode

names = st.text(max_size=12)
records = st.builds(
    StackRecord,
    worktree=names.map(lambda name: f"/w/{name}"),
    namespace=st.uuids().map(str),
    project=names,
    network=names,
    volumes=st.lists(names, max_size=3).map(tuple),
    ports=st.dictionaries(names, st.integers(1, 65535), max_size=3),
    addresses=st.dictionaries(names, names, max_size=3),
    status=st.sampled_from(["registered", "up", "down"]),
)


def stack(worktree: str, **ports: int) -> StackRecord:
    return StackRecord(worktree=worktree, namespace=worktree.strip("/"), ports=ports)


@given(st.lists(records, max_size=4))
def test_what_was_written_is_read_again(found: list[StackRecord]) -> None:
    stacks = {record.worktree: record for record in found}
    assert decode(encode(stacks)) == stacks


@given(st.lists(records, max_size=4))
def test_equal_stacks_give_equal_bytes(found: list[StackRecord]) -> None:
    stacks = {record.worktree: record for record in found}
    assert encode(stacks) == encode(dict(reversed(stacks.items())))


def test_a_path_of_stray_bytes_is_kept() -> None:
    stacks = {"/w/\udcff": stack("/w/\udcff")}
    assert decode(encode(stacks)) == stacks


def entry(**changes: object) -> bytes:
    return json.dumps({"version": 1, "worktrees": {"/w": {"namespace": "w-1", **changes}}}).encode()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"{", "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "no JSON object"),
        (b"null", "no JSON object"),
        (b"{}", "lacks `version`"),
        (b'{"version": 1}', "lacks `worktrees`"),
        (b'{"version": 1, "worktrees": []}', "lacks `worktrees`"),
        (b'{"version": true, "worktrees": {}}', "lacks `version`"),
        (b'{"version": 2, "worktrees": {}}', "of version 2, and this wtc reads version 1"),
        (b'{"version": 1, "worktrees": {"/w": 1}}', "entry `/w`"),
        (b'{"version": 1, "worktrees": {"w": {"namespace": "w"}}}', "entry `w`"),
        (b'{"version": 1, "worktrees": {"/w": {}}}', "names of `/w`"),
        (b'{"version": 1, "worktrees": {"/v": {"namespace": "n"}, "/w": {"namespace": "n"}}}', "one namespace"),
        (entry(namespace=3), "names of `/w`"),
        (entry(status=None), "names of `/w`"),
        (entry(volumes="v"), "volumes of `/w`"),
        (entry(volumes=[1]), "volumes of `/w`"),
        (entry(addresses=[]), "addresses of `/w`"),
        (entry(addresses={"web": 1}), "addresses of `/w`"),
        (entry(ports=[1]), "ports of `/w`"),
        (entry(ports={"web": "80"}), "ports of `/w`"),
        (entry(ports={"web": 0}), "ports of `/w`"),
        (entry(ports={"web": 65536}), "ports of `/w`"),
        (entry(ports={"web": True}), "ports of `/w`"),
    ],
)
def test_what_is_no_registry_is_told_apart(content: bytes, why: str) -> None:
    with pytest.raises(DamagedError, match=why):
        decode(content)


@given(st.binary(max_size=60))
def test_no_bytes_at_all_crash_the_reader(content: bytes) -> None:
    with suppress(DamagedError):
        assert decode(content) == {}


def test_the_ports_of_others_are_those_of_every_other_worktree() -> None:
    ledger = Ledger()
    for record in (stack("/a", web=1), stack("/b", web=2, db=3), stack("/c")):
        ledger.put(record)
    assert ledger.leased_to_others("/a") == {2, 3}
    assert ledger.leased_to_others("/elsewhere") == {1, 2, 3}


def test_dropping_frees_the_leases_and_does_so_twice() -> None:
    ledger = Ledger()
    ledger.put(stack("/a", web=1))
    ledger.drop("/a")
    ledger.drop("/a")
    assert ledger.leased_to_others("/b") == frozenset()


def test_adopting_rebuilds_a_stack_from_what_the_engine_shows() -> None:
    ledger = Ledger()
    ledger.adopt("/a", "a-1", {"web/80/tcp": 20001})
    assert ledger.stacks == {"/a": StackRecord(worktree="/a", namespace="a-1", ports={"web/80/tcp": 20001})}


def test_the_engine_is_right_against_a_stale_lease() -> None:
    ledger = Ledger()
    ledger.put(stack("/a", web=1, db=2, cache=3))
    ledger.put(stack("/b", web=7, db=8))
    ledger.adopt("/a", "a-1", {"web": 7, "db": 3})
    assert ledger.stacks["/a"].ports == {"web": 7, "db": 3}
    assert ledger.stacks["/b"].ports == {"db": 8}


def test_a_registry_from_before_addresses_is_read() -> None:
    assert decode(entry(ports={"web/80/tcp": 20001}))["/w"].addresses == {}


def test_adopting_keeps_the_leases_of_what_does_not_run() -> None:
    ledger = Ledger()
    ledger.put(stack("/a", web=1, off=2))
    ledger.adopt("/a", "a", {"web": 1})
    assert ledger.stacks["/a"].ports == {"web": 1, "off": 2}
