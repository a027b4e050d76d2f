"""JSON files that are edited as people wrote them: same order, same indentation."""

import json
import re
from typing import Any, TypeAlias

from wtc.orchestrator.harnesses.edit import is_table, unusable

Document: TypeAlias = dict[str, Any]


def parsed(text: str | None, path: str) -> Document:
    """The document; an empty one where there is no text.

    Raises:
        UsageError: it is no JSON object.
    """
    if text is None or not text.strip():
        return {}
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise unusable(path, f"is not JSON: {error}") from error
    if not is_table(document):
        raise unusable(path, "holds no JSON object")
    return document


def written(document: Document, before: str | None, path: str) -> str:
    """The document as text; the text that was there where it says the same."""
    if before is not None and parsed(before, path) == document:
        return before
    found = re.search(r"^([ \t]+)\S", before or "", re.MULTILINE)
    indent = found[1] if found else "  "
    end = "\n" if before is None or not before.strip() or before.endswith("\n") else ""
    return json.dumps(document, indent=indent, ensure_ascii=False) + end


def table(document: Document, key: str, path: str) -> Document:
    """The object under a key, made where it is missing.

    Raises:
        UsageError: something else stands there.
    """
    found: object = document.setdefault(key, {})
    if not is_table(found):
        raise unusable(path, f"has no object as `{key}`")
    return found
