"""The project's `wtc.toml`, at the top of the worktree."""

import os

from wtc.dataclass import dataclass
from wtc.settings.project_files import PROJECT_FILE
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.settings.toml_files import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSettings:
    """What a `wtc.toml` says."""

    compose: tuple[str, ...] = ()
    """The compose files, relative to the folder of the file."""
    settings: "Section | None" = None


def read_project_file(folder: str) -> ProjectSettings:
    """Read the `wtc.toml` of a folder; a missing one says nothing.

    Raises:
        ComposeFileError: it cannot be read, or is not valid, with the place of each fault.
    """
    path = os.path.join(folder, PROJECT_FILE)
    if not os.path.lexists(path):
        return ProjectSettings()
    from wtc.errors import ComposeFileError
    from wtc.orchestrator.context.disk_reader import DiskReader
    from wtc.settings.settings import project_compose_files
    from wtc.settings.toml_files import parse_settings

    try:
        content = DiskReader().read(path)
    except OSError as error:
        raise ComposeFileError(f"cannot read `{path}`", causes=[(error.strerror or str(error)).lower()]) from error
    section = parse_settings(content, path, ComposeFileError)
    return ProjectSettings(compose=project_compose_files(section), settings=section)
