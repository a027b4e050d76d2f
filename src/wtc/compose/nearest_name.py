"""The name that was probably meant."""

from collections.abc import Iterable

MOST_NAMES = 500
"""Among more names than these nobody looks for a near one: it takes too long."""


def nearest_name(name: str, known: Iterable[str]) -> str:
    """`did you mean `web`?`, or nothing where no known name is near."""
    from difflib import get_close_matches

    names = sorted(known)
    found = get_close_matches(name, names, n=1) if len(names) <= MOST_NAMES else []
    return f"did you mean `{found[0]}`?" if found else ""
