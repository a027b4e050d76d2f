"""The options of `exec` and `run` as values: terminal, variables, mounts, ports, the command."""

import os
from collections.abc import Iterable, Mapping

from wtc.dataclass import replace
from wtc.errors import UsageError
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.containers.terminal import Descriptors
    from wtc.model.mounts import Mount
    from wtc.model.service import Port


def wants_terminal(*, no_tty: bool, detached: bool) -> bool:
    """Return whether the command gets a terminal: standard input and output are terminals, and no option forbids it."""
    from wtc.engine.containers.terminal import is_terminal

    return not no_tty and not detached and is_terminal(0) and is_terminal(1)


def descriptors(*, interactive: bool) -> "Descriptors":
    """Return the environment of this process."""
    from wtc.engine.containers.terminal import Descriptors

    return Descriptors(stdin=0 if interactive else None)


def parse_variables(given: Iterable[str], environment: Mapping[str, str]) -> dict[str, str]:
    """Parse `NAME=VALUE`, or `NAME` for the caller's value; a name that is not in the caller's environment is left out.

    Raises:
        UsageError: the name is empty.
    """
    pairs = parse_assignments(given).items()
    values = {name: environment.get(name) if value is None else value for name, value in pairs}
    return {name: value for name, value in values.items() if value is not None}


def parse_assignments(given: Iterable[str]) -> dict[str, str | None]:
    """Parse `NAME=VALUE`, or `NAME` for None; the last one of a name wins.

    Raises:
        UsageError: the name is empty.
    """
    found: dict[str, str | None] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not name:
            raise UsageError(f"`--env` is `{text}`", hints=["to set a variable, write `--env NAME=VALUE`"])
        found[name] = value if equals else None
    return found


def read_variable_files(given: Iterable[str], environment: Mapping[str, str], *, cwd: str) -> dict[str, str]:
    """Return the variables of env files; a later file wins. A relative path starts in `cwd`.

    Raises:
        UsageError: one of them cannot be read.
    """
    from wtc.compose.dotenv.parser import DotenvError, parse_dotenv
    from wtc.orchestrator.context.disk_reader import DiskReader

    found: dict[str, str] = {}
    for path in given:
        try:
            text = DiskReader().read(os.path.join(cwd, path)).decode()
            found |= parse_dotenv(text, environment.get, file=path)
        except DotenvError as error:
            place = f"{error.position.file}:{error.position.line}:{error.position.column}"
            raise UsageError(f"env file `{path}` cannot be used", causes=[f"{error.message} ({place})"]) from error
        except (OSError, UnicodeDecodeError) as error:
            cause = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise UsageError(f"env file `{path}` cannot be read", causes=[(cause or str(error)).lower()]) from error
    return found


def parse_mounts(given: Iterable[str], *, cwd: str, home: str) -> "tuple[Mount, ...]":
    """Parse `SOURCE:TARGET[:OPTIONS]`; a relative path starts in `cwd`.

    Raises:
        UsageError: a text is not a valid mount.
    """
    from wtc.compose.loader.decode import decode
    from wtc.compose.transform.volumes import parse_mount
    from wtc.compose.tree.node import Scalar
    from wtc.model.mounts import Mount

    found: list[Mount] = []
    for text in given:
        try:
            mount = decode(parse_mount(text, Scalar(text)), Mount)
        except ValueError as error:
            raise UsageError(f"`--volume` is `{text}`", causes=[str(error)]) from error
        if mount.type == "bind":
            source = home + mount.source[1:] if mount.source.startswith("~") else mount.source
            mount = replace(mount, source=os.path.normpath(os.path.join(cwd, source)))
        found.append(mount)
    return tuple(found)


def parse_ports(given: Iterable[str]) -> "tuple[Port, ...]":
    """Parse `[[IP:]HOST:]CONTAINER[/PROTOCOL]`.

    Raises:
        UsageError: a text is not a valid port.
    """
    from wtc.compose.loader.decode import decode
    from wtc.compose.transform.ports import parse_ports
    from wtc.compose.tree.node import Scalar
    from wtc.model.service import Port

    found: list[Port] = []
    for text in given:
        try:
            found += [decode(entry, Port) for entry in parse_ports(text, Scalar(text))]
        except ValueError as error:
            raise UsageError(f"`--publish` is `{text}`", causes=[str(error)]) from error
    return tuple(found)


def parse_labels(given: Iterable[str]) -> dict[str, str]:
    """Parse `NAME=VALUE`, or `NAME` for an empty value."""
    return {name: value for name, _, value in (text.partition("=") for text in given)}


def split_command(text: str) -> tuple[str, ...]:
    """Split a command that is given as one string.

    Raises:
        UsageError: a quote is not closed.
    """
    from wtc.compose.transform.shellwords import split_words

    try:
        return tuple(split_words(text))
    except ValueError as error:
        raise UsageError(f"`--entrypoint` is `{text}`", causes=[str(error)]) from error
