"""How a command declares its parameters, without importing Typer.

`app.py` turns the declarations into Typer's, for help, completion and errors; `plain_parser.py` parses valid lines with
them.
"""

from collections.abc import Callable, Mapping

from wtc.static_typing import Annotated, Any

REQUIRED: Any = object()
"""The default of a parameter that has to be given."""


class Option:
    """An option, in the annotation of its parameter. `names` as Typer takes them: `--on/--off` is a pair of flags."""

    __slots__ = ("names", "settings")

    def __init__(
        self,
        *names: str,
        help: str | None = None,  # noqa: A002 - Typer's names
        metavar: str | None = None,
        hidden: bool = False,
        min: float | None = None,  # noqa: A002
        show_default: bool = True,
    ) -> None:
        self.names = names
        self.settings: dict[str, Any] = {
            "help": help,
            "metavar": metavar,
            "hidden": hidden,
            "min": min,
            "show_default": show_default,
        }


class Argument:
    """An argument, in the annotation of its parameter."""

    __slots__ = ("settings",)

    def __init__(
        self,
        *,
        metavar: str,
        help: str | None = None,  # noqa: A002 - Typer's names
        min: float | None = None,  # noqa: A002
        max: float | None = None,  # noqa: A002
        show_default: bool = True,
    ) -> None:
        self.settings: dict[str, Any] = {
            "metavar": metavar,
            "help": help,
            "min": min,
            "max": max,
            "show_default": show_default,
        }


class Parameter:
    """A parameter of a command."""

    __slots__ = ("annotation", "declaration", "default", "many", "name", "type")

    def __init__(self, name: str, annotated: Any, default: Any) -> None:
        self.name = name
        self.default = default
        self.annotation = annotated.__origin__
        """As the command declares it: `bool`, `str`, `int`, `float`, a list of `str`, or one of these or None."""
        self.declaration: Option | Argument = annotated.__metadata__[0]
        # A union has arguments too, but no origin.
        present = self.annotation
        if not hasattr(present, "__origin__") and hasattr(present, "__args__"):
            present = next(one for one in present.__args__ if one is not type(None))
        self.many: bool = hasattr(present, "__origin__")
        """It is a list: an option that can be repeated, or an argument that takes the remaining words."""
        self.type: type = present.__args__[0] if self.many else present


_Form = Annotated[str, Option("--format", metavar="table|json", help="`json`: the same as `--json`.")]
"""Docker Compose's spelling of `--json`."""


def _with_form(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with that of `--format` as that of `--json`.

    Raises:
        UsageError: `--format` is not `table` or `json`.
    """
    rest = {name: value for name, value in given.items() if name != "form"}
    if (form := given["form"]) == "json":
        rest["as_json"] = True
    elif form not in {"", "table"}:
        from wtc.errors import UsageError

        raise UsageError(
            f"`--format` is `{form}`, not one of `table`, `json`",
            hints=["to take single values, run the command with `--json` and filter its document"],
        )
    return rest


class Command:
    """A command: a function, and the options that make its `Target` (name -> annotation and default)."""

    __slots__ = ("function", "target_options")

    def __init__(self, function: Callable[..., Any], target_options: Mapping[str, tuple[Any, Any]] | None) -> None:
        self.function = function
        self.target_options = target_options
        """None if the function takes no `Target`."""

    def parameters(self) -> tuple[Parameter, ...]:
        """Return the parameters in the order of `--help`: its own, then those of its target."""
        hints, code = self.function.__annotations__, self.function.__code__
        names = code.co_varnames[: code.co_argcount]
        defaults = self.function.__defaults__ or ()
        default = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
        own = names if self.target_options is None else names[1:]
        return (
            *(Parameter(name, hints[name], default.get(name, REQUIRED)) for name in own),
            *((Parameter("form", _Form, ""),) if self._has_added_form() else ()),
            *(Parameter(name, hint, absent) for name, (hint, absent) in (self.target_options or {}).items()),
        )

    def _has_added_form(self) -> bool:
        """Return whether `--format` is added: to each command with `--json` that does not declare it."""
        code = self.function.__code__
        names = code.co_varnames[: code.co_argcount]
        return "as_json" in names and "form" not in names

    def run(self, given: Mapping[str, Any]) -> Any:
        """Call the function. `given` is parameter -> value, for all parameters.

        Raises:
            UsageError: `--format` is not valid.
        """
        if self._has_added_form():
            given = _with_form(given)
        if self.target_options is None:
            return self.function(**given)
        from wtc.cli.target import make_target

        located = {name: given[name] for name in self.target_options}
        own = {name: value for name, value in given.items() if name not in located}
        return self.function(make_target(**located), **own)
