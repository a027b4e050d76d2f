"""`develop` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

DEVELOP = Attribute("develop", beside="build: .")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            "{watch: [{path: ./src, action: rebuild}]}",
            {"watch": [{"path": "./src", "action": "rebuild", "exec": {"command": None}}]},
        ),
        (
            ("{watch: [{path: ./src, action: sync, target: /app, ignore: [x/], include: '*.py', initial_sync: true}]}"),
            {
                "watch": [
                    {
                        "path": "./src",
                        "action": "sync",
                        "target": "/app",
                        "exec": {"command": None},
                        "include": ["*.py"],
                        "ignore": ["x/"],
                        "initial_sync": True,
                    }
                ]
            },
        ),
        (
            ("{watch: [{path: ., action: sync+exec, target: /a, exec: {command: make it, user: root}}]}"),
            {
                "watch": [
                    {
                        "path": ".",
                        "action": "sync+exec",
                        "target": "/a",
                        "exec": {"command": ["make", "it"], "user": "root"},
                    }
                ]
            },
        ),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert DEVELOP.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        (
            "{watch: [{path: a, action: rebuild}]}",
            "{watch: [{path: b, action: restart}]}",
            {
                "watch": [
                    {"path": "./a", "action": "rebuild", "exec": {"command": None}},
                    {"path": "./b", "action": "restart", "exec": {"command": None}},
                ]
            },
        ),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert DEVELOP.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("{watch: [{path: .}]}", ["1:44 an item of `watch` needs the attribute `action`"]),
        ("{watch: [{action: rebuild}]}", ["1:44 an item of `watch` needs the attribute `path`"]),
        (
            "{watch: [{path: ., action: copy}]}",
            [("1:62 `action` must be `rebuild`, `sync`, `restart`, `sync+restart` or `sync+exec`, not `copy`")],
        ),
        ("{watch: {}}", ["1:43 `watch` must be a list, not a mapping"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert DEVELOP.refused(written) == problems
