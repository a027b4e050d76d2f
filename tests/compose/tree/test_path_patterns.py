"""Which rule a path gets."""

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
def test_a_path_gets_the_rule_whose_pattern_fits_it_whole(path: Path, expected: str | None) -> None:
    assert TABLE.lookup(path) == expected


@pytest.mark.parametrize("path", [("services", "special", "build", "args"), ("services", "special", "labels")])
def test_a_literal_step_keeps_the_rules_of_the_wildcard_beside_it(path: Path) -> None:
    assert TABLE.lookup(path) is not None


def test_a_cursor_walks_as_lookup_does() -> None:
    cursor = TABLE.root
    for step in ("services", "web", "ports", 0, "target"):
        below = cursor.step(step)
        assert below is not None
        cursor = below
    assert cursor.value == "target"
