"""Hook files: what is written and kept, and that a second run changes nothing."""

import json
import os
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from wtc.errors import UsageError, WtcError
from wtc.harnesses.edit import append_command
from wtc.harnesses.table import HARNESSES
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.init import init

EXAMPLES = Path(__file__).parents[2] / "examples" / "harnesses"
NAMES = [harness.name for harness in HARNESSES]
SETTINGS = ".conductor/settings.toml"
WORKSPACE = '--worktree "$CONDUCTOR_WORKSPACE_PATH"'
SETUP, CLEAN = f"wtc setup {WORKSPACE}", f"wtc clean {WORKSPACE} --yes"
RUN = f"wtc up {WORKSPACE} --foreground --on-signal leave"


def target(folder: Path, *files: str) -> Target:
    return Target(cwd=str(folder), worktree=str(folder), files=files, environment={"HOME": str(folder)})


def write(folder: Path, path: str, text: str) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(text.encode())


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def merged(folder: Path, path: str, text: str, name: str) -> tuple[str, tuple[str, ...]]:
    """The file after `init`, which a second one leaves as it is, and what `init` says of it."""
    write(folder, path, text)
    (edit,) = init(target(folder), (name,), dry_run=False).edits
    after = files(folder)
    (again,) = init(target(folder), (name,), dry_run=False).edits
    assert not again.changed
    assert files(folder) == after
    assert list(after) == [path]
    return after[path].decode(), edit.notes


def failure(folder: Path, name: str) -> WtcError:
    """Return the error of `init` for one harness."""
    result = init(target(folder), (name,), dry_run=False)
    assert result.edits == ()
    (error,) = result.failures
    return error


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_are_what_init_writes(tmp_path: Path, name: str) -> None:
    init(target(tmp_path), (name,), dry_run=False)
    assert files(tmp_path) == files(EXAMPLES / name)


def test_the_legacy_example_is_what_init_makes_of_an_empty_file(tmp_path: Path) -> None:
    text, _ = merged(tmp_path, "conductor.json", "{}\n", "conductor")
    assert text == (EXAMPLES.parent / "conductor.json").read_text()
    assert json.loads(text) == {
        "scripts": {"setup": SETUP, "run": RUN, "archive": CLEAN},
        "runScriptMode": "concurrent",
    }


def test_conductor_gets_its_commands() -> None:
    assert tomllib.loads((EXAMPLES / "conductor" / SETTINGS).read_text())["scripts"] == {
        "setup": SETUP,
        "run": RUN,
        "archive": CLEAN,
        "run_mode": "concurrent",
    }


def test_cursor_codex_and_worktrunk_get_their_commands() -> None:
    assert json.loads((EXAMPLES / "cursor/.cursor/worktrees.json").read_text()) == {"setup-worktree": ["wtc setup"]}
    codex = tomllib.loads((EXAMPLES / "codex/.codex/environments/environment.toml").read_text())
    assert codex == {
        "version": 1,
        "name": "wtc",
        "setup": {"script": 'wtc setup --worktree "$CODEX_WORKTREE_PATH"'},
        "cleanup": {"script": 'wtc clean --worktree "$CODEX_WORKTREE_PATH" --yes'},
    }
    assert tomllib.loads((EXAMPLES / "worktrunk/.config/wt.toml").read_text()) == {
        "pre-start": {"wtc": "wtc setup --worktree {{ worktree_path }}"},
        "pre-remove": {"wtc": "wtc clean --worktree {{ worktree_path }} --yes"},
    }


def test_claude_code_gets_two_hooks_and_keeps_its_own_way_of_making_worktrees() -> None:
    hooks = json.loads((EXAMPLES / "claude/.claude/settings.json").read_text())["hooks"]
    commands = {event: [h["command"] for entry in entries for h in entry["hooks"]] for event, entries in hooks.items()}
    assert commands == {"SessionStart": ["wtc setup"], "WorktreeRemove": ["wtc hook claude-worktree-remove"]}


