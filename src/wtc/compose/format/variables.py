"""List the variables that a project uses as `docker compose config --variables` does. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from wtc.compose.interpolation.template import template_variables
from wtc.compose.tree.node import Plain
from wtc.dataclass import dataclass

TITLES = ("NAME", "REQUIRED", "DEFAULT VALUE", "ALTERNATE VALUE")
MIN_COLUMN = 20
PADDING = 3
"""Docker's tables have columns of at least `MIN_COLUMN` characters, `PADDING` of which are blanks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedVariable:
    """A variable of the file. The texts are as written, and empty if no use has one."""

    name: str
    default: str = ""
    """After `:-` or `-`."""
    alternate: str = ""
    """After `:+` or `+`."""
    required: bool = False
    """Whether a use of it has `:?` or `?`."""


def used_variables(root: Plain) -> list[UsedVariable]:
    """Return the variables in the values of an uninterpreted project, sorted by name.

    A variable that is used more than once is required if one use requires it, and has the first default.
    """
    found: dict[str, UsedVariable] = {}
    for variable in _variables(root):
        known = found.get(variable.name, variable)
        found[variable.name] = UsedVariable(
            name=variable.name,
            default=known.default or variable.default,
            alternate=known.alternate or variable.alternate,
            required=known.required or variable.required,
        )
    return [found[name] for name in sorted(found)]


def _variables(value: Plain) -> Iterator[UsedVariable]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _variables(item)
    elif isinstance(value, list):
        for item in value:
            yield from _variables(item)
    elif isinstance(value, str) and "$" in value:
        for use in template_variables(value):
            kind = use.operator[-1:]
            yield UsedVariable(
                name=use.name,
                default=use.default if kind == "-" else "",
                alternate=use.default if kind == "+" else "",
                required=kind == "?",
            )


def variables_table(variables: Iterable[UsedVariable]) -> str:
    """Return the variables as columns, with a line of titles."""
    rows = [TITLES, *((v.name, str(v.required).lower(), v.default, v.alternate) for v in variables)]
    widths = [max(MIN_COLUMN, *(len(row[n]) + PADDING for row in rows)) for n in range(len(TITLES) - 1)]
    lines = ("".join(cell.ljust(width) for cell, width in zip(row, (*widths, 0), strict=True)) for row in rows)
    return "".join(f"{line}\n" for line in lines)


def variables_json(variables: Iterable[UsedVariable]) -> str:
    """Return the variables as a JSON object, followed by an empty line."""
    import json

    found = {
        v.name: {
            "Name": v.name,
            "DefaultValue": v.default,
            "PresenceValue": v.alternate,
            "Required": v.required,
        }
        for v in variables
    }
    return json.dumps(found, indent=4, ensure_ascii=False) + "\n\n"


def variables_yaml(variables: Iterable[UsedVariable]) -> str:
    """Return the variables as a YAML mapping, indented by four spaces."""
    from wtc.compose.format.go_yaml import block_yaml, map_order

    found: Mapping[str, Plain] = {
        v.name: {
            "name": v.name,
            "defaultvalue": v.default,
            "presencevalue": v.alternate,
            "required": v.required,
        }
        for v in sorted(variables, key=lambda v: map_order(v.name))
    }
    return block_yaml(dict(found)).replace("\n  ", "\n    ")
