"""`configs` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

CONFIGS = Attribute("configs", top="configs: {c: {content: x}, d: {file: ./d}}")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[c]", [{"source": "c"}]),
        (
            "[{source: c, target: /t, uid: '1', gid: '2', mode: 0440}]",
            [{"source": "c", "target": "/t", "uid": "1", "gid": "2", "mode": "0440"}],
        ),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert CONFIGS.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("[c]", "[d]", [{"source": "c"}, {"source": "d"}]),
        ("[c]", "[{source: c, target: /x}]", [{"source": "c"}, {"source": "c", "target": "/x"}]),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert CONFIGS.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("c", ["1:35 `configs` must be a list, not a string"]),
        ("[{surce: c}]", ["1:37 an item of `configs` has no attribute `surce`"]),
        ("[unknown]", ["1:36 service `a` uses config `unknown`, which is not defined"]),
        (
            "[1]",
            [
                "1:36 `services.a.configs[0]` is a number, expected a config's name or a mapping",
                "1:36 an item of `configs` must be a string or a mapping, not a whole number",
            ],
        ),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert CONFIGS.refused(written) == problems
