"""Variables that name a published port: where they mean the host's port, and where the container's.

In `ports: ["${WEB_PORT:-8080}:80"]` the file names a host port, which wtc replaces with a leased one. Elsewhere the
same variable means that host port only directly after an address of the host, in a place that a client reads.
Source: product.md, Isolation.
"""

import re
from collections.abc import Mapping
from collections.abc import Mapping as Environment
from dataclasses import dataclass, field, replace

from wtc.compose.interpolation.template import Placed
from wtc.compose.transform.ports import is_address
from wtc.model.position import Path, Position
from wtc.model.variable_use import VariableUse

ADDRESS = re.compile(
    r"(?<![\w.-])(localhost|(?:[\w-]+\.)+localhost|127(?:\.\d{1,3}){3}|\[::1\]|host\.docker\.internal):\Z",
    re.IGNORECASE | re.ASCII,
)
CLIENT_PLACES = (
    ("environment",),
    ("env_file",),
    ("labels",),
    ("build", "args"),
    ("build", "labels"),
    ("deploy", "labels"),
)
"""Attributes of a service whose values can hold addresses that a client of the host connects to."""
CONTAINER_PLACES = {("ports",), ("expose",)}
"""Attributes of a service in which a leased port is never written; `published` is replaced afterwards."""
LEASED, OWN = "leased", "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortVariables:
    """The leased ports that variables of the file name."""

    ports: Mapping[str, str] = field(default_factory=dict[str, str])
    """Variable -> leased port."""
    choices: Mapping[str, str] = field(default_factory=dict[str, str])
    """Variable -> `leased` or `own`, where the project says it for all places."""
    apart: frozenset[str] = frozenset()
    """Services that share another container's network: `localhost` is that container there."""

    def means_leased(self, use: VariableUse) -> bool:
        """Whether the variable is the leased port where it is used so."""
        if _attribute(use.path)[:1] in CONTAINER_PLACES:
            return False
        if choice := self.choices.get(use.name):
            return choice == LEASED
        return bool(use.address) and self.is_for_clients(use.path)

    def is_for_clients(self, path: Path) -> bool:
        """Whether the value at the path can hold addresses of the host.

        Values of the project's own env files have no path.
        """
        if not path:
            return True
        attribute = _attribute(path)
        if not attribute:
            return False
        return path[1] not in self.apart and any(attribute[: len(place)] == place for place in CLIENT_PLACES)


def is_published(use: VariableUse) -> bool:
    """Whether it is the published side of a port, in place of which the leased port is published."""
    attribute = _attribute(use.path)
    if attribute[:1] != ("ports",):
        return False
    return (
        attribute[-1] == "published"
        if len(attribute) > 2
        else not use.before or is_address(use.before[:-1].strip("[]"))
    )


class PortUses:
    """The uses of variables in one load, and what each becomes."""

    def __init__(self, variables: PortVariables) -> None:
        self.variables = variables
        self.found: list[VariableUse] = []

    def placed(self, path: Path, position: Position | None) -> Placed:
        """What a variable in the value at the path is, by the text before it: its leased port, or None."""

        def value(name: str, before: str) -> str | None:
            use = VariableUse(name=name, path=path, position=position, address=_address(before), before=before)
            self.found.append(use)
            port = self.variables.ports.get(name)
            return port if port is not None and self.variables.means_leased(use) else None

        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Environments:
    """The variables of a part of the project: one set for its containers, one for what clients of the host read.

    They differ in what an env file makes of a port's variable: `URL=http://localhost:${WEB_PORT}`.
    """

    own: Environment[str, str]
    clients: Environment[str, str]
    uses: PortUses | None = None

    def having(self, values: Environment[str, str]) -> "Environments":
        """The variables with these values, whatever they were before."""
        return replace(self, own={**self.own, **values}, clients={**self.clients, **values})

    def at(self, path: Path) -> Environment[str, str]:
        """The variables for the value at the path."""
        return self.clients if self.uses is not None and self.uses.variables.is_for_clients(path) else self.own

    def placed(self, path: Path, position: Position | None) -> Placed | None:
        """See `PortUses.placed`; None where the uses do not matter."""
        return self.uses.placed(path, position) if self.uses is not None else None


def _address(text: str) -> str:
    """The address of the host that the text ends with, without its colon; empty if it ends with none."""
    found = ADDRESS.search(text)
    return found[1] if found else ""


def _attribute(path: Path) -> Path:
    return path[2:] if path[:1] == ("services",) else ()
