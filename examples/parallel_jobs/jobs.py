"""What a job is, and what is kept of it: its state and its result, as an artifact tree in a folder of its name."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from wtc.artifacts import BaseMounter, DataclassArtifact, FilesystemMountDriver, LayoutAnchor, Worktree

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
RECORD = """\
outcome=$1; shift
"$@" >"$outcome/output" 2>"$outcome/errors"; echo $? >"$outcome/status.new"
mv "$outcome/status.new" "$outcome/status\""""
SHOWN_BYTES = 64 * 1024
"""How much of the end of an output is in a result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One `[[job]]` of a file of jobs."""

    name: str
    command: tuple[str, ...]
    share: tuple[str, ...] = ()
    """Absolute folders outside the worktree that the command may read and write."""


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
    start: str = ""
    """The commit that its worktree was created at; empty if it was not created."""
    patch: str = ""
    """What it changed since, as `git diff` prints it. Bytes that are not UTF-8 are surrogate escapes."""


class JobTree(Worktree):
    """`state.json`, `result.json` and the folder `outcome`. A commit stores both files or neither."""

    state: DataclassArtifact[State]
    result: DataclassArtifact[Result]
    outcome: LayoutAnchor
    """What the command printed, and its exit status, as `recorded` has them written when it ends."""


def read_jobs(path: Path) -> list[Job]:
    """Return the jobs of a TOML file, at least one.

    Raises:
        ValueError: it is not TOML, or an entry is not a job.
    """
    entries: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8")).get("job", [])
    jobs = [_job(entry, path.absolute().parent) for entry in entries]
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
        forget_result(tree)
        tree.commit()
    return tree


def forget_result(tree: JobTree) -> None:
    """Reset the result, and remove the outcome that it is made of."""
    tree.result.update(status=None, output="", errors="", start="", patch="")
    outcome = tree.outcome.handle()
    for name in ("status", "output", "errors"):
        outcome.rm(name)


def recorded(command: tuple[str, ...], tree: JobTree) -> tuple[str, ...]:
    """Return the command with its outcome recorded the moment it ends, by a shell beside it.

    This program may be killed meanwhile, and the next run has to know whether the command ran to completion.
    """
    return ("sh", "-c", RECORD, "sh", str(tree.outcome.handle().path()), *command)


def take_outcome(tree: JobTree) -> bool:
    """Copy a recorded outcome to the result, and return whether there is one."""
    outcome = tree.outcome.handle()
    status = outcome.find_object("status")
    if status is None:
        return False
    found = [outcome.find_object(name) for name in ("output", "errors")]
    output, errors = [shown(one.read_binary()) if one else "" for one in found]
    # The command can write to the folder too.
    text = status.read_text().strip()
    tree.result.update(status=int(text) if text.isdecimal() else 1, output=output, errors=errors)
    return True


def shown(output: bytes) -> str:
    """Return the end of an output as text."""
    return output[-SHOWN_BYTES:].decode(errors="replace")


def _job(entry: dict[str, Any], folder: Path) -> Job:
    name = entry.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ValueError(f"`{name}` is not a valid name of a job")
    if unknown := sorted(entry.keys() - {"name", "command", "share"}):
        raise ValueError(f"`{name}` has an unknown key `{unknown[0]}`")
    command = _words(entry, "command")
    if not command:
        raise ValueError(f"`{name}` has no `command`")
    share = tuple(str(folder / Path(word).expanduser()) for word in _words(entry, "share"))
    return Job(name=name, command=command, share=share)


def _words(entry: dict[str, Any], key: str) -> tuple[str, ...]:
    words = entry.get(key, [])
    if not isinstance(words, list) or not all(isinstance(word, str) for word in cast("list[object]", words)):
        raise ValueError(f"`{key}` of `{entry['name']}` is not a list of strings")
    return tuple(cast("list[str]", words))
