"""Pass git settings in environment variables. Source: git-config(1), `GIT_CONFIG_COUNT`."""

from collections.abc import Iterable, Mapping

WITHOUT_COLLECTION = {"gc.auto": "0", "maintenance.auto": "false"}
"""Garbage collection would fail halfway, because the entries of other worktrees are mounted read-only."""


def git_config(environment: Mapping[str, str | None], settings: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the variables that add git settings after those in `environment`; empty without settings."""
    found = tuple(settings)
    try:
        count = max(0, int(environment.get("GIT_CONFIG_COUNT") or 0))
    except ValueError:
        count = 0
    added = {"GIT_CONFIG_COUNT": str(count + len(found))} if found else {}
    for number, (key, value) in enumerate(found, start=count):
        added |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return added
