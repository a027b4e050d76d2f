"""The rules of a compose file, and what is wrong with them."""

from typing import TYPE_CHECKING

import pytest

from tests.compose.memory import FOLDER, project
from wtc.compose.loader.decode import decode_project
from wtc.errors import ComposeFileError, WtcError
from wtc.model.build import Build
from wtc.orchestrator.file_watch.read_rules import read_rules
from wtc.orchestrator.file_watch.watch_rule import IgnoredPaths, WatchRule, parse_patterns

if TYPE_CHECKING:
    from wtc.model.diagnostic import Diagnostic


class Disk:
    """A disk on which a few paths exist."""

    def __init__(self, *, kinds: dict[str, str] | None = None, links: dict[str, str] | None = None) -> None:
        self.kinds, self.links = kinds or {}, links or {}

    def real_path(self, path: str) -> str:
        return self.links.get(path, path)

    def kind(self, path: str) -> str:
        return self.kinds.get(path.removeprefix(f"{FOLDER}/"), "folder")

    def ignored(self, build: Build) -> IgnoredPaths | None:
        if build.dockerfile == "Broken":
            raise WtcError("the Dockerfile `/srv/app/Broken` does not exist", hints=["to use another, name it"])
        return IgnoredPaths(folder=build.context, patterns=parse_patterns(["*.tmp"]))


def rules_of(service: str, *, disk: Disk | None = None, builds: bool = True) -> tuple[list[WatchRule], list[str]]:
    """Return the rules of service `web` and the warnings: `POSITION MESSAGE`."""
    warnings: list[Diagnostic] = []
    loaded = project(f"services:\n  web:\n    image: x\n{service}")
    found = read_rules(decode_project(loaded), disk or Disk(), warnings.append, builds=builds)
    return found, [f"{str(d.position).removeprefix(FOLDER + '/')} {d.message}" for d in warnings]


def watch(*rules: str, extra: str = "    build: .\n") -> str:
    return f"{extra}    develop:\n      watch:\n" + "".join(f"        - {{{rule}}}\n" for rule in rules)


def test_rule_has_absolute_paths_and_all_that_the_file_says() -> None:
    text = "action: sync+exec, path: ./src, target: app/, ignore: [x], include: ['*.py'], initial_sync: true"
    command = "exec: {command: make css, user: root, working_dir: /app, environment: [A=b], privileged: true}"
    [rule], warnings = rules_of(watch(f"{text}, {command}"))
    assert (rule.service, rule.action, rule.path, rule.target) == ("web", "sync+exec", f"{FOLDER}/src", "/app")
    assert (rule.into_target, rule.initial_sync) == (True, True)
    assert rule.exec
    assert rule.exec.command == ("make", "css")
    assert (rule.exec.user, rule.exec.working_dir, rule.exec.environment) == ("root", "/app", {"A": "b"})
    assert rule.matches(f"{FOLDER}/src/a.py")
    assert not rule.matches(f"{FOLDER}/src/a.js")
    assert warnings == []


def test_ignore_file_of_the_build_applies() -> None:
    [rule], _ = rules_of(watch("action: sync, path: ., target: /app"))
    assert not rule.matches(f"{FOLDER}/a.tmp")


def test_links_are_resolved() -> None:
    disk = Disk(links={f"{FOLDER}/src": "/real/src"})
    [rule], _ = rules_of(watch("action: sync, path: src, target: /app"), disk=disk)
    assert rule.path == "/real/src"


def test_path_that_does_not_exist_is_a_warning_at_its_place() -> None:
    rules, warnings = rules_of(watch("action: restart, path: new"), disk=Disk(kinds={"new": "absent"}))
    assert len(rules) == 1
    assert warnings == [f"compose.yaml:7:35 service `web` watches `{FOLDER}/new`, which does not exist yet"]


def test_bound_path_is_not_synced_and_is_reported() -> None:
    bound = "    build: .\n    volumes: ['./src:/app']\n"
    rules, warnings = rules_of(
        watch("action: sync, path: src/inner, target: /x", "action: restart, path: src", extra=bound)
    )
    assert [rule.action for rule in rules] == ["restart"]
    assert warnings == [f"compose.yaml:8:32 service `web` mounts `{FOLDER}/src/inner` as a bind, so it is not watched"]


REFUSED = [
    (
        "",
        "action: rebuild, path: lock",
        "compose.yaml:6:20 service `web` has a watch rule that rebuilds its image, but no `build`",
    ),
    (
        "    build: .\n",
        "action: sync+exec, path: src, target: /x",
        "compose.yaml:7:11 service `web` has a watch rule with the action `sync+exec` and no command",
    ),
    (
        "    build: .\n",
        "action: sync, path: src, target: /x, ignore: [ok, 'a[']",
        "compose.yaml:7:62 service `web` has a watch rule with an invalid pattern: `a[`",
    ),
    (
        "    build: .\n",
        "action: sync, path: src, target: /x, include: ['!']",
        "compose.yaml:7:59 service `web` has a watch rule with an invalid pattern: `!`",
    ),
    (
        "    build: {context: ., dockerfile: Broken}\n",
        "action: restart, path: src",
        "compose.yaml:4:12 the Dockerfile `/srv/app/Broken` does not exist",
    ),
]


@pytest.mark.parametrize(("extra", "rule", "message"), REFUSED)
def test_unusable_rule_is_an_error_at_its_place(extra: str, rule: str, message: str) -> None:
    with pytest.raises(ComposeFileError) as caught:
        rules_of(watch(rule, extra=extra))
    found = [f"{str(d.position).removeprefix(FOLDER + '/')} {d.message}" for d in caught.value.diagnostics]
    assert found == [message]


def test_rebuild_without_builds_is_an_error() -> None:
    with pytest.raises(ComposeFileError, match="which `--no-build` excludes"):
        rules_of(watch("action: rebuild, path: lock"), builds=False)


def test_all_unusable_rules_are_reported() -> None:
    with pytest.raises(ComposeFileError) as caught:
        rules_of(watch("action: rebuild, path: a", "action: rebuild, path: b", extra=""))
    assert len(caught.value.diagnostics) == 2


@pytest.mark.parametrize("service", ["", "    develop: {}\n", "    develop: {watch: []}\n"])
def test_nothing_to_watch_is_an_error(service: str) -> None:
    with pytest.raises(WtcError, match="no selected service has a") as caught:
        rules_of(service)
    assert caught.value.exit_status == 1
