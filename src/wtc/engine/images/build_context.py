"""Build contexts: find their files, and compute the hash that shows whether they or the options changed."""

import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from wtc.dataclass import dataclass, fields, is_dataclass, replace
from wtc.engine.images.context_index import ContextIndex
from wtc.engine.images.dockerignore import TOP, BadPatternError, Ignore, Verdict, parse_dockerignore
from wtc.engine.images.linked_worktrees import is_ignored_worktree
from wtc.errors import WtcError
from wtc.model.build import Build
from wtc.regular_file import read_regular_file
from wtc.static_typing import cast

DEFAULT_DOCKERFILE = "Dockerfile"
IGNORE_FILE = ".dockerignore"
EXTRA_DOCKERFILE = ".wtc.Dockerfile"
_HASH_FORMAT = "1"
_REMOTE = ("http://", "https://", "git://", "ssh://", "git@", "github.com/")


class BuildContextError(WtcError):
    """A build context is missing, not valid or not readable; the message does not name the service."""

    code = "build_context"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildContext:
    """A folder of this machine as a build context."""

    root: str
    dockerfile: str
    """The path of the Dockerfile in the context; empty for an additional context."""
    extra_dockerfile: bytes | None
    """The content of a Dockerfile that is not a regular file of the context: inline, elsewhere, or a link."""
    is_rewritten: bool = False
    """Whether `extra_dockerfile` replaces the Dockerfile of the build."""
    ignore: Ignore
    ignore_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextEntry:
    """A file, folder or symbolic link of a context."""

    path: str
    """The path in the context, with `/` between names."""
    source: str
    mode: int
    """As in `stat`, including the type."""
    mtime_s: int = 0
    link: str = ""


def is_remote(context: str) -> bool:
    """Return whether the engine fetches the context itself: a git repository, or an archive at a URL."""
    return not Path(context).is_absolute() and (context.startswith(_REMOTE) or "://" in context)


def context_hash(build: Build, index: ContextIndex | None = None) -> str:
    """Return the hash, 64 hex digits, of every option and, for local contexts, of the files that are sent.

    It does not depend on the path of the context or on the times of its files. The `index` has the hashes of unchanged
    files, and records everything that is looked at.
    Raises: BuildContextError if the context or its Dockerfile is missing or cannot be read.
    """
    options = {f.name: _json_value(getattr(build, f.name)) for f in fields(build)}
    total = hashlib.sha256()
    index = index or ContextIndex()
    if not is_remote(build.context):
        options["context"] = ""
        context = locate_context(build)
        _index_files(context, build, index)
        total.update(_tree_hash(context, index).encode())
    named = {name: _named_hash(value, index) for name, value in sorted(build.additional_contexts.items())}
    options["additional_contexts"] = named
    total.update(json.dumps([_HASH_FORMAT, options], sort_keys=True).encode())
    index.hash = total.hexdigest()
    return index.hash


def locate_context(build: Build) -> BuildContext:
    """Return the context of a build, which has to be a local folder.

    Raises: BuildContextError if it or its Dockerfile is missing, or if an ignore file is not valid.
    """
    root = Path(os.path.normpath(build.context))
    _check_folder(root)
    if build.dockerfile_inline:
        return _context(root, dockerfile=_free_name(root), extra=build.dockerfile_inline.encode())
    path = _dockerfile(root, build.dockerfile)
    specific = path.with_name(f"{path.name}.dockerignore")
    if path.is_relative_to(root) and path.resolve() == root.resolve() / path.relative_to(root):
        name = path.relative_to(root).as_posix()
        if not _lies_in_worktree(root, name):
            return _context(root, dockerfile=name, specific=specific)
    # Outside of the context, a link, or excluded: the engine gets the content under another name.
    return _context(root, dockerfile=_free_name(root), extra=read_context_file(path), specific=specific)


def with_dockerfile(context: BuildContext, content: bytes) -> BuildContext:
    """Return the context with another Dockerfile, under a name that no file of the context has."""
    name = context.dockerfile if context.extra_dockerfile is not None else _free_name(Path(context.root))
    return replace(context, dockerfile=name, extra_dockerfile=content, is_rewritten=True)


