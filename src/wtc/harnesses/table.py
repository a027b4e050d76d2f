"""The harnesses that `wtc init` knows."""

from wtc.dataclass import dataclass
from wtc.harnesses import claude, codex, conductor, cursor, worktrunk
from wtc.harnesses.edit import EditFunction


@dataclass(frozen=True, slots=True, kw_only=True)
class Harness:
    """One harness. `marker_paths` are paths in a worktree that show that the harness is in use."""

    name: str
    title: str
    marker_paths: tuple[str, ...]
    edit: EditFunction


HARNESSES = (
    Harness(name="conductor", title="Conductor", marker_paths=(".conductor", conductor.LEGACY), edit=conductor.edit),
    Harness(name="cursor", title="Cursor", marker_paths=(".cursor",), edit=cursor.edit),
    Harness(name="codex", title="Codex", marker_paths=(".codex",), edit=codex.edit),
    Harness(name="claude", title="Claude Code", marker_paths=(".claude",), edit=claude.edit),
    Harness(name="worktrunk", title="worktrunk", marker_paths=(worktrunk.SETTINGS,), edit=worktrunk.edit),
)
