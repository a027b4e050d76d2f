"""Show the text of the file in a finding instead of the values of its variables, which can be secrets. Pure."""

import re
from collections.abc import Collection

from wtc.compose.interpolation.template import Part
from wtc.dataclass import replace
from wtc.model.diagnostic import Diagnostic
from wtc.model.position import dotted

MIN_CHARACTERS = 4
"""Shorter fragments of a value are common words of a message: they are replaced only where they are a whole name."""
KEPT_STEPS = 3
"""Steps of a path that never come from a value: `services.web.networks`."""
MAX_PARTS = 200
"""For a text of more parts, or of more than `MAX_CHARACTERS`, a finding does not say what is wrong."""
MAX_CHARACTERS = 20_000
MAX_NAMED = 5
"""Variables that a hint names at most."""

_VARIABLE = re.compile(r"\$\{?([_a-z][_a-z0-9]*)", re.IGNORECASE)
_NAME = re.compile("`([^`]*)`")


def hide_values(finding: Diagnostic, texts: Collection[tuple[Part, ...]]) -> Diagnostic:
    """Return the finding about a substituted text, without the values of variables.

    `texts` has the parts of each text at the finding's position; more than one if a file is included several times.
    """
    for parts in texts:
        finding = _hide(finding, parts)
    return finding


def _hide(finding: Diagnostic, parts: tuple[Part, ...]) -> Diagnostic:
    if len(parts) > MAX_PARTS or sum(len(value) for _, value in parts) > MAX_CHARACTERS:
        path = finding.path[:KEPT_STEPS]
        return replace(finding, message=f"`{dotted(path)}` is not valid", path=path, hint=_hint(parts))
    shown = _written(parts)

    def written(text: str) -> str:
        return _replaced(text, shown, parts)

    def step(name: str | int) -> str | int:
        return name if isinstance(name, int) else written(f"`{name}`")[1:-1]

    message = written(finding.message)
    return replace(
        finding,
        message=message,
        path=(*finding.path[:KEPT_STEPS], *map(step, finding.path[KEPT_STEPS:])),
        hint=written(finding.hint) or (_hint(parts) if message != finding.message else ""),
    )


def _hint(parts: tuple[Part, ...]) -> str:
    names = dict.fromkeys(found[1] for part in parts if _is_variable(part) and (found := _VARIABLE.match(part[0])))
    listed = ", ".join(f"`{name}`" for name in names)
    return f"to fix it, check the value of {listed}" if len(names) <= MAX_NAMED else ""


def _written(parts: tuple[Part, ...]) -> dict[str, str]:
    """Return value -> text of the file, for the whole text and for each variable in it."""
    shown = {value: written for written, value in parts if _is_variable((written, value)) and value}
    whole = "".join(value for _, value in parts)
    return {whole: "".join(written for written, _ in parts), **shown} if whole else shown


def _is_variable(part: Part) -> bool:
    written, value = part
    return written not in {value, "$$"}


def _replaced(text: str, shown: dict[str, str], parts: tuple[Part, ...]) -> str:
    # What is replaced is final: it can contain another value, as `${NAME:-default}` does.
    final: list[str] = []

    def keep(written: str) -> str:
        final.append(written)
        return f"\0{len(final) - 1}\0"

    def fragment(match: re.Match[str]) -> str:
        name = match[1]
        written = shown.get(name) or (_fragment(name, parts) if len(name) >= MIN_CHARACTERS else None)
        return match[0] if written is None else f"`{keep(written)}`"

    if long := sorted((value for value in shown if len(value) >= MIN_CHARACTERS), key=len, reverse=True):
        text = re.sub("|".join(map(re.escape, long)), lambda match: keep(shown[match[0]]), text)
    text = _NAME.sub(fragment, text)
    return re.sub("\0([0-9]+)\0", lambda match: final[int(match[1])], text)


def _fragment(name: str, parts: tuple[Part, ...]) -> str | None:
    """Return a fragment of the text as written in the file; None if it contains no part of a variable's value."""
    start = "".join(value for _, value in parts).lower().find(name.lower())
    if start < 0:
        return None
    end, at, found = start + len(name), 0, False
    out: list[str] = []
    for written, value in parts:
        low, high = max(start, at), min(end, at + len(value))
        if low < high:
            variable = _is_variable((written, value))
            out.append(written if variable else value[low - at : high - at])
            found = found or variable
        at += len(value)
    return "".join(out) if found else None
