"""The building blocks of the schema: a shape describes which values are allowed."""

from wtc.static_typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from typing import Final  # noqa: TID251 - not followed by the type checker through another module

Fields: TypeAlias = "dict[str, Shape]"

NAME: "Final" = "^[a-zA-Z0-9._-]+$"
"""The pattern for names of services, networks, volumes and other resources."""


class Shape:
    """The scalars, lists and mappings that are allowed. `a | b` allows what either allows."""

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
        """Allowed scalars: `string`, `integer`, `number` (includes integers), `boolean`, `null`."""
        self.words: tuple[str, ...] = ()
        """The allowed strings; empty: any."""
        self.pattern = ""
        self.expected = ""
        """A description of the strings that match the pattern, for messages."""
        self.low = self.high = 0
        """Inclusive bounds of an integer; equal: no bounds."""
        self.items: Shape | None = None
        self.unique = False
        self.fields: Fields | None = None
        """Attributes by name; None: a mapping is not allowed."""
        self.required: tuple[str, ...] = ()
        self.entries: Shape | None = None
        """The shape of values whose keys match `keys`."""
        self.keys = ""
        self.closed = True
        """Whether other keys are rejected."""
        self.extensible = True
        """Whether `x-*` keys are allowed."""

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
    """Return the shape of one of the given strings."""
    shape = Shape("string")
    shape.words = choice
    return shape


def matching(pattern: str, expected: str) -> Shape:
    """Return the shape of a string that contains the pattern."""
    shape = Shape("string")
    shape.pattern = pattern
    shape.expected = expected
    return shape


def between(low: int, high: int) -> Shape:
    """Return the shape of a whole number within inclusive bounds, or any string."""
    shape = Shape("integer", "string")
    shape.low, shape.high = low, high
    return shape


def listing(items: Shape) -> Shape:
    """Return the shape of a list."""
    shape = Shape()
    shape.items = items
    return shape


def distinct(items: Shape) -> Shape:
    """Return the shape of a list without duplicates."""
    shape = listing(items)
    shape.unique = True
    return shape


def record(fields: Fields, *required: str) -> Shape:
    """Return the shape of a mapping with these attributes and `x-*`."""
    shape = Shape()
    shape.fields = fields
    shape.required = required
    return shape


def bare(fields: Fields, *required: str) -> Shape:
    """Return the shape of a mapping with these attributes only."""
    shape = record(fields, *required)
    shape.extensible = False
    return shape


def loose(fields: Fields) -> Shape:
    """Return the shape of a mapping with these attributes and any others."""
    shape = record(fields)
    shape.closed = False
    return shape


def table(entries: Shape, keys: str) -> Shape:
    """Return the shape of a mapping whose keys all match a pattern."""
    shape = bare({})
    shape.entries = entries
    shape.keys = keys
    return shape


def loose_table(entries: Shape, keys: str) -> Shape:
    """Return the shape of a mapping in which keys that do not match the pattern have any value."""
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
"""Secrets or configs that a service uses."""
_DEVICE_REQUEST: Fields = {
    "capabilities": NAMES,
    "count": COUNT,
    "device_ids": NAMES,
    "driver": STRING,
    "options": PAIRS,
}
DEVICE_REQUESTS = listing(record(_DEVICE_REQUEST, "capabilities"))
GPUS = words("all") | listing(loose(_DEVICE_REQUEST))
