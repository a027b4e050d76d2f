"""The words in which the specification is described: a shape says which values may stand somewhere."""

from typing import Final, TypeAlias

Fields: TypeAlias = "dict[str, Shape]"

NAME: Final = "^[a-zA-Z0-9._-]+$"
"""The pattern of the names of services, networks, volumes and the like."""


class Shape:
    """Scalars of some types, lists, mappings, or several of these; `a | b` is what either allows."""

    __slots__ = (
        "closed",
        "entries",
        "expected",
        "extensible",
        "fields",
        "high",
        "items",
        "keys",
        "low",
        "pattern",
        "required",
        "types",
        "unique",
        "words",
    )

    def __init__(self, *types: str) -> None:
        self.types = frozenset(types)
        """Of `string`, `integer`, `number` (which an integer is too), `boolean`, `null`."""
        self.words: tuple[str, ...] = ()
        """The only strings, where there are any."""
        self.pattern = ""
        self.expected = ""
        """What a string that fits the pattern is."""
        self.low = self.high = 0
        """Bounds of an integer, both included, unless they are equal."""
        self.items: Shape | None = None
        self.unique = False
        self.fields: Fields | None = None
        """Attributes by name; None: no mapping may stand here."""
        self.required: tuple[str, ...] = ()
        self.entries: Shape | None = None
        """What stands under a name that fits `keys`."""
        self.keys = ""
        self.closed = True
        """Whether other keys are refused."""
        self.extensible = True
        """Whether `x-*` keys are welcome."""

    def __or__(self, other: "Shape") -> "Shape":
        both = Shape(*self.types, *other.types)
        scalar = self if self.types - {"null"} else other
        for name in ("words", "pattern", "expected", "low", "high"):
            setattr(both, name, getattr(scalar, name))
        listed = self if self.items else other
        both.items, both.unique = listed.items, listed.unique
        mapped = other if self.fields is None else self
        for name in ("fields", "required", "entries", "keys", "closed", "extensible"):
            setattr(both, name, getattr(mapped, name))
        return both


def words(*choice: str) -> Shape:
    """One of some strings."""
    shape = Shape("string")
    shape.words = choice
    return shape


def matching(pattern: str, expected: str) -> Shape:
    """A string in which the pattern is found."""
    shape = Shape("string")
    shape.pattern = pattern
    shape.expected = expected
    return shape


def between(low: int, high: int) -> Shape:
    """A whole number within bounds, or any string."""
    shape = Shape("integer", "string")
    shape.low, shape.high = low, high
    return shape


def listing(items: Shape) -> Shape:
    """A list."""
    shape = Shape()
    shape.items = items
    return shape


def distinct(items: Shape) -> Shape:
    """A list in which nothing stands twice."""
    shape = listing(items)
    shape.unique = True
    return shape


def record(fields: Fields, *required: str) -> Shape:
    """A mapping with these attributes and `x-*`."""
    shape = Shape()
    shape.fields = fields
    shape.required = required
    return shape


def bare(fields: Fields, *required: str) -> Shape:
    """A mapping with these attributes alone."""
    shape = record(fields, *required)
    shape.extensible = False
    return shape


def loose(fields: Fields) -> Shape:
    """A mapping with these attributes and any others."""
    shape = record(fields)
    shape.closed = False
    return shape


def table(entries: Shape, keys: str) -> Shape:
    """A mapping whose keys all fit a pattern."""
    shape = bare({})
    shape.entries = entries
    shape.keys = keys
    return shape


def loose_table(entries: Shape, keys: str) -> Shape:
    """A mapping in which keys that do not fit the pattern hold anything."""
    shape = table(entries, keys)
    shape.closed = False
    return shape


NULL = Shape("null")
STRING = Shape("string")
BOOLEAN = Shape("boolean")
INTEGER = Shape("integer")
NUMBER = Shape("number")
FLAG = Shape("boolean", "string")
COUNT = Shape("integer", "string")
AMOUNT = Shape("number", "string")

STRINGS = listing(STRING)
NAMES = distinct(STRING)
STRING_OR_NAMES = STRING | NAMES
PAIRS = table(Shape("string", "number", "boolean", "null"), ".+") | NAMES
"""`KEY: value`, or a list of `KEY=value`."""
OPTIONS = loose_table(AMOUNT, "^.+$")
COMMAND = NULL | STRING | STRINGS
HOSTS = table(STRING | STRINGS, ".+") | NAMES
LIMITS = loose_table(COUNT | record({"hard": COUNT, "soft": COUNT}, "soft", "hard"), "^[a-z]+$")
GRANTS = listing(
    STRING | record({"source": STRING, "target": STRING, "uid": STRING, "gid": STRING, "mode": AMOUNT}),
)
"""Secrets or configs that a service may read."""
_DEVICE_REQUEST: Fields = {
    "capabilities": NAMES,
    "count": COUNT,
    "device_ids": NAMES,
    "driver": STRING,
    "options": PAIRS,
}
DEVICE_REQUESTS = listing(record(_DEVICE_REQUEST, "capabilities"))
GPUS = words("all") | listing(loose(_DEVICE_REQUEST))
