"""Splitting a command string."""

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wtc.compose.transform.shellwords import split_words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" a  b\tc\nd ", ["a", "b", "c", "d"]),
        ("a '' \"\"", ["a", "", ""]),
        ("sh -c 'a && b'", ["sh", "-c", "a && b"]),
        ("echo a && echo b", ["echo", "a"]),
        ("a; b", ["a"]),
        ("a >b", ["a"]),
        ("a 2>b", ["a"]),
        ("a b2>c", ["a", "b2"]),
        (r"a\ b \c", ["a b", "c"]),
        (r'"c\nd" "\$"', ["cnd", "$"]),
        (r"'c\nd'", [r"c\nd"]),
        ("$HOME/x ${A:-b}", ["$HOME/x", "${A:-b}"]),
        ("a $(b c) d", ["a", "$(b c)", "d"]),
        ("`a b` c", ["`a b`", "c"]),
        ('a="b c"d', ["a=b cd"]),
    ],
)
def test_command_is_split_as_by_docker_compose(text: str, expected: list[str]) -> None:
    assert split_words(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [("it's", "`'`"), ('a "b', '`"`'), ("a `b", "``` "), ("echo (x)", "`(`"), ("a $(b", "`)`"), ("a\\", "`\\`")],
)
def test_unclosed_quote_is_rejected(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        split_words(text)


@given(st.lists(st.text(alphabet='ab &|;<>()$`"\\ \n', max_size=8), max_size=5))
def test_single_quoted_words_are_unchanged(words: list[str]) -> None:
    assert split_words(" ".join(f"'{word}'" for word in words)) == words


@given(st.text(max_size=40))
def test_any_text_is_split_or_raises_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert all(isinstance(word, str) for word in split_words(text))
