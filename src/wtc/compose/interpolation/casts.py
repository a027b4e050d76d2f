"""Cast strings to numbers and booleans after interpolation, so that `scale: ${N:-2}` works.

Every string of these attributes is cast, quoted or not, with or without a variable.
"""

import re
from collections.abc import Callable

from wtc.compose.source.scalars import parse_float
from wtc.compose.tree.path_patterns import Table
from wtc.static_typing import TypeAlias

Cast: TypeAlias = Callable[[str], int | float | bool]

_TRUE = frozenset({"true", "y", "yes", "on"})
_FALSE = frozenset({"false", "n", "no", "off"})


def to_bool(text: str) -> bool:
    """Cast to a boolean.

    Raises:
        ValueError: the text is not a boolean; the message is the expected kind of value.
    """
    word = text.lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError("`true` or `false`")


def to_int(text: str) -> int:
    """Cast to a signed 64-bit integer.

    Raises:
        ValueError: the text is not such a number; the message is the expected kind of value.
    """
    if re.fullmatch("[-+]?[0-9]{1,20}", text) and -(1 << 63) <= int(text) < 1 << 63:
        return int(text)
    raise ValueError("a whole number")


def to_float(text: str) -> float:
    """Cast to a number within the range of a single-precision float.

    Raises:
        ValueError: the text is not such a number; the message is the expected kind of value.
    """
    value = parse_float(text)
    if abs(value) > 3.4e38:
        raise ValueError("a number of at most 3.4e38")
    return value


CASTS: Table[Cast] = Table(
    {
        "services.*.cpu_count": to_int,
        "services.*.cpu_percent": to_float,
        "services.*.cpu_period": to_int,
        "services.*.cpu_quota": to_int,
        "services.*.cpu_rt_period": to_int,
        "services.*.cpu_rt_runtime": to_int,
        "services.*.cpu_shares": to_int,
        "services.*.cpus": to_float,
        "services.*.deploy.placement.max_replicas_per_node": to_int,
        "services.*.deploy.replicas": to_int,
        "services.*.deploy.restart_policy.max_attempts": to_int,
        "services.*.deploy.rollback_config.max_failure_ratio": to_float,
        "services.*.deploy.rollback_config.parallelism": to_int,
        "services.*.deploy.update_config.max_failure_ratio": to_float,
        "services.*.deploy.update_config.parallelism": to_int,
        "services.*.healthcheck.disable": to_bool,
        "services.*.healthcheck.retries": to_int,
        "services.*.init": to_bool,
        "services.*.oom_kill_disable": to_bool,
        "services.*.oom_score_adj": to_int,
        "services.*.pids_limit": to_int,
        "services.*.ports.[].target": to_int,
        "services.*.privileged": to_bool,
        "services.*.read_only": to_bool,
        "services.*.scale": to_int,
        "services.*.stdin_open": to_bool,
        "services.*.tty": to_bool,
        "services.*.ulimits.*": to_int,
        "services.*.ulimits.*.hard": to_int,
        "services.*.ulimits.*.soft": to_int,
        "services.*.volumes.[].read_only": to_bool,
        "services.*.volumes.[].volume.nocopy": to_bool,
        "networks.*.attachable": to_bool,
        "networks.*.enable_ipv4": to_bool,
        "networks.*.enable_ipv6": to_bool,
        "networks.*.external": to_bool,
        "networks.*.internal": to_bool,
        "volumes.*.external": to_bool,
        "secrets.*.external": to_bool,
        "configs.*.external": to_bool,
    }
)
