"""git settings that are added to the environment of a process."""

import pytest

from wtc.planner.git.git_config import git_config

FIRST = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "Ada"}


@pytest.mark.parametrize(
    ("environment", "added"),
    [
        ({}, FIRST),
        (
            {"GIT_CONFIG_COUNT": "2", "GIT_CONFIG_KEY_0": "a.b", "GIT_CONFIG_KEY_1": "c.d"},
            {"GIT_CONFIG_COUNT": "3", "GIT_CONFIG_KEY_2": "user.name", "GIT_CONFIG_VALUE_2": "Ada"},
        ),
        ({"GIT_CONFIG_COUNT": "x"}, FIRST),
        ({"GIT_CONFIG_COUNT": None}, FIRST),
    ],
    ids=["none", "own", "malformed", "unset"],
)
def test_settings_are_appended_to_those_of_the_environment(
    environment: dict[str, str | None], added: dict[str, str]
) -> None:
    assert git_config(environment, [("user.name", "Ada")]) == added


def test_key_can_be_added_several_times() -> None:
    added = git_config({}, [("safe.directory", "/a"), ("safe.directory", "/b")])
    assert [added[f"GIT_CONFIG_VALUE_{n}"] for n in range(2)] == ["/a", "/b"]


def test_environment_is_unchanged_without_settings() -> None:
    assert git_config({"GIT_CONFIG_COUNT": "1"}, []) == {}
