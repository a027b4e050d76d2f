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
    list[str], typer.Option("--env-file", metavar="FILE", help="An env file in place of `.env`; repeatable.")
]
_Profiles = Annotated[list[str], typer.Option("--profile", metavar="NAME", help="A profile to enable; repeatable.")]
_Context = Annotated[str, typer.Option("--context", metavar="NAME", help="The docker context to use.")]
_Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print what would be done, and do nothing.")]
Oversubscribe = Annotated[bool, typer.Option("--oversubscribe", help="Start even what there is no memory for.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but warnings and errors.")]

_SHARED: dict[str, tuple[Any, Any]] = {
    "worktree": (_Worktree, None),
    "file": (_Files, ()),
    "env_file": (_EnvFiles, ()),
    "profile": (_Profiles, ()),
    "context": (_Context, ""),
    "debug": (_Debug, False),
}


def with_target(command: Callable[..., T]) -> Callable[..., T]:
    """Gives a command whose first parameter is a `Target` the options that make one."""
    return _with_options(command, _SHARED)


def with_target_by_file(command: Callable[..., T]) -> Callable[..., T]:
    """The same for a command to which `-f` is something else: compose files are named by `--file` alone."""
    return _with_options(command, {**_SHARED, "file": (_FilesInFull, ())})


def with_target_by_worktree(command: Callable[..., T]) -> Callable[..., T]:
    """The same for a command to which `-w` is something else: the worktree is named by `--worktree` alone."""
    return _with_options(command, {**_SHARED, "worktree": (_WorktreeInFull, None)})


def with_target_by_name(command: Callable[..., T]) -> Callable[..., T]:
    """The same for a command that names its worktree by an argument, and reads no compose file."""
    return _with_options(command, {name: _SHARED[name] for name in ("context", "debug")})


def with_target_for_new_worktree(command: Callable[..., T]) -> Callable[..., T]:
    """The same for a command whose worktree does not exist yet."""
    return _with_options(command, {name: option for name, option in _SHARED.items() if name != "worktree"})


def with_target_and(
    own: Mapping[str, tuple[Any, Any]],
) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """The same for a command that takes a table of options as `**`: parameter -> annotation and default."""
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
        looks = {name: given.pop(name) for name in options}
        return command(make_target(**looks), **given)

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
    """Refuses options that contradict each other; `given` is option -> whether it is there."""
    there = [f"`{option}`" for option, is_there in given.items() if is_there]
    if len(there) > 1:
        raise UsageError(f"{' and '.join(there)} do not go together")


def require_value(option: str, value: str | None) -> str:
    """Return an option's value, empty where the option is absent.

    Raises:
        UsageError: the value is empty, as where a variable in its place is not set.
    """
    if value == "":
        raise UsageError(f"`{option}` is empty", hints=["to use the default, leave it out"])
    return value or ""


def require_one_of(option: str, value: str, allowed: tuple[str, ...]) -> str:
    """The value, if it is one of those."""
    if value not in allowed:
        listed = ", ".join(f"`{a}`" for a in allowed if a)
        raise UsageError(f"`{option}` is `{value}`, and can be {listed}")
    return value
