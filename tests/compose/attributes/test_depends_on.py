"""`depends_on` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

DEPENDS_ON = Attribute("depends_on")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[b]", {"b": {"condition": "service_started", "required": True}}),
        ("{b: {condition: service_healthy}}", {"b": {"condition": "service_healthy", "required": True}}),
        (
            "{b: {condition: service_started, restart: true, required: false}}",
            {"b": {"condition": "service_started", "restart": True, "required": False}},
        ),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert DEPENDS_ON.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("[b]", "{b: {condition: service_healthy}}", {"b": {"condition": "service_healthy", "required": True}}),
        ("{b: {condition: service_healthy}}", "[b]", {"b": {"condition": "service_started", "required": True}}),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert DEPENDS_ON.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("b", ["1:38 `depends_on` must be a list or a mapping, not a string"]),
        ("[b, b]", ["1:42 `depends_on` lists one thing twice"]),
        ("[zz]", ["1:39 service `a` depends on `zz`, which is not defined"]),
        (
            "{b: {condition: ready}}",
            [
                (
                    "1:54 `condition` must be `service_started`, `service_healthy` or "
                    "`service_completed_successfully`, not `ready`"
                )
            ],
        ),
        ("{b: {}}", ["1:42 `b` needs the attribute `condition`"]),
        ("{b: null}", ["1:42 `b` must be a mapping, not empty"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert DEPENDS_ON.refused(written) == problems
