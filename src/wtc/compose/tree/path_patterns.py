"""Tables of path patterns, which map attribute paths to rules."""

from collections.abc import Mapping

from wtc.model.position import Path
from wtc.static_typing import Generic, TypeVar

T = TypeVar("T")


class Cursor(Generic[T]):
    """A position in a table. A walk over a tree moves it along, so that paths are not matched again at each node."""

    __slots__ = ("_steps", "_wild", "value")

    def __init__(self) -> None:
        self.value: T | None = None
        self._steps: dict[str, Cursor[T]] = {}
        self._wild: Cursor[T] | None = None

    def step(self, key: str | int) -> "Cursor[T] | None":
        """Return the cursor under `key`, or None if no pattern continues there. A literal step wins over `*`."""
        return self._steps.get(key, self._wild) if isinstance(key, str) else self._wild

    def add(self, step: str) -> "Cursor[T]":
        """Return the cursor under a step of a pattern; create it if it is missing."""
        if step in {"*", "[]"}:
            if self._wild is None:
                self._wild = Cursor()
            return self._wild
        return self._steps.setdefault(step, Cursor())

    def inherit(self) -> None:
        """Copy the patterns under `*` to the literal steps beside it, so that a lookup never backtracks."""
        if self._wild is not None:
            for literal in self._steps.values():
                literal.take(self._wild)
            self._wild.inherit()
        for literal in self._steps.values():
            literal.inherit()

    def take(self, other: "Cursor[T]") -> None:
        """Add the values that only `other` has."""
        if self.value is None:
            self.value = other.value
        for step, branch in other.branches():
            self.add(step).take(branch)

    def branches(self) -> list[tuple[str, "Cursor[T]"]]:
        """Return each step with the cursor under it, `*` last."""
        wild = [("*", self._wild)] if self._wild is not None else []
        return [*self._steps.items(), *wild]


class Table(Generic[T]):
    """Values by path pattern: `services.*.build.args`. `*` and `[]` match any one step, the empty pattern the root."""

    __slots__ = ("root",)

    def __init__(self, rules: Mapping[str, T]) -> None:
        self.root: Cursor[T] = Cursor()
        for pattern, value in rules.items():
            cursor = self.root
            for step in pattern.split(".") if pattern else ():
                cursor = cursor.add(step)
            cursor.value = value
        self.root.inherit()

    def lookup(self, path: Path) -> T | None:
        """Return the value of the pattern that matches the whole path; at each step a literal wins over `*`."""
        cursor: Cursor[T] | None = self.root
        for step in path:
            if (cursor := cursor.step(step)) is None:
                return None
        return cursor.value