def test_claude_code_has_its_worktrees_made_by_wtc_only_on_request(tmp_path: Path) -> None:
    init(target(tmp_path), ("claude",), make_worktrees=True, dry_run=False)
    after = files(tmp_path)
    assert after == files(EXAMPLES / "claude-worktrees")
    hooks = json.loads(after[".claude/settings.json"])["hooks"]
    assert [h["command"] for e in hooks["WorktreeCreate"] for h in e["hooks"]] == ["wtc hook claude-worktree-create"]
    for make_worktrees in (True, False):
        init(target(tmp_path), ("claude",), make_worktrees=make_worktrees, dry_run=False)
        assert files(tmp_path) == after


def test_another_hook_that_makes_claude_codes_worktrees_stays_the_only_one(tmp_path: Path) -> None:
    theirs = [{"hooks": [{"type": "command", "command": "make-it"}]}]
    write(tmp_path, ".claude/settings.json", json.dumps({"hooks": {"WorktreeCreate": theirs}}))
    (edit,) = init(target(tmp_path), ("claude",), make_worktrees=True, dry_run=False).edits
    assert json.loads(edit.after or "")["hooks"]["WorktreeCreate"] == theirs
    assert any(
        "`hooks.WorktreeCreate` already has a hook: to let wtc create the worktrees" in note for note in edit.notes
    )


