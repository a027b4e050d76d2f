"""`extra_hosts` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

EXTRA_HOSTS = Attribute("extra_hosts")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{h: 1.2.3.4}", ["h=1.2.3.4"]),
        ("['h:1.2.3.4', 'g=::1', 'i:[::2]']", ["g=::1", "h=1.2.3.4", "i=::2"]),
        ("{h: [1.1.1.1, 2.2.2.2]}", ["h=1.1.1.1", "h=2.2.2.2"]),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert EXTRA_HOSTS.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("['h:1.1.1.1']", "['h:1.1.1.1', 'h:2.2.2.2']", ["h=1.1.1.1", "h=2.2.2.2"]),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert EXTRA_HOSTS.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("h:1.1.1.1", ["1:39 `extra_hosts` must be a list or a mapping, not a string"]),
        ("[h]", ["1:39 `services.a.extra_hosts` has `h`, expected `HOST=ADDRESS`"]),
        ("1", ["1:39 `extra_hosts` must be a list or a mapping, not a whole number"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert EXTRA_HOSTS.refused(written) == problems
