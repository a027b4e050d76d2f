"""Findings show the text of the file in place of the values of variables."""

import pytest

from wtc.compose.interpolation.hide_values import MAX_CHARACTERS, MAX_PARTS, hide_values
from wtc.compose.interpolation.template import Part
from wtc.model.diagnostic import Diagnostic

PORT: tuple[Part, ...] = (("127.0.0.1:", "127.0.0.1:"), ("${PORT:-80}", "hunter2"), (":80", ":80"))
SHORT: tuple[Part, ...] = (("$A", "x"), ("$$", "$"), ("b", "b"))


@pytest.mark.parametrize(
    ("parts", "message", "shown"),
    [
        (PORT, "`127.0.0.1:hunter2:80` is not a port", "`127.0.0.1:${PORT:-80}:80` is not a port"),
        (PORT, "host port `hunter2` is not a port", "host port `${PORT:-80}` is not a port"),
        (PORT, "`HUNTER2:80` is not a port", "`${PORT:-80}:80` is not a port"),
        (PORT, "`unter` and `127.0.0.1` and `80`", "`${PORT:-80}` and `127.0.0.1` and `80`"),
        (PORT, "[hunter2] and 127.0.0.1", "[${PORT:-80}] and 127.0.0.1"),
        (PORT, "`services.web.ports[0]` is not a list", "`services.web.ports[0]` is not a list"),
        (SHORT, "`x` is not one of `xx`, `b` in x", "`$A` is not one of `xx`, `b` in x"),
        (SHORT, "`x$b` is not a name", "`$A$$b` is not a name"),
        ((("${A:-name}", "name"),), "`name` is not a size", "`${A:-name}` is not a size"),
        ((("$A", "it`is"), (" ", " "), ("$B", "it`is not")), "`it`is it`is not` or `it`is", "`$A $B` or `$A"),
    ],
)
def test_message_has_the_text_of_the_file(parts: tuple[Part, ...], message: str, shown: str) -> None:
    assert hide_values(Diagnostic(message=message), [parts]).message == shown


def test_hint_and_path_have_the_text_of_the_file() -> None:
    finding = Diagnostic(
        message="no such network", path=("services", "hunter2", "networks", "hunter2", 0), hint="add `hunter2: {}`"
    )
    hidden = hide_values(finding, [(("$N", "hunter2"),)])
    assert hidden.path == ("services", "hunter2", "networks", "$N", 0)
    assert hidden.hint == "add `$N: {}`"


def test_finding_without_a_hint_names_the_variables() -> None:
    hidden = hide_values(Diagnostic(message="`hunter2` is not a size"), [PORT])
    assert hidden.hint == "to fix it, check the value of `PORT`"


def test_text_of_a_file_that_is_included_twice_shows_neither_value() -> None:
    texts = [(("$N", "first"),), (("$N", "second"),)]
    assert [
        hide_values(Diagnostic(message=f"`{name}` is not a size"), texts).message for name in ("first", "second")
    ] == ["`$N` is not a size"] * 2


@pytest.mark.parametrize("parts", [(("$A", "x"),) * (MAX_PARTS + 1), (("$A", "x" * (MAX_CHARACTERS + 1)),)])
def test_text_without_limits_is_not_shown(parts: tuple[Part, ...]) -> None:
    finding = Diagnostic(message=f"`{parts[0][1]}` is wrong", path=("services", "web", "mem_limit"))
    assert hide_values(finding, [parts]).message == "`services.web.mem_limit` is not valid"
