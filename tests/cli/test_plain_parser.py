"""Plain command lines are parsed as the command-line library parses them, or left to it."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer import Exit as Left
from typer._click.exceptions import ClickException

from wtc.cli.app import build_app
from wtc.cli.command_table import GROUPS, MODULES
from wtc.cli.declarations import Command, Option
from wtc.cli.error_format import error_format
from wtc.cli.main import run
from wtc.cli.plain_parser import parse_line

APP = build_app()
NAMES = tuple(
    words
    for name in MODULES
    for words in ([(name, entry.name) for entry in GROUPS[name]] if name in GROUPS else [(name,)])
)
"""Each command as the words that name it."""
VALUES = ("", "-", "a", "web", "5", "0", "-1", "70000", "1.5", "nan", " 7", "1_0", "json", "--", "--quiet", "=x", "ü")


def command(names: Sequence[str]) -> Command:
    """The declared command."""
    return import_module(".".join([MODULES[names[0]], *names[1:]])).command


def option_names(names: Sequence[str]) -> list[str]:
    """Every name of the command's options."""
    declared = [one.declaration for one in command(names).parameters()]
    return [name for one in declared if isinstance(one, Option) for written in one.names for name in written.split("/")]


def by_the_library(names: Sequence[str], words: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Parameter -> value as the library passes them to the command; None if it rejects the line or prints help."""
    passed: list[Mapping[str, Any]] = []

    def keep(_command: Command, values: Mapping[str, Any]) -> None:
        passed.append(values)

    with monkeypatch.context() as patch:
        patch.setattr(Command, "run", keep)
        try:
            with APP.make_context("wtc", [*names, *words]) as context:
                APP.invoke(context)
        except (ClickException, Left):
            return None
    return passed[0] if passed else None


@st.composite
def lines(draw: st.DrawFn) -> tuple[tuple[str, ...], list[str]]:
    """A command and words for it, most of them valid."""
    names = draw(st.sampled_from(NAMES))
    known = option_names(names)
    letters = [name[1] for name in known if not name.startswith("--")] or ["q"]
    value = st.sampled_from(VALUES)
    name = st.sampled_from([*known, "--help", "-h", "--unknown", "--qui"])
    cluster = st.lists(st.sampled_from([*letters, "x", "5", "="]), min_size=1, max_size=3).map("".join)
    word = st.one_of(
        name.map(lambda one: [one]),
        st.tuples(name, value).map(list),
        st.tuples(name, value).map(lambda pair: ["=".join(pair)]),
        cluster.map(lambda text: [f"-{text}"]),
        value.map(lambda one: [one]),
    )
    groups = draw(st.lists(word, max_size=5))
    return names, [word for group in groups for word in group]


@pytest.fixture(scope="module")
def monkeypatch_of_module() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@given(line=lines())
def test_line_is_declined_or_parsed_as_the_library_parses_it(
    line: tuple[tuple[str, ...], list[str]], monkeypatch_of_module: pytest.MonkeyPatch
) -> None:
    names, words = line
    found = parse_line([*names, *words])
    expected = by_the_library(names, words, monkeypatch_of_module)
    assert repr(None if found is None else sorted(found.given.items())) == repr(
        None if expected is None else sorted(expected.items())
    )
    if found is not None:
        assert found.error_format() == error_format([*names, *words])


@pytest.mark.parametrize(
    "line",
    [
        "", "-h", "--help", "--version", "nonsense", "-- ps", "worktree", "worktree nonsense", "worktree -- list",
        "ps --help", "ps -h", "ps -ah", "ps --al", "ps --unknown", "ps -x", "doctor web", "ps --all=1", "up -w",
        "up --file", "up -t five", "port",
        "port web 0", "port web 70000", "port web 80 81", "cp a", "exec web", "wait",
        "sandbox --cpus many true", "worktree lock",
    ],
)  # fmt: skip
def test_line_with_an_error_is_left_to_the_library(line: str) -> None:
    assert parse_line(line.split()) is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("up -fa.yaml -f b.yaml --file=c.yaml", {"file": ["a.yaml", "b.yaml", "c.yaml"]}),
        ("up web -- --db -x", {"services": ["web", "--db", "-x"]}),
        ("up -qVt5 web", {"quiet": True, "renew_anon_volumes": True, "timeout": 5, "services": ["web"]}),
        ("up -t 1 -t 2", {"timeout": 2}),
        ("up --pull -q", {"pull": "-q", "quiet": False}),
        ("up", {"file": [], "services": None, "wait_timeout": None, "worktree": None, "ports": "leased"}),
        ("exec -T web ls -la --json", {"service": "web", "words": ["ls", "-la", "--json"], "no_tty": True}),
        ("exec web -- ls", {"words": ["--", "ls"]}),
        ("exec -- web ls", {"service": "web", "words": ["ls"]}),
        ("exec --no-interactive web ls", {"interactive": False}),
        ("exec --no-interactive -i web ls", {"interactive": True}),
        ("port web 80 --index 2", {"private_port": 80, "index": 2}),
        ("sandbox --cpus 1.5 true", {"cpus": 1.5, "words": ["true"]}),
        ("worktree lock search --reason --json", {"name": "search", "reason": "--json"}),
        ("config -p shop --format json", {"project_name": "shop", "form": "json"}),
    ],
)
def test_plain_line_gives_the_values(line: str, expected: dict[str, Any]) -> None:
    found = parse_line(line.split())
    assert found is not None
    assert {name: found.given[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("config --format xml", "xml"),
        ("config --variables --format xml", "xml"),
        ("ps --sise", "--size"),
        ("port web 70000", "65535"),
    ],
)
def test_usage_error_is_reported(line: str, word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(line.split()) == 2
    assert word in capsys.readouterr().err
