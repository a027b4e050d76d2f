"""Writes what belongs into `.context/compose-support.md`: `uv run python -m tests.compose.support.document`."""

from collections.abc import Iterator

from wtc.compose.schema.project import PROJECT
from wtc.compose.schema.shape import Shape
from wtc.compose.support.status import Case
from wtc.compose.support.table import SUPPORT

HEAD = """\
# What wtc makes of each attribute

Made from `src/wtc/compose/support/table.py` by `uv run python -m tests.compose.support.document`; a test holds the two
together. `honoured`: carried out as Docker Compose does. `rewritten`: carried out in the worktree's namespace, under
another name, host port or tag. `ignored`: read and left out; `up` warns, `up --strict` refuses. What an engine of an
older API version leaves out stands in `src/wtc/engine/translate/unsupported.py`.

| attribute | status | why |
|---|---|---|
"""


def attributes(shape: Shape = PROJECT, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every attribute that the schema describes: `services.*.build.args`."""
    for name, below in (shape.fields or {}).items():
        yield ".".join((*path, name))
        yield from attributes(below, (*path, name))
    for below in (shape.entries, shape.items):
        if below is not None:
            yield from attributes(below, (*path, "*"))


def document() -> str:
    """The whole text."""
    lines = (f"| `{name}` | {case_status(case)} | {case.reason} |" for name, row in SUPPORT.items() for case in row)
    return HEAD + "".join(f"{line}\n" for line in lines)


def case_status(case: Case) -> str:
    """`ignored (more than one)`."""
    return f"{case.status} ({case.when})" if case.when else str(case.status)


if __name__ == "__main__":
    print(document(), end="")
