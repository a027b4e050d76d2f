"""The harnesses that `wtc init` knows."""

from collections.abc import Callable
from dataclasses import dataclass

from wtc.orchestrator.harnesses import claude, codex, conductor, cursor, worktrunk
from wtc.orchestrator.harnesses.edit import Edit, Hooks, Read


@dataclass(frozen=True, slots=True, kw_only=True)
class Harness:
    """One harness. `signs` are paths in a worktree that tell that it is in use there."""

    name: str
    title: str
    signs: tuple[str, ...]
    edit: Callable[[Read, Hooks], Edit]


HARNESSES = (
    Harness(name="conductor", title="Conductor", signs=(".conductor", conductor.LEGACY), edit=conductor.edit),
    Harness(name="cursor", title="Cursor", signs=(".cursor",), edit=cursor.edit),
    Harness(name="codex", title="Codex", signs=(".codex",), edit=codex.edit),
    Harness(name="claude", title="Claude Code", signs=(".claude",), edit=claude.edit),
    Harness(name="worktrunk", title="worktrunk", signs=(worktrunk.SETTINGS,), edit=worktrunk.edit),
)
