"""The Typer application. A command is imported when it is called, to keep the start-up short."""

import os
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from importlib import import_module
from inspect import Parameter, Signature
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from wtc.cli.command_table import COMMANDS, COMPLETE, GROUPS, MODULES, VERSION, CommandEntry
from wtc.cli.declarations import REQUIRED, Argument, Command, Option

_SERVICES = "Only these services. Default: all."


class _Commands(MutableMapping[str, Any]):
    """Command name -> command, imported on first use. `modules`: name -> module."""

    def __init__(self, modules: dict[str, str]) -> None:
        self._modules = modules
        self._built: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._built:
            module = self._modules[name]
            entries = GROUPS.get(name, ()) if self._modules is MODULES else ()
            self._built[name] = _group(name, module, entries) if entries else _command(name, module)
        return self._built[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._built[name] = command

    def __delitem__(self, name: str) -> None:
        del self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


def _command(name: str, module_name: str) -> Any:
    app = typer.Typer(rich_markup_mode=None, add_completion=False)
    module = import_module(module_name)
    context = getattr(module, "CONTEXT", None)
    # `\b` stops the library from wrapping lines that users copy.
    app.command(name, epilog=f"\b\n{module.EXAMPLES}", context_settings=context)(_function(module.command))
    built: Any = get_command(app)
    for parameter in built.params:
        if parameter.name == "services" and not parameter.required:
            parameter.help = _SERVICES
    built.json_lines = getattr(module, "JSON_LINES", False)
    if COMPLETE in os.environ:
        from wtc.cli.completion import attach_completion

        attach_completion(built)
    return built


def _function(command: Command) -> Callable[..., Any]:
    """Return the command as a function whose signature has Typer's declarations."""

    def run(**given: Any) -> Any:
        return command.run(given)

    declared = [
        Parameter(
            one.name,
            Parameter.KEYWORD_ONLY,
            default=Parameter.empty if one.default is REQUIRED else one.default,
            annotation=Annotated[one.annotation, _declaration(one.declaration)],
        )
        for one in command.parameters()
    ]
    run.__doc__ = command.function.__doc__
    run.__signature__ = Signature(declared)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in declared}
    return run


def _declaration(declared: Option | Argument) -> Any:
    if isinstance(declared, Option):
        return typer.Option(*declared.names, **declared.settings)
    return typer.Argument(**declared.settings)


def _group(name: str, module_name: str, entries: Sequence[CommandEntry]) -> Any:
    module = import_module(module_name)
    modules = {entry.name: f"{module_name}.{entry.name}" for entry in entries}
    return _Group(
        name=name,
        help=module.__doc__,
        epilog=f"\b\n{module.EXAMPLES}",
        no_args_is_help=True,
        rich_markup_mode=None,
        entries=entries,
        modules=modules,
    )


class _Group(TyperGroup):
    def __init__(
        self, *, entries: Sequence[CommandEntry] = COMMANDS, modules: dict[str, str] = MODULES, **attributes: Any
    ) -> None:
        attributes["commands"] = None
        super().__init__(**attributes)
        self.entries = entries
        self.commands = _Commands(modules)

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Create the context as the library does. While completing, move global options behind the command first."""
        if COMPLETE in os.environ:
            from wtc.cli.completion import reorder_words

            args = reorder_words(args)
        return super().make_context(info_name, args, parent, **extra)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Return the options if the word starts with `-`, else the commands of the table, without importing any."""
        from wtc.cli.completion import completion_items, global_options

        if incomplete.startswith("-"):
            return [*super().shell_complete(ctx, incomplete), *global_options(incomplete)]
        return completion_items([(entry.name, entry.summary) for entry in self.entries], incomplete)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - the library's signature
        for section in dict.fromkeys(entry.section for entry in self.entries):
            with formatter.section(section):
                formatter.write_dl([(e.name, e.summary) for e in self.entries if e.section == section])


def _version(requested: bool) -> None:
    if requested:
        typer.echo(VERSION)
        raise typer.Exit


def build_app() -> Any:
    """Build the command line with all its commands."""
    app = typer.Typer(
        name="wtc",
        cls=_Group,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback(no_args_is_help=True)
    def root(
        version: Annotated[
            bool, typer.Option("--version", "-v", help="Print the version.", callback=_version, is_eager=True)
        ] = False,
    ) -> None:
        """Run a project's Docker Compose stack once per git worktree, with separate containers, volumes and ports.

        `-w`, `-f`, `--env-file`, `--profile`, `--context` and `--debug` can also come before the command, and Docker
        Compose's `--project-directory`, `--ansi`, `--progress` and `--parallel`.
        """

    command: Any = get_command(app)
    for parameter in command.params:
        # `wtc.cli.install_completion` implements them.
        if parameter.name in {"install_completion", "show_completion"}:
            verb = "Install" if parameter.name == "install_completion" else "Print"
            parameter.help = f"{verb} completion for this shell, or for the given one: bash, zsh, fish."
    return command
