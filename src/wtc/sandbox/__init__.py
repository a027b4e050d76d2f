"""Run a command that sees its worktree and little else, with resource limits.

`BwrapSandbox` builds the bubblewrap command line. `SandboxRunner` runs it, enforces the limits, and removes the control
groups that it created.
"""

from wtc.sandbox.bwrap import BwrapSandbox
from wtc.sandbox.enforcement import Enforcement, LimitsNotEnforcedError, Method
from wtc.sandbox.git import GitFolders
from wtc.sandbox.limits import ResourceLimits
from wtc.sandbox.probe import SandboxUnavailableError, check_available
from wtc.sandbox.runner import CommandNotStartedError, Ended, SandboxedProcess, SandboxRunner

__all__ = [
    "BwrapSandbox",
    "CommandNotStartedError",
    "Ended",
    "Enforcement",
    "GitFolders",
    "LimitsNotEnforcedError",
    "Method",
    "ResourceLimits",
    "SandboxRunner",
    "SandboxUnavailableError",
    "SandboxedProcess",
    "check_available",
]
