"""The marker of `wtc env`: which variables it set, so that a shell that has them does not feed them back into the file.

Pure. The marker is one variable whose value is JSON: name -> [value that was set, value before or null].
"""

import json
from collections.abc import Mapping

from wtc.static_typing import cast

MARKER = "WTC_ENV"


def marked(variables: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables with the marker. `environment` is where they are set, without an older marker."""
    changes = {name: [value, environment.get(name)] for name, value in variables.items()}
    return {**variables, MARKER: json.dumps(changes, separators=(",", ":"))}


def unmarked(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment as it was before `wtc env` set variables in it; those that were changed since stay."""
    restored = {name: value for name, value in environment.items() if name != MARKER}
    for name, (value, before) in _changes(environment.get(MARKER, "")).items():
        if restored.get(name) != value:
            continue
        if before is None:
            del restored[name]
        else:
            restored[name] = before
    return restored


def _changes(text: str) -> dict[str, tuple[str, str | None]]:
    """Return the content of a marker; empty if `wtc env` cannot have written it."""
    try:
        found: object = json.loads(text) if text else {}
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    entries = cast("dict[str, object]", found)
    changes: dict[str, tuple[str, str | None]] = {}
    for name, entry in entries.items():
        match entry:
            case [str(value), str() | None as before]:
                changes[name] = (value, before)
            case _:
                return {}
    return changes
