"""`devices` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

DEVICES = Attribute("devices")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("['/dev/a']", [{"source": "/dev/a", "target": "/dev/a", "permissions": "rwm"}]),
        ("['/dev/a:/dev/b']", [{"source": "/dev/a", "target": "/dev/b", "permissions": "rwm"}]),
        ("['/dev/a:/dev/b:r']", [{"source": "/dev/a", "target": "/dev/b", "permissions": "r"}]),
        (
            "[{source: /dev/a, target: /dev/b, permissions: rw}]",
            [{"source": "/dev/a", "target": "/dev/b", "permissions": "rw"}],
        ),
        (
            "[vendor.com/class=name]",
            [{"source": "vendor.com/class=name", "target": "vendor.com/class=name", "permissions": "rwm"}],
        ),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert DEVICES.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("['/a:/x']", "['/b:/x']", [{"source": "/b", "target": "/x", "permissions": "rwm"}]),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert DEVICES.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("/dev/a", ["1:35 `devices` must be a list, not a string"]),
        ("[{target: /x}]", ["1:36 an item of `devices` needs the attribute `source`"]),
        ("['a:b:c:d']", ["1:36 `services.a.devices[0]` is no device: `a:b:c:d` has too many colons"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert DEVICES.refused(written) == problems
