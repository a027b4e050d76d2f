"""What is said where no sandbox can be started."""

import pytest

from wtc.sandbox.availability import unavailable_error

WHAT_INSTEAD = (
    "to run it in a container of the stack, run `wtc run SERVICE COMMAND`",
    "to run it on the host without a sandbox, run `wtc sandbox --no-sandbox -- COMMAND`",
)


@pytest.mark.parametrize(
    ("platform", "failure", "settings", "message", "hint"),
    [
        ("darwin", None, {}, "the sandbox needs bubblewrap, which runs on Linux only", ""),
        ("linux", None, {}, "bubblewrap is not installed", "apt-get install bubblewrap"),
        (
            "linux",
            "bwrap: setting up uid map: Permission denied",
            {"apparmor": "1"},
            "bubblewrap is installed, but cannot start a sandbox",
            "bwrap-userns-restrict",
        ),
        (
            "linux",
            "bwrap: No permissions to create a new namespace",
            {"clone": "0"},
            "bubblewrap is installed, but cannot start a sandbox",
            "sysctl kernel.unprivileged_userns_clone=1",
        ),
        (
            "linux",
            "bwrap: Creating new namespace failed: No space left on device",
            {"maximum": "0"},
            "bubblewrap is installed, but cannot start a sandbox",
            "sysctl user.max_user_namespaces=15000",
        ),
        ("linux", "bwrap: odd", {}, "bubblewrap is installed, but cannot start a sandbox", ""),
    ],
)
def test_reason_and_remedy_are_named(
    platform: str, failure: str | None, settings: dict[str, str], message: str, hint: str
) -> None:
    error = unavailable_error(platform, failure, settings)
    assert error.message == message
    assert error.hints[-2:] == WHAT_INSTEAD
    assert [hint in one for one in error.hints[:-2]] == ([True] if hint else [])
    if failure:
        assert error.causes == (failure,)
