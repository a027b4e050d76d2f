"""The results that are kept of the stack that a command line means, as long as their inputs are the same."""

import os
from functools import cached_property

from wtc import __version__
from wtc.dataclass import dataclass
from wtc.orchestrator.context.disk_reader import DiskReader
from wtc.orchestrator.context.recording_reader import RecordingReader
from wtc.orchestrator.context.target import Target, search_folders
from wtc.orchestrator.kept.inputs import inputs_match, keyed_hash, record_inputs
from wtc.settings.project_files import PROJECT_FILE
from wtc.static_typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wtc.orchestrator.context.target import Located
    from wtc.orchestrator.context.user_state import UserState

_FILE = "results"
_PLACE = "place"
_MOST_STACKS = 16
"""A worktree with more stacks than this keeps nothing: to look through them would take too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPlace:
    """The worktree and the project folder, as `Located` has them."""

    worktree: str
    directory: str
    at_top: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptResult:
    """A result whose inputs are the same now. `value` is JSON."""

    namespace: str
    value: Any


class KeptResults:
    """The kept results of one command line, to read and to write."""

    def __init__(self, target: Target, state: "UserState") -> None:
        self._target, self._state = target, state

    def find(self, purpose: str) -> KeptResult | None:
        """Return what was kept for the purpose; None if nothing was, or if an input has changed."""
        records = self._state.store.peek()
        if records.refusal or records.warnings:
            return None
        others = self._others(purpose)
        worktree, cwd, _ = self._folders
        folder = worktree or os.path.realpath(cwd)
        # Outside git the compose file, which is in this folder or above it, says which worktree it is.
        named = [
            name
            for name, record in sorted(records.stacks.items())
            if record.worktree == folder or (not worktree and folder.startswith(f"{record.worktree.rstrip('/')}/"))
        ]
        for namespace in named if len(named) <= _MOST_STACKS else ():
            document = self._state.store.kept.read(namespace, _FILE)
            entry, key = _entry(document, purpose), _key(document)
            if entry and key and inputs_match(entry[0], DiskReader(), self._target.environment, others, key):
                return KeptResult(namespace=namespace, value=entry[1])
        return None

    def place(self) -> KeptPlace | None:
        """Return the kept place of the project; None if it has to be located."""
        found = self.find(_PLACE)
        try:
            value: Any = found.value if found else {}
            place = KeptPlace(worktree=value["worktree"], directory=value["directory"], at_top=value["at_top"])
            return place if self._is_worktree(place.worktree, value["beside"]) else None
        except (KeyError, TypeError):
            return None

    def keep(self, namespace: str, located: "Located", purpose: str = "", value: Any = None) -> None:
        """Keep the place, and the value for the purpose, if one is given: JSON, without values of variables.

        Does nothing if an input cannot be compared later, or if the registry does not have the stack.
        """
        reader = self._target.reader
        if not isinstance(reader, RecordingReader) or not reader.seen.repeatable or located.missing:
            return
        if namespace not in self._state.store.peek().stacks:
            return
        store = self._state.store.kept
        before = store.read(namespace, _FILE)
        key = self.key(namespace)
        kept = dict(before.get("results", {})) if _key(before) else {}
        place = {
            "worktree": located.worktree,
            "directory": located.directory,
            "at_top": located.at_top,
            "beside": next((os.path.dirname(file) for file in located.files), located.worktree),
        }
        for name, found in ((_PLACE, place), *([(purpose, value)] if purpose else [])):
            inputs = record_inputs(reader.seen, self._target.environment, self._others(name), key)
            kept[name] = [inputs, found]
        store.write(namespace, _FILE, {"wtc": __version__, "key": key.hex(), "results": kept})

    def key(self, namespace: str) -> bytes:
        """Return the key of the hashes in the results of a stack; a new one if nothing was kept yet."""
        return _key(self._state.store.kept.read(namespace, _FILE)) or self._new_key

    def hash_of(self, namespace: str, value: object) -> str:
        """Return a hash, for a result of the stack, of any value that has an exact `repr`."""
        return keyed_hash(self.key(namespace), repr(value).encode("utf-8", "surrogatepass"))

    @cached_property
    def _new_key(self) -> bytes:
        return os.urandom(32)

    def _others(self, purpose: str) -> dict[str, object]:
        """Return the inputs that are not files or variables."""
        target, state = self._target, self._state
        return {
            "purpose": purpose,
            "command line": (
                *(target.cwd, target.worktree, target.files, target.project_directory),
                *(target.env_files, target.profiles, target.context),
            ),
            "folders": self._folders,
            # A `wtc.toml` that is not valid has no settings either.
            "settings": (state.settings, state.project_file, self._has_project_file, sorted(state.given.items())),
        }

    @cached_property
    def _folders(self) -> tuple[str, str, str]:
        return search_folders(self._target)

    @property
    def _has_project_file(self) -> bool:
        top = self._folders[2]
        return bool(top) and os.path.lexists(os.path.join(top, PROJECT_FILE))

    def _is_worktree(self, worktree: str, beside: str) -> bool:
        """Return whether the worktree is still that of the compose file's folder, which decides outside git."""
        from wtc.worktrees.locate import worktree_of

        found, _, top = self._folders
        return (found or top or worktree_of(beside).path) == worktree


def _entry(document: dict[str, Any], purpose: str) -> tuple[Any, Any] | None:
    results = document.get("results") if document.get("wtc") == __version__ else None
    entry: Any = results.get(purpose) if isinstance(results, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return (entry[0], entry[1]) if isinstance(entry, list) and len(entry) == 2 else None  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _key(document: dict[str, Any]) -> bytes:
    """Return the document's key; empty if the document is not this version's."""
    text = document.get("key")
    if document.get("wtc") != __version__ or not isinstance(text, str) or not isinstance(document.get("results"), dict):
        return b""
    try:
        return bytes.fromhex(text)[:64]
    except ValueError:
        return b""
