"""Errors and warnings show control characters of foreign text escaped."""

import pytest

from wtc.cli.render.errors import diagnostic_text, error_text
from wtc.errors import WtcError
from wtc.model.diagnostic import Diagnostic
from wtc.model.position import Position

HOSTILE = "a\x1b[31m\x07\x7f\x9b\u202eb"
SHOWN = r"a\x1b[31m\x07\x7f\x9b\u202eb"


@pytest.fixture(autouse=True)
def _uncoloured(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction] - a fixture
    monkeypatch.setenv("NO_COLOR", "1")


def test_every_part_of_an_error_is_escaped() -> None:
    error = WtcError(HOSTILE, causes=[HOSTILE], detail=HOSTILE, hints=[HOSTILE])
    shown = error_text(error)
    assert shown.count(SHOWN) == 4
    assert "\x1b" not in shown


def test_place_and_hint_of_a_diagnostic_are_escaped() -> None:
    position = Position(f"/{HOSTILE}.yaml", 1, 2)
    shown = diagnostic_text(Diagnostic(message=HOSTILE, position=position, path=("x", HOSTILE), hint=HOSTILE))
    assert shown.count(SHOWN) == 4
    assert "\x1b" not in shown


def test_lines_and_tabs_stay() -> None:
    assert "a\tb\nc" in error_text(WtcError("a\tb\nc"))
