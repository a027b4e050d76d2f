"""What a batch of changes does."""

from collections.abc import Iterable

import pytest

from tests.orchestrator.file_watch.rules import FOLDER, mapped, watch_rule
from wtc.model.service import Hook
from wtc.orchestrator.file_watch.decide import Actions, Kind, PathChange, decide, outermost
from wtc.orchestrator.file_watch.watch_rule import WatchRule


def changes(*paths: str) -> list[PathChange]:
    return [PathChange(path=f"{FOLDER}/{path}", kind=Kind.MODIFIED) for path in paths]


def as_it_is(_rule: WatchRule, change: PathChange) -> Iterable[PathChange]:
    return (change,)


def decided(rules: list[WatchRule], *paths: str) -> Actions:
    return decide(rules, changes(*paths), as_it_is)


SYNC, REBUILD = watch_rule(), watch_rule("rebuild", "package.json", "")
RESTART, SYNC_RESTART = watch_rule("restart", "conf", ""), watch_rule("sync+restart", "php.ini", "/etc/php.ini")
EXEC = watch_rule("sync+exec", "styles", "/app/styles", command=["make", "css"])
RULES = [SYNC, REBUILD, RESTART, SYNC_RESTART, EXEC]


def test_sync_names_the_file_and_its_place() -> None:
    found = decided(RULES, "src/a.py", "src/b/c.py", "README.md")
    assert mapped(found.sync["web"]) == {"/app/a.py": "src/a.py", "/app/b/c.py": "src/b/c.py"}
    assert (found.rebuild, found.restart, found.execs) == ((), (), ())


def test_rebuild_syncs_nothing() -> None:
    assert decided(RULES, "package.json") == Actions(rebuild=("web",))


def test_restart_and_sync_with_restart_restart_the_service_once() -> None:
    found = decided(RULES, "conf/a", "conf/b", "php.ini")
    assert found.restart == ("web",)
    assert mapped(found.sync["web"]) == {"/etc/php.ini": "php.ini"}


def test_command_runs_once_for_several_files() -> None:
    found = decided(RULES, "styles/a.css", "styles/b.css")
    assert found.execs == (("web", Hook(command=("make", "css"))),)
    assert len(found.sync["web"]) == 2


def test_change_of_no_rule_does_nothing() -> None:
    assert decided(RULES, "README.md", "docs/x") == Actions()


def test_one_file_goes_to_each_service_that_watches_it() -> None:
    rules = [watch_rule(service="web"), watch_rule(service="worker", target="/srv/code")]
    found = decided(rules, "src/a.py")
    assert {service: mapped(files) for service, files in found.sync.items()} == {
        "web": {"/app/a.py": "src/a.py"},
        "worker": {"/srv/code/a.py": "src/a.py"},
    }


def test_one_file_goes_to_each_target() -> None:
    found = decided([watch_rule(target="/one"), watch_rule(target="/two")], "src/a.py")
    assert mapped(found.sync["web"]) == {"/one/a.py": "src/a.py", "/two/a.py": "src/a.py"}


def test_services_are_in_the_order_of_the_rules() -> None:
    rules = [watch_rule("rebuild", "lock", "", service=name) for name in ("z", "a", "m")]
    assert decided(rules, "lock").rebuild == ("z", "a", "m")


def test_added_folder_is_what_is_in_it() -> None:
    def expand(_rule: WatchRule, change: PathChange) -> list[PathChange]:
        return [change, *changes("src/new/a.py", "src/new/b.log")]

    added = PathChange(path=f"{FOLDER}/src/new", kind=Kind.ADDED, is_folder=True)
    found = decide([watch_rule(ignore=["**/*.log"])], [added], expand)
    assert mapped(found.sync["web"]) == {"/app/new": "src/new", "/app/new/a.py": "src/new/a.py"}


@pytest.mark.parametrize("kind", [Kind.ADDED, Kind.REMOVED])
def test_target_of_a_watched_folder_is_left_as_it_is(kind: Kind) -> None:
    change = PathChange(path=f"{FOLDER}/src", kind=kind, is_folder=True)
    assert not any(decide([SYNC], [change], as_it_is).sync.values())


def test_watched_file_that_is_gone_is_gone_at_its_target() -> None:
    change = PathChange(path=f"{FOLDER}/php.ini", kind=Kind.REMOVED)
    assert mapped(decide(RULES, [change], as_it_is).sync["web"]) == {"/etc/php.ini": "php.ini"}


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ([], []),
        (["/a", "/a/b", "/a/b/c"], ["/a"]),
        (["/a/b", "/a"], ["/a"]),
        (["/a", "/a-b", "/a/c", "/ab"], ["/a", "/a-b", "/ab"]),
        (["/", "/x"], ["/"]),
        (["/x", "/x"], ["/x"]),
    ],
)
def test_outermost_paths_contain_the_others(paths: list[str], expected: list[str]) -> None:
    assert outermost(paths) == expected
