"""A compose project as the interpreter hands it on."""

from collections.abc import Mapping as Table
from dataclasses import dataclass, field

from wtc.compose.tree.node import Mapping
from wtc.model.diagnostic import Diagnostic
from wtc.model.position import Path
from wtc.model.variable_use import VariableUse


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedProject:
    """What the files mean, every rule applied, every value with its position."""

    root: Mapping
    """The canonical tree: the values that `config` prints, of the services that are on.

    Where interpolation was not asked for, all services, their values as they are written.
    """
    name: str
    working_dir: str
    files: tuple[str, ...]
    """The compose files, absolute, in order; `-` is standard input."""
    environment: Table[str, str]
    """The project environment: the process's, `.env`, `COMPOSE_PROJECT_NAME`, and what overrides them."""
    disabled: Mapping
    """Services that no active profile enables, in the same canonical form, their env files unread."""
    whole: Mapping = field(default_factory=lambda: Mapping({}))
    """The tree with every service and resource of the files, env files unread; without services that have faults."""
    container_names: Table[str, str] = field(default_factory=dict[str, str])
    """Name that the file gives a container -> its service, where the request has `port_variables`."""
    all_profiles: tuple[str, ...] = ()
    """Every profile that a service names, sorted."""
    port_variables: Table[Path, str] = field(default_factory=dict[Path, str])
    """`(service, index in its ports)` -> the variable that the file names its published side by; of all services."""
    variable_uses: tuple[VariableUse, ...] = ()
    """Every use of a variable, where the request has `port_variables`."""
    contents: Table[tuple[str, str, str], str] = field(default_factory=dict[tuple[str, str, str], str], repr=False)
    """(`secrets` or `configs`, name, variable) -> content, of those whose variable an included part knows."""
    warnings: tuple[Diagnostic, ...] = ()
    pending: tuple[Diagnostic, ...] = ()
    """Of a provisional load: an error for each required variable that has no value by now."""
