"""The registry's file format: what is written, what is read, and which entries are rejected."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.port_ids import by_id
from wtc.model.ports import PortId
from wtc.namespace import Site, default_name, is_namespace
from wtc.registry.codec import DamagedError, DecodedRegistry, NewerVersionError, decode_registry, encode_registry
from wtc.registry.stack_records import StackRecord, Status

texts = st.text(max_size=12)
engine_names = st.from_regex(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,12}", fullmatch=True)
paths = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12).map("/w/{}".format)
port_ids = st.builds(
    PortId,
    service=st.from_regex(r"[a-zA-Z0-9._-]+", fullmatch=True),
    number=st.integers(1, 99),
    target=st.integers(0, 65535),
    protocol=st.sampled_from(["tcp", "udp", "sctp", ""]),
    entry=st.integers(0, 20),
)
ports = st.dictionaries(port_ids, st.integers(1, 65535), max_size=3)
records = st.builds(
    StackRecord,
    worktree=paths,
    namespace=st.from_regex(r"[a-z0-9][a-z0-9_-]{0,119}", fullmatch=True),
    id=st.from_regex(r"[a-zA-Z0-9_-]{0,40}", fullmatch=True),
    directory=st.just("") | paths,
    project=texts,
    network=st.just("") | engine_names,
    volumes=st.lists(engine_names, max_size=3).map(tuple),
    ports=ports,
    fixed=ports,
    addresses=st.dictionaries(port_ids, texts, max_size=3),
    status=st.sampled_from(Status),
)
stacks = st.lists(records, max_size=4).map(lambda found: {record.namespace: record for record in found})


@given(stacks)
def test_decoding_an_encoded_registry_returns_its_stacks(found: dict[str, StackRecord]) -> None:
    assert decode_registry(encode_registry(found)) == DecodedRegistry(stacks=found)


@given(stacks)
def test_equal_stacks_give_equal_bytes(found: dict[str, StackRecord]) -> None:
    assert encode_registry(found) == encode_registry(dict(reversed(found.items())))


def test_the_file_of_version_2_is_keyed_by_namespace() -> None:
    record = StackRecord(
        namespace="a-1",
        worktree="/w/a",
        id="5f2c",
        directory="/w/a/api",
        project="shop",
        network="a-1_net",
        volumes=("a-1_rows",),
        ports=by_id({"web/80/tcp": 20001}),
        addresses=by_id({"web/80/tcp": "127.0.0.1"}),
        status=Status.UP,
    )
    assert json.loads(encode_registry({"a-1": record})) == {
        "version": 2,
        "stacks": {
            "a-1": {
                "worktree": "/w/a",
                "id": "5f2c",
                "directory": "/w/a/api",
                "project": "shop",
                "network": "a-1_net",
                "volumes": ["a-1_rows"],
                "ports": {"web/80/tcp": 20001},
                "addresses": {"web/80/tcp": "127.0.0.1"},
                "status": "up",
            }
        },
    }


def test_version_1_is_read() -> None:
    entry = {"namespace": "a-1", "project": "shop", "ports": {"web/80/tcp": 20001}, "status": "down"}
    content = json.dumps({"version": 1, "worktrees": {"/w/a": entry}}).encode()
    expected = StackRecord(
        namespace="a-1", worktree="/w/a", project="shop", ports=by_id({"web/80/tcp": 20001}), status=Status.DOWN
    )
    assert decode_registry(content) == DecodedRegistry(stacks={"a-1": expected})


def test_a_path_with_bytes_outside_utf_8_is_kept() -> None:
    found = {"w-1": StackRecord(namespace="w-1", worktree="/w/\udcff", directory="/w/\udcff/api")}
    assert decode_registry(encode_registry(found)) == DecodedRegistry(stacks=found)


@given(st.text(max_size=80).map("/{}".format), st.text(max_size=80))
def test_every_namespace_that_wtc_chooses_is_valid(worktree: str, folder: str) -> None:
    assert is_namespace(default_name(Site(worktree=worktree, directory=f"{worktree}/{folder}", named=True)))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"{", "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b"{}", "no valid `version`"),
        (b'{"version": true, "stacks": {}}', "no valid `version`"),
        (b'{"version": "2", "stacks": {}}', "no valid `version`"),
        (b'{"version": 0, "stacks": {}}', "no valid `version`"),
        (b'{"version": 1}', "no valid `worktrees`"),
        (b'{"version": 1, "worktrees": []}', "no valid `worktrees`"),
        (b'{"version": 2}', "no valid `stacks`"),
        (b'{"version": 2, "worktrees": {}}', "no valid `stacks`"),
    ],
)
def test_a_file_that_is_not_a_registry_is_damaged(content: bytes, why: str) -> None:
    with pytest.raises(DamagedError, match=why):
        decode_registry(content)


@pytest.mark.parametrize("rest", ["", ', "stacks": 1', ', "stacks": {"../x": 1}'])
def test_a_newer_version_is_not_damage(rest: str) -> None:
    with pytest.raises(NewerVersionError, match="it has version 3, and this wtc reads versions up to 2"):
        decode_registry(f'{{"version": 3{rest}}}'.encode())


GOOD = {"worktree": "/w/good", "ports": {"web/80/tcp": 20001}}


@pytest.mark.parametrize(
    ("name", "entry", "why"),
    [
        ("bad-1", 1, "it is not a JSON object"),
        ("../../evil", {}, "its `namespace` is not valid"),
        ("..", {}, "its `namespace` is not valid"),
        ("a.b", {}, "its `namespace` is not valid"),
        ("a/b", {}, "its `namespace` is not valid"),
        ("", {}, "its `namespace` is not valid"),
        ("-a", {}, "its `namespace` is not valid"),
        ("A-1", {}, "its `namespace` is not valid"),
        ("a" * 121, {}, "its `namespace` is not valid"),
        ("bad-1", {"worktree": None}, "its `worktree` is not valid"),
        ("bad-1", {"worktree": "w"}, "its `worktree` is not valid"),
        ("bad-1", {"worktree": "/w\0"}, "its `worktree` is not valid"),
        ("bad-1", {"worktree": "/w/\ud800"}, "its `worktree` is not valid"),
        ("bad-1", {"directory": "w"}, "its `directory` is not valid"),
        ("bad-1", {"directory": "/w\0"}, "its `directory` is not valid"),
        ("bad-1", {"id": "../x"}, "its `id` is not valid"),
        ("bad-1", {"id": 1}, "its `id` is not valid"),
        ("bad-1", {"project": 1}, "its `project` is not valid"),
        ("bad-1", {"network": "../net"}, "its `network` is not valid"),
        ("bad-1", {"status": None}, "its `status` is not valid"),
        ("bad-1", {"status": []}, "its `status` is not valid"),
        ("bad-1", {"status": "gone"}, "its `status` is not valid"),
        ("bad-1", {"volumes": "v"}, "its `volumes` are not a list of volume names"),
        ("bad-1", {"volumes": [1]}, "its `volumes` are not a list of volume names"),
        ("bad-1", {"volumes": ["/etc"]}, "its `volumes` are not a list of volume names"),
        ("bad-1", {"volumes": [".."]}, "its `volumes` are not a list of volume names"),
        ("bad-1", {"addresses": []}, "its `addresses` are not text"),
        ("bad-1", {"addresses": {"web": 1}}, "its `addresses` are not text"),
        ("bad-1", {"ports": [1]}, "its `ports` are not numbers from 1 to 65535"),
        ("bad-1", {"ports": {"web": "80"}}, "its `ports` are not numbers from 1 to 65535"),
        ("bad-1", {"ports": {"web": 0}}, "its `ports` are not numbers from 1 to 65535"),
        ("bad-1", {"ports": {"web": 65536}}, "its `ports` are not numbers from 1 to 65535"),
        ("bad-1", {"ports": {"web": True}}, "its `ports` are not numbers from 1 to 65535"),
        ("bad-1", {"fixed": {"web": 0}}, "its `fixed` are not numbers from 1 to 65535"),
    ],
)
def test_an_entry_that_is_not_valid_is_dropped_alone(name: str, entry: dict[str, object] | int, why: str) -> None:
    bad = {"worktree": "/w/bad", **entry} if isinstance(entry, dict) else entry
    found = decode_registry(json.dumps({"version": 2, "stacks": {name: bad, "good-1": GOOD}}).encode())
    assert list(found.stacks) == ["good-1"]
    assert found.rejected == (f"entry `{name}` was dropped, because {why}",)


def test_key_that_names_no_port_is_left_out() -> None:
    entry = {**GOOD, "ports": {"odd": 20005, "web/80/tcp": 20001}, "addresses": {"": "::"}}
    found = decode_registry(json.dumps({"version": 2, "stacks": {"good-1": entry}}).encode())
    expected = StackRecord(namespace="good-1", worktree="/w/good", ports=by_id({"web/80/tcp": 20001}))
    assert found == DecodedRegistry(stacks={"good-1": expected})


def test_two_entries_with_one_namespace_are_both_rejected() -> None:
    entries = {"/v": {"namespace": "n-1"}, "/w": {"namespace": "n-1"}, "/x": {"namespace": "x-1"}}
    found = decode_registry(json.dumps({"version": 1, "worktrees": entries}).encode())
    assert list(found.stacks) == ["x-1"]
    assert found.rejected == tuple(
        f"entry `{path}` was dropped, because its namespace `n-1` belongs to several entries" for path in ("/v", "/w")
    )


def test_a_rejected_name_is_shown_on_one_line() -> None:
    (reason,) = decode_registry(json.dumps({"version": 2, "stacks": {"a\nerror: b": {}}}).encode()).rejected
    assert reason == r"entry 'a\nerror: b' was dropped, because its `namespace` is not valid"


def test_one_port_of_two_stacks_is_read() -> None:
    entries = {name: {"worktree": f"/w/{name}", "ports": {"web/80/tcp": 20001}} for name in ("a-1", "b-1")}
    found = decode_registry(json.dumps({"version": 2, "stacks": entries}).encode())
    assert [record.ports for record in found.stacks.values()] == [by_id({"web/80/tcp": 20001})] * 2
    assert found.rejected == ()


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8)
fields = st.sampled_from(list(StackRecord.__dataclass_fields__))
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
)
entries = st.dictionaries(
    st.text(max_size=8), st.dictionaries(fields, json_values, max_size=6) | json_values, max_size=3
)
documents = json_values | st.fixed_dictionaries(
    {"version": st.integers(-1, 4) | json_values}, optional={"stacks": entries | json_values, "worktrees": entries}
)


@given(documents)
def test_decoding_any_json_raises_nothing_but_its_own_errors(document: object) -> None:
    with suppress(DamagedError, NewerVersionError):
        found = decode_registry(json.dumps(document).encode())
        assert decode_registry(encode_registry(found.stacks)) == DecodedRegistry(stacks=found.stacks)


@given(st.binary(max_size=60))
def test_decoding_any_bytes_raises_nothing_but_its_own_errors(content: bytes) -> None:
    with suppress(DamagedError, NewerVersionError):
        assert decode_registry(content).stacks == {}
