"""Tables of path patterns: the one place where a rule is tied to an attribute's path."""

from collections.abc import Mapping
from typing import Generic, TypeVar

from wtc.model.position import Path

T = TypeVar("T")


class Cursor(Generic[T]):
    """A place in a table. A walk over a tree steps along with it, so that no path is ever matched anew."""

    __slots__ = ("_steps", "_wild", "value")

    def __init__(self) -> None:
        self.value: T | None = None
        self._steps: dict[str, Cursor[T]] = {}
        self._wild: Cursor[T] | None = None

    def step(self, key: str | int) -> "Cursor[T] | None":
        """The place under `key`; None where the table has nothing from there on. A literal step wins over `*`."""
        return self._steps.get(key, self._wild) if isinstance(key, str) else self._wild

    def add(self, step: str) -> "Cursor[T]":
        """The place under the pattern's step, made where it is missing."""
        if step in {"*", "[]"}:
            if self._wild is None:
                self._wild = Cursor()
            return self._wild
        return self._steps.setdefault(step, Cursor())

    def inherit(self) -> None:
        """Lets each literal step continue with what `*` beside it offers, so that a step never has to go back."""
        if self._wild is not None:
            for literal in self._steps.values():
                literal.take(self._wild)
            self._wild.inherit()
        for literal in self._steps.values():
            literal.inherit()

    def take(self, other: "Cursor[T]") -> None:
        """Adds what only `other` has."""
        if self.value is None:
            self.value = other.value
        for step, below in other.branches():
            self.add(step).take(below)

    def branches(self) -> list[tuple[str, "Cursor[T]"]]:
        """Each step with what lies under it, `*` last."""
        wild = [("*", self._wild)] if self._wild is not None else []
        return [*self._steps.items(), *wild]


class Table(Generic[T]):
    """Values by path pattern: `services.*.build.args`. `*` and `[]` are any one step, the empty pattern is the root."""

    __slots__ = ("root",)

    def __init__(self, rules: Mapping[str, T]) -> None:
        self.root: Cursor[T] = Cursor()
        for pattern, value in rules.items():
            place = self.root
            for step in pattern.split(".") if pattern else ():
                place = place.add(step)
            place.value = value
        self.root.inherit()

    def lookup(self, path: Path) -> T | None:
        """The value of the pattern that fits the whole path, step by step the most literal one."""
        place: Cursor[T] | None = self.root
        for step in path:
            if (place := place.step(step)) is None:
                return None
        return place.value
