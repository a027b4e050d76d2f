"""`volumes` at the top of a file. Source: compose-spec; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Resource

VOLUMES = Resource("volumes", use="volumes: ['res:/r']")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{}", {"name": "p_res"}),
        ("null", {"name": "p_res"}),
        (
            "{driver: local, driver_opts: {type: none, o: bind, device: ./d}}",
            {"name": "p_res", "driver": "local", "driver_opts": {"device": "./d", "o": "bind", "type": "none"}},
        ),
        ("{driver_opts: {size: 1}}", {"name": "p_res", "driver_opts": {"size": "1"}}),
        ("{name: own, labels: {a: 1}}", {"name": "own", "labels": {"a": "1"}}),
        ("{external: true}", {"name": "res", "external": True}),
        ("{external: true, name: own}", {"name": "own", "external": True}),
    ],
)
def test_resource_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert VOLUMES.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        (
            "{labels: {a: 1}}",
            "{labels: [b=2], driver: d}",
            {"name": "p_res", "driver": "d", "labels": {"a": "1", "b": "2"}},
        ),
        ("null", "{name: n}", {"name": "n"}),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert VOLUMES.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("x", ["2:16 `res` must be a mapping, not a string"]),
        ("{drivr: a}", ["2:17 `res` has no attribute `drivr`"]),
        (
            "{external: true, driver: d}",
            [("2:33 `volumes.res` is external and has `driver`, which only something that is made here can have")],
        ),
        ("{driver_opts: [a]}", ["2:30 `driver_opts` must be a mapping, not a list"]),
    ],
)
def test_wrong_resource_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert VOLUMES.refused(written) == problems
