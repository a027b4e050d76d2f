"""Parsed files are kept between loads."""

import pytest

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.source.parsed_files import ParsedFiles


def test_unchanged_text_is_parsed_once() -> None:
    files = ParsedFiles()
    first = files.documents("a.yaml", b"x: 1", Diagnostics())
    assert files.documents("a.yaml", b"x: 1", Diagnostics()) is first


def test_changed_text_is_parsed_again() -> None:
    files = ParsedFiles()
    first = files.documents("a.yaml", b"x: 1", Diagnostics())
    assert files.documents("a.yaml", b"x: 2", Diagnostics()) != first


def test_same_text_of_another_file_has_positions_of_that_file() -> None:
    files = ParsedFiles()
    files.documents("a.yaml", b"x: 1", Diagnostics())
    (document,) = files.documents("b.yaml", b"x: 1", Diagnostics())
    assert document.position.file == "b.yaml"


def test_every_load_gets_the_findings() -> None:
    files, found = ParsedFiles(), [Diagnostics(), Diagnostics()]
    for diagnostics in found:
        files.documents("a.yaml", b"x: 1\nx: 2\n", diagnostics)
    assert len(found[0].errors) == 1
    assert found[1].errors == found[0].errors


@pytest.mark.parametrize(
    ("content", "mentioned"),
    [
        ("a: [{b: '${WTC_PORT}'}]", True),
        ("WTC_PORT: 1", True),
        ('a: "\\u0057TC_PORT"', True),
        ("a: 1 # WTC_PORT", False),
        ("a: W", False),
    ],
)
def test_mentions_are_found_in_keys_and_values(content: str, *, mentioned: bool) -> None:
    files = ParsedFiles()
    files.documents("a.yaml", content.encode(), Diagnostics())
    assert files.mention("WTC_") is mentioned
