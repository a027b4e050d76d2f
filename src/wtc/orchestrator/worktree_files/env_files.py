"""The `.env`, and the ignored `env_file`s of services, that a fresh worktree lacks: where each is copied from."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence

from wtc.dataclass import dataclass, replace
from wtc.errors import ComposeFileError, NoComposeFileError
from wtc.events import Note, Reporter, warn
from wtc.orchestrator.context.target import Located, Target, locate
from wtc.orchestrator.context.user_state import UserState
from wtc.orchestrator.worktree_files.copy_files import Copied, copied_lines, copy_file, lies_in
from wtc.settings.settings import ENV_FROM
from wtc.settings.toml_files import Section
from wtc.static_typing import TYPE_CHECKING
from wtc.worktrees.git.run_git import NoGitError
from wtc.worktrees.ignored_files import list_ignored
from wtc.worktrees.locate import Worktree, linked_worktrees, worktree_at

if TYPE_CHECKING:
    from wtc.compose.tree.node import Node
    from wtc.orchestrator.context.disk_reader import DiskReader

ENV_FILE = ".env"
LOCAL = ".docker/config/.env.local"
EXAMPLES = (".env.example", ".env.sample", ".env.dist")
_MOST_PLACEHOLDERS = 10
_ROUNDS = 3
"""A `.env` can name the compose file, which names more env files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvFiles:
    """Copies of env files."""

    env: Copied | None = None
    """The first `.env`: the project folder's, or the one that names the compose file."""
    others: tuple[Copied, ...] = ()
    example: bool = False
    """Whether `env` comes from an example, whose values may be placeholders."""

    @property
    def copies(self) -> tuple[Copied, ...]:
        """Return all copies."""
        return (*([self.env] if self.env else []), *self.others)


def provide_env_files(
    target: Target, state: UserState, report: Reporter, *, dry_run: bool = False
) -> tuple[Target, EnvFiles]:
    """Copy the env files that the worktree lacks, main or linked; what a `.env` names may lack files in turn.

    Returns: the target, whose reader finds the files, and the copies.

    Raises:
        WtcError: the worktree cannot be located, or a file cannot be read or written.
    """
    done = EnvFiles()
    for _ in range(_ROUNDS):
        located = locate(target)
        if located.missing and not isinstance(located.missing, NoComposeFileError):
            break
        worktree = worktree_at(located.worktree)
        files = missing_env_files(located, worktree, state, lambda text: warn(report, text))
        if not files.copies:
            break
        if dry_run:
            for one in files.copies:
                name = os.path.relpath(one.path, worktree.path)
                warn(report, f"`{name}` is missing: it would be copied from `{one.source}`")
            sources = {one.path: one.source for one in files.copies}
            target = replace(target, reader=target.reader.with_copies(sources))
        else:
            files = _copy_files(files, worktree, report)
        if files.env and files.example:
            _warn_of_placeholders(files.env, worktree, report)
        later = files.env if done.env else None
        others = (*done.others, *([later] if later else []), *files.others)
        done = EnvFiles(env=done.env or files.env, others=others)
    return target, done


def missing_env_files(located: Located, worktree: Worktree, state: UserState, tell: Callable[[str], None]) -> EnvFiles:
    """Choose what the missing env files of the worktree are copied from; `tell` takes warnings. Nothing is written.

    Raises:
        ComposeFileError: `x-wtc: {env_from}` is not valid.
    """
    from wtc.compose.source.discover import reads_default_env_file
    from wtc.compose.tree.accessors import get_child

    def is_missing(path: str) -> bool:
        return not located.reader.is_file(path) and not os.path.lexists(path)

    root = _uninterpreted_project(located)
    folder = located.directory if lies_in(worktree.path, located.directory) else worktree.path
    sources = _Sources(worktree, folder, state.environment, tell, is_missing, located.reader)
    found = EnvFiles()
    if reads_default_env_file(located.request):
        named = (*_env_from(get_child(root, "x-wtc", ENV_FROM.key), state), LOCAL)
        found = _choose_env(_env_places(located, worktree, folder), named, sources)
    known = {one.path for one in found.copies}
    services = (path for path in _service_env_files(root) if path not in known)
    return replace(found, others=(*found.others, *sources.of_other_worktrees(services)))


def _env_places(located: Located, worktree: Worktree, folder: str) -> list[str]:
    """Return where Docker Compose reads a `.env`: in the project folder, and without `-f` in the current one too."""
    cwd = os.path.realpath(located.request.cwd)
    both = [folder] if located.request.files or not lies_in(worktree.path, cwd) else [folder, cwd]
    return list(dict.fromkeys(os.path.join(place, ENV_FILE) for place in both))


def _choose_env(places: Sequence[str], named: Iterable[str], sources: "_Sources") -> EnvFiles:
    """Return the `.env` of the project folder, `places[0]`, and of the other places."""
    own = places[0]
    missing = [path for path in places if sources.is_missing(path)]
    is_first = len(missing) == len(places)
    if is_first and (source := sources.first(named)):
        return EnvFiles(env=Copied(path=own, source=source))
    found = sources.of_other_worktrees(missing)
    if found:
        env = next((one for one in found if one.path == own), found[0])
        return EnvFiles(env=env, others=tuple(one for one in found if one is not env))
    if is_first and (source := sources.first(EXAMPLES)):
        return EnvFiles(env=Copied(path=own, source=source), example=True)
    return EnvFiles()


