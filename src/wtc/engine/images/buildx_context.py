"""Contexts that `docker buildx` sends by itself, without the linked worktrees in them.

buildx knows `.dockerignore` alone, and the folder is the user's. BuildKit prefers `<Dockerfile>.dockerignore`, so a
context with linked worktrees is built with a copy of its Dockerfile that has such a file beside it. An additional
context has no Dockerfile: it is copied. Source: moby/buildkit, frontend/dockerui; Docker build contexts, .dockerignore.
"""

import os
import re
import shutil
import stat
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wtc.engine.images.build_context import (
    BuildContext,
    ContextEntry,
    is_remote,
    locate_context,
    locate_named_context,
    read_context_file,
    walk_context,
)

if TYPE_CHECKING:
    from collections.abc import Generator

    from wtc.model.build import Build

_SPECIAL = re.compile(r"[!-,:-@\[-^`{-~]")
"""ASCII punctuation but `-`, `.`, `/` and `_`."""


@contextmanager
def without_worktrees(build: "Build") -> "Generator[Build]":
    """The build itself, or one that leaves linked worktrees out, with its files in a temporary folder.

    Raises: ContextError for a part of a context that cannot be read.
    """
    context = None if is_remote(build.context) else locate_context(build)
    left_out = _ignored_worktrees(context) if context else []
    folders = {name: locate_named_context(f) for name, f in build.additional_contexts.items() if os.path.isabs(f)}
    copied = {name: folder for name, folder in folders.items() if _ignored_worktrees(folder)}
    if not left_out and not copied:
        yield build
        return
    with tempfile.TemporaryDirectory(prefix="wtc-build-") as scratch:
        if context and left_out:
            build = replace(build, dockerfile_inline="", dockerfile=_write_dockerfile(scratch, context, left_out))
        copies = {name: os.path.join(scratch, "contexts", str(n)) for n, name in enumerate(copied)}
        for name, folder in copied.items():
            _copy(folder, copies[name])
        yield replace(build, additional_contexts={**build.additional_contexts, **copies})


def ignore_line(path: str) -> str:
    """The `.dockerignore` pattern for exactly this path of the context."""
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
    # Last, so that no exception brings them back.
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
    # Innermost first: a folder's time changes with what is put into it, and it may be read-only.
    for target, entry in reversed(made):
        shutil.copystat(entry.source, target)
