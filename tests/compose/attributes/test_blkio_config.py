"""`blkio_config` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

BLKIO_CONFIG = Attribute("blkio_config")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{weight: 300}", {"weight": 300}),
        ("{weight_device: [{path: /dev/sda, weight: 400}]}", {"weight_device": [{"Path": "/dev/sda", "Weight": 400}]}),
        (
            ("{device_read_bps: [{path: /dev/sda, rate: 12mb}], device_write_iops: [{path: /dev/sda, rate: 30}]}"),
            {
                "device_read_bps": [{"Path": "/dev/sda", "Rate": "12582912"}],
                "device_write_iops": [{"Path": "/dev/sda", "Rate": "30"}],
            },
        ),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert BLKIO_CONFIG.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("{weight: 1}", "{weight: 2}", {"weight": 2}),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert BLKIO_CONFIG.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("{weigth: 1}", ["1:41 `blkio_config` has no attribute `weigth`"]),
        ("{weight: [1]}", ["1:49 `weight` must be a string or a whole number, not a list"]),
        ("[]", ["1:40 `blkio_config` must be a mapping, not a list"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert BLKIO_CONFIG.refused(written) == problems
