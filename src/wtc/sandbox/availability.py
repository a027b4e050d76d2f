"""Whether bubblewrap can start a sandbox here: found by starting one."""

import os
import sys
from collections.abc import Mapping

from wtc.errors import WtcError
from wtc.sandbox.view import SandboxView, bwrap_arguments

RESET_SIGNALS = ("/usr/bin/env", "--default-signal=HUP,INT,QUIT,TERM")
"""Source: GNU coreutils 8.31."""
_INSTEAD = (
    "to run it in a container of the stack, run `wtc run SERVICE COMMAND`",
    "to run it on the host without a sandbox, run `wtc sandbox --no-sandbox -- COMMAND`",
)
_SETTINGS = {
    "apparmor": "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
    "clone": "/proc/sys/kernel/unprivileged_userns_clone",
    "maximum": "/proc/sys/user/max_user_namespaces",
}


class SandboxUnavailableError(WtcError):
    """No sandbox can be started on this machine."""

    code = "sandbox_unavailable"


async def check_available(view: SandboxView) -> bool:
    """Start `true` in the sandbox.

    Returns: whether `env` can reset signals there, so that the sandbox itself may ignore them.

    Raises:
        SandboxUnavailableError: it does not start; the hints say what to do.
    """
    if sys.platform != "linux":
        raise unavailable_error(sys.platform, None, {})
    failure = await _failure([*bwrap_arguments(view), *RESET_SIGNALS, "true"])
    if failure == "":
        return True
    failure = await _failure([*bwrap_arguments(view), "true"])
    if failure == "":
        return False
    raise unavailable_error(sys.platform, failure, {name: _content(path) for name, path in _SETTINGS.items()})


def unavailable_error(platform: str, failure: str | None, settings: Mapping[str, str]) -> SandboxUnavailableError:
    """Return the error for a failure of bubblewrap: None if bubblewrap is missing. Pure.

    `settings` has the kernel's `apparmor`, `clone` and `maximum`, each empty if the kernel does not have it.
    """
    if platform != "linux":
        return SandboxUnavailableError(
            "the sandbox needs bubblewrap, which runs on Linux only", causes=[f"this is `{platform}`"], hints=_INSTEAD
        )
    if failure is None:
        install = "to install it, run `apt-get install bubblewrap` or your system's own installer as root"
        return SandboxUnavailableError("bubblewrap is not installed", hints=[install, *_INSTEAD])
    hints: list[str] = []
    if settings.get("apparmor") == "1":
        hints.append(
            "to let bubblewrap create user namespaces, run `sudo apt-get install apparmor-profiles && sudo ln -s"
            " /usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/ && sudo apparmor_parser -r"
            " /etc/apparmor.d/bwrap-userns-restrict`"
        )
    if settings.get("clone") == "0":
        hints.append("to allow user namespaces, run `sudo sysctl kernel.unprivileged_userns_clone=1`")
    if settings.get("maximum") == "0":
        hints.append("to allow user namespaces, run `sudo sysctl user.max_user_namespaces=15000`")
    causes = [failure.splitlines()[-1]] if failure.strip() else []
    return SandboxUnavailableError(
        "bubblewrap is installed, but cannot start a sandbox", causes=causes, hints=[*hints, *_INSTEAD]
    )


async def _failure(command: list[str]) -> str | None:
    """Return what the command writes if it fails; empty if it succeeds, None if the program is not installed."""
    import asyncio

    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except FileNotFoundError:
        return None
    except OSError as error:
        return str(error)
    _, written = await process.communicate()
    if process.returncode == 0:
        return ""
    return os.fsdecode(written).strip() or f"it ended with status {process.returncode}"


def _content(path: str) -> str:
    try:
        with open(path, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""
