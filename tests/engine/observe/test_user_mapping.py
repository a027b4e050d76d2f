"""How engines map the users of their containers, by `GET /info`."""

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
def test_user_mapping_is_read_from_the_engines_information(
    info: dict[str, Any], platform: str, mapping: UserMapping
) -> None:
    assert user_mapping(info, platform=platform) is mapping