def test_other_harnesses_do_not_get_a_worktree_hook(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is for `claude` alone"):
        init(target(tmp_path), ("conductor",), make_worktrees=True, dry_run=False)
    assert files(tmp_path) == {}


THEIRS = """\
# Ours, with care.
file_include_globs = '''
.env*
'''

[scripts]   # what runs
  setup = "pnpm install"  # takes long

[git]
setup = "not this one"
"""


def test_a_toml_file_keeps_its_comments_order_and_spacing(tmp_path: Path) -> None:
    text, notes = merged(tmp_path, SETTINGS, THEIRS, "conductor")
    assert notes == (f"`scripts.setup` now ends with `{SETUP}`",)
    assert text == THEIRS.replace('"pnpm install"', f"'pnpm install && {SETUP}'").replace(
        "# takes long\n", f"# takes long\nrun = '{RUN}'\narchive = '{CLEAN}'\nrun_mode = \"concurrent\"\n"
    )


BLOCK = "setup = '''\npnpm install\npnpm build\n'''\n"


@pytest.mark.parametrize(
    ("before", "scripts"),
    [
        ("", {"setup": SETUP, "archive": CLEAN, "run": RUN}),
        ("[scripts]", {"setup": SETUP, "archive": CLEAN, "run": RUN}),
        ("[scripts]\r\nsetup = 'a'\r\n", {"setup": f"a && {SETUP}", "archive": CLEAN, "run": RUN}),
        (
            "a = 1\n\n[scripts.run.dev]\ncommand = 'a'\n",
            {"setup": SETUP, "archive": CLEAN, "run": {"dev": {"command": "a"}, "wtc": {"command": RUN}}},
        ),
        (
            "[scripts.run]\ndev = {command = 'a', default = true} # ours\n",
            {"run": {"dev": {"command": "a", "default": True}, "wtc": {"command": RUN}}},
        ),
        ("[scripts.run.stack]\ncommand = 'wtc up'\n", {"run": {"stack": {"command": "wtc up"}}}),
        ("[scripts.run.wtc]\ncommand = 'a'\n", {"run": {"wtc": {"command": "a"}}}),
        ("scripts.run.dev = 'a'\n", {"run": {"dev": "a", "wtc": {"command": RUN}}}),
        ("scripts.setup = 'a'\n[b]\nc = 1\n", {"setup": f"a && {SETUP}", "archive": CLEAN}),
        (f"[scripts]\n{BLOCK}", {"setup": f"pnpm install\npnpm build\n{SETUP}\n"}),
        ('[scripts]\nsetup = "a # b"\n', {"setup": f"a # b\n{SETUP}\n"}),
        ('[scripts]\nsetup = ""\n', {"setup": SETUP}),
        ('[scripts]\nsetup = "wtc setup -w ."\n', {"setup": "wtc setup -w ."}),
        ('[scripts]\nrun = "pnpm dev"\n', {"run": "pnpm dev", "setup": SETUP, "archive": CLEAN}),
        ('["scripts"]\narchive = "x\\ty"\n', {"archive": f"x\ty && {CLEAN}", "setup": SETUP}),
        ('[scripts]\nrun_mode = "nonconcurrent"\n', {"run_mode": "nonconcurrent", "setup": SETUP}),
        ("[a]\nb = '''\n[scripts]\nsetup = \"x\"\n'''\n", {"setup": SETUP, "run": RUN}),
    ],
)
def test_conductor_settings_of_every_shape_are_merged_with(
    tmp_path: Path, before: str, scripts: Mapping[str, Any]
) -> None:
    text, _ = merged(tmp_path, SETTINGS, before, "conductor")
    found = tomllib.loads(text)
    assert found["scripts"] | scripts == found["scripts"]
    kept = {k: v for k, v in tomllib.loads(before).items() if k != "scripts"}
    assert found | kept == found
    assert text.count("\r\n") == (text.count("\n") if "\r\n" in before else 0)


@pytest.mark.parametrize(
    ("before", "note"),
    [
        ('[scripts]\nrun = "pnpm dev"\n', "`scripts.run` was not changed"),
        ("[scripts.run.dev]\ncommand = 'a'\n", "`scripts.run.wtc` was added beside the run scripts of the project"),
        ("[scripts.run.wtc]\ncommand = 'a'\n", "`scripts.run.wtc` was not added: to add wtc, run `wtc up"),
        ('[scripts]\nrun_mode = "nonconcurrent"\n', "`run_mode` is still `nonconcurrent`"),
        ("scripts.run = 'pnpm dev'\n", "`run_mode` is not set: to run stacks of several workspaces"),
        ("[scripts]\nsetup = 'a'\n", f"`scripts.setup` now ends with `{SETUP}`"),
    ],
)
def test_value_that_cannot_be_merged_is_kept_and_reported(tmp_path: Path, before: str, note: str) -> None:
    _, notes = merged(tmp_path, SETTINGS, before, "conductor")
    assert any(note in one for one in notes)


def test_conductor_reads_its_settings_where_both_files_are_there(tmp_path: Path) -> None:
    write(tmp_path, "conductor.json", "{}")
    write(tmp_path, SETTINGS, "")
    assert [e.path for e in init(target(tmp_path), ("conductor",), dry_run=False).edits] == [SETTINGS]


def test_a_json_file_keeps_its_order_and_indentation(tmp_path: Path) -> None:
    before = '{\n\t"z": "ü",\n\t"setup-worktree": [\n\t\t"npm ci"\n\t],\n\t"a": 1\n}'
    text, _ = merged(tmp_path, ".cursor/worktrees.json", before, "cursor")
    assert text == before.replace('"npm ci"', '"npm ci",\n\t\t"wtc setup"')


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"setup-worktree-unix": ["a"]}, {"setup-worktree-unix": ["a", "wtc setup"]}),
        (
            {"setup-worktree": ["a"], "setup-worktree-unix": ["b"]},
            {"setup-worktree": ["a", "wtc setup"], "setup-worktree-unix": ["b", "wtc setup"]},
        ),
        ({"setup-worktree": "setup.sh"}, {"setup-worktree": "setup.sh"}),
        ({"setup-worktree": ["wtc setup --profile all"]}, {"setup-worktree": ["wtc setup --profile all"]}),
    ],
)
def test_cursor_gets_one_more_command_where_it_reads_commands(
    tmp_path: Path, before: dict[str, Any], after: dict[str, Any]
) -> None:
    text, notes = merged(tmp_path, ".cursor/worktrees.json", json.dumps(before), "cursor")
    assert json.loads(text) == after
    assert any("is not a list" in note for note in notes) == isinstance(after.get("setup-worktree"), str)


