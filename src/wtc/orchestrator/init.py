"""`init`: write the hook files of the harnesses that are named or found."""

import codecs
import errno
import os
import shlex
from contextlib import suppress

from wtc.dataclass import dataclass
from wtc.errors import UsageError, WtcError
from wtc.harnesses.edit import Edit, HookCommands
from wtc.harnesses.table import HARNESSES, Harness
from wtc.orchestrator.context.target import Target, locate

NAMES = ", ".join(f"`{harness.name}`" for harness in HARNESSES)


@dataclass(frozen=True, slots=True, kw_only=True)
class InitResult:
    """The hook files of the worktree, each before and after (in a dry run, as it would be)."""

    worktree: str
    edits: tuple[Edit, ...]


def init(target: Target, names: tuple[str, ...], *, make_worktrees: bool = False, dry_run: bool) -> InitResult:
    """Merge the hooks into each harness's file. All files are read before the first one is written.

    With `make_worktrees`, Claude Code gets the hook by which wtc creates its worktrees.

    Raises:
        UsageError: a harness is not known, none was found, or a file cannot be merged.
        WtcError: a file cannot be read or written.
    """
    located = locate(target)
    root = located.worktree
    if not os.path.isdir(root):
        raise UsageError(f"the worktree `{root}` does not exist")
    chosen = (
        _harnesses_by_name(names)
        if names
        else [h for h in HARNESSES if any(os.path.exists(f"{root}/{s}") for s in h.marker_paths)]
    )
    if not chosen:
        raise UsageError(
            f"no harness was found in `{root}`",
            causes=[f"wtc knows {NAMES}"],
            hints=["to write the hooks of one, run `wtc init NAME`"],
        )
    if make_worktrees and "claude" not in {harness.name for harness in chosen}:
        raise UsageError(
            "`--with-worktree-create` is for Claude Code alone",
            hints=["to write its hooks, run `wtc init claude --with-worktree-create`"],
        )
    files = [os.path.relpath(os.path.join(target.cwd, f), root) for f in target.files if f != "-"]
    hooks = HookCommands(
        arguments="".join(f" --file {shlex.quote(file)}" for file in files), make_worktrees=make_worktrees
    )
    edits = tuple(harness.edit(lambda path: _read_file(os.path.join(root, path)), hooks) for harness in chosen)
    if not dry_run:
        for edit in edits:
            if edit.changed:
                _write_file(os.path.join(root, edit.path), edit.after)
    return InitResult(worktree=root, edits=edits)


def _harnesses_by_name(names: tuple[str, ...]) -> list[Harness]:
    from wtc.nearest_name import nearest_name

    known = {harness.name: harness for harness in HARNESSES}
    for name in names:
        if name not in known:
            hint = nearest_name(name, known) or f"wtc knows {NAMES}"
            raise UsageError(f"no such harness: `{name}`", hints=[hint])
    return [known[name] for name in dict.fromkeys(names)]


def _read_file(path: str) -> str | None:
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            raise WtcError(f"cannot read `{path}`", causes=["it is not a regular file"])
        with open(path, encoding="utf-8-sig", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise WtcError(f"cannot read `{path}`", causes=[(why or str(error)).lower()]) from error


def _write_file(path: str, text: str) -> None:
    """Write the file atomically; keep a symbolic link to it, its permissions and its byte order mark."""
    real = os.path.realpath(path)
    new = f"{real}.wtc-{os.getpid()}"
    try:
        # A read-only file is meant to stay as it is, also for its owner.
        if os.path.exists(real) and not os.stat(real).st_mode & 0o222:
            raise PermissionError(errno.EACCES, "it is read-only")
        os.makedirs(os.path.dirname(real), exist_ok=True)
        with open(new, "x", encoding="utf-8-sig" if _is_marked(real) else "utf-8", newline="") as file:
            file.write(text)
            with suppress(FileNotFoundError):
                os.fchmod(file.fileno(), os.stat(real).st_mode & 0o7777)
        os.replace(new, real)
    except OSError as error:
        raise WtcError(f"cannot write `{path}`", causes=[(error.strerror or str(error)).lower()]) from error
    finally:
        with suppress(OSError):
            os.unlink(new)


def _is_marked(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8
    except FileNotFoundError:
        return False
