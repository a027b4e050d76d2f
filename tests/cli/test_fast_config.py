"""`fast_config` parses `wtc config` as the command-line library does."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wtc.cli.app import build_app
from wtc.cli.fast_config import FLAGS, LISTS, VALUES, parse_config_options
from wtc.cli.main import run

NAMES = {**LISTS, **VALUES, **FLAGS}
TAKING = sorted({**LISTS, **VALUES})
WORDS = st.one_of(
    st.sampled_from(sorted(FLAGS)).map(lambda flag: [flag]),
    st.tuples(st.sampled_from(TAKING), st.text("ab./=*", min_size=1, max_size=3)).map(list),
    st.tuples(st.sampled_from([n for n in TAKING if n[1] == "-"]), st.text("ab=", max_size=3)).map(
        lambda pair: ["=".join(pair)]
    ),
    st.sampled_from(["web", "db"]).map(lambda service: [service]),
)
LINES = st.lists(WORDS, max_size=6).map(lambda groups: [word for group in groups for word in group])


_LISTS = {*LISTS.values(), "services"}


def library() -> Any:
    """The command as the library has it."""
    return build_app().commands["config"]


def by_the_library(arguments: list[str]) -> dict[str, Any]:
    """Parameter -> value, those that are not empty."""
    return plain(library().make_context("config", list(arguments)).params)


def plain(given: dict[str, Any]) -> dict[str, Any]:
    values = {name: list[str](v) if name in _LISTS and v else v for name, v in given.items()}
    return {name: v for name, v in values.items() if v not in ((), None, False)}


def test_each_option_has_the_same_name_as_in_the_command() -> None:
    options = {opt: p.name for p in library().params for opt in p.opts if opt.startswith("-")}
    assert {opt: name for opt, name in options.items() if opt not in {"--debug", "--help", "-h"}} == NAMES


@given(LINES)
def test_plain_line_is_read_as_the_library_reads_it(arguments: list[str]) -> None:
    short = parse_config_options(arguments)
    assert short is not None
    nothing = dict.fromkeys(("form", "context", "project_name", "hashed", "output"), "")
    assert plain({**nothing, **short}) == plain({**nothing, **by_the_library(arguments)})


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--debug"],
        ["--formt", "json"],
        ["--form", "json"],
        ["-fcompose.yaml"],
        ["-f=compose.yaml"],
        ["-f"],
        ["--format", "--quiet"],
        ["-f", "-"],
        ["--quiet=1"],
        ["--", "web"],
    ],
)
def test_line_that_is_not_plain_is_left_to_the_library(arguments: list[str]) -> None:
    assert parse_config_options(arguments) is None


@pytest.mark.parametrize("options", [[], ["--variables"]])
def test_format_that_is_not_valid_is_a_usage_error(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "--format", "xml", *options]) == 2
    assert "`xml`" in capsys.readouterr().err
