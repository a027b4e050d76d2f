"""`configs` at the top of a file. Source: compose-spec; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Resource

CONFIGS = Resource("configs", use="configs: [res]")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{file: ./f}", {"name": "p_res", "file": "./f"}),
        ("{content: 'a: ${HOME} $$x'}", {"name": "p_res", "content": "a: /home/me $$x"}),
        ("{environment: E}", {"name": "p_res", "environment": "E"}),
        ("{external: true, name: own}", {"name": "own", "external": True}),
        (
            "{content: '', name: n, labels: {a: b}, template_driver: t}",
            {"name": "n", "labels": {"a": "b"}, "template_driver": "t"},
        ),
    ],
)
def test_resource_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert CONFIGS.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("{file: a}", "{file: b}", {"name": "p_res", "file": "./b"}),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert CONFIGS.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("{}", ["2:16 `configs.res` has no content, expected one of `file`, `environment`, `content`"]),
        ("{file: a, content: b}", ["2:26 `configs.res` has more than one of `file`, `environment`, `content`"]),
        ("x", ["2:16 `res` must be a mapping, not a string"]),
        ("{contnt: a}", ["2:17 `res` has no attribute `contnt`"]),
    ],
)
def test_wrong_resource_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert CONFIGS.refused(written) == problems
