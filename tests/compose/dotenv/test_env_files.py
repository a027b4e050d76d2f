"""The env files and label files of a service."""

import json
from collections import Counter
from typing import Any

import pytest

from tests.compose.memory import FOLDER, Memory, config, project, refused
from wtc.cli.commands.env import _dotenv
from wtc.compose.dotenv import parser
from wtc.compose.dotenv.env_files import LIMIT_BYTES
from wtc.compose.dotenv.parser import parse_dotenv
from wtc.compose.format.config import config_json
from wtc.compose.loader.load import load_project
from wtc.compose.loader.request import LoadRequest
from wtc.compose.tree.accessors import get_child, get_items
from wtc.compose.tree.node import plain
from wtc.env_marker import marked
from wtc.errors import ComposeFileError

ALL = {
    "compose.yaml": "services: {a: {image: x, environment: [FROM_OS, UNSET, OWN=s], env_file: [a.env, b.env]}}",
    "a.env": "UNSET=file\nFROM_OS=file\nV=a\nREF=${OWN}\nBARE\n",
    "b.env": "V=${V}b\nW=$V",
}


def test_references_resolve_to_project_then_service_then_earlier_lines() -> None:
    found = config(ALL, environment={"FROM_OS": "os", "BARE": "b"})["services"]["a"]["environment"]
    assert found == {"FROM_OS": "os", "UNSET": None, "OWN": "s", "V": "ab", "W": "ab", "REF": "s", "BARE": "b"}


def test_missing_file_is_an_error_unless_it_is_optional() -> None:
    text = "services: {a: {image: x, env_file: [{path: n.env, required: false}]}}"
    assert "environment" not in config(text)["services"]["a"]
    assert refused(text.replace("false", "true"))[0].endswith("cannot read `/srv/app/n.env`: no such file")


def test_raw_format_keeps_values_literal() -> None:
    files = {
        "compose.yaml": "services: {a: {image: x, env_file: [{path: r.env, format: raw}]}}",
        "r.env": "A='q' # c\nB=$A",
    }
    assert config(files)["services"]["a"]["environment"] == {"A": "'q' # c", "B": "$$A"}


def test_labels_override_label_files() -> None:
    files = {"compose.yaml": "services: {a: {image: x, label_file: l, labels: {x: 2}}}", "l": "x=1\ny=1"}
    assert config(files)["services"]["a"]["labels"] == {"x": "2", "y": "1"}


def test_env_files_stay_in_the_tree_if_they_are_not_read() -> None:
    reader = Memory({**ALL, "a.env": "broken '"})
    loaded = load_project(LoadRequest(cwd=FOLDER, environment={}), reader, fold_env_files=False)
    files = get_items(get_child(loaded.root, "services", "a", "env_file"))
    assert plain(files[0]) == {"path": "/srv/app/a.env", "required": True}


def test_invalid_env_file_is_reported_with_its_line_and_without_values() -> None:
    found = refused({**ALL, "a.env": "A=1\nB='secret"})
    assert found[0].startswith("a.env:2:")
    assert "secret" not in found[0]


def test_overrides_take_precedence_over_env_files() -> None:
    files = {"compose.yaml": "services: {a: {image: 'x:${P}'}}", ".env": "P=1"}
    assert project(files, overrides={"P": "2"}).environment["P"] == "2"


def test_what_wtc_env_wrote_to_a_project_env_file_is_left_out() -> None:
    variables = marked({"WEB_PORT": "20001", "WTC_NAMESPACE": "a-1"}, {})
    changed = {**variables, "WTC_NAMESPACE": "mine"}
    files = {
        "compose.yaml": "services: {a: {image: 'x:${WEB_PORT:-80}', command: ['${WTC_NAMESPACE:-none}']}}",
        "own.env": "WEB_PORT=8080",
        "wtc.env": "".join(_dotenv(*item) for item in variables.items()),
        "changed.env": "".join(_dotenv(*item) for item in changed.items()),
    }

    def used(*names: str) -> tuple[str, list[str]]:
        found = config(files, env_files=names)["services"]["a"]
        return found["image"], found["command"]

    assert used("wtc.env") == ("x:80", ["none"])
    assert used("own.env", "wtc.env") == ("x:8080", ["none"])
    assert used("changed.env") == ("x:80", ["mine"])


class Counting(Memory):
    """Counts how often each file is read."""

    def __init__(self, files: dict[str, str]) -> None:
        super().__init__(files)
        self.reads: Counter[str] = Counter()

    def read(self, path: str) -> bytes:
        self.reads[path] += 1
        return super().read(path)


def loaded(services: str, env: str) -> tuple[dict[str, dict[str, str]], Counter[str]]:
    """Return service -> its environment, and how often each file was read."""
    reader = Counting({"compose.yaml": "services:\n" + services, "web.env": env})
    project = load_project(LoadRequest(cwd=FOLDER, environment={"P": "1"}, project_name="p"), reader)
    services_of = json.loads(config_json(project))["services"]
    return {name: service.get("environment", {}) for name, service in services_of.items()}, reader.reads


def test_env_file_that_many_services_name_is_read_once() -> None:
    services = "".join(f"  s{n}: {{image: x, environment: {{N: '{n}'}}, env_file: web.env}}\n" for n in range(3))
    found, reads = loaded(services, "A=1\nB=$A$N$P\nP\n")
    assert found == {f"s{n}": {"A": "1", "B": f"1{n}1", "N": f"{n}", "P": "1"} for n in range(3)}
    assert reads[f"{FOLDER}/web.env"] == 1


def test_env_file_without_variables_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []

    def recorded(text: str, *given: Any, **options: Any) -> dict[str, str]:
        parsed.append(text)
        return parse_dotenv(text, *given, **options)

    monkeypatch.setattr(parser, "parse_dotenv", recorded)
    services = "".join(f"  s{n}: {{image: x, env_file: [web.env, web.env]}}\n" for n in range(3))
    assert loaded(services, "A=1\n")[0] == {f"s{n}": {"A": "1"} for n in range(3)}
    assert parsed == ["A=1\n"]


@pytest.mark.parametrize(
    ("count", "env", "words"),
    [
        (60, "".join(f"A{n}=1\n" for n in range(10_000)), "define more than 500000 variables"),
        (60, "A=$P\n" * 5_000, "more than 200000 variables would have to be replaced"),
        (1, "A=1\n" * 60_000, "the file has more than 50000 variables"),
        (1, "A=" + "x" * LIMIT_BYTES, "the file is larger than 2 MiB"),
    ],
)
def test_env_files_of_all_services_are_limited_together(count: int, env: str, words: str) -> None:
    services = "".join(f"  s{n}: {{image: x, env_file: web.env}}\n" for n in range(count))
    with pytest.raises(ComposeFileError, match=words):
        loaded(services, env)
