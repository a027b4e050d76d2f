"""`config --variables`: which variables a file uses, and how they are printed."""

import pytest

from tests.compose.memory import project
from wtc.compose.format.variables import (
    UsedVariable,
    used_variables,
    variables_json,
    variables_table,
    variables_yaml,
)
from wtc.compose.tree.node import plain


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["$A", "${B}", "pre ${C} mid $D$$E"], ["A", "B", "C", "D"]),
        (["${A:-x}", "${B-y}"], ["A default x", "B default y"]),
        (["${A:+x}", "${B+y}"], ["A alternate x", "B alternate y"]),
        (["${A:?message}", "${B?}"], ["A required", "B required"]),
        (["${A:-${B:-${C}}}"], ["A default ${B:-${C}}", "B default ${C}", "C"]),
        (["${A:+${B}}"], ["A alternate ${B}", "B"]),
        (["${A:?set ${B}}"], ["A required"]),
        (["$A", "${A:-x}", "${A:?}", "${A:-y}"], ["A required default x"]),
        (["$${A}", "plain", ""], []),
    ],
)
def test_each_use_of_a_variable_is_found(values: list[str], expected: list[str]) -> None:
    def text(variable: UsedVariable) -> str:
        parts = ["required"] if variable.required else []
        parts += [f"default {variable.default}"] if variable.default else []
        parts += [f"alternate {variable.alternate}"] if variable.alternate else []
        return " ".join([variable.name, *parts])

    found = used_variables({"services": {"a": {"command": [*values]}, "b": {"image": 1, "x-b": None}}})
    assert [text(variable) for variable in found] == expected


def test_variables_come_from_all_services_and_not_from_the_name_that_is_implied() -> None:
    loaded = project(
        "name: n$N\nservices: {a: {image: 'x:$T'}, b: {image: y, profiles: [p], ports: ['${P:-80}:80']}}",
        interpolate=False,
    )
    assert [variable.name for variable in used_variables(plain(loaded.root))] == ["P", "T"]


USED = [UsedVariable(name="B", default="yes"), UsedVariable(name="A", required=True, alternate="a: <b>")]


def test_table_has_columns_of_twenty_characters() -> None:
    assert variables_table(USED).splitlines() == [
        "NAME                REQUIRED            DEFAULT VALUE       ALTERNATE VALUE",
        "B                   false               yes                 ",
        "A                   true                                    a: <b>",
    ]
    wide = variables_table([UsedVariable(name="N" * 20)]).splitlines()
    assert wide[0].index("REQUIRED") == wide[1].index("false") == 23


def test_json_is_indented_by_four_spaces_and_ends_with_an_empty_line() -> None:
    assert variables_json(USED[1:]) == (
        '{\n    "A": {\n        "Name": "A",\n        "DefaultValue": "",\n        "PresenceValue": "a: <b>",\n'
        '        "Required": true\n    }\n}\n\n'
    )
    assert variables_json([]) == "{}\n\n"


def test_yaml_is_indented_by_four_spaces_and_sorted() -> None:
    assert variables_yaml(USED).splitlines() == [
        "A:",
        "    name: A",
        '    defaultvalue: ""',
        "    presencevalue: 'a: <b>'",
        "    required: true",
        "B:",
        "    name: B",
        '    defaultvalue: "yes"',
        '    presencevalue: ""',
        "    required: false",
    ]
    assert variables_yaml([]) == "{}\n"
