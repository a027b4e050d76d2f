"""The options that most commands share, declared once."""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar, get_type_hints

import typer

from wtc.cli.target import make_target
from wtc.errors import UsageError

T = TypeVar("T")

_Worktree = Annotated[
    str | None,
    typer.Option(
        "--worktree",
        "-w",
        metavar="PATH",
        help="The worktree, by path or branch; by default the current folder's, or that of `-f`.",
    ),
]
_WorktreeInFull = Annotated[
    str | None,
    typer.Option(
        "--worktree",
        metavar="PATH",
        help="The worktree, by path or branch; by default the current folder's, or that of `-f`.",
    ),
]
_Files = Annotated[
    list[str],
    typer.Option("--file", "-f", "--compose", metavar="FILE", help="A compose file, or its folder; repeatable."),
]
_FilesInFull = Annotated[
    list[str], typer.Option("--file", "--compose", metavar="FILE", help="A compose file, or its folder; repeatable.")
]
_EnvFiles = Annotated[
    list[str], typer.Option("--env-file", metavar="FILE", help="An env file that replaces `.env`; repeatable.")
]
_Profiles = Annotated[list[str], typer.Option("--profile", metavar="NAME", help="A profile to enable; repeatable.")]
_Context = Annotated[str, typer.Option("--context", metavar="NAME", help="The docker context to use.")]
_Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the plan without executing it.")]
Oversubscribe = Annotated[bool, typer.Option("--oversubscribe", help="Start services even if memory is short.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only warnings and errors.")]

_SHARED: dict[str, tuple[Any, Any]] = {
    "worktree": (_Worktree, None),
    "file": (_Files, ()),
    "env_file": (_EnvFiles, ()),
    "profile": (_Profiles, ()),
    "context": (_Context, ""),
    "debug": (_Debug, False),
}


def with_target(command: Callable[..., T]) -> Callable[..., T]:
    """Add the options of a target to a command whose first parameter is a `Target`."""
    return _with_options(command, _SHARED)


def with_target_by_file(command: Callable[..., T]) -> Callable[..., T]:
    """Like `with_target`, for a command that uses `-f` for another option: only `--file` names compose files."""
    return _with_options(command, {**_SHARED, "file": (_FilesInFull, ())})


def with_target_by_worktree(command: Callable[..., T]) -> Callable[..., T]:
    """Like `with_target`, for a command that uses `-w` for another option: only `--worktree` names the worktree."""
    return _with_options(command, {**_SHARED, "worktree": (_WorktreeInFull, None)})


def with_target_by_name(command: Callable[..., T]) -> Callable[..., T]:
    """Like `with_target`, for a command with a worktree argument that reads no compose file."""
    return _with_options(command, {name: _SHARED[name] for name in ("context", "debug")})


def with_target_for_new_worktree(command: Callable[..., T]) -> Callable[..., T]:
    """Like `with_target`, for a command whose worktree does not exist yet."""
    return _with_options(command, {name: option for name, option in _SHARED.items() if name != "worktree"})


def with_target_and(
    own: Mapping[str, tuple[Any, Any]],
) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Like `with_target`, for a command that takes `**options`; `own` is parameter -> annotation and default."""
    return lambda command: _with_options(command, _SHARED, own)


def _with_options(
    command: Callable[..., T],
    options: Mapping[str, tuple[Any, Any]],
    table: Mapping[str, tuple[Any, Any]] | None = None,
) -> Callable[..., T]:
    hints = get_type_hints(command, include_extras=True)
    declared = [p for p in inspect.signature(command).parameters.values() if p.kind is not p.VAR_KEYWORD]
    own = [p.replace(annotation=hints[p.name]) for p in declared[1:]] + _parameters(table or {})
    shared = _parameters(options)

    @functools.wraps(command)
    def wrapper(**given: Any) -> T:
        located = {name: given.pop(name) for name in options}
        return command(make_target(**located), **given)

    parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
    wrapper.__signature__ = inspect.Signature([*parameters, *shared])  # type: ignore[attr-defined]
    wrapper.__annotations__ = {p.name: p.annotation for p in [*parameters, *shared]}
    return wrapper


def _parameters(options: Mapping[str, tuple[Any, Any]]) -> list[inspect.Parameter]:
    return [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in options.items()
    ]


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
