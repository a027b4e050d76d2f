"""Lines of logs at a terminal and elsewhere."""

import os
import pty
import sys
from collections.abc import Sequence

import pytest

from wtc.cli.render.logs import LogWriter
from wtc.orchestrator.logs import StackLine

LONG = "a-service-with-a-name-of-some-length"


def line(service: str, text: bytes) -> StackLine:
    return StackLine(service, 1, "", text)


def written(lines: Sequence[StackLine], services: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """What a terminal of 80 columns gets."""
    driver, screen = pty.openpty()
    with os.fdopen(driver, "rb", buffering=0) as seen, os.fdopen(screen, "w") as terminal:
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.setattr(sys, "stdout", terminal)
        writer = LogWriter(prefixed=True, coloured=True, timestamps=False)
        writer.expect((service, 1) for service in services)
        writer.write(lines)
        monkeypatch.undo()
        return seen.read(1000).decode()


def test_each_service_has_a_colour_and_lines_are_aligned(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line("web", b"one"), line("cache", b"two")]
    assert written(lines, ["web", "cache"], monkeypatch) == (
        "\x1b[36mweb    | \x1b[0mone\r\n\x1b[33mcache  | \x1b[0mtwo\r\n"
    )


def test_long_name_does_not_indent_other_services(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line("web", b"one"), line(LONG, b"two")]
    assert written(lines, ["web", LONG], monkeypatch) == (
        f"\x1b[36mweb  | \x1b[0mone\r\n\x1b[33m{LONG}  | \x1b[0mtwo\r\n"
    )


def test_unreset_colour_ends_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert written([line("web", b"\x1b[31mred")], ["web"], monkeypatch).endswith("\x1b[31mred\x1b[0m\r\n")


def test_lines_are_unchanged_if_output_is_not_a_terminal(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    with open(1, "w", closefd=False) as stdout, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", stdout)
        writer = LogWriter(prefixed=True, coloured=True, timestamps=False)
        writer.expect([("web", 1), (LONG, 1)])
        writer.write([line("web", b"\x1b[31mred \xff")])
    assert capfdbinary.readouterr().out == f"web{' ' * (len(LONG) - 3)}  | ".encode() + b"\x1b[31mred \xff\n"
