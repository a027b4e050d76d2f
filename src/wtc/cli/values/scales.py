"""Numbers of replicas on the command line. Pure."""

from collections.abc import Iterable

from wtc.errors import UsageError


def parse_scales(texts: Iterable[str], *, command: str) -> dict[str, int]:
    """Return service -> number of replicas, from `SERVICE=N`. `command` is the one of the hint.

    Raises:
        UsageError: a text is not of this form.
    """
    found: dict[str, int] = {}
    for text in texts:
        service, equals, number = text.partition("=")
        if not (service and equals and number.isascii() and number.isdigit()):
            raise UsageError(
                f"`{text}` is not a valid number of replicas",
                hints=[f"to run two replicas of `web`, run `{command} web=2`"],
            )
        found[service] = int(number)
    return found
