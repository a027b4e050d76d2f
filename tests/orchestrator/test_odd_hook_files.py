"""Odd hook files: byte order marks, line ends, hand-made formatting, read-only or broken files."""

import json
import os
import re
from pathlib import Path

import pytest

from tests.orchestrator.test_init import SETTINGS, failure, files, merged, write
from wtc.errors import UsageError


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{}", '{\n  "setup-worktree": [\n    "wtc setup"\n  ]\n}'),
        ('{"setup-worktree": [ ]}\n', '{"setup-worktree": [\n  "wtc setup"\n]}\n'),
        ('{"a":1.10,"setup-worktree":["\\u00fc\\/"]}', '{"a":1.10,"setup-worktree":["\\u00fc\\/", "wtc setup"]}'),
        ('{\n    "a": [1,\n          2], "b": 1e5 }\n', None),
        ('{ "x": {"setup-worktree": []} ,\n\n  "setup-worktree": [\n\n    "a" ]}', None),
        ('\n\n{"a\\"]": "}", "setup-worktree": []}\n\n', None),
    ],
)
def test_json_text_is_kept_unchanged(tmp_path: Path, before: str, after: str | None) -> None:
    text, _ = merged(tmp_path, ".cursor/worktrees.json", before, "cursor")
    if after is not None:
        assert text == after
    # Only put in, nothing taken out.
    rest = iter(text)
    assert all(character in rest for character in before if not character.isspace())
    assert json.loads(text)["setup-worktree"][-1] == "wtc setup"


@pytest.mark.parametrize(
    ("name", "path", "text"),
    [
        ("claude", ".claude/settings.json", '{\n  "a": 1\n}\n'),
        ("conductor", "conductor.json", '{"scripts": {}}\n'),
        ("conductor", SETTINGS, "# ours\n[scripts]\nsetup = 'a'\n"),
        ("worktrunk", ".config/wt.toml", "[list]\nfull = true\n"),
    ],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "marked"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_line_ends_and_byte_order_mark_stay(
    tmp_path: Path, name: str, path: str, text: str, mark: str, end: str
) -> None:
    before = mark + text.replace("\n", end)
    after, _ = merged(tmp_path, path, before, name)
    assert after != before
    assert after.startswith("\ufeff") == bool(mark)
    assert after.count("\r\n") == (after.count("\n") if end == "\r\n" else 0)


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        (".claude/settings.json", '{\n  // ours\n  "a": 1\n}', r"is not JSON: .* \(line 2, column 3\)"),
        (".claude/settings.json", '{"a": 1, "a": 2}', "cannot be merged with: the key `a` occurs twice"),
        (".claude/settings.json", '{"a": [NaN]}', "`NaN` is not a JSON value"),
        (".claude/settings.json", "[" * 100_000, "cannot be merged with"),
        (".codex/environments/environment.toml", "a = 1\na = 2\n", r"is not TOML: .*line 2"),
    ],
)
def test_unmergeable_file_is_an_error_with_its_position(tmp_path: Path, path: str, text: str, message: str) -> None:
    write(tmp_path, path, text)
    error = failure(tmp_path, path[1:].partition("/")[0])
    assert isinstance(error, UsageError)
    assert re.search(message, error.message)
    assert files(tmp_path) == {path: text.encode()}


def test_read_only_file_is_not_changed(tmp_path: Path) -> None:
    write(tmp_path, ".claude/settings.json", "{}")
    (tmp_path / ".claude/settings.json").chmod(0o444)
    error = failure(tmp_path, "claude")
    assert "cannot write" in error.message
    assert error.causes == ("it is read-only",)
    assert files(tmp_path) == {".claude/settings.json": b"{}"}


@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_path_that_is_not_a_regular_file_is_an_error(tmp_path: Path, kind: str) -> None:
    place = tmp_path / ".claude/settings.json"
    place.parent.mkdir()
    os.mkfifo(place) if kind == "pipe" else place.mkdir()
    assert "cannot read" in failure(tmp_path, "claude").message


HOOKED = [
    "wtc {}",
    "wtc -w . {}",
    'wtc --worktree "$CONDUCTOR_WORKSPACE_PATH" -q {} --json',
    "npm ci && wtc  {}; true",
    "wtc --file='deploy here/compose.yaml' {}",
    '"$HOME/.local/bin/wtc" {}',
    "uvx --from worktree-container-manager wtc {}",
    "# ours\nset -e\n/opt/wtc/bin/wtc {} || exit 1",
]
NOT_HOOKED = ["# wtc {}\nnpm ci", "my-wtc {}", "wtc {}-more", "wtc; npm {}", "wtc doctor", "wtc.sh {}"]


@pytest.mark.parametrize("script", HOOKED)
def test_hook_with_another_spelling_is_recognised(tmp_path: Path, script: str) -> None:
    setup, clean, up = (script.format(name) for name in ("setup", "clean", "up"))
    before = json.dumps({"scripts": {"setup": setup, "run": up, "archive": clean}, "runScriptMode": "concurrent"})
    assert merged(tmp_path, "conductor.json", before, "conductor") == (before, ())


@pytest.mark.parametrize("script", NOT_HOOKED)
def test_script_that_only_resembles_a_hook_gets_one(tmp_path: Path, script: str) -> None:
    before = json.dumps({"scripts": {"setup": script.format("setup")}})
    text, notes = merged(tmp_path, "conductor.json", before, "conductor")
    assert ["`scripts.setup` now ends with" in note for note in notes] == [True]
    assert 'wtc setup --worktree "$CONDUCTOR_WORKSPACE_PATH"' in json.loads(text)["scripts"]["setup"]


@pytest.mark.parametrize(
    "script",
    [
        "exit 0",
        "npm ci\nexit 0\n",
        "set -e; exec ./setup.sh",
        "npm ci && exec bash setup.sh # all of it",
        "npm \\",
        "a |",
    ],
)
def test_hook_is_not_appended_to_a_script_that_exits(tmp_path: Path, script: str) -> None:
    path = ".codex/environments/environment.toml"
    for name, place, before in [
        ("conductor", "conductor.json", json.dumps({"scripts": {"setup": script}})),
        ("codex", path, f"[setup]\nscript = {json.dumps(script)}\n"),
    ]:
        folder = tmp_path / name
        folder.mkdir()
        text, notes = merged(folder, place, before, name)
        assert json.dumps(script) in text
        assert any("to add wtc, run `wtc setup --worktree " in note for note in notes)


@pytest.mark.parametrize("script", ["a || exit 1", "exit_early", "cd web && ./exec", "exec >log; a"])
def test_hook_is_appended_to_a_script_that_does_not_exit(tmp_path: Path, script: str) -> None:
    text, notes = merged(tmp_path, "conductor.json", json.dumps({"scripts": {"setup": script}}), "conductor")
    assert ["`scripts.setup` now ends with" in note for note in notes] == [True]
    assert json.loads(text)["scripts"]["setup"].startswith(f"{script} && wtc setup")


def test_every_form_of_a_worktrunk_hook_is_recognised(tmp_path: Path) -> None:
    before = "[pre-start]\na = 'npm ci'\nb = 'wtc -w . setup'\n\n[[pre-remove]]\nc = 'wtc -q clean -y'\n"
    assert merged(tmp_path, ".config/wt.toml", before, "worktrunk") == (before, ())
