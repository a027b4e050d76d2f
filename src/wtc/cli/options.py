"""The options that most commands share, declared once."""

from collections.abc import Callable, Mapping

from wtc.cli.declarations import Command, Option
from wtc.errors import UsageError
from wtc.static_typing import TYPE_CHECKING, Annotated, Any

if TYPE_CHECKING:
    from wtc.model.up_options import Recreate

_Worktree = Annotated[
    str | None,
    Option(
        "--worktree",
        "-w",
        metavar="PATH",
        help="The worktree, by path or branch; by default the current folder's, or that of `-f`.",
    ),
]
_WorktreeInFull = Annotated[
    str | None,
    Option(
        "--worktree",
        metavar="PATH",
        help="The worktree, by path or branch; by default the current folder's, or that of `-f`.",
    ),
]
_Files = Annotated[
    list[str],
    Option("--file", "-f", "--compose", metavar="FILE", help="A compose file, or its folder; repeatable."),
]
_FilesInFull = Annotated[
    list[str], Option("--file", "--compose", metavar="FILE", help="A compose file, or its folder; repeatable.")
]
_EnvFiles = Annotated[
    list[str], Option("--env-file", metavar="FILE", help="An env file that replaces `.env`; repeatable.")
]
_Profiles = Annotated[list[str], Option("--profile", metavar="NAME", help="A profile to enable; repeatable.")]
_Context = Annotated[str, Option("--context", metavar="NAME", help="The docker context to use.")]
_ProjectDirectory = Annotated[
    str,
    Option("--project-directory", metavar="PATH", hidden=True, help="The folder of the project's relative paths."),
]
_Ansi = Annotated[str, Option("--ansi", metavar="auto|never|always", hidden=True, help="When to print colours.")]
_Progress = Annotated[
    str, Option("--progress", metavar="auto|tty|plain|json|quiet", hidden=True, help="How to print progress.")
]
_Parallel = Annotated[
    int | None, Option("--parallel", metavar="N", hidden=True, help="The most calls of the engine at a time.")
]
_Debug = Annotated[bool, Option("--debug", help="Show the traceback of an error.")]
AsJson = Annotated[bool, Option("--json", help="Print one JSON document.")]
DryRun = Annotated[bool, Option("--dry-run", help="Print the plan without executing it.")]
Oversubscribe = Annotated[bool, Option("--oversubscribe", help="Start services even if memory is short.")]
Quiet = Annotated[bool, Option("--quiet", "-q", help="Print only warnings and errors.")]
Timeout = Annotated[
    int | None, Option("--timeout", "-t", metavar="SECONDS", help="Timeout to stop a container, in seconds.")
]
RecreateAll = Annotated[bool, Option("--recreate", "--force-recreate", help="Recreate all containers.")]
NoRecreate = Annotated[bool, Option("--no-recreate", help="Do not recreate existing containers.")]
Build = Annotated[bool, Option("--build", "--rebuild", help="Build images even if they are up to date.")]
NoBuild = Annotated[bool, Option("--no-build", help="Do not build images.")]
Pull = Annotated[str, Option("--pull", metavar="always|missing|never|build", help="When to pull images.")]
Scale = Annotated[list[str] | None, Option("--scale", metavar="SERVICE=N", help="Number of replicas.")]
RemoveOrphans = Annotated[
    bool, Option("--remove-orphans", help="Remove containers of services that the file no longer has.")
]
QuietPull = Annotated[bool, Option("--quiet-pull", help="Do not print the progress of pulls.")]
QuietBuild = Annotated[bool, Option("--quiet-build", help="Do not print the output of builds.")]
Yes = Annotated[bool, Option("--yes", "-y", hidden=True)]
"""Docker Compose's; `up` and `create` ask nothing."""

_SHARED: dict[str, tuple[Any, Any]] = {
    "worktree": (_Worktree, None),
    "file": (_Files, ()),
    "env_file": (_EnvFiles, ()),
    "profile": (_Profiles, ()),
    "project_directory": (_ProjectDirectory, ""),
    "context": (_Context, ""),
    "debug": (_Debug, False),
    "ansi": (_Ansi, ""),
    "progress": (_Progress, ""),
    "parallel": (_Parallel, None),
}
_WITHOUT_FILES = ("context", "debug", "ansi", "progress", "parallel")


def with_target(function: Callable[..., Any]) -> Command:
    """Return the command of a function whose first parameter is a `Target`."""
    return Command(function, _SHARED)


def with_target_by_file(function: Callable[..., Any]) -> Command:
    """Like `with_target`, for a command that uses `-f` for another option: only `--file` names compose files."""
    return Command(function, {**_SHARED, "file": (_FilesInFull, ())})


def with_target_by_worktree(function: Callable[..., Any]) -> Command:
    """Like `with_target`, for a command that uses `-w` for another option: only `--worktree` names the worktree."""
    return Command(function, {**_SHARED, "worktree": (_WorktreeInFull, None)})


def with_target_by_name(function: Callable[..., Any]) -> Command:
    """Like `with_target`, for a command with a worktree argument that reads no compose file."""
    return Command(function, {name: _SHARED[name] for name in _WITHOUT_FILES})


def with_target_for_new_worktree(function: Callable[..., Any]) -> Command:
    """Like `with_target`, for a command whose worktree does not exist yet."""
    return Command(function, {name: option for name, option in _SHARED.items() if name != "worktree"})


def without_target(function: Callable[..., Any]) -> Command:
    """Return the command of a function that makes its own `Target`."""
    return Command(function, None)


def require_exclusive(given: Mapping[str, bool]) -> None:
    """Reject options that exclude each other. `given` is option -> whether it is present.

    Raises:
        UsageError: more than one is present.
    """
    present = [f"`{option}`" for option, is_present in given.items() if is_present]
    if len(present) > 1:
        raise UsageError(f"{' and '.join(present)} do not go together")


def require_value(option: str, value: str | None) -> str:
    """Return an option's value, empty if the option is absent.

    Raises:
        UsageError: the value is empty, for example an unset shell variable.
    """
    if value == "":
        raise UsageError(f"`{option}` is empty", hints=["to use the default, leave it out"])
    return value or ""


def require_one_of(option: str, value: str, allowed: tuple[str, ...]) -> str:
    """Return the value.

    Raises:
        UsageError: the value is not in `allowed`.
    """
    if value not in allowed:
        listed = ", ".join(f"`{a}`" for a in allowed if a)
        raise UsageError(f"`{option}` is `{value}`, and can be {listed}")
    return value


def choose_recreate(*, recreate: bool, no_recreate: bool) -> "Recreate":
    """Return which containers to recreate.

    Raises:
        UsageError: both options are present.
    """
    from wtc.model.up_options import Recreate

    require_exclusive({"--recreate": recreate, "--no-recreate": no_recreate})
    return Recreate.ALWAYS if recreate else Recreate.NEVER if no_recreate else Recreate.DIVERGED


def choose_images(*, build: bool, no_build: bool, pull: str) -> tuple[bool, str]:
    """Return whether to build all images, and the pull policy; empty uses those of the file.

    As in Docker Compose, `--pull build` means `--build`, and `if_not_present` is `missing`.

    Raises:
        UsageError: the policy is not valid, or building is both wanted and not wanted.
    """
    policies = ("", "always", "missing", "never", "build", "if_not_present")
    policy = require_one_of("--pull", pull, policies)
    build = build or policy == "build"
    require_exclusive({"--pull build" if policy == "build" else "--build": build, "--no-build": no_build})
    return build, {"build": "", "if_not_present": "missing"}.get(policy, policy)
