"""Recorded inputs match as long as nothing has changed, and no longer."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wtc.orchestrator.context.recording_reader import RecordingReader, Seen
from wtc.orchestrator.kept.inputs import counting_variables, inputs_match, record_inputs

KEY = b"k" * 32
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
PATHS = st.sampled_from([f"/work/{name}" for name in "abcdef"])
VALUES = st.text(max_size=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that an interpretation can depend on."""

    contents: Mapping[str, bytes | int] = field(default_factory=dict[str, bytes | int])
    kinds: Mapping[str, str] = field(default_factory=dict[str, str])
    folders: Mapping[str, bool] = field(default_factory=dict[str, bool])
    links: Mapping[str, str] = field(default_factory=dict[str, str])
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    others: Mapping[str, object] = field(default_factory=dict[str, object])

    def read(self, path: str) -> bytes:
        content = self.contents.get(path, 2)
        if isinstance(content, int):
            raise OSError(content, os.strerror(content))
        return content

    def kind(self, path: str) -> str:
        return self.kinds.get(path, "absent")

    def is_dir(self, path: str) -> bool:
        return self.folders.get(path, False)

    def real_path(self, path: str) -> str:
        return self.links.get(path, path)

    def record(self) -> Any:
        seen = Seen(
            contents=dict(self.contents), kinds=dict(self.kinds), folders=dict(self.folders), links=dict(self.links)
        )
        return record_inputs(seen, self.environment, self.others, KEY)


WORLDS = st.builds(
    World,
    contents=st.dictionaries(PATHS, st.binary(max_size=20) | st.sampled_from([2, 13, 21])),
    kinds=st.dictionaries(PATHS, st.sampled_from(["file", "other", "absent"])),
    folders=st.dictionaries(PATHS, st.booleans()),
    links=st.dictionaries(PATHS, PATHS),
    environment=st.dictionaries(NAMES, VALUES, max_size=5),
    others=st.dictionaries(st.sampled_from(["settings", "command line", "version"]), VALUES),
)


def matches(recorded: Any, world: World) -> bool:
    return inputs_match(recorded, world, world.environment, world.others, KEY)


@given(WORLDS)
def test_inputs_match_themselves(world: World) -> None:
    assert matches(world.record(), world)


@given(WORLDS, st.data())
def test_any_change_of_what_was_looked_at_is_found(world: World, data: st.DataObject) -> None:
    recorded = world.record()
    what = data.draw(st.sampled_from(["contents", "kinds", "folders", "links"]))
    found: dict[str, Any] = dict(getattr(world, what))
    if not found:
        return
    path = data.draw(st.sampled_from(sorted(found)))
    changes: dict[str, Any] = {
        "contents": st.binary(max_size=20) | st.sampled_from([2, 13, 21]),
        "kinds": st.sampled_from(["file", "other", "absent"]),
        "folders": st.booleans(),
        "links": PATHS,
    }
    value = data.draw(changes[what])
    if value != found[path]:
        assert not matches(recorded, replace(world, **{what: {**found, path: value}}))


@given(WORLDS, VALUES)
def test_any_other_input_that_changes_is_found(world: World, value: str) -> None:
    changed = {**world.others, "settings": value}
    if changed != world.others:
        assert not matches(world.record(), replace(world, others=changed))


@given(WORLDS, NAMES, VALUES)
def test_variable_that_a_file_names_is_found_when_it_is_set_changed_or_unset(
    world: World, name: str, value: str
) -> None:
    world = replace(world, contents={**world.contents, "/work/compose.yaml": f"a: ${{{name}}}".encode()})
    without = {k: v for k, v in world.environment.items() if k != name}
    unset, with_value = replace(world, environment=without), replace(world, environment={**without, name: value})
    other = replace(world, environment={**without, name: f"{value}!"})
    assert not matches(unset.record(), with_value)
    assert not matches(with_value.record(), unset)
    assert not matches(with_value.record(), other)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        (b"a: ${NAME}", True),
        (b"a: $NAME-x", True),
        (b"a: ${OTHER:-${NAME:?}}", True),
        (b"environment: [NAME]", True),
        (b"environment: {NAME: }", True),
        (b'a: "${\\x4eAME}"', True),
        (b'a: "${NA\\\n   ME}"', True),
        ("a: ${NAME}".encode("utf-16"), True),
        (b"a: ${NAMES}", False),
        (b"a: $SURNAME", False),
        (b"", False),
    ],
)
def test_variable_counts_if_a_text_can_name_it(text: bytes, counts: bool) -> None:  # noqa: FBT001 - a table
    assert ("NAME" in counting_variables({"NAME": "x"}, [text])) is counts


@pytest.mark.parametrize("name", ["COMPOSE_FILE", "WTC_BIND", "DOCKER_HOST", "HOME"])
def test_variable_of_docker_compose_or_wtc_always_counts(name: str) -> None:
    assert counting_variables({name: "x"}, [b"services: {}"]) == {name: "x"}


def test_nothing_that_was_read_is_kept_as_it_is() -> None:
    world = World(
        contents={"/work/.env": b"PASSWORD=swordfish"},
        environment={"PASSWORD": "swordfish"},
        others={"settings": "swordfish"},
    )
    assert "swordfish" not in repr(world.record())


@pytest.mark.parametrize("damaged", [None, 1, "text", [], {}, {"others": ""}, {"others": None, "kinds": 1}])
def test_damaged_record_does_not_match(damaged: object) -> None:
    assert not matches(damaged, World())


def test_reader_records_what_it_is_asked(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("content")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "dangling").symlink_to("nowhere")
    reader = RecordingReader()
    file, missing = str(tmp_path / "file"), str(tmp_path / "missing")
    reader.read(file)
    with pytest.raises(FileNotFoundError):
        reader.read(missing)
    asked = [reader.is_file(str(tmp_path / name)) for name in ("link", "dangling", "missing")]
    assert asked == [True, False, False]
    reader.is_dir(str(tmp_path))
    reader.real_path(str(tmp_path / "link"))
    assert reader.seen == Seen(
        contents={file: b"content", missing: 2},
        kinds={str(tmp_path / "link"): "file", str(tmp_path / "dangling"): "other", missing: "absent"},
        folders={str(tmp_path): True},
        links={str(tmp_path / "link"): os.path.realpath(file)},
    )


def test_file_that_changes_during_the_command_is_not_repeatable(tmp_path: Path) -> None:
    reader = RecordingReader()
    (tmp_path / "file").write_text("one")
    reader.read(str(tmp_path / "file"))
    (tmp_path / "file").write_text("two")
    reader.read(str(tmp_path / "file"))
    assert not reader.seen.repeatable
