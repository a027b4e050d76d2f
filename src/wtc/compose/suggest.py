"""The name that was probably meant."""

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """`did you mean `web`?`, or nothing where no known name is near."""
    from difflib import get_close_matches

    found = get_close_matches(name, sorted(known)[:2_000], n=1)
    return f"did you mean `{found[0]}`?" if found else ""