def locate_named_context(folder: str) -> BuildContext:
    """Return an additional context, which has to be a local folder.

    Raises: BuildContextError if it is missing, or if its ignore file has an invalid pattern.
    """
    root = Path(folder)
    _check_folder(root)
    return _context(root, dockerfile="")


def walk_context(
    context: BuildContext,
    *,
    left_out: list[str] | None = None,
    entering: Callable[[str], None] = lambda _folder: None,
) -> Iterator[ContextEntry]:
    """Yield the entries of a context, folders before their content, names in order; do not enter ignored folders.

    Files that were removed meanwhile, sockets, pipes and devices are skipped. Linked worktrees are excluded, and their
    paths in the context are added to `left_out`. `entering` gets the path on disk of each folder before it is listed.
    Raises: BuildContextError for a folder that cannot be read.
    """
    walk = _Walk(context, [] if left_out is None else left_out, entering)
    yield from walk.folder("", context.root, TOP)


def read_context_file(path: str | Path) -> bytes:
    """Return the content of a file.

    Raises: BuildContextError; FileNotFoundError if the file does not exist.
    """
    try:
        return read_regular_file(str(path))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise unreadable_context(path, error) from error


def unreadable_context(path: str | Path, error: OSError) -> BuildContextError:
    """Return the error for a file or folder of a context that cannot be read."""
    return BuildContextError(
        f"cannot read `{path}`, which is part of the build context",
        causes=((error.strerror or type(error).__name__).lower(),),
        hints=("to exclude it from the build, add its path to `.dockerignore`",),
    )


class _Walk:
    def __init__(self, context: BuildContext, left_out: list[str], entering: Callable[[str], None]) -> None:
        self.context, self.left_out, self.entering = context, left_out, entering

    def folder(self, folder: str, source: str, verdict: Verdict) -> Iterator[ContextEntry]:
        context = self.context
        self.entering(source)
        for found in _entries(source):
            path = f"{folder}/{found.name}" if folder else found.name
            forced = path == context.dockerfile and context.extra_dockerfile is None
            here = context.ignore.verdict(path, verdict) if context.ignore.patterns else TOP
            is_folder = found.is_dir(follow_symlinks=False)
            if here.ignored and not forced:
                leads_on = context.dockerfile.startswith(f"{path}/") or context.ignore.may_keep_below(path)
                if not (is_folder and leads_on):
                    continue
            if is_folder and is_ignored_worktree(path, found.path):
                self.left_out.append(path)
                continue
            own = _entry(path, found)
            if own is None:
                continue
            if not is_folder:
                yield own
                continue
            inner = self.folder(path, found.path, here)
            if here.ignored:
                # An ignored folder is sent only if a file in it is not ignored.
                first = next(inner, None)
                if first is None:
                    continue
                yield own
                yield first
            else:
                yield own
            yield from inner


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise unreadable_context(folder, error) from error


def _entry(path: str, found: "os.DirEntry[str]") -> ContextEntry | None:
    try:
        status = found.stat(follow_symlinks=False)
        link = str(Path(found.path).readlink()) if stat.S_ISLNK(status.st_mode) else ""
    except FileNotFoundError:
        return None
    if stat.S_IFMT(status.st_mode) not in {stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK}:
        return None
    return ContextEntry(path=path, source=found.path, mode=status.st_mode, mtime_s=int(status.st_mtime), link=link)


def _index_files(context: BuildContext, build: Build, index: ContextIndex) -> None:
    """Record the files that decide what the context is: they can be outside of it, ignored, or missing."""
    root = os.path.normpath(build.context)
    dockerfile = os.path.normpath(os.path.join(root, build.dockerfile or DEFAULT_DOCKERFILE))
    names = {root, dockerfile, f"{dockerfile}.dockerignore", f"{root}/{IGNORE_FILE}"}
    if not build.dockerfile:
        names |= {f"{root}/{DEFAULT_DOCKERFILE.lower()}", f"{root}/{DEFAULT_DOCKERFILE.lower()}.dockerignore"}
    if context.extra_dockerfile is not None:
        names.add(f"{root}/{EXTRA_DOCKERFILE}")
    for path in sorted(names):
        index.add_path(path)


