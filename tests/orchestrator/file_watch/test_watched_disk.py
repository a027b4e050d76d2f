"""Folders as they are on disk: what a change of one means."""

import os
from pathlib import Path

import pytest

from tests.e2e.harness import write
from tests.git_template import make_repository
from wtc.model.build import Build
from wtc.orchestrator.file_watch.decide import Kind, PathChange
from wtc.orchestrator.file_watch.watch_rule import Action, IgnoredPaths, WatchRule, parse_patterns
from wtc.orchestrator.file_watch.watched_disk import FolderWalk, RuleDisk


def rule_of(folder: Path, *ignore: str, initially_ignored: frozenset[str] = frozenset()) -> WatchRule:
    return WatchRule(
        service="web",
        action=Action.SYNC,
        path=str(folder),
        target="/app",
        ignored=(IgnoredPaths(folder=str(folder), patterns=parse_patterns(ignore)),),
        initially_ignored=initially_ignored,
    )


def expanded(rule: WatchRule, path: str = "", kind: Kind = Kind.ADDED) -> list[str]:
    """Return what a change of a path below the rule's folder means, relative to it."""
    change = PathChange(path=os.path.join(rule.path, path).rstrip("/"), kind=kind)
    return [os.path.relpath(found.path, rule.path) for found in FolderWalk().expand(rule, change)]


def test_added_folder_is_expanded_without_what_cannot_match(tmp_path: Path) -> None:
    write(tmp_path, {"new/a": "", "new/deep/b": "", "new/node_modules/c": "", "new/.git/d": "", "other/e": ""})
    found = expanded(rule_of(tmp_path, "**/node_modules"), "new")
    assert found == ["new", "new/a", "new/deep", "new/deep/b"]


def test_ignored_folder_is_entered_for_an_exception(tmp_path: Path) -> None:
    write(tmp_path, {"cache/drop": "", "cache/keep": ""})
    rule = rule_of(tmp_path, "cache", "!cache/keep")
    changes = FolderWalk().expand(rule, PathChange(path=f"{tmp_path}/cache", kind=Kind.ADDED))
    assert [found.path for found in changes if rule.matches(found.path)] == [f"{tmp_path}/cache/keep"]


def test_modified_folder_means_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"sub/a": ""})
    assert expanded(rule_of(tmp_path), "sub", Kind.MODIFIED) == []


@pytest.mark.parametrize("kind", list(Kind))
def test_path_that_is_gone_is_itself(tmp_path: Path, kind: Kind) -> None:
    assert expanded(rule_of(tmp_path), "gone", kind) == ["gone"]


def test_link_to_a_folder_is_a_link(tmp_path: Path) -> None:
    write(tmp_path, {"real/a": ""})
    (tmp_path / "link").symlink_to("real")
    assert expanded(rule_of(tmp_path), "link") == ["link"]


def test_path_elsewhere_is_not_of_the_rule(tmp_path: Path) -> None:
    change = PathChange(path=str(tmp_path / "b"), kind=Kind.ADDED)
    assert list(FolderWalk().expand(rule_of(tmp_path / "a"), change)) == []


def test_linked_worktree_below_the_watched_folder_is_left_out(tmp_path: Path) -> None:
    make_repository(tmp_path)
    entry = tmp_path / ".git" / "worktrees" / "x"
    write(entry, {"commondir": "../..\n"})
    write(tmp_path, {".worktrees/x/.git": f"gitdir: {entry}\n", ".worktrees/x/deep/a": "", "own": ""})
    rule = rule_of(tmp_path)
    assert expanded(rule, ".worktrees/x/deep/a", Kind.MODIFIED) == []
    assert expanded(rule, ".worktrees") == [".worktrees"]
    assert "own" in expanded(rule)


def test_watched_folder_may_be_a_linked_worktree_itself(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"repo/.git/worktrees/x/commondir": "../..\n", "x/.git": "gitdir: ../repo/.git/worktrees/x\n", "x/a": ""},
    )
    assert "a" in expanded(rule_of(tmp_path / "x"))


def test_initial_sync_has_files_but_those_that_describe_the_stack(tmp_path: Path) -> None:
    write(tmp_path, {"a": "", "deep/b": "", "Dockerfile": "", "deep/compose.yaml": "", "x.log": "", ".git/c": ""})
    (tmp_path / "link").symlink_to("a")
    rule = rule_of(tmp_path, "*.log", initially_ignored=frozenset({"Dockerfile", "compose.yaml"}))
    found = [os.path.relpath(change.path, tmp_path) for change in FolderWalk().initial(rule)]
    assert sorted(found) == ["a", "deep/b", "link"]


def test_ignore_file_beside_the_dockerfile_wins(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "FROM x", ".dockerignore": "a", "Dockerfile.dockerignore": "b"})
    found = RuleDisk().ignored(Build(context=str(tmp_path)))
    assert found
    assert (found.ignores(f"{tmp_path}/a"), found.ignores(f"{tmp_path}/b")) == (False, True)


def test_remote_context_has_no_ignore_file() -> None:
    assert RuleDisk().ignored(Build(context="https://example.com/repo.git")) is None
