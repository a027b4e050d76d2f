"""`post_start` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

POST_START = Attribute("post_start")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[{command: a b}]", [{"command": ["a", "b"]}]),
        (
            "[{command: [a], user: root, privileged: true, working_dir: /w, environment: [A=1]}]",
            [{"command": ["a"], "user": "root", "privileged": True, "working_dir": "/w", "environment": {"A": "1"}}],
        ),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert POST_START.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("[{command: a}]", "[{command: b}]", [{"command": ["a"]}, {"command": ["b"]}]),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert POST_START.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("[{user: a}]", ["1:39 an item of `post_start` needs the attribute `command`"]),
        ("{command: a}", ["1:38 `post_start` must be a list, not a mapping"]),
        (
            "[{comand: a}]",
            [
                "1:40 an item of `post_start` has no attribute `comand`",
                "1:39 an item of `post_start` needs the attribute `command`",
            ],
        ),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert POST_START.refused(written) == problems