def _tree_hash(context: BuildContext, index: ContextIndex) -> str:
    total = hashlib.sha256()
    left_out: list[str] = []
    for entry in walk_context(context, left_out=left_out, entering=index.add_folder):
        what = entry.link
        if stat.S_ISREG(entry.mode):
            digest = _file_digest(entry.source, index)
            if digest is None:
                continue
            what = digest
        elif stat.S_ISLNK(entry.mode):
            index.add_link(entry.source, entry.link)
        # The permissions of a link have no effect, and differ between systems.
        mode = stat.S_IFMT(entry.mode) if stat.S_ISLNK(entry.mode) else entry.mode
        total.update(b"\0".join(map(os.fsencode, (entry.path, f"{mode:o}", what, ""))))
    if context.extra_dockerfile is not None:
        total.update(b"\0" + context.extra_dockerfile)
    for folder in left_out:
        index.add_path(f"{context.root}/{folder}/.git")
    return total.hexdigest()


def _file_digest(path: str, index: ContextIndex) -> str | None:
    try:
        return index.file_digest(path)
    except OSError as error:
        raise unreadable_context(path, error) from error


def _named_hash(value: str, index: ContextIndex) -> str:
    """Return the hash of an additional context; for one that is not a local folder, its address."""
    if not Path(value).is_absolute():
        return value
    index.add_path(f"{value}/{IGNORE_FILE}")
    return _tree_hash(locate_named_context(value), index)


def _check_folder(root: Path) -> None:
    if root.is_dir():
        return
    problem = "is not a folder" if root.exists() else "does not exist"
    raise BuildContextError(
        f"the build context `{root}` {problem}",
        hints=("to build from another folder, change `build.context` in the compose file",),
    )


def _dockerfile(root: Path, name: str) -> Path:
    path = Path(os.path.normpath(root / (name or DEFAULT_DOCKERFILE)))
    lower = root / DEFAULT_DOCKERFILE.lower()
    if not name and not os.path.lexists(path) and lower.is_file():
        return lower
    if path.is_file():
        return path
    problem = "is not a file" if os.path.lexists(path) else "does not exist"
    raise BuildContextError(
        f"the Dockerfile `{path}` {problem}",
        hints=("to use another file, set `build.dockerfile` in the compose file to its path in the build context",),
    )


def _context(root: Path, *, dockerfile: str, extra: bytes | None = None, specific: Path | None = None) -> BuildContext:
    """Return a context with the patterns of the Dockerfile's ignore file, or else of the context's."""
    text, ignore = "", Ignore()
    for path in filter(None, (specific, root / IGNORE_FILE)):
        try:
            text = read_context_file(path).decode(errors="surrogateescape")
            ignore = parse_dockerignore(text)
            break
        except FileNotFoundError:
            continue
        except BadPatternError as error:
            raise BuildContextError(
                f"`{path}` has an invalid pattern: `{error.args[0]}`",
                hints=("to match special characters literally, put a `\\` before each",),
            ) from None
    return BuildContext(root=str(root), dockerfile=dockerfile, extra_dockerfile=extra, ignore=ignore, ignore_text=text)


def _lies_in_worktree(root: Path, path: str) -> bool:
    """Return whether a path of the context is in a folder that is excluded."""
    above = PurePosixPath(path).parents
    return any(is_ignored_worktree(str(folder), str(root / folder)) for folder in above if folder.name)


def _free_name(root: Path) -> str:
    name = EXTRA_DOCKERFILE
    while os.path.lexists(root / name):
        name += "-"
    return name


def _json_value(value: object) -> object:
    """Convert a value to its JSON form."""
    if isinstance(value, Mapping):
        return {str(key): _json_value(inner) for key, inner in cast("Mapping[object, object]", value).items()}
    if isinstance(value, tuple):
        return [_json_value(inner) for inner in cast("tuple[object, ...]", value)]
    if is_dataclass(value):
        return {f.name: _json_value(getattr(value, f.name)) for f in fields(value)}
    return value
