"""`models` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

MODELS = Attribute("models", top="models: {m: {model: ai/m}}")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[m]", {"m": None}),
        ("{m: {endpoint_var: U, model_var: N}}", {"m": {"endpoint_var": "U", "model_var": "N"}}),
        ("{m: null}", {"m": None}),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert MODELS.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("[m]", "{m: {model_var: N}}", {"m": {"model_var": "N"}}),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert MODELS.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("m", ["1:34 `models` must be a list or a mapping, not a string"]),
        ("[zz]", ["1:35 service `a` uses model `zz`, which is not defined"]),
        ("{m: {x: y}}", ["1:39 `m` has no attribute `x`"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert MODELS.refused(written) == problems
