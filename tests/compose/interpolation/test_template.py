"""Substituting variables in a text."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wtc.compose.interpolation.template import MAX_DEPTH, TemplateError, substitute, template_variables

VALUES = {"X": "xval", "EMPTY": "", "N": "5"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("$X", "xval"),
        ("${X}_suffix", "xval_suffix"),
        ("$X_suffix|", "|"),
        ("$$X $${X}", "$X ${X}"),
        ("$1 $ $(cmd) $-", "$1 $ $(cmd) $-"),
        ("$\u017f|$\u212a|${\u212a-d}", "||d"),  # a case of `s` and `k`, for Go
        ("$\u0130 $\u0131", "$\u0130 $\u0131"),
        ("${x}", ""),
        ("${NOPE-}${NOPE-d}${NOPE:-d}", "dd"),
        ("${EMPTY:+alt}|${EMPTY+alt}|${EMPTY-d}|${EMPTY:-d}", "|alt||d"),
        ("${NOPE:+a}${X:+b}", "b"),
        ("${NOPE:-${X:-c}}", "xval"),
        ("${NOPE:-http://${X}:${N}/p}", "http://xval:5/p"),
        ('${NOPE:-{"a":1}}', '{"a":1}'),
        ("${NOPE:-a}y}", "ay}"),
        ("${NOPE:-a:-b}", "a:-b"),
        ("${X:-a} and ${N:-b}}", "xval and 5}"),
        ("${NOPE:-{}}", "{}"),
        ("${X:?needed}${EMPTY?needed}", "xval"),
        ("a\n${NOPE:-b}\nc", "a\nb\nc"),
    ],
)
def test_text_is_substituted_as_by_docker_compose(text: str, expected: str) -> None:
    assert substitute(text, VALUES.get) == expected


@pytest.mark.parametrize(
    "text", ["${}", "${\u0130}", "${1}", "${X!}", "${X.y}", "${ X }", "${X", "a ${X:a}", "${X:-a\nb}", "${NOPE:-${}}"]
)
def test_invalid_variable_is_reported_with_its_offset(text: str) -> None:
    with pytest.raises(TemplateError, match="not a valid variable") as caught:
        substitute(text, VALUES.get)
    assert caught.value.offset == text.rindex("${")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${NOPE:?}", "the required variable `NOPE` is not set"),
        ("${NOPE?because $X}", "the required variable `NOPE` is not set: because $X"),
        ("${EMPTY:?give it}", "the required variable `EMPTY` is empty: give it"),
        ("${X:-${NOPE:?also here}}", "the required variable `NOPE` is not set: also here"),
    ],
)
def test_missing_required_variable_is_an_error_with_its_message(text: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        substitute(text, VALUES.get)
    assert caught.value.message == message


def test_variable_without_value_and_default_is_reported() -> None:
    reported: list[str] = []
    substitute("$A ${B} ${C-} ${D:-$E} ${X}", VALUES.get, reported.append)
    assert reported == ["A", "B", "E"]


def test_template_variables_are_listed_with_defaults_and_offsets() -> None:
    text = "${WEB_PORT:-8${N}80}:$X $$Y"
    found = [(v.name, v.operator, v.default) for v in template_variables(text)]
    assert found == [("WEB_PORT", ":-", "8${N}80"), ("N", "", ""), ("X", "", "")]
    assert [text[v.offset] for v in template_variables(text)] == ["$", "$", "$"]


def test_too_deeply_nested_defaults_are_rejected() -> None:
    text = "${A:-" * (MAX_DEPTH + 50) + "}" * (MAX_DEPTH + 50)
    with pytest.raises(TemplateError, match="levels deep"):
        substitute(text, VALUES.get)
    assert template_variables(text) == []


@given(st.text(alphabet="${}X:-?+a\n ", max_size=60))
def test_any_text_is_substituted_or_raises_a_template_error(text: str) -> None:
    with contextlib.suppress(TemplateError):
        assert isinstance(substitute(text, VALUES.get), str)
    assert all(text[v.offset] == "$" for v in template_variables(text))
