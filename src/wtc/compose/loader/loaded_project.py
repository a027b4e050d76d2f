"""The result of loading a compose project."""

from collections.abc import Mapping as Table

from wtc.compose.tree.node import Mapping
from wtc.dataclass import dataclass, field
from wtc.model.diagnostic import Diagnostic
from wtc.model.position import Path
from wtc.model.variable_use import VariableUse


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
    whole: Mapping = field(default_factory=lambda: Mapping({}))
    """The tree with all services and resources; env files are not read, and services with errors are left out."""
    container_names: Table[str, str] = field(default_factory=dict[str, str])
    """`container_name` -> its service, if the request has `port_variables`."""
    all_profiles: tuple[str, ...] = ()
    """Every profile that a service names, sorted."""
    port_variables: Table[Path, str] = field(default_factory=dict[Path, str])
    """(service, index in its ports) -> the variable that the file uses as the published port; for all services."""
    variable_uses: tuple[VariableUse, ...] = ()
    """Every use of a variable, if the request has `port_variables`."""
    contents: Table[tuple[str, str, str], str] = field(default_factory=dict[tuple[str, str, str], str], repr=False)
    """(`secrets` or `configs`, name, variable) -> content, if the variable is set in an included part."""
    warnings: tuple[Diagnostic, ...] = ()
    pending: tuple[Diagnostic, ...] = ()
    """In a provisional load: one error for each required variable that has no value yet."""
