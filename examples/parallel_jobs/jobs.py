"""What a job is, and what is kept of it: its state and its result, as an artifact tree in a folder of its name."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from wtc.artifacts import BaseMounter, DataclassArtifact, FilesystemMountDriver, Worktree

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One `[[job]]` of a file of jobs."""

    name: str
    command: tuple[str, ...]
    share: tuple[str, ...] = ()
    """Folders outside the worktree that the command may read and write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far a job is. It is stored before the step that it announces, so that a killed run leaves nothing unknown."""

    name: Literal["pending", "running", "done", "failed"] = "pending"
    command: tuple[str, ...] = ()
    attempts: int = 0
    leftovers: bool = False
    """Whether there can be a worktree and a stack of the job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What the command returned."""

    status: int | None = None
    """Its exit status; None while it has not run to completion."""
    output: str = ""
    errors: str = ""
    patch: str = ""
    """What it changed in the worktree, as `git diff` prints it."""


class JobTree(Worktree):
    """`state.json` and `result.json`. A commit stores both or neither."""

    state: DataclassArtifact[State]
    result: DataclassArtifact[Result]


def read_jobs(path: Path) -> list[Job]:
    """Return the jobs of a TOML file, at least one.

    Raises:
        ValueError: it is not TOML, or an entry is not a job.
    """
    entries: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8")).get("job", [])
    jobs = [_job(entry) for entry in entries]
    names = [job.name for job in jobs]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"two jobs have the name `{repeated[0]}`")
    if not jobs:
        raise ValueError("it has no `[[job]]`")
    return jobs


def mount_job(folder: Path, job: Job) -> JobTree:
    """Return what is stored of a job. A job whose command has changed starts again from the beginning."""
    tree = BaseMounter(FilesystemMountDriver().mount(folder / job.name)).mount(JobTree)
    if tree.state.value().command != job.command:
        tree.state.update(name="pending", command=job.command, attempts=0)
        tree.result.update(status=None, output="", errors="", patch="")
        tree.commit()
    return tree


def _job(entry: dict[str, Any]) -> Job:
    name = entry.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ValueError(f"`{name}` is not a valid name of a job")
    if unknown := sorted(entry.keys() - {"name", "command", "share"}):
        raise ValueError(f"`{name}` has an unknown key `{unknown[0]}`")
    command = _words(entry, "command")
    if not command:
        raise ValueError(f"`{name}` has no `command`")
    return Job(name=name, command=command, share=_words(entry, "share"))


def _words(entry: dict[str, Any], key: str) -> tuple[str, ...]:
    words = entry.get(key, [])
    if not isinstance(words, list) or not all(isinstance(word, str) for word in cast("list[object]", words)):
        raise ValueError(f"`{key}` of `{entry['name']}` is not a list of strings")
    return tuple(cast("list[str]", words))
