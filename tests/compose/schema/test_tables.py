"""The tables of attributes against the names and types of the official schema."""

import pytest

from tests.compose.schema.official import Types, read_table
from tests.compose.schema.test_official import ONLY_HERE
from wtc.compose.interpolation.casts import CASTS
from wtc.compose.override import dedupe, merge
from wtc.compose.transform import canonical, defaults
from wtc.compose.transform.attribute_types import ATTRIBUTE_TYPES
from wtc.compose.tree.path_patterns import Cursor, Table
from wtc.compose.validation import rules

OFFICIAL = {**read_table(), **ONLY_HERE}

NOT_OFFICIAL = {
    # One type of Docker Compose serves two places, of which the schema allows one.
    *("configs.*.driver", "configs.*.driver_opts", "secrets.*.content"),
    *("services.*.deploy.resources.limits.devices", "services.*.deploy.resources.limits.generic_resources"),
    "services.*.deploy.resources.reservations.pids",
}
NOT_PRINTED = {
    # Loading replaces them by what they name.
    *("include", "services.*.extends", "version"),
    # Short forms, which loading makes long ones.
    *("configs.*.external.name", "networks.*.external.name", "secrets.*.external.name", "volumes.*.external.name"),
    # The table has `limit` as one type, without attributes.
    *("services.*.ulimits.*.hard", "services.*.ulimits.*.soft"),
    *("services.*.build.ulimits.*.hard", "services.*.build.ulimits.*.soft"),
    # Docker Compose 2.40 does not print them either.
    *("networks.*.ipam.options", "services.*.pull_refresh_after"),
}

JSON_TYPES = {
    "bool": {"boolean"},
    "int": {"integer", "number"},
    "uint": {"integer", "number"},
    "float": {"integer", "number"},
    "bytes": {"integer", "number", "string"},
    "cpus": {"number"},
    "count": {"integer"},
    "mode": {"number"},
    "str": {"string"},
    "dur": {"string"},
    "list": {"array"},
    "shell": {"array"},
    "test": {"array"},
    "map": {"object"},
    "env": {"object"},
    "hosts": {"object"},
    "ssh": {"object"},
    "options": {"object"},
    "*": {"object"},
    "=": {"object"},
    "[": {"array"},
    "{": {"object"},
}
"""Word of a type, or how it refers to another shape -> the JSON types of which the schema has one."""


def printed(shape: str = "project", path: tuple[str, ...] = ()) -> dict[str, str]:
    """Return the path of each attribute that `config` prints -> its type."""
    found: dict[str, str] = {}
    for name, text in ATTRIBUTE_TYPES[shape].items():
        place = (*path, name)
        found[".".join(place)] = text
        below = text.strip("*=[]{?}")
        if text[0] in "*=[{" and below in ATTRIBUTE_TYPES:
            found |= printed(below, (*place, "*") if text[0] in "[{" else place)
    return found


def within(path: str, paths: set[str]) -> bool:
    """Return whether a path, or one above it, is among the paths."""
    steps = path.split(".")
    return any(".".join(steps[:end]) in paths for end in range(1, len(steps) + 1))


def test_types_are_of_exactly_the_official_attributes() -> None:
    named = {path for path in OFFICIAL if not path.endswith(".*")}
    assert {path for path in set(printed()) - named if not within(path, NOT_OFFICIAL)} == set()
    assert {path for path in named - set(printed()) if not within(path, NOT_PRINTED)} == set()


def test_each_exception_is_one() -> None:
    assert {path for path in NOT_OFFICIAL if path in OFFICIAL or path not in printed()} == set()
    assert {path for path in NOT_PRINTED if path not in OFFICIAL or path in printed()} == set()


def test_type_is_one_that_the_official_schema_allows() -> None:
    wrong: Types = {}
    for path, text in printed().items():
        key = text[0] if text[0] in "*=[{" else text.removesuffix("?")
        if path in OFFICIAL and not OFFICIAL[path] & JSON_TYPES[key]:
            wrong[path] = OFFICIAL[path]
    assert wrong == {}


def patterns(cursor: Cursor[object], path: tuple[str, ...] = ()) -> set[str]:
    """Return the paths with a value at or below a cursor."""
    here = {".".join(path)} if cursor.value is not None and path else set[str]()
    return here.union(*(patterns(below, (*path, step)) for step, below in cursor.branches()))


@pytest.mark.parametrize(
    "table",
    [CASTS, merge.RULES, dedupe.RULES, canonical.STRICT, canonical.LENIENT, defaults.RULES, rules.RULES],
    ids=["casts", "merge", "dedupe", "strict", "lenient", "defaults", "rules"],
)
def test_each_rule_is_for_an_official_attribute(table: Table[object]) -> None:
    assert patterns(table.root) - set(OFFICIAL) == set()
