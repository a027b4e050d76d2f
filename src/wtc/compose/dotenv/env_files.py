"""Read the project's `.env`, and a service's `env_file` and `label_file`."""

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Environment
from functools import partial

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.dotenv.env_file_cache import MAX_VARIABLES, ParsedEnvFile
from wtc.compose.dotenv.environment import look_up_values
from wtc.compose.interpolation.port_variables import Environments, PortUses
from wtc.compose.loader.session import LoadSession
from wtc.compose.transform.paths import absolute_path
from wtc.compose.tree.accessors import get_child, get_fields, get_items, get_string, is_null, with_entry
from wtc.compose.tree.node import Mapping, Node, Scalar
from wtc.dataclass import replace
from wtc.model.position import Path, Position
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.compose.dotenv.parser import PlacedAt
    from wtc.compose.interpolation.template import SubstitutionBudget

LIMIT_BYTES = 2 << 20
"""What Linux allows for a program's whole environment. Source: execve(2)."""
_MARKER = "WTC_ENV"
"""`wtc.env_marker.MARKER`, without the import."""


def with_files(
    environments: Environments, files: Sequence[str], session: LoadSession, near: Position | None = None
) -> Environments:
    """Return the variables over those of the project env files; among the files the last one wins."""
    found: dict[str, str] = {}
    for file in files:
        read_project_env_file(file, environments.own, found, session, near)
    own = {**found, **environments.own}
    if environments.uses is None:
        return Environments(own=own, clients=own)
    unreported = LoadSession(reader=session.reader, diagnostics=Diagnostics(), home=session.home)
    client_values: dict[str, str] = {}
    for file in files:
        read_project_env_file(file, environments.clients, client_values, unreported, near, uses=environments.uses)
    return replace(environments, own=own, clients={**client_values, **environments.clients})


def read_project_env_file(
    path: str,
    environment: Environment[str, str],
    found: dict[str, str],
    session: LoadSession,
    near: Position | None = None,
    *,
    uses: PortUses | None = None,
) -> None:
    """Read a project env file into `found`. Values may refer to `environment`, then to `found`.

    With `uses`, a port variable after a host address is replaced by the leased port. What `wtc env` wrote to the file
    is left out, as it is in a shell: it would feed the leased ports back into the compose file.
    """
    if session.reader.is_dir(path):
        session.diagnostics.error(f"cannot read the env file `{path}`: it is a folder", near)
        return
    content = session.read(path, near, hint="to load the project without it, omit `--env-file`" if near is None else "")
    if content is None:
        return

    def lookup(name: str) -> str | None:
        return environment[name] if name in environment else found.get(name)

    placed_at = partial(uses.placed, ()) if uses is not None else None
    parsed = _parse(content, path, lookup, session, placed_at=placed_at)
    if _MARKER in parsed:
        from wtc.env_marker import unmarked

        parsed = unmarked(parsed)
    found.update(parsed)


def _parse(
    content: bytes,
    path: str,
    lookup: Callable[[str], str | None],
    session: LoadSession,
    *,
    raw: bool = False,
    placed_at: "PlacedAt | None" = None,
    positions: dict[str, Position] | None = None,
    work: "SubstitutionBudget | None" = None,
) -> dict[str, str]:
    from wtc.compose.dotenv import parser

    def unset(name: str) -> None:
        message = f"the env file uses the variable `{name}`, which is not set; defaulting to an empty string"
        session.diagnostics.warning(message, Position(path, 1, 1))

    if len(content) > LIMIT_BYTES:
        session.diagnostics.error(f"the file is larger than {LIMIT_BYTES >> 20} MiB", Position(path, 1, 1))
        return {}
    text = content.decode("utf-8", "replace")
    try:
        return parser.parse_dotenv(
            text, lookup, file=path, raw=raw, unset=unset, placed_at=placed_at, positions=positions, work=work
        )
    except parser.DotenvError as error:
        session.diagnostics.error(error.message, error.position, hint=error.hint)
        return {}


def fold_env_files(service: Mapping, path: Path, environments: Environments, session: LoadSession) -> Mapping:
    """Return the service with its env files merged into `environment`. The service's own `environment` wins.

    Names in `environment` without a value get that of the project's variable, if it is set.
    """
    files = get_items(service.items.get("env_file"))
    own = service.items.get("environment")
    if own is not None:
        own = look_up_values(own, environments.at((*path, "environment")), keep_unset=True)
        service = with_entry(service, "environment", own)
    own_variables = get_fields(own)
    known = {
        key: str(item.value) for key, item in own_variables.items() if isinstance(item, Scalar) and not is_null(item)
    }
    environment = environments.at((*path, "env_file"))
    reader = _EnvFileReader({**known, **environment}, session, environments.uses)
    added: dict[str, Node] = {}
    for number, entry in enumerate(files):
        for key, value in reader.read_entry(entry, (*path, "env_file", number)).items():
            added[key] = Scalar(value, reader.positions.get(key, entry.position))
    items = {key: item for key, item in service.items.items() if key != "env_file"}
    if added:
        keys = own.keys if isinstance(own, Mapping) else {}
        items["environment"] = Mapping({**added, **own_variables}, (own or service).position, keys)
    return Mapping(items, service.position, service.keys)


