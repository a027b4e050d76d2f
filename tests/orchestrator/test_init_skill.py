"""The page that teaches an agent: where it is written, and what it says."""

import re
from pathlib import Path

import pytest

from tests.orchestrator.test_init import EXAMPLES, files, target, write
from wtc.cli.command_table import MODULES
from wtc.harnesses.skill import AGENTS, BEGIN, END, SKILL, skill_text
from wtc.orchestrator.init import init


def test_skill_is_written_and_a_second_init_changes_nothing(tmp_path: Path) -> None:
    (edit,) = init(target(tmp_path), ("skill",), dry_run=False).edits
    assert (edit.path, edit.notes) == (SKILL, ())
    assert files(tmp_path) == {SKILL: (EXAMPLES.parent / "skills/wtc/SKILL.md").read_bytes()}
    assert not init(target(tmp_path), ("skill",), dry_run=False).edits[0].changed


def test_older_skill_of_wtc_is_replaced_and_anothers_is_kept(tmp_path: Path) -> None:
    write(tmp_path, SKILL, "<!-- written by `wtc init skill` -->\nold\n")
    assert init(target(tmp_path), ("skill",), dry_run=False).edits[0].after == skill_text()
    write(tmp_path, SKILL, "ours\n")
    (edit,) = init(target(tmp_path), ("skill",), dry_run=False).edits
    assert "was not written by wtc" in edit.notes[0]
    assert (tmp_path / SKILL).read_text() == "ours\n"


@pytest.mark.parametrize(
    ("before", "head", "tail"),
    [
        (None, "", ""),
        ("", "", ""),
        ("# Agents\n", "# Agents\n\n", ""),
        ("# Agents", "# Agents\n\n", ""),
        (f"# Agents\n\n{BEGIN}\nold\n{END}\n\n# More\n", "# Agents\n\n", "\n# More\n"),
        (f"a\r\n{BEGIN}\r\nold\r\n{END}\r\nb\r\n", "a\n", "b\n"),
    ],
)
def test_section_of_agents_md_is_added_or_replaced(tmp_path: Path, before: str | None, head: str, tail: str) -> None:
    if before is not None:
        write(tmp_path, AGENTS, before)
    init(target(tmp_path), ("skill",), agents_section=True, dry_run=False)
    after = (tmp_path / AGENTS).read_bytes().decode()
    assert after.count("\r\n") == (after.count("\n") if "\r\n" in (before or "") else 0)
    plain = after.replace("\r\n", "\n")
    assert plain.startswith(f"{head}{BEGIN}\n## wtc: ")
    assert plain.endswith(f"\n{END}\n{tail}")
    assert "old" not in plain.partition(BEGIN)[2].partition("\n")[0]
    assert plain.count(BEGIN) == plain.count(END) == 1
    init(target(tmp_path), ("skill",), agents_section=True, dry_run=False)
    assert (tmp_path / AGENTS).read_bytes().decode() == after


def test_skill_has_front_matter_and_names_commands_that_exist() -> None:
    _, front, page = skill_text().split("---\n", 2)
    assert re.fullmatch(r"name: wtc\ndescription: .{50,1024}\n", front)
    commands = set(re.findall(r"`wtc ([a-z]+)", page))
    assert commands >= {"up", "down", "ports", "logs", "exec", "clean"}
    assert commands <= set(MODULES)
    assert len(page.splitlines()) < 60
