"""`secrets` at the top of a file. Source: compose-spec; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Resource

SECRETS = Resource("secrets", use="secrets: [res]")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{file: ./f}", {"name": "p_res", "file": "./f"}),
        ("{file: ~/f}", {"name": "p_res", "file": "/home/me/f"}),
        ("{environment: E}", {"name": "p_res", "environment": "E"}),
        ("{external: true}", {"name": "res", "external": True}),
        ("{external: true, name: own}", {"name": "own", "external": True}),
        (
            "{file: f, labels: [a=b], driver: d, driver_opts: {a: 1}, template_driver: t}",
            {
                "name": "p_res",
                "file": "./f",
                "labels": {"a": "b"},
                "driver": "d",
                "driver_opts": {"a": "1"},
                "template_driver": "t",
            },
        ),
    ],
)
def test_resource_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert SECRETS.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("{file: a}", "{file: b}", {"name": "p_res", "file": "./b"}),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert SECRETS.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("{}", ["2:16 `secrets.res` has no content, expected one of `file`, `environment`"]),
        ("{file: a, environment: B}", ["2:26 `secrets.res` has more than one of `file`, `environment`"]),
        ("x", ["2:16 `res` must be a mapping, not a string"]),
        ("{fil: a}", ["2:17 `res` has no attribute `fil`"]),
    ],
)
def test_wrong_resource_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert SECRETS.refused(written) == problems
