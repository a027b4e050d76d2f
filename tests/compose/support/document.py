"""Print the content of `.context/compose-support.md`: `uv run python -m tests.compose.support.document`."""

from collections.abc import Iterator

from wtc.compose.schema.project import PROJECT
from wtc.compose.schema.shape import Shape
from wtc.compose.support.status import Case
from wtc.compose.support.table import SUPPORT

HEAD = """\
# How wtc treats each attribute

Generated from `src/wtc/compose/support/table.py` by `uv run python -m tests.compose.support.document`; a test compares
the two. `honoured`: applied as Docker Compose does. `rewritten`: applied within the worktree's namespace, with another
name, host port or tag. `ignored`: read but not applied; `up` warns, `up --strict` fails. For attributes that engines
with an older API version do not support, see `src/wtc/engine/translate/unsupported.py`.

| attribute | status | why |
|---|---|---|
"""


def attributes(shape: Shape = PROJECT, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield every attribute of the schema: `services.*.build.args`."""
    for name, child in (shape.fields or {}).items():
        yield ".".join((*path, name))
        yield from attributes(child, (*path, name))
    for child in (shape.entries, shape.items):
        if child is not None:
            yield from attributes(child, (*path, "*"))


def document() -> str:
    """Return the document as Markdown."""
    lines = (f"| `{name}` | {case_status(case)} | {case.reason} |" for name, row in SUPPORT.items() for case in row)
    return HEAD + "".join(f"{line}\n" for line in lines)


def case_status(case: Case) -> str:
    """Return the status of a case with its condition: `ignored (more than one)`."""
    return f"{case.status} ({case.when})" if case.when else str(case.status)


if __name__ == "__main__":
    print(document(), end="")
