"""How engines map users, by what they report of themselves."""

from typing import Any

import pytest

from wtc.engine.observe.user_mapping import user_mapping
from wtc.model.git import UserMapping


@pytest.mark.parametrize(
    ("info", "platform", "mapping"),
    [
        ({"SecurityOptions": ["name=seccomp,profile=builtin"]}, "linux", UserMapping.IDENTITY),
        ({"SecurityOptions": None}, "linux", UserMapping.IDENTITY),
        ({}, "linux", UserMapping.IDENTITY),
        ({"SecurityOptions": ["name=seccomp,profile=builtin", "name=rootless"]}, "linux", UserMapping.ROOTLESS),
        ({"SecurityOptions": ["name=userns"]}, "linux", UserMapping.REMAPPED),
        ({"OperatingSystem": "Docker Desktop"}, "linux", UserMapping.SHARED),
        ({"OperatingSystem": "Ubuntu 24.04 LTS"}, "darwin", UserMapping.SHARED),
    ],
)
def test_mapping_of_an_engine(info: dict[str, Any], platform: str, mapping: UserMapping) -> None:
    assert user_mapping(info, platform=platform) is mapping