class _EnvFileReader:
    """Reads the env files of one service in order.

    A value may refer to the project's environment, then to the service's, then to variables of earlier lines and files.
    """

    def __init__(self, environment: Environment[str, str], session: LoadSession, uses: PortUses | None) -> None:
        self.environment = environment
        self.uses = uses
        self.session = session
        self.earlier: dict[str, str] = {}
        self.positions: dict[str, Position] = {}
        self.looked_up = False
        """Whether a value depends on other variables."""
        self.texts: list[bytes] = []

    def read_entry(self, entry: Node, path: Path) -> dict[str, str]:
        """Return the variables of one `env_file` entry."""
        name = get_string(get_child(entry, "path")) or ""
        file = absolute_path(name, self.session.cwd, "")
        required, style = get_child(entry, "required"), get_string(get_child(entry, "format"))
        if isinstance(required, Scalar) and required.value is False and not self.session.reader.exists(file):
            return {}
        hint = "to make the file optional, write `required: false` next to its `path`"
        cache = self.session.env_files
        content = cache.contents.get(file)
        if content is None and (content := self.session.read(file, entry.position, path, hint=hint)) is None:
            return {}
        cache.contents[file] = content
        if style not in {None, "", "raw"}:
            message = f"`{style}` is not a valid env file format"
            hint = "to use the default format, omit `format`; to read values literally, write `raw`"
            self.session.diagnostics.error(message, entry.position, path, hint=hint)
            return {}
        found = self._read(content, file, path, raw=style == "raw")
        cache.variables += len(found)
        if cache.variables > MAX_VARIABLES:
            message = f"the env files of the services define more than {MAX_VARIABLES} variables"
            self.session.diagnostics.error(message, entry.position, path)
        if cache.variables > MAX_VARIABLES or cache.work.is_exceeded:
            self.session.diagnostics.check()
        self.earlier |= found
        return found

    def _read(self, content: bytes, file: str, path: Path, *, raw: bool) -> dict[str, str]:
        """Return the variables of a file, and add their positions to the others."""
        cache = self.session.env_files
        parsed = cache.parsed.get((file, raw))
        if parsed is None:
            parsed = self._parse(content, file, path, raw=raw)
        self.positions |= parsed.positions
        found = parsed.values
        if not raw:
            if b"$" in content and found.keys() & self.earlier.keys():
                # This file sets a name again: the value of a reference depends on its line, so parse all files as one.
                unrecorded = partial(PortUses(self.uses.variables).placed, path) if self.uses is not None else None
                text, lookup = b"".join(self.texts) + content, self.environment.get
                whole = _parse(text, file, lookup, self.session, placed_at=unrecorded, work=cache.work)
                found = {key: whole.get(key, value) for key, value in found.items()}
            self.texts += [content.removeprefix(b"\xef\xbb\xbf"), b"\n"]
        return found

    def _parse(self, content: bytes, file: str, path: Path, *, raw: bool) -> ParsedEnvFile:
        self.looked_up = False
        positions: dict[str, Position] = {}
        placed_at = partial(self.uses.placed, path) if self.uses is not None else None
        values = _parse(
            content,
            file,
            self._lookup,
            self.session,
            raw=raw,
            placed_at=placed_at,
            positions=positions,
            work=self.session.env_files.work,
        )
        parsed = ParsedEnvFile(values=values, positions=positions)
        if not self.looked_up and b"$" not in content:
            self.session.env_files.parsed[file, raw] = parsed
        return parsed

    def _lookup(self, name: str) -> str | None:
        self.looked_up = True
        return self.environment[name] if name in self.environment else self.earlier.get(name)


def fold_label_files(service: Mapping, path: Path, session: LoadSession) -> Mapping:
    """Return the service with its label files merged into `labels`. The service's own `labels` win."""
    files = get_items(service.items.get("label_file"))
    if not files:
        return service
    added: dict[str, Node] = {}
    for number, entry in enumerate(files):
        name = absolute_path(get_string(entry) or "", session.cwd, "")
        content = session.read(name, entry.position, (*path, "label_file", number))
        positions: dict[str, Position] = {}
        for key, value in _parse(content or b"", name, lambda _: None, session, positions=positions).items():
            added[key] = Scalar(value, positions.get(key, entry.position))
    own = service.items.get("labels")
    items = {key: item for key, item in service.items.items() if key != "label_file"}
    keys = own.keys if isinstance(own, Mapping) else {}
    items["labels"] = Mapping({**added, **get_fields(own)}, (own or service).position, keys)
    return Mapping(items, service.position, service.keys)
