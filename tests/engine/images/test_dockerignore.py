"""The patterns of `.dockerignore`: a table of documented behaviour, and properties that always hold."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wtc.engine.glob_automaton import ANY, FOLDERS, NAME, GlobAutomaton
from wtc.engine.images.dockerignore import BadPatternError, parse_dockerignore

LIMIT_S = 5.0
"""Where `re` needs years."""

TABLE = [
    # one pattern
    ("node_modules", "node_modules", True),
    ("node_modules", "node_modules/left/pad.js", True),
    ("node_modules", "web/node_modules", False),
    ("node_modules/", "node_modules/x", True),
    ("/build", "build/x", True),
    ("/build", "src/build", False),
    ("./build", "build", True),
    ("//build", "build", True),
    ("a/../b", "b", True),
    ("a//b", "a/b", True),
    ("../outside", "outside", False),
    ("*.log", "a.log", True),
    ("*.log", "logs/a.log", False),
    ("*/temp*", "somedir/temporary.txt", True),
    ("*/temp*", "temporary.txt", False),
    ("*/*/temp*", "a/b/temp", True),
    ("temp?", "tempa", True),
    ("temp?", "temp", False),
    ("temp?", "temp/", False),
    ("a?b", "a/b", False),
    ("a*b", "a/b", False),
    ("a*", "ab/c", True),
    (".*", ".git/config", True),
    (".*", "git", False),
    ("abc.def", "abcZdef", False),
    ("a.|)$(}+{bc", "a.|)$(}+{bc", True),
    # any number of folders
    ("**", "anything/at/all", True),
    ("**/", "file", True),
    ("**/**", "dir/file", True),
    ("dir/**", "dir/deep/er", True),
    ("dir/**", "dir", False),
    ("**/dir", "dir", True),
    ("**/dir", "a/b/dir", True),
    ("**/dir", "a/mydir", False),
    ("**/dir", "dir/file", True),
    ("**dir", "a/mydir", True),
    ("**dir*", "a/mydir", False),
    ("**dir*", "a/dirs", True),
    ("**/dir2/*", "dir/dir2/file", True),
    ("**/dir2/**", "dir/dir2/dir3/file", True),
    ("**/*.go", "main.go", True),
    ("**/*.go", "cmd/x/main.go", True),
    ("**/**/*.txt2", "dir/dir/file.txt", False),
    ("a**/*.txt", "a/dir/dir/file.txt", True),
    ("a/*.txt", "a/dir/file.txt", False),
    ("a/*.txt**", "a/file.txt", True),
    ("a/**/b", "a/b", True),
    ("a/**/b", "a/x/y/b", True),
    # classes and escapes
    ("a[b-d]e", "ace", True),
    ("a[b-d]e", "aae", False),
    ("a[^b-d]e", "aze", True),
    ("[a-ζ]*", "α", True),  # noqa: RUF001  beyond ASCII, on purpose
    ("*[a-ζ]", "A", False),
    ("a[^a]b", "a☺b", True),
    ("[\\]a]", "]", True),
    ("[x\\-]", "-", True),
    ("[x\\-]", "z", False),
    ("[!a]", "!", True),
    ("a\\*b", "a*b", True),
    ("a\\*b", "ab", False),
    ("\\#kept", "#kept", True),
    # comments, blanks, spaces
    ("# a comment", "# a comment", False),
    (" #not a comment", "#not a comment", True),
    ("  spaced  ", "spaced", True),
    ("\n\n\t\nx\r\n", "x", True),
    ("\ufeffbom", "bom", True),
    ("", "x", False),
    # exceptions: the last line that matches decides
    ("*.md\n!README.md", "README.md", False),
    ("*.md\n!README.md", "OTHER.md", True),
    ("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", True),
    ("*.md\nREADME-secret.md\n!README*.md", "README-secret.md", False),
    ("!a.go\n*.go", "a.go", True),
    ("docs\n!docs/README.md", "docs/README.md", False),
    ("docs/\n!docs/README.md", "docs/README.md", False),
    ("docs/*\n!docs/README.md", "docs/README.md", False),
    ("docs\n! docs/README.md", "docs/README.md", False),
    ("docs\n!/docs/README.md", "docs/README.md", False),
    ("**\n!util/docker/web", "util/docker/web/foo", False),
    ("**\n!util/docker/web\nutil/docker/web/foo", "util/docker/web/foo", True),
    ("**\n!dist/*.whl", "dist/proxy.py-2.4.0rc3+g08.whl", False),
    ("*\n!src\nsrc/*.tmp", "src/a.tmp", True),
    ("*\n!src\nsrc/*.tmp", "src/deep/a.tmp", False),
    ("*\n!src/**/*.py", "src/a/b.py", False),
]


@pytest.mark.parametrize(("text", "path", "ignored"), TABLE)
def test_patterns_match_as_in_docker(text: str, path: str, *, ignored: bool) -> None:
    assert parse_dockerignore(text).ignores(path.rstrip("/")) is ignored


@pytest.mark.parametrize("text", ["!", "[", "a[", "[^", "[^bc", "[]a]", "[-]", "[x-]", "[-x]", "[a-b-c]", "\\"])
def test_invalid_pattern_is_named_as_written(text: str) -> None:
    with pytest.raises(BadPatternError) as caught:
        parse_dockerignore(f"fine\n  {text}  \n")
    assert caught.value.args == (text,)


@pytest.mark.parametrize(
    ("text", "folder", "entered"),
    [
        ("node_modules\n!src/keep", "node_modules", False),
        ("*\n!src/keep", "src", True),
        ("*\n!src/keep", "srcs", False),
        ("*\n!src/keep", "src/keep", False),
        ("*\n!s*/k/x", "src/k", True),
        ("*\n!s*/k/x", "src/j", False),
        ("*\n!**/keep", "any/where", True),
        ("*\n!a/**/keep", "a/b/c", True),
        ("*\n!a/**/keep", "b", False),
        ("node_modules", "node_modules", False),
    ],
)
def test_ignored_folder_is_entered_only_if_an_exception_can_match(text: str, folder: str, *, entered: bool) -> None:
    assert parse_dockerignore(text).may_keep_below(folder) is entered


names = st.text("ab.*", min_size=1, max_size=3).filter(lambda name: name.strip("."))
plain = st.text("ab.", min_size=1, max_size=3).filter(lambda name: name.strip("."))
paths = st.lists(plain, min_size=1, max_size=4).map("/".join)
lines = st.tuples(st.sampled_from(["", "!"]), st.lists(names, min_size=1, max_size=3).map("/".join)).map("".join)
texts = st.lists(lines, max_size=5).map("\n".join)


@given(texts, paths, plain)
def test_exception_in_an_ignored_folder_is_always_found(text: str, folder: str, name: str) -> None:
    ignore = parse_dockerignore(text)
    depth = folder.split("/")
    ignored = [n for n in range(1, len(depth) + 1) if ignore.ignores("/".join(depth[:n]))]
    if not ignore.ignores(f"{folder}/{name}"):
        assert all(ignore.may_keep_below("/".join(depth[:n])) for n in ignored)


@given(texts, paths)
def test_ignoring_everything_at_the_end_ignores_everything(text: str, path: str) -> None:
    assert parse_dockerignore(f"{text}\n**").ignores(path)


@given(st.text(max_size=30), paths)
def test_any_text_is_parsed_or_is_an_error(text: str, path: str) -> None:
    try:
        ignore = parse_dockerignore(text)
    except BadPatternError:
        return
    assert ignore.ignores(path) in {True, False}


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a" * 40 + "b", "a" * 250),
        ("a*" * 40 + "b", "a" * 250),
        ("[a-z]*" * 40 + "1", "a" * 250),
        ("?*" * 40 + "b", "a" * 250),
        ("**/a*/" * 20 + "b", "a/" * 100 + "a"),
        ("**a" * 20 + "b", "a/" * 100 + "a"),
        ("!" + "*a" * 40 + "b/c", "a" * 250),
    ],
)
def test_pattern_with_many_wildcards_takes_limited_time(pattern: str, path: str) -> None:
    began_s = time.process_time()
    ignore = parse_dockerignore(pattern)
    assert not ignore.ignores(path)
    assert not ignore.may_keep_below(path)
    assert time.process_time() - began_s < LIMIT_S


pieces = st.lists(st.sampled_from([NAME, ANY, FOLDERS, "[^/]", "a", "b", "/", "[^a-a]"]), max_size=7)


@given(pieces, st.text("ab/\n", max_size=8))
def test_automaton_matches_what_the_expression_matches(pattern: list[str], path: str) -> None:
    expected = re.fullmatch("".join(pattern), path, re.DOTALL) is not None
    assert GlobAutomaton(pattern).matches(path) is expected
