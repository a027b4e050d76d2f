"""Suggest the name that was probably meant."""

from collections.abc import Iterable

MAX_NAMES = 500
"""With more known names than this, make no suggestion: the search takes too long."""


def nearest_name(name: str, known: Iterable[str]) -> str:
    """Return a hint such as "did you mean `web`?", or an empty string if no known name is similar."""
    from difflib import get_close_matches

    names = sorted(known)
    found = get_close_matches(name, names, n=1) if len(names) <= MAX_NAMES else []
    return f"did you mean `{found[0]}`?" if found else ""