def _copy_files(files: EnvFiles, worktree: Worktree, report: Reporter) -> EnvFiles:
    """Copy the files; those that another process has written meanwhile are left out."""
    copied = [one for one in files.copies if copy_file(one.source, one.path)]
    for line in copied_lines(copied, worktree):
        report(Note(text=line))
    env = files.env if files.env in copied else None
    return replace(files, env=env, others=tuple(one for one in files.others if one in copied))


class _Sources:
    """Where a file of the worktree may be copied from."""

    def __init__(
        self,
        worktree: Worktree,
        folder: str,
        environment: Mapping[str, str],
        tell: Callable[[str], None],
        is_missing: Callable[[str], bool],
        reader: "DiskReader",
    ) -> None:
        self._worktree, self._folder, self._reader = worktree, folder, reader
        self._environment, self._tell = environment, tell
        self.is_missing = is_missing

    def first(self, names: Iterable[str]) -> str:
        """Return the real path of the first of the files that exists; empty if none does."""
        return next((source for name in names if (source := self._find(name))), "")

    def _find(self, name: str) -> str:
        """Return the file's path: in the project folder, the worktree, or the main worktree if git ignores it there."""
        for place in dict.fromkeys((self._folder, self._worktree.path)):
            if self._reader.is_file(path := os.path.join(place, name)):
                return os.path.realpath(path)
        main = self._worktree.main
        if not self._worktree.linked or not main:
            return ""
        for place in dict.fromkeys((os.path.relpath(self._folder, self._worktree.path), ".")):
            path = os.path.normpath(os.path.join(main, place, name))
            if (
                lies_in(main, path)
                and self._reader.is_file(path)
                and self._ignored(main, [os.path.relpath(path, main)])
            ):
                return os.path.realpath(path)
        return ""

    def of_other_worktrees(self, paths: Iterable[str]) -> tuple[Copied, ...]:
        """Return the files that are missing here and exist in the main worktree (of a bare repository: the newest one).

        Only files that git ignores there and here are taken.
        """
        top = self._worktree.path
        wanted = {os.path.relpath(path, top): path for path in dict.fromkeys(map(_real_path, paths))}
        wanted = {name: p for name, p in wanted.items() if lies_in(top, p) and self.is_missing(p)}
        found: list[Copied] = []
        for other in self._others() if wanted else ():
            there = [name for name in wanted if self._reader.is_file(os.path.join(other, name))]
            if not there:
                continue
            both = self._ignored(other, there) & self._ignored(top, there)
            found += [
                Copied(path=wanted.pop(name), source=os.path.realpath(os.path.join(other, name))) for name in both
            ]
        return tuple(sorted(found, key=lambda one: one.path))

    def _others(self) -> Sequence[str]:
        if not self._worktree.linked:
            return ()
        if self._worktree.main:
            return (self._worktree.main,)
        self._reader.mark_unrepeatable()
        return tuple(w.path for w in linked_worktrees(self._worktree) if w.path != self._worktree.path)

    def _ignored(self, folder: str, names: Sequence[str]) -> frozenset[str]:
        self._reader.mark_unrepeatable()
        try:
            return list_ignored(folder, names, self._environment)
        except NoGitError as error:
            listed = ", ".join(f"`{name}`" for name in names)
            self._tell(f"whether git ignores {listed} in `{folder}` is unknown: {error}")
            return frozenset()


def _real_path(path: str) -> str:
    """Return the path with the links of its parent folders resolved."""
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def _uninterpreted_project(located: Located) -> "Node | None":
    """Return the project without its variables; None if it cannot be read, which is reported later."""
    from wtc.compose.loader.load import load_project

    if not located.files:
        return None
    try:
        request = replace(located.request, interpolate=False)
        return load_project(request, located.reader, files=located.parsed, fold_env_files=False).root
    except ComposeFileError:
        return None


def _env_from(own: "Node | None", state: UserState) -> Sequence[str]:
    """Return the setting; `own` is the project of the compose file."""
    from wtc.compose.tree.node import plain

    if own is None:
        return state.settings.of(ENV_FROM).value
    section = Section(values={ENV_FROM.key: plain(own)}, positions={ENV_FROM.key: own.position})
    return state.settings_with(section).of(ENV_FROM).value


def _service_env_files(root: "Node | None") -> list[str]:
    """Return the absolute paths of the services' env files, without those that contain variables."""
    from wtc.compose.tree.accessors import get_child, get_fields, get_items, get_string

    services = get_fields(get_child(root, "services")).values()
    named = (
        get_string(get_child(entry, "path"))
        for service in services
        for entry in get_items(get_child(service, "env_file"))
    )
    return [path for path in named if path and "$" not in path]


def _warn_of_placeholders(env: Copied, worktree: Worktree, report: Reporter) -> None:
    from wtc.orchestrator.context.disk_reader import DiskReader
    from wtc.orchestrator.worktree_files.placeholders import placeholders

    found = placeholders(DiskReader().read(env.source).decode("utf-8", "replace"))
    if not found:
        return
    listed = ", ".join(f"`{one}`" for one in found[:_MOST_PLACEHOLDERS])
    more = f" and {len(found) - _MOST_PLACEHOLDERS} more" if len(found) > _MOST_PLACEHOLDERS else ""
    name = os.path.relpath(env.path, worktree.path)
    warn(report, f"values of `{name}` look like placeholders: {listed}{more}", hint=f"to set them, edit `{name}`")
