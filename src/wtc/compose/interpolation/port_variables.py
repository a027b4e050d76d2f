"""Decide where a variable that names a published port means the leased host port, and where its own value.

In `ports: ["${WEB_PORT:-8080}:80"]` the file names a host port, which wtc replaces with a leased one. Elsewhere the
same variable means that host port only directly after an address of the host, in a place that a client reads.
"""

import re
from collections.abc import Mapping
from collections.abc import Mapping as Environment

from wtc.compose.interpolation.template import Placed
from wtc.compose.transform.ports import is_address
from wtc.dataclass import dataclass, field, replace
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
    """Variable -> `leased` or `own`, if the project sets it for all places."""
    apart: frozenset[str] = frozenset()
    """Services that share another container's network, where `localhost` is that container."""

    def means_leased(self, use: VariableUse) -> bool:
        """Return whether this use of the variable means the leased port."""
        if _attribute(use.path)[:1] in CONTAINER_PLACES:
            return False
        if choice := self.choices.get(use.name):
            return choice == LEASED
        return bool(use.address) and self.is_for_clients(use.path)

    def is_for_clients(self, path: Path) -> bool:
        """Return whether the value at the path can contain host addresses that clients use.

        Values of the project's own env files have no path.
        """
        if not path:
            return True
        attribute = _attribute(path)
        if not attribute:
            return False
        return path[1] not in self.apart and any(attribute[: len(place)] == place for place in CLIENT_PLACES)


def is_published(use: VariableUse) -> bool:
    """Return whether the use is the published side of a port, which is replaced by the leased port."""
    attribute = _attribute(use.path)
    if attribute[:1] != ("ports",):
        return False
    return (
        attribute[-1] == "published"
        if len(attribute) > 2
        else not use.before or is_address(use.before[:-1].strip("[]"))
    )


class PortUses:
    """Records the uses of variables in one load, and decides the value of each."""

    def __init__(self, variables: PortVariables) -> None:
        self.variables = variables
        self.found: list[VariableUse] = []

    def placed(self, path: Path, position: Position | None) -> Placed:
        """Return the function (variable, text before it) -> leased port or None, for the value at the path."""

        def value(name: str, before: str) -> str | None:
            use = VariableUse(name=name, path=path, position=position, address=_address(before), before=before)
            self.found.append(use)
            port = self.variables.ports.get(name)
            return port if port is not None and self.variables.means_leased(use) else None

        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Environments:
    """The variables of a part of the project: one set for its containers, one for values that clients on the host read.

    They differ in the values that env files derive from port variables: `URL=http://localhost:${WEB_PORT}`.
    """

    own: Environment[str, str]
    clients: Environment[str, str]
    uses: PortUses | None = None

    def having(self, values: Environment[str, str]) -> "Environments":
        """Return the variables with these values set."""
        return replace(self, own={**self.own, **values}, clients={**self.clients, **values})

    def at(self, path: Path) -> Environment[str, str]:
        """Return the variables for the value at the path."""
        return self.clients if self.uses is not None and self.uses.variables.is_for_clients(path) else self.own

    def placed(self, path: Path, position: Position | None) -> Placed | None:
        """Return `PortUses.placed`, or None if uses are not recorded."""
        return self.uses.placed(path, position) if self.uses is not None else None


def _address(text: str) -> str:
    """Return the host address at the end of the text, without its colon, or an empty string."""
    found = ADDRESS.search(text)
    return found[1] if found else ""


def _attribute(path: Path) -> Path:
    return path[2:] if path[:1] == ("services",) else ()