def test_claude_code_keeps_its_other_hooks_and_settings(tmp_path: Path) -> None:
    theirs = {"matcher": "startup", "hooks": [{"type": "command", "command": "echo hello"}]}
    before = {"permissions": {"allow": ["Bash"]}, "hooks": {"SessionStart": [theirs], "Stop": [theirs]}}
    text, _ = merged(tmp_path, ".claude/settings.json", json.dumps(before), "claude")
    found = json.loads(text)
    assert found["permissions"] == before["permissions"]
    assert found["hooks"]["SessionStart"][0] == found["hooks"]["Stop"][0] == theirs
    assert found["hooks"]["SessionStart"][1]["hooks"][0]["command"] == "wtc setup"


POST, PRE = "wtc setup --worktree {{ worktree_path }}", "wtc clean --worktree {{ worktree_path }} --yes"


@pytest.mark.parametrize(
    ("before", "post", "pre"),
    [
        ("[pre-start]\ninstall = 'npm ci'\n", {"install": "npm ci", "wtc": POST}, {"wtc": PRE}),
        ("pre-start = 'npm ci' # deps\n", {"project": "npm ci", "wtc": POST}, {"wtc": PRE}),
        ("[[pre-start]]\na = 'b'\n\n[[pre-start]]\nc = 'd'\n", [{"a": "b"}, {"c": "d"}, {"wtc": POST}], {"wtc": PRE}),
        ("[pre-remove]\nx = 'wtc clean -y'\n", {"wtc": POST}, {"x": "wtc clean -y"}),
        ("pre-start = { a = 'b' }\n", {"a": "b", "wtc": POST}, {"wtc": PRE}),
    ],
)
def test_worktrunk_runs_its_own_hooks_too(tmp_path: Path, before: str, post: object, pre: object) -> None:
    text, notes = merged(tmp_path, ".config/wt.toml", before, "worktrunk")
    found = tomllib.loads(text)
    assert (found["pre-start"], found["pre-remove"]) == (post, pre)
    assert ("# deps" in text) == ("# deps" in before)
    note = "`pre-start` is now a table: its command is `project`, beside `wtc`"
    assert notes == ((note,) if before.startswith("pre-start = '") else ())


def test_setup_in_worktrunks_background_hook_stays_and_is_reported(tmp_path: Path) -> None:
    before = "[post-start]\nx = 'wtc setup'\n"
    text, notes = merged(tmp_path, ".config/wt.toml", before, "worktrunk")
    assert "pre-start" not in tomllib.loads(text)
    assert any("to wait for it, move it to `pre-start`" in note for note in notes)


@pytest.mark.parametrize(
    ("path", "key", "text"),
    [
        (SETTINGS, "run_mode", "[scripts]\nrun = 'pnpm dev'\n"),
        ("conductor.json", "runScriptMode", '{"scripts": {"run": "pnpm dev"}}'),
    ],
)
def test_users_own_run_script_keeps_its_mode(tmp_path: Path, path: str, key: str, text: str) -> None:
    after, notes = merged(tmp_path, path, text, "conductor")
    assert "concurrent" not in after
    assert any(f"`{key}` is not set" in note for note in notes)


@pytest.mark.parametrize(("name", "note"), [("claude", "does not call `WorktreeRemove`"), ("cursor", "has no hook")])
def test_hook_that_a_harness_does_not_call_is_named(tmp_path: Path, name: str, note: str) -> None:
    (edit,) = init(target(tmp_path), (name,), dry_run=False).edits
    assert any(note in one for one in edit.notes)


