"""The project's `wtc.toml`, at the top of the worktree."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wtc.compose.discover import PROJECT_FILE

if TYPE_CHECKING:
    from wtc.config_file import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFile:
    """What a `wtc.toml` says."""

    compose: tuple[str, ...] = ()
    """The compose files, relative to the folder of the file."""
    settings: "Section | None" = None


def read_project_file(folder: str) -> ProjectFile:
    """Read the `wtc.toml` of a folder; a missing one says nothing.

    Raises:
        ComposeFileError: it cannot be read, or is not valid, with the place of each fault.
    """
    path = os.path.join(folder, PROJECT_FILE)
    if not os.path.lexists(path):
        return ProjectFile()
    from wtc.config import compose_files
    from wtc.config_file import parse_settings
    from wtc.errors import ComposeFileError
    from wtc.orchestrator.files import DiskReader

    try:
        content = DiskReader().read(path)
    except OSError as error:
        raise ComposeFileError(f"cannot read `{path}`", causes=[(error.strerror or str(error)).lower()]) from error
    section = parse_settings(content, path, ComposeFileError)
    return ProjectFile(compose=compose_files(section), settings=section)
