"""The settings of wtc: their names, types, sources and precedence.

Highest precedence first: command line, environment, the project's `x-wtc:`, its `wtc.toml`, the user's `config.toml`,
default.
"""

import os
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from posixpath import normpath

from wtc.dataclass import dataclass
from wtc.errors import ComposeFileError, UsageError, WtcError
from wtc.model.diagnostic import Diagnostic
from wtc.model.git import GitAccess
from wtc.settings.toml_files import Section, read_user_settings
from wtc.static_typing import Generic, TypeAlias, TypeVar, cast

T = TypeVar("T")

LONGEST_S = 1e6
"""The limit of a number of seconds: the system's calls do not take any number."""


class Source(StrEnum):
    """Where a setting's value comes from, the highest precedence first."""

    COMMAND_LINE = "command line"
    ENVIRONMENT = "environment"
    PROJECT = "project"
    PROJECT_FILE = "wtc.toml"
    USER = "user"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Generic[T]):
    """One setting. `key` is its name in `config.toml`, `wtc.toml` and `x-wtc:`, and in `command_line`."""

    key: str
    variable: str
    default: T
    parse: Callable[[str], T]
    """Raises ValueError if the text is not a valid value."""
    form: str
    """What a valid value is, for the error "`key` is `value`, not <form>"."""
    option: str = ""
    several: bool = False
    """Whether the value is a list: in a file a list, as text separated by `:`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingValue(Generic[T]):
    """A setting's value and its source. `origin`: `--mem-limit`, `WTC_BIND`, a position in a file, or empty."""

    value: T
    source: Source = Source.DEFAULT
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The values of all settings, by key."""

    chosen: Mapping[str, SettingValue[object]]

    def of(self, setting: Setting[T]) -> SettingValue[T]:
        """Return the setting's value and where it comes from."""
        return cast("SettingValue[T]", self.chosen[setting.key])


def _ports(text: str) -> range:
    first, last = (int(part) for part in text.split("-"))
    if not 1 <= first <= last <= 65535:
        raise ValueError(text)
    return range(first, last + 1)


def _address(text: str) -> str:
    import ipaddress

    return str(ipaddress.ip_address(text.removeprefix("[").removesuffix("]")))


def _subnets(text: str) -> tuple[str, ...]:
    import ipaddress

    subnets = [ipaddress.IPv4Network(part) for part in _paths(text)]
    if not subnets or any(not 4 < subnet.prefixlen <= 26 for subnet in subnets):
        raise ValueError(text)
    return tuple(map(str, subnets))


def _size(text: str) -> int:
    found = re.fullmatch(r"(\d{1,15}(?:\.\d+)?) *([kmgt]?)(?:i?b)?", text.lower())
    if not found:
        raise ValueError(text)
    return int(float(found[1]) * 1024 ** " kmgt".index(found[2] or " "))


def _truth(text: str) -> bool:
    known = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if text.lower() not in known:
        raise ValueError(text)
    return known[text.lower()]


def _paths(text: str) -> tuple[str, ...]:
    return tuple(path for path in text.split(":") if path)


PORT_RANGE = Setting(
    key="port_range",
    variable="WTC_PORT_RANGE",
    default=range(20000, 30000),
    parse=_ports,
    form="two ports from 1 to 65535 with the lower one first, as in `20000-29999`",
)
BIND = Setting(
    key="bind",
    variable="WTC_BIND",
    default="127.0.0.1",
    parse=_address,
    form="an IP address, as in `127.0.0.1`",
)
SUBNET_POOL = Setting(
    key="subnet_pool",
    variable="WTC_SUBNET_POOL",
    default=("10.213.0.0/16", "172.30.0.0/16"),
    parse=_subnets,
    form="a list of IPv4 networks from /5 to /26, as in `[10.213.0.0/16]`",
    several=True,
)
"""The addresses of stacks' networks, the preferred network first. The default is for local engines on Linux only."""

MEM_LIMIT = Setting(
    key="mem_limit",
    variable="WTC_MEM_LIMIT",
    default=0,
    parse=_size,
    form="a size, as in `512m`",
    option="--mem-limit",
)
"""In bytes; 0 sets no limit."""

