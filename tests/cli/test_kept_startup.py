"""A command whose inputs have not changed since the last call reads no compose file as YAML."""

from pathlib import Path

import pytest

from tests.cli.test_startup import modules, worktree

__all__ = ["worktree"]


def interpreting(imported: set[str]) -> set[str]:
    """Return the modules of the interpreter of compose files."""
    return {name for name in imported if name == "yaml" or name.startswith(("yaml.", "wtc.compose"))}


@pytest.mark.parametrize("arguments", [("ports",), ("env",), ("env", "--format", "json")])
def test_second_call_does_not_interpret_the_file(worktree: Path, arguments: tuple[str, ...]) -> None:
    assert interpreting(modules(*arguments, cwd=worktree))
    assert interpreting(modules(*arguments, cwd=worktree)) == set()


def test_call_after_a_change_interprets_the_file(worktree: Path) -> None:
    modules("env", cwd=worktree)
    (worktree / "compose.yaml").write_text("services: {web: {image: nginx, ports: ['81']}}")
    assert "yaml" in modules("env", cwd=worktree)


def test_folder_that_cannot_be_written_is_not_a_failure(worktree: Path) -> None:
    (worktree / "state" / "kept").write_text("a file in its place")
    for _ in range(2):
        assert "yaml" in modules("env", cwd=worktree)
