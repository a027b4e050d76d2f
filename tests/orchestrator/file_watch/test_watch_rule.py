"""Which paths a rule is about, and where they are in the container."""

from typing import Any

import pytest

from tests.orchestrator.file_watch.rules import FOLDER, watch_rule

MATCHES: list[tuple[dict[str, Any], str, bool]] = [
    ({}, "src/a.py", True),
    ({}, "src", True),
    ({}, "src2/a.py", False),
    ({}, "a.py", False),
    ({"path": ""}, "a.py", True),
    # `.dockerignore` syntax, relative to the rule's path
    ({"ignore": ["node_modules/"]}, "src/node_modules/x/y.js", False),
    ({"ignore": ["node_modules/"]}, "src/inner/node_modules/y.js", True),
    ({"ignore": ["**/node_modules"]}, "src/inner/node_modules/y.js", False),
    ({"ignore": ["*.log", "!keep.log"]}, "src/a.log", False),
    ({"ignore": ["*.log", "!keep.log"]}, "src/keep.log", True),
    ({"ignore": ["./cache"]}, "src/cache/x", False),
    ({"include": ["*.py"]}, "src/a.py", True),
    ({"include": ["*.py"]}, "src/a.js", False),
    ({"include": ["*.py"]}, "src/inner/a.py", False),
    ({"include": ["**/*.py"]}, "src/inner/a.py", True),
    ({"include": ["inner"]}, "src/inner/a.js", True),
    ({"include": ["**/*.py"], "ignore": ["test_*"]}, "src/test_a.py", False),
    # the build context's own ignore file, relative to the context
    ({"dockerignore": "src/tmp\n# a comment\n"}, "src/tmp/x", False),
    ({"dockerignore": "tmp"}, "src/tmp/x", True),
    ({"dockerignore": "**/*.pyc\n!src/keep.pyc"}, "src/a.pyc", False),
    ({"dockerignore": "**/*.pyc\n!src/keep.pyc"}, "src/keep.pyc", True),
    ({"dockerignore": "*\n!package.json"}, "src/a.py", True),
    ({"ignore": ["*", "!a.py"]}, "src/b.py", True),
    # git's folder, and what editors write beside a file
    ({"path": ""}, ".git/index", False),
    ({"path": ""}, "sub/.git", False),
    ({"path": ""}, ".github/workflow.yml", True),
    ({}, "src/a.py~", False),
    ({}, "src/.a.py.swp", False),
    ({}, "src/4913", False),
    ({}, "src/.#a.py", False),
    ({}, "src/.idea/workspace.xml", False),
    ({}, "src/a.py___jb_tmp___", False),
    # what the container sees by a bind is not synced, but may rebuild or restart
    ({"path": "", "bound": ["data"]}, "data/x", False),
    ({"path": "", "bound": ["data"]}, "data2/x", True),
    ({"path": "", "bound": ["data"], "action": "restart"}, "data/x", True),
]


@pytest.mark.parametrize(("rule", "path", "expected"), MATCHES)
def test_rule_matches_a_path(rule: dict[str, Any], path: str, *, expected: bool) -> None:
    assert watch_rule(**rule).matches(f"{FOLDER}/{path}") is expected


def test_name_of_a_folder_above_the_watched_one_does_not_count() -> None:
    rule = watch_rule(path="4913/x~")
    assert rule.matches(f"{FOLDER}/4913/x~/a.py")


@pytest.mark.parametrize(
    ("ignore", "folder", "expected"),
    [
        (["cache"], "src/cache", True),
        (["cache", "!cache/keep"], "src/cache", False),
        (["cache", "!other"], "src/cache", True),
        (["*.log"], "src/inner", False),
        ([], "elsewhere", True),
        ([], "src/.git", True),
    ],
)
def test_folder_without_a_possible_match_is_skipped(ignore: list[str], folder: str, *, expected: bool) -> None:
    assert watch_rule(ignore=ignore).skips(f"{FOLDER}/{folder}") is expected


@pytest.mark.parametrize(
    ("path", "target", "changed", "is_folder", "expected"),
    [
        ("src", "/app", "src/a.py", False, "/app/a.py"),
        ("src", "/app/", "src/inner/a.py", False, "/app/inner/a.py"),
        ("src", "/", "src/a.py", False, "/a.py"),
        ("src", "/", "src", True, ""),
        ("src", "/app/", "src", True, "/app"),
        ("conf.ini", "/etc/app.ini", "conf.ini", False, "/etc/app.ini"),
        ("conf.ini", "/etc/", "conf.ini", False, "/etc/conf.ini"),
    ],
)
def test_container_path_follows_the_target(
    path: str, target: str, changed: str, *, is_folder: bool, expected: str
) -> None:
    assert watch_rule(path=path, target=target).container_path(f"{FOLDER}/{changed}", is_folder=is_folder) == expected
