"""Find placeholder values in an example env file."""

import re

_ASSIGNMENT = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.]*)[ \t]*=[ \t]*(.*?)[ \t\r]*$", re.MULTILINE)
_PLACEHOLDER = re.compile(
    r"change[-_ ]?(?:me|this|it)|<[^<>]+>|\byour[-_ ]|(?<![0-9a-z])x{3,}\b|^\.{3}$|^\*{3,}$"
    r"|^(?:todo|fixme|placeholder|replace[-_ ]?(?:me|this))$",
    re.IGNORECASE,
)


def placeholders(text: str) -> tuple[str, ...]:
    """Return the assignments whose values look like placeholders, or are empty: `SECRET=changeme`, in order."""
    found: dict[str, str] = {}
    for name, written in _ASSIGNMENT.findall(text):
        value = _unquoted(written)
        found[name] = value if not value or _PLACEHOLDER.search(value) else "\0"
    return tuple(f"{name}={value}" for name, value in found.items() if value != "\0")


def _unquoted(written: str) -> str:
    for quote in "'\"":
        if written.startswith(quote) and (end := written.find(quote, 1)) > 0:
            return written[1:end].strip()
    return "" if written.startswith("#") else re.split(r"[ \t]#", written, maxsplit=1)[0].strip()
