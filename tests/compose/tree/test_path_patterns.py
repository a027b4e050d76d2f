"""Finding the rule for a path."""

import pytest

from wtc.compose.tree.path_patterns import Table
from wtc.model.position import Path

TABLE = Table(
    {
        "": "root",
        "services.*.ports": "ports",
        "services.*.ports.[].target": "target",
        "services.*.build.args": "args",
        "services.special.ports": "special ports",
        "*.*.labels": "labels",
    }
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), "root"),
        (("services", "web", "ports"), "ports"),
        (("services", "web", "ports", 3, "target"), "target"),
        (("services", "web", "build", "args"), "args"),
        (("services", "web", "build"), None),
        (("services", "web", "build", "args", "A"), None),
        (("services", "special", "ports"), "special ports"),
        (("services", "web.with.dots", "ports"), "ports"),
        (("volumes", "v", "labels"), "labels"),
        (("elsewhere",), None),
    ],
)
def test_path_gets_the_rule_of_the_pattern_that_matches_it(path: Path, expected: str | None) -> None:
    assert TABLE.lookup(path) == expected


@pytest.mark.parametrize("path", [("services", "special", "build", "args"), ("services", "special", "labels")])
def test_literal_step_keeps_the_rules_of_the_wildcard_next_to_it(path: Path) -> None:
    assert TABLE.lookup(path) is not None


def test_cursor_gives_the_same_rules_as_lookup() -> None:
    cursor = TABLE.root
    for step in ("services", "web", "ports", 0, "target"):
        below = cursor.step(step)
        assert below is not None
        cursor = below
    assert cursor.value == "target"
