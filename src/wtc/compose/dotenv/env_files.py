"""Variables from files: the project's `.env`, and what a service's `env_file` and `label_file` add to it."""

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Environment
from dataclasses import replace

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.interpolation.port_variables import Environments, PortUses
from wtc.compose.interpolation.template import Placed
from wtc.compose.loader.session import LoadSession
from wtc.compose.tree.accessors import get_child, get_fields, get_items, get_string, is_null
from wtc.compose.tree.node import Mapping, Node, Scalar
from wtc.model.position import Path, Position


def with_files(
    environments: Environments, files: Sequence[str], session: LoadSession, near: Position | None = None
) -> Environments:
    """The variables, and beneath them what files of the project's own variables say; the last file of a name wins."""
    found: dict[str, str] = {}
    for file in files:
        read_project_env_file(file, environments.own, found, session, near)
    own = {**found, **environments.own}
    if environments.uses is None:
        return Environments(own=own, clients=own)
    aside = LoadSession(reader=session.reader, diagnostics=Diagnostics(), home=session.home)
    addressed: dict[str, str] = {}
    for file in files:
        read_project_env_file(file, environments.clients, addressed, aside, near, uses=environments.uses)
    return replace(environments, own=own, clients={**addressed, **environments.clients})


def read_project_env_file(
    path: str,
    environment: Environment[str, str],
    found: dict[str, str],
    session: LoadSession,
    near: Position | None = None,
    *,
    uses: PortUses | None = None,
) -> None:
    """Read a file of the project's own variables into `found`; values refer to the environment, then to `found`.

    With `uses`, a port's variable behind an address of the host is the leased port.
    """
    if session.reader.is_dir(path):
        session.diagnostics.error(f"cannot read the env file `{path}`: it is a folder", near)
        return
    content = session.read(path, near, hint="to do without it, leave out `--env-file`" if near is None else "")
    if content is None:
        return

    def lookup(name: str) -> str | None:
        return environment[name] if name in environment else found.get(name)

    placed = uses.placed((), Position(path, 1, 1)) if uses is not None else None
    found.update(_parse(content, path, lookup, session, placed=placed))


def _parse(
    content: bytes,
    path: str,
    lookup: Callable[[str], str | None],
    session: LoadSession,
    *,
    raw: bool = False,
    placed: Placed | None = None,
) -> dict[str, str]:
    from wtc.compose.dotenv import parser

    def unset(name: str) -> None:
        session.diagnostics.warning(f"the variable `{name}` is not set: it counts as empty", Position(path, 1, 1))

    text = content.decode("utf-8", "replace")
    try:
        return parser.parse_dotenv(text, lookup, file=path, raw=raw, unset=unset, placed=placed)
    except parser.DotenvError as error:
        session.diagnostics.error(error.message, error.position, hint=error.hint)
        return {}


def fold_env_files(service: Mapping, path: Path, environments: Environments, session: LoadSession) -> Mapping:
    """The service with its env files folded into `environment`; what the service itself says wins."""
    files = get_items(service.items.get("env_file"))
    own = service.items.get("environment")
    named = get_fields(own)
    known = {key: str(item.value) for key, item in named.items() if isinstance(item, Scalar) and not is_null(item)}
    environment = environments.at((*path, "env_file"))
    reading = _Reading({**known, **environment}, session, environments.uses)
    added: dict[str, Node] = {}
    for number, entry in enumerate(files):
        for key, value in reading.entry(entry, (*path, "env_file", number)).items():
            added[key] = Scalar(value, entry.position)
    items = {key: item for key, item in service.items.items() if key != "env_file"}
    if added:
        keys = own.keys if isinstance(own, Mapping) else {}
        items["environment"] = Mapping({**added, **named}, (own or service).position, keys)
    return Mapping(items, service.position, service.keys)


class _Reading:
    """One service's env files, in turn.

    A value refers to the project's environment, then to the service's, then to what the files have said up to there.
    """

    def __init__(self, environment: Environment[str, str], session: LoadSession, uses: PortUses | None) -> None:
        self.environment = environment
        self.uses = uses
        self.session = session
        self.earlier: dict[str, str] = {}
        self.text = b""

    def entry(self, entry: Node, path: Path) -> dict[str, str]:
        """One file's variables."""
        name = get_string(get_child(entry, "path")) or ""
        required, style = get_child(entry, "required"), get_string(get_child(entry, "format"))
        if isinstance(required, Scalar) and required.value is False and not self.session.reader.is_file(name):
            return {}
        hint = "to let it be missing, write `required: false` beside its `path`"
        content = self.session.read(name, entry.position, path, hint=hint)
        if content is None:
            return {}
        if style not in {None, "", "raw"}:
            message, hint = f"`{style}` is no format of an env file", "leave `format` out, or write `raw`"
            self.session.diagnostics.error(message, entry.position, path, hint=hint)
            return {}
        placed = self.uses.placed(path, Position(name, 1, 1)) if self.uses is not None else None
        found = _parse(content, name, self._lookup, self.session, raw=style == "raw", placed=placed)
        if style != "raw":
            if b"$" in content and found.keys() & self.earlier.keys():
                # a name that this file sets too: which value counts depends on the line, so all is read as one text
                whole = _parse(self.text + content, name, self.environment.get, self.session, placed=placed)
                found = {key: whole.get(key, value) for key, value in found.items()}
            self.text += content.removeprefix(b"\xef\xbb\xbf") + b"\n"
        self.earlier |= found
        return found

    def _lookup(self, name: str) -> str | None:
        return self.environment[name] if name in self.environment else self.earlier.get(name)


def fold_label_files(service: Mapping, path: Path, session: LoadSession) -> Mapping:
    """The service with its label files folded into `labels`; what the service itself says wins."""
    files = get_items(service.items.get("label_file"))
    if not files:
        return service
    added: dict[str, Node] = {}
    for number, entry in enumerate(files):
        name = get_string(entry) or ""
        content = session.read(name, entry.position, (*path, "label_file", number))
        for key, value in _parse(content or b"", name, lambda _: None, session).items():
            added[key] = Scalar(value, entry.position)
    own = service.items.get("labels")
    items = {key: item for key, item in service.items.items() if key != "label_file"}
    keys = own.keys if isinstance(own, Mapping) else {}
    items["labels"] = Mapping({**added, **get_fields(own)}, (own or service).position, keys)
    return Mapping(items, service.position, service.keys)
