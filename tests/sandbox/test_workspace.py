"""Which folders are refused as a workspace."""

import pytest

from wtc.sandbox.workspace import unsuitable_reason


@pytest.mark.parametrize(
    ("workspace", "reason"),
    [
        ("/", "it is the root of the file system"),
        ("/home/ada", "it is the home folder"),
        ("/home", "it contains the home folder `/home/ada`"),
        ("/run", "it contains the engine's socket `/run/docker.sock`"),
        ("/home/ada/src", ""),
        ("/home/a", ""),
        ("/run/user", ""),
    ],
)
def test_workspace_that_contains_what_a_sandbox_hides_is_unsuitable(workspace: str, reason: str) -> None:
    assert unsuitable_reason(workspace, homes=["/home/ada"], sockets=["/run/docker.sock"]) == reason


def test_home_folder_at_the_root_makes_no_other_folder_unsuitable() -> None:
    assert unsuitable_reason("/srv/x", homes=["/"], sockets=[]) == ""
