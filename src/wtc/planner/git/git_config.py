"""Pass git settings in environment variables. Source: git-config(1), `GIT_CONFIG_COUNT`."""

from collections.abc import Iterable, Mapping

WITHOUT_COLLECTION = {"gc.auto": "0", "maintenance.auto": "false"}
"""Garbage collection would fail halfway, because the entries of other worktrees are mounted read-only."""
_MOST_KEYS = 10_000
"""The largest number of settings of an environment that are compared; the count in it can be any number."""


def git_config(environment: Mapping[str, str | None], settings: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the variables that add git settings after those in `environment`; empty without settings.

    git uses the last value of a key, so a key that the environment sets is left out. Only `safe.directory` has several
    values.
    """
    try:
        count = max(0, int(environment.get("GIT_CONFIG_COUNT") or 0))
    except ValueError:
        count = 0
    # The names of the keys that are added are lower case, and without a subsection, whose case would count.
    passed = {(environment.get(f"GIT_CONFIG_KEY_{number}") or "").lower() for number in range(min(count, _MOST_KEYS))}
    found = [(key, value) for key, value in settings if key == "safe.directory" or key not in passed]
    added = {"GIT_CONFIG_COUNT": str(count + len(found))} if found else {}
    for number, (key, value) in enumerate(found, start=count):
        added |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return added
