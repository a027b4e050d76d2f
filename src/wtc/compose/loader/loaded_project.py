"""The result of loading a compose project."""

from collections.abc import Mapping as Table
from dataclasses import dataclass, field

from wtc.compose.tree.node import Mapping
from wtc.model.diagnostic import Diagnostic
from wtc.model.position import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedProject:
    """A loaded project: all rules applied, every value with its position."""

    root: Mapping
    """The canonical tree: the values that `config` prints, of the enabled services.

    Without interpolation: all services, with their values as written.
    """
    name: str
    working_dir: str
    files: tuple[str, ...]
    """The compose files, absolute, in order; `-` is standard input."""
    environment: Table[str, str]
    """The project environment: the process environment, `.env`, `COMPOSE_PROJECT_NAME`, and the request's overrides."""
    disabled: Mapping
    """Services that no active profile enables, in canonical form; their env files are not read."""
    all_profiles: tuple[str, ...] = ()
    """Every profile that a service names, sorted."""
    port_variables: Table[Path, str] = field(default_factory=dict[Path, str])
    """(service, index in its ports) -> the variable that the file uses as the published port."""
    contents: Table[tuple[str, str, str], str] = field(default_factory=dict[tuple[str, str, str], str], repr=False)
    """(`secrets` or `configs`, name, variable) -> content, if the variable is set in an included part."""
    warnings: tuple[Diagnostic, ...] = ()
    pending: tuple[Diagnostic, ...] = ()
    """In a provisional load: one error for each required variable that has no value yet."""