def test_codex_keeps_its_actions(tmp_path: Path) -> None:
    head, actions = "# made by Codex\nversion = 1\nname = 'shop'\n", "[[actions]]\nname = 'Run'\n"
    before = f"{head}\n[setup]\nscript = '''\nnpm ci\n'''\n\n{actions}"
    text, _ = merged(tmp_path, ".codex/environments/environment.toml", before, "codex")
    found = tomllib.loads(text)
    assert found["setup"] == {"script": 'npm ci && wtc setup --worktree "$CODEX_WORKTREE_PATH"'}
    assert (found["name"], found["actions"]) == ("shop", [{"name": "Run"}])
    assert text.startswith("# made by Codex\n")


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("", "wtc x"),
        ("a", "a && wtc x"),
        ("a; b", "a; b && wtc x"),
        ("a &", "a &\nwtc x\n"),
        ("a # b", "a # b\nwtc x\n"),
        ("a\nb\n", "a\nb\nwtc x\n"),
    ],
)
def test_a_script_ends_with_one_more_command(script: str, expected: str) -> None:
    assert append_command(script, "wtc x") == expected


def test_the_harnesses_that_are_in_use_are_found(tmp_path: Path) -> None:
    (tmp_path / ".cursor").mkdir()
    write(tmp_path, "conductor.json", "{}")
    assert [e.path for e in init(target(tmp_path), (), dry_run=False).edits] == [
        "conductor.json",
        ".cursor/worktrees.json",
    ]


def test_nothing_is_written_if_no_harness_is_found(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no harness was found"):
        init(target(tmp_path), (), dry_run=False)
    assert files(tmp_path) == {}


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    edits = init(target(tmp_path), tuple(NAMES), dry_run=True).edits
    assert all(edit.changed for edit in edits)
    assert files(tmp_path) == {}


def test_an_unknown_harness_is_named_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such harness: `conducter`") as raised:
        init(target(tmp_path), ("conducter",), dry_run=False)
    assert raised.value.hints == ("did you mean `conductor`?",)


@pytest.mark.parametrize(
    ("name", "path", "text"),
    [
        ("conductor", SETTINGS, "[scripts"),
        ("conductor", SETTINGS, "scripts = 1\n"),
        ("conductor", "conductor.json", "[]"),
        ("claude", ".claude/settings.json", "{// a comment\n}"),
        ("claude", ".claude/settings.json", '{"hooks": []}'),
        ("worktrunk", ".config/wt.toml", "a = \n"),
    ],
)
def test_file_that_cannot_be_merged_is_kept_and_the_others_are_written(
    tmp_path: Path, name: str, path: str, text: str
) -> None:
    write(tmp_path, path, text)
    result = init(target(tmp_path), (name, "cursor"), dry_run=False)
    assert [type(error) for error in result.failures] == [UsageError]
    assert path in result.failures[0].message
    assert [edit.path for edit in result.edits] == [".cursor/worktrees.json"]
    after = files(tmp_path)
    assert after.pop(path) == text.encode()
    assert list(after) == [".cursor/worktrees.json"]


def test_a_linked_settings_file_stays_a_link_and_keeps_its_mode(tmp_path: Path) -> None:
    folder, real = tmp_path / "w", tmp_path / "real.json"
    real.write_text("{}")
    real.chmod(0o600)
    (folder / ".claude").mkdir(parents=True)
    (folder / ".claude/settings.json").symlink_to(real)
    init(target(folder), ("claude",), dry_run=False)
    assert os.readlink(folder / ".claude/settings.json") == str(real)
    assert "wtc setup" in real.read_text()
    assert stat.S_IMODE(real.stat().st_mode) == 0o600


def test_a_file_that_is_named_is_named_in_the_hooks_that_read_it(tmp_path: Path) -> None:
    write(tmp_path, "deploy here/compose.yaml", "services: {}\n")
    init(target(tmp_path, "deploy here/compose.yaml"), ("conductor",), dry_run=False)
    scripts = tomllib.loads((tmp_path / SETTINGS).read_text())["scripts"]
    assert scripts["setup"] == f"{SETUP} --file 'deploy here/compose.yaml'"
    assert scripts["archive"] == CLEAN


def test_file_that_is_not_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".claude").mkdir()
    (tmp_path / ".claude/settings.json").write_bytes(b"\xff")
    assert "cannot read" in failure(tmp_path, "claude").message
