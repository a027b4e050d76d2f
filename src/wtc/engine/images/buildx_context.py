"""Give `docker buildx` contexts without linked worktrees, and Dockerfiles that wtc has rewritten.

buildx excludes files only by `.dockerignore`, and wtc does not write into the user's folder. BuildKit prefers
`<Dockerfile>.dockerignore`, so wtc builds with a copy of the Dockerfile that has such a file beside it. An additional
context has no Dockerfile: it is copied. Source: moby/buildkit, frontend/dockerui; Docker build contexts, .dockerignore.
"""

import os
import re
import shutil
import stat
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

from wtc.dataclass import replace
from wtc.engine.images.build_context import (
    BuildContext,
    ContextEntry,
    locate_named_context,
    read_context_file,
    walk_context,
)
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

    from wtc.model.build import Build

_SPECIAL = re.compile(r"[!-,:-@\[-^`{-~]")
"""ASCII punctuation except `-`, `.`, `/` and `_`."""


@contextmanager
def adapted_build(build: "Build", context: BuildContext | None) -> "Generator[Build]":
    """Yield the build, or one that excludes linked worktrees or has a rewritten Dockerfile, in a temporary folder.

    `context`: that of the build; None if it is remote.
    Raises: BuildContextError for a file or folder that cannot be read.
    """
    left_out = _ignored_worktrees(context) if context else []
    folders = {name: locate_named_context(f) for name, f in build.additional_contexts.items() if os.path.isabs(f)}
    copied = {name: folder for name, folder in folders.items() if _ignored_worktrees(folder)}
    has_dockerfile = context is not None and (context.is_rewritten or bool(left_out))
    if not has_dockerfile and not copied:
        yield build
        return
    with tempfile.TemporaryDirectory(prefix="wtc-build-") as scratch:
        if context and has_dockerfile:
            build = replace(build, dockerfile_inline="", dockerfile=_write_dockerfile(scratch, context, left_out))
        copies = {name: os.path.join(scratch, "contexts", str(n)) for n, name in enumerate(copied)}
        for name, folder in copied.items():
            _copy(folder, copies[name])
        yield replace(build, additional_contexts={**build.additional_contexts, **copies})


def ignore_line(path: str) -> str:
    """Return the `.dockerignore` pattern that matches only this path of the context."""
    return "/" + _SPECIAL.sub(r"\\\g<0>", path)


def _ignored_worktrees(context: BuildContext) -> list[str]:
    found: list[str] = []
    for _entry in walk_context(context, left_out=found):
        pass
    return found


def _write_dockerfile(scratch: str, context: BuildContext, left_out: list[str]) -> str:
    content = context.extra_dockerfile
    path = os.path.join(scratch, "Dockerfile")
    Path(path).write_bytes(read_context_file(f"{context.root}/{context.dockerfile}") if content is None else content)
    # Last, so that no exception includes them again.
    text = "\n".join([context.ignore_text, *map(ignore_line, left_out), ""])
    Path(f"{path}.dockerignore").write_bytes(text.encode(errors="surrogateescape"))
    return path


def _copy(context: BuildContext, folder: str) -> None:
    os.makedirs(folder)
    made: list[tuple[str, ContextEntry]] = []
    for entry in walk_context(context):
        target = os.path.join(folder, entry.path)
        with suppress(FileNotFoundError):
            if stat.S_ISDIR(entry.mode):
                os.mkdir(target)
                made.append((target, entry))
            else:
                shutil.copy2(entry.source, target, follow_symlinks=False)
    # Innermost first: to write into a folder changes its time, and the folder may become read-only.
    for target, entry in reversed(made):
        shutil.copystat(entry.source, target)
