"""Shell completion of command parameters, attached by parameter name, and only while completing."""

from collections.abc import Callable, Sequence

from wtc.cli.global_options import FLAGS, VALUES, move_global_options
from wtc.orchestrator import completion
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Any

_BY_NAME: dict[str, Callable[[Target], list[str]]] = {
    "service": completion.service_names,
    "services": completion.service_names,
    "worktree": completion.worktree_paths,
    "profile": completion.profile_names,
    "context": lambda target: completion.context_names(target.environment),
    "harnesses": lambda _target: _harnesses(),
    "events": lambda _target: ["json"],
}


def attach_completion(command: Any) -> None:
    """Attach completion to the command's parameters that define none."""
    for parameter in command.params:
        if parameter._custom_shell_complete is None:  # noqa: SLF001 - where the library keeps it
            parameter._custom_shell_complete = _complete_parameter  # noqa: SLF001


def reorder_words(arguments: Sequence[str]) -> list[str]:
    """Return the words before the completed one, with global options moved behind the command.

    If the line has no command yet and the last word needs a value, insert a command that accepts the option.
    """
    found = move_global_options(arguments)
    return ["ports", *found] if found and found[0].startswith("-") and found[-1] in VALUES else found


def global_options(incomplete: str) -> list[Any]:
    """Return the options that can come before the command."""
    return completion_items([(name, "") for name in (*VALUES, *FLAGS) if name.startswith("--")], incomplete)


def completion_items(names: list[tuple[str, str]], incomplete: str) -> list[Any]:
    """Return names with their help, as items of the library."""
    from typer._click.shell_completion import CompletionItem

    return [CompletionItem(name, help=text or None) for name, text in names if name.startswith(incomplete)]


def _complete_parameter(context: Any, parameter: Any, incomplete: str) -> list[Any]:
    given = context.params.get(parameter.name)
    # Offer each value of a repeatable parameter once; a single value may be the default.
    used = set(given) if isinstance(given, (list, tuple)) else set[str]()  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - of the library
    names = _values(parameter, context)
    return completion_items([(name, "") for name in names if name not in used], incomplete)


def _values(parameter: Any, context: Any) -> list[str]:
    metavar = str(parameter.metavar or "")
    if "|" in metavar:
        # The `N` of `N|all` is a placeholder, not a value.
        return [value for value in metavar.strip("[]").split("|") if value.islower()]
    find = _BY_NAME.get(parameter.name)
    return find(_target(context)) if find else []


def _target(context: Any) -> Target:
    from wtc.cli.target import make_target

    given = context.params
    return make_target(
        worktree=given.get("worktree") or None,
        file=list(given.get("file") or ()),
        env_file=list(given.get("env_file") or ()),
        profile=[],
        context="",
        debug=False,
    )


def _harnesses() -> list[str]:
    from wtc.orchestrator.init import NAMES

    return list(NAMES)