OVERSUBSCRIBE = Setting(
    key="oversubscribe",
    variable="WTC_OVERSUBSCRIBE",
    default=False,
    parse=_truth,
    form="`true` or `false`",
    option="--oversubscribe",
)
"""Whether `up` starts containers even if the engine does not have enough memory for them."""

ENV_FROM = Setting(
    key="env_from",
    variable="WTC_ENV_FROM",
    default=cast("tuple[str, ...]", ()),
    parse=_paths,
    form="a list of file names, as in `[config/env.dist]`",
    several=True,
)
"""The files from which `.env` is copied in a new worktree: the first that exists, before other sources."""


GIT = Setting(
    key="git",
    variable="WTC_GIT",
    default=cast("GitAccess | None", None),
    parse=GitAccess,
    form="`rw`, `ro` or `off`",
)
"""The access of containers that bind-mount a linked worktree to its repository; unset: by the container's user."""


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < LONGEST_S:
        raise ValueError(text)
    return seconds


ENGINE_TIMEOUT = Setting(
    key="engine_timeout",
    variable="WTC_ENGINE_TIMEOUT",
    default=120.0,
    parse=_seconds,
    form="a number of seconds, as in `120`",
)
"""How long an answer of the engine may take. Not of the project: the engine can be asked before its files are read."""


def _inside(text: str) -> tuple[str, ...]:
    paths = _paths(text)
    if not paths or any(path.startswith("/") or normpath(path).startswith("..") for path in paths):
        raise ValueError(text)
    return paths


COMPOSE = Setting(
    key="compose",
    variable="COMPOSE_FILE",
    default=cast("tuple[str, ...]", ()),
    parse=_inside,
    form='a list of paths inside the worktree, as in `["docker/dev/compose.yaml"]`',
    several=True,
)
"""The project's compose files, relative to the top of the worktree. Only in `wtc.toml`, which is read before them."""

AnySetting: TypeAlias = (
    Setting[range]
    | Setting[str]
    | Setting[int]
    | Setting[float]
    | Setting[bool]
    | Setting[tuple[str, ...]]
    | Setting[GitAccess | None]
)
SETTINGS: tuple[AnySetting, ...] = (PORT_RANGE, BIND, SUBNET_POOL, MEM_LIMIT, OVERSUBSCRIBE, ENV_FROM, GIT)
USER_SETTINGS: tuple[AnySetting, ...] = (ENGINE_TIMEOUT, *SETTINGS)
HOST_PORTS, PORT_VARIABLES = "ports", "port_variables"
FILE_KEYS = (HOST_PORTS, PORT_VARIABLES)
"""The keys of `x-wtc:` that are not settings: `ports/host_ports.py`, and whether a variable is the leased port."""
PROJECT_FILE_SETTINGS: tuple[AnySetting, ...] = (COMPOSE, *SETTINGS)


def config_dir(environment: Mapping[str, str]) -> str:
    """Return the folder of wtc's settings and state, as an absolute path, which may not exist. Same on every system.

    Raises:
        UsageError: the user's home folder is unknown.
    """
    if own := environment.get("WTC_CONFIG_DIR"):
        return os.path.abspath(own)
    shared = environment.get("XDG_CONFIG_HOME", "")
    # Source: XDG Base Directory specification: relative paths are ignored.
    base = shared if shared.startswith("/") else os.path.join(_home(environment), ".config")
    return os.path.join(base, "wtc")


def load_settings(
    environment: Mapping[str, str],
    *,
    command_line: Mapping[str, str] | None = None,
    project: Section | None = None,
    project_file: Section | None = None,
) -> Settings:
    """Return the values of all settings.

    `command_line`: key -> text of the given options. `project`: the section `x-wtc:`. `project_file`: `wtc.toml`.

    Raises:
        UsageError: an option, a variable or `config.toml` has an invalid value (all those of the file are listed).
        ComposeFileError: `x-wtc:` or `wtc.toml` has an invalid value.
    """
    user = _parsed(read_user_settings(config_dir(environment)), Source.USER, UsageError)
    own = _parsed(project_file or Section(), Source.PROJECT_FILE, ComposeFileError)
    own |= _parsed(project or Section(), Source.PROJECT, ComposeFileError)
    chosen: dict[str, SettingValue[object]] = {}
    for setting in SETTINGS:
        given = (command_line or {}).get(setting.key)
        variable = environment.get(setting.variable)
        if given is not None:
            name = setting.option or setting.key
            chosen[setting.key] = _from_text(setting, given, Source.COMMAND_LINE, name)
        elif variable:
            chosen[setting.key] = _from_text(setting, variable, Source.ENVIRONMENT, setting.variable)
        else:
            chosen[setting.key] = own.get(setting.key) or user.get(setting.key) or SettingValue(value=setting.default)
    return Settings(chosen=chosen)


