"""`secrets` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

SECRETS = Attribute("secrets", top="secrets: {s: {environment: S}, u: {file: ./u}}")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[s]", [{"source": "s", "target": "/run/secrets/s"}]),
        (
            "[{source: s, target: t, uid: '1', gid: '2', mode: 0440}]",
            [{"source": "s", "target": "t", "uid": "1", "gid": "2", "mode": "0440"}],
        ),
        ("[{source: s, target: /abs, mode: '0400'}]", [{"source": "s", "target": "/abs", "mode": "0400"}]),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert SECRETS.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("[s]", "[u]", [{"source": "s", "target": "/run/secrets/s"}, {"source": "u", "target": "/run/secrets/u"}]),
        (
            "[s]",
            "[{source: s, target: other}]",
            [{"source": "s", "target": "/run/secrets/s"}, {"source": "s", "target": "other"}],
        ),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert SECRETS.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("s", ["1:35 `secrets` must be a list, not a string"]),
        ("[unknown]", ["1:36 service `a` uses secret `unknown`, which is not defined"]),
        ("[{surce: s}]", ["1:37 an item of `secrets` has no attribute `surce`"]),
        (
            "[1]",
            [
                "1:36 `services.a.secrets[0]` is a number, expected a secret's name or a mapping",
                "1:36 an item of `secrets` must be a string or a mapping, not a whole number",
            ],
        ),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert SECRETS.refused(written) == problems
