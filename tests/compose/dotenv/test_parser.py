"""Parsing env files."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wtc.compose.dotenv.parser import DotenvError, parse_dotenv
from wtc.model.position import Position

OUTSIDE = {"X": "xval", "EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1\nB = 2\nexport C=3\nD: 4\nexportE=5\n", {"A": "1", "B": "2", "C": "3", "D": "4", "exportE": "5"}),
        ("# c\n\nA=a#b\nB= #c\nC=a # c\nD=#d\n", {"A": "a#b", "B": "#c", "C": "a", "D": "#d"}),
        ("A=1\nA=2\n", {"A": "2"}),
        ("\ufeffA=1\r\nB=2\r\n", {"A": "1", "B": "2"}),
        ("A='$X \\n'\n", {"A": "$X \\n"}),
        ('A="$X\\t\\"q\\" \\$X \\\\"\n', {"A": 'xval\t"q" $X \\'}),
        ('A="l1\nl2"\nB=$A\n', {"A": "l1\nl2", "B": "l1\nl2"}),
        ("A='a\\'b'\n", {"A": "a'b"}),
        ('A="x"y\n', {"A": "x"}),
        ('A="x"  B=2\n', {"A": "x", "B": "2"}),
        ("A=x'y'z\n", {"A": "x'y'z"}),
        ('A="\\0101\\07\\c"\n', {"A": "A\\7\\c"}),
        ("A=\\$X $$X\n", {"A": "\\xval $X"}),
        ("A=own\nX=2\nB=$A$X${NOPE:-d}\n", {"A": "own", "X": "2", "B": "ownxvald"}),
        ("X\nNOPE\nEMPTY\n", {"X": "xval", "EMPTY": ""}),
        ("A-b.c[1]=q\n1A=x\nA==\n", {"A-b.c[1]": "q", "1A": "x", "A": "="}),
        ("=x\n", {"": "x"}),
        ("A=1\nNOPE", {"A": "1", "": "NOPE"}),
        ("", {}),
    ],
)
def test_env_file_is_parsed_as_by_docker_compose(text: str, expected: dict[str, str]) -> None:
    assert parse_dotenv(text, OUTSIDE.get, file="e") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A='x' # c\n B=$X\nC= y \n#D=1\nX\nNOPE\n", {"A": "'x' # c", "B": "$X", "C": " y ", "X": "xval"}),
        ("A=b=c\n", {"A": "b=c"}),
    ],
)
def test_raw_format_is_not_unquoted_or_interpolated(text: str, expected: dict[str, str]) -> None:
    assert parse_dotenv(text, OUTSIDE.get, file="e", raw=True) == expected


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("A=1\nB secret=2\n", "e:2:10", "contains a space"),
        ("A=1\nA%=secret\n", "e:2:2", "`%` is not allowed"),
        ('A=1\n\nB="secret\nC=2\n', "e:3:3", "no closing"),
        ("export ", "e:1:7", "not followed by a variable name"),
        ("A='it''s'\n", "e:1:7", "`'` is not allowed"),
        ("A=1\nB=${secret!}secret\n", "e:2:3", "not a valid variable"),
        ("A=${NOPE:?must be set}\n", "e:1:3", "must be set"),
    ],
)
def test_invalid_line_is_reported_with_its_position_and_without_its_value(text: str, place: str, words: str) -> None:
    with pytest.raises(DotenvError, match=words) as caught:
        parse_dotenv(text, OUTSIDE.get, file="e")
    assert str(caught.value.position) == place
    assert "secret" not in caught.value.message


@pytest.mark.parametrize(("text", "line"), [("A=1\n=x\n", 2), ("A B=1\n", 1)])
def test_invalid_line_of_the_raw_format_is_reported(text: str, line: int) -> None:
    with pytest.raises(DotenvError) as caught:
        parse_dotenv(text, OUTSIDE.get, file="e", raw=True)
    assert caught.value.position.line == line


@pytest.mark.parametrize("raw", [False, True])
def test_bare_names_are_reported(raw: bool) -> None:  # noqa: FBT001 - a parameter of the test
    reported: list[str] = []
    parse_dotenv("A=1\nX\nNOPE\n", OUTSIDE.get, file="e", raw=raw, bare=reported.append)
    assert reported == ["X", "NOPE"]


def test_unset_variables_are_reported() -> None:
    reported: list[str] = []
    parse_dotenv("A=$NOPE$X\nB=$A${ALSO-}\n", OUTSIDE.get, file="e", unset=reported.append)
    assert reported == ["NOPE"]


@given(st.text(alphabet="AB=:\"'\\ #\n$X{}\t\r", max_size=60))
def test_any_text_is_parsed_or_rejected(text: str) -> None:
    for raw in (False, True):
        with contextlib.suppress(DotenvError):
            assert all(isinstance(value, str) for value in parse_dotenv(text, OUTSIDE.get, file="e", raw=raw).values())


@pytest.mark.parametrize(
    ("text", "raw", "expected"),
    [
        ('A=1\n\n  B="x\ny"\nexport C=2\r\nA=3\nX\n', False, {"A": (6, 1), "B": (3, 3), "C": (5, 1), "X": (7, 1)}),
        ("A=1\n  B=2\nX\nA=3", True, {"A": (4, 1), "B": (2, 3), "X": (3, 1)}),
    ],
)
def test_last_definition_of_each_name_has_a_position(
    text: str, *, raw: bool, expected: dict[str, tuple[int, int]]
) -> None:
    positions: dict[str, Position] = {}
    parse_dotenv(text, OUTSIDE.get, file="e", raw=raw, positions=positions)
    assert positions == {name: Position("e", *place) for name, place in expected.items()}