def user_setting(environment: Mapping[str, str], setting: Setting[T]) -> T:
    """Return one setting by the environment and `config.toml`, before the project is known; see `load_settings`.

    Raises:
        UsageError: its variable, or `config.toml`, has an invalid value.
    """
    if variable := environment.get(setting.variable):
        return cast("T", _from_text(cast("AnySetting", setting), variable, Source.ENVIRONMENT, setting.variable).value)
    user = _parsed(read_user_settings(config_dir(environment)), Source.USER, UsageError)
    return cast("T", user[setting.key].value) if setting.key in user else setting.default


def project_compose_files(project_file: Section) -> tuple[str, ...]:
    """Return the compose files that `wtc.toml` names, relative to its folder; empty if it names none.

    Raises:
        ComposeFileError: settings in the file are unknown or invalid; all of them are listed.
    """
    chosen = _parsed(project_file, Source.PROJECT_FILE, ComposeFileError).get(COMPOSE.key)
    return cast("tuple[str, ...]", chosen.value) if chosen else COMPOSE.default


def _parsed(section: Section, source: Source, error: type[WtcError]) -> dict[str, SettingValue[object]]:
    known = {Source.PROJECT_FILE: PROJECT_FILE_SETTINGS, Source.USER: USER_SETTINGS}.get(source, SETTINGS)
    by_key = {setting.key: setting for setting in known}
    chosen: dict[str, SettingValue[object]] = {}
    wrong: list[Diagnostic] = []
    for key, value in section.values.items():
        position = section.positions.get(key)
        setting = by_key.get(key)
        if setting is None:
            hint = _nearest(key, [*by_key, *(FILE_KEYS if source is Source.PROJECT else ())])
            message = f"unknown setting `{key}`"
            wrong.append(Diagnostic(message=message, position=position, path=_path(key, source), hint=hint))
            continue
        try:
            parsed = setting.parse(_text(value, several=setting.several))
        except ValueError:
            message = f"`{key}` is `{_shown(value)}`, not {setting.form}"
            wrong.append(Diagnostic(message=message, position=position, path=_path(key, source)))
            continue
        chosen[key] = SettingValue(value=parsed, source=source, origin=str(position or key))
    if wrong:
        raise error(wrong[0].message, diagnostics=wrong)
    return chosen


def _nearest(key: str, known: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(key, known, n=1)
    return f"did you mean `{near[0]}`?" if near else f"the settings are {', '.join(f'`{name}`' for name in known)}"


def _path(key: str, source: Source) -> tuple[str, ...]:
    return ("x-wtc", key) if source is Source.PROJECT else (key,)


def _text(value: object, *, several: bool) -> str:
    if several:
        items = cast("list[object]", value) if isinstance(value, list) else [value]
        if not all(isinstance(item, str) for item in items):
            raise ValueError
        return ":".join(str(item).strip() for item in items)
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float):
        raise ValueError(value)  # noqa: TRY004 - one exception for all invalid values
    return str(value).strip()


def _shown(value: object) -> str:
    """Return the value as it is written in a file."""
    if isinstance(value, str):
        return value
    import json

    return json.dumps(value, ensure_ascii=False, default=str)


def _from_text(setting: AnySetting, text: str, source: Source, name: str) -> SettingValue[object]:
    try:
        return SettingValue(value=setting.parse(text.strip()), source=source, origin=name)
    except ValueError:
        raise UsageError(f"`{name}` is `{text}`, not {setting.form}") from None


def _home(environment: Mapping[str, str]) -> str:
    # A relative path would keep the state in the current folder, a different one for each command.
    if (home := environment.get("HOME", "")).startswith("/"):
        return home
    import os
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        why = f"`HOME` is `{home}`, which is not an absolute path" if home else "`HOME` is not set"
        raise UsageError(
            f"cannot find your home folder: {why}",
            hints=["to keep wtc's state elsewhere, set `WTC_CONFIG_DIR`"],
        ) from None
