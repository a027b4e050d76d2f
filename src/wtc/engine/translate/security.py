"""Translate security options and capabilities. Source: compose-spec, `security_opt`, `cap_add`; Engine API."""

import json
from collections.abc import Callable, Iterable

from wtc.engine.translate.body_table import Row
from wtc.errors import WtcError
from wtc.model.desired import ResolvedService

UNCONFINED_PATHS = "systempaths=unconfined"
_BUILT_IN = {"unconfined", "builtin"}


def capabilities(attribute: str) -> Row:
    """Return a row with capabilities as the docker command sends them: upper case, with `CAP_`, once, sorted."""

    def row(config: ResolvedService) -> object:
        names = {str(name).upper() for name in getattr(config, attribute)}
        return sorted(n if n == "ALL" or n.startswith("CAP_") else f"CAP_{n}" for n in names) or None

    return row


def security_options(config: ResolvedService, read: Callable[[str], str]) -> list[str] | None:
    """Return `SecurityOpt`: without `systempaths=unconfined`, with the content of seccomp profiles.

    `read`: path as written -> text. Raises: WtcError for a seccomp profile that cannot be read.
    """
    return [_option(text, config, read) for text in config.security_opt if text != UNCONFINED_PATHS] or None


def seccomp_file(option: str) -> str:
    """Return the path of the profile that a security option names, as written; empty if it names none."""
    kind, _, value = option.partition("=" if "=" in option else ":")
    return value if kind == "seccomp" and value not in _BUILT_IN else ""


def unconfined_paths(options: Iterable[str]) -> bool:
    """Return whether to show the paths below /proc and /sys that the engine hides by default."""
    return UNCONFINED_PATHS in options


def _option(text: str, config: ResolvedService, read: Callable[[str], str]) -> str:
    value = seccomp_file(text)
    if not value:
        return text
    try:
        profile = json.loads(read(value))
    except OSError as error:
        raise WtcError(
            f"cannot read the seccomp profile `{value}` of service `{config.name}`",
            causes=(error.strerror or str(error),),
        ) from error
    except ValueError as error:
        raise WtcError(
            f"the seccomp profile `{value}` of service `{config.name}` is not JSON", causes=(str(error),)
        ) from error
    return "seccomp=" + json.dumps(profile, separators=(",", ":"), ensure_ascii=False)
