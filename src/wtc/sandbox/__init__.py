"""Run a command that sees its worktree and little else, with resource limits.

`BwrapSandbox` builds the bubblewrap command line. `SandboxRunner` runs it, enforces the limits, and removes the control
groups that it created. With a `Stack` the command reaches its services by name.
"""

from wtc.git_folders import GitFolders
from wtc.sandbox.availability import SandboxUnavailableError, check_available
from wtc.sandbox.bwrap import BwrapSandbox
from wtc.sandbox.enforcement import Enforcement, LimitsNotEnforcedError, Method
from wtc.sandbox.limits import ResourceLimits
from wtc.sandbox.runner import CommandNotStartedError, Ended, SandboxedProcess, SandboxRunner
from wtc.sandbox.stack import Stack, StackService, StackUnreachableError

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
    "Stack",
    "StackService",
    "StackUnreachableError",
    "check_available",
]
