"""The hooks of harnesses, run as they run them: by a shell, with their variables, twice, late, without a folder."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import SHOP, Ended, Stack, Workshop, ports_of, until, write
from tests.shells import having
from tests.wtc_process import run_wtc

pytestmark = pytest.mark.engine

GRACE_S = 0.2
"""How long Conductor waits between SIGHUP and SIGKILL."""
HOOKED = {
    "compose.yaml": SHOP.replace('"8080:80"', '"${WEB_PORT:-8080}:80"').replace("red}", "'${COLOUR:-red}'}"),
    ".gitignore": ".env\n*.key\n.docker/config/.env.local\n",
    ".worktreeinclude": "*.key\n",
    ".env.example": "COLOUR=blue\n",
}


class Harness:
    """A repository whose hook files `wtc init` has written, and a workspace of it."""

    def __init__(self, workshop: Workshop, name: str, files: Mapping[str, str]) -> None:
        self.workshop = workshop
        write(workshop.main, files)
        workshop.wtc("init", name)
        workshop.commit({})
        write(workshop.main, {"a.key": "secret"})
        self.workspace = workshop.worktree("accra")
        bin_folder = workshop.base / "bin"
        bin_folder.mkdir()
        script = bin_folder / "wtc"
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m wtc "$@"\n')
        script.chmod(0o755)
        self.env = {**workshop.env, "PATH": f"{bin_folder}:{workshop.env['PATH']}"}

    def run(self, script: str, *, shell: str = "sh", given: str = "", **variables: str) -> Ended:
        """The script as a harness runs it: in the workspace, or at the root once that is gone."""
        done = subprocess.run(
            [shell, "-c", script],
            cwd=self.workspace if self.workspace.is_dir() else self.workshop.main,
            env={**self.env, **variables},
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stderr
        return Ended(status=done.returncode, out=done.stdout, err=done.stderr)

    def well(self, script: str, *, shell: str = "sh", given: str = "", **variables: str) -> Ended:
        """The same, which has to succeed."""
        ended = self.run(script, shell=shell, given=given, **variables)
        assert ended.status == 0, ended.err
        return ended


def conductor(harness: Harness, shell: str, name: str) -> Ended:
    """One of Conductor's scripts, which has to succeed."""
    return harness.well(script_of(harness, name), shell=shell, **variables_of(harness))


def script_of(harness: Harness, name: str) -> str:
    settings = harness.workshop.main / ".conductor/settings.toml"
    scripts = (
        tomllib.loads(settings.read_text())["scripts"]
        if settings.exists()
        else json.loads((harness.workshop.main / "conductor.json").read_text())["scripts"]
    )
    return str(scripts[name])


def variables_of(harness: Harness) -> dict[str, str]:
    return {
        "CONDUCTOR_WORKSPACE_PATH": str(harness.workspace),
        "CONDUCTOR_WORKSPACE_NAME": "accra",
        "CONDUCTOR_ROOT_PATH": str(harness.workshop.main),
        "CONDUCTOR_DEFAULT_BRANCH": "main",
        "CONDUCTOR_PORT": "55000",
    }


@pytest.fixture(params=["sh", "zsh"])
def shell(request: pytest.FixtureRequest) -> str:
    return having(str(request.param))


def test_conductors_workspace_is_set_up_used_and_archived(workshop: Workshop, shell: str) -> None:
    harness = Harness(workshop, "conductor", HOOKED)
    conductor(harness, shell, "setup")
    assert (harness.workspace / ".env").read_text() == "COLOUR=blue\n"
    assert (harness.workspace / "a.key").read_text() == "secret"
    leased = ports_of(workshop.wtc("ports", "--json", cwd=harness.workspace).json()["endpoints"])
    again = conductor(harness, shell, "setup")
    assert "copied" not in again.err
    stack = workshop.up(cwd=harness.workspace)
    stays = workshop.up()
    assert stack.ports == leased
    assert stack.variable("web", "COLOUR") == "blue"
    shutil.rmtree(harness.workspace)
    conductor(harness, shell, "archive")
    assert not [name for name in workshop.leftovers() if stack.namespace in name]
    assert set(stays.ids()) == {"web", "db"}
    assert "nothing to clean" in conductor(harness, shell, "archive").err


def run_and_stop(harness: Harness, script: str, shell: str) -> str:
    """Conductor's Run button, pressed until the stack's logs are seen, and then its Stop; what was seen."""
    run = subprocess.Popen(
        [shell, "-c", script],
        cwd=harness.workspace,
        env={**harness.env, **variables_of(harness)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert run.stdout
    seen = ""
    try:
        while " | " not in seen:
            line = run.stdout.readline()
            assert line, f"it ended by itself: {seen}"
            seen += line
    finally:
        os.killpg(run.pid, signal.SIGHUP)
        threading.Event().wait(GRACE_S)
        # The group is gone where all of it has ended by now.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)
        run.communicate()
    return seen


TALKING = {
    **HOOKED,
    "compose.yaml": HOOKED["compose.yaml"].replace("httpd -f -p 80 -h /etc", "httpd -f -vv -p 80 -h /etc"),
}
"""`web` writes a line for every request, those of its healthcheck included."""


def test_conductors_run_shows_the_logs_and_its_stop_leaves_the_stack(workshop: Workshop, shell: str) -> None:
    harness = Harness(workshop, "conductor", TALKING)
    conductor(harness, shell, "setup")
    leased = ports_of(workshop.wtc("ports", "--json", cwd=harness.workspace).json()["endpoints"])
    seen = run_and_stop(harness, script_of(harness, "run"), shell)
    assert all(str(port) in seen for port in leased.values())
    stack = workshop.up(cwd=harness.workspace)
    assert stack.answer["changed"] is False
    assert stack.ports == leased
    # Pressed once more it finds the stack as it is.
    assert run_and_stop(harness, script_of(harness, "run"), shell)
    assert workshop.up(cwd=harness.workspace).ids() == stack.ids()


def test_conductors_stop_removes_the_stack_if_the_script_requests_it(workshop: Workshop, shell: str) -> None:
    harness = Harness(workshop, "conductor", TALKING)
    script = script_of(harness, "run").replace("--on-signal leave", "--on-signal down")
    run_and_stop(harness, script, shell)
    folder = os.path.realpath(harness.workspace)

    def running() -> list[Any]:
        return list(
            workshop.client.containers.list(ignore_removed=True, filters={"label": f"com.wtc.worktree={folder}"})
        )

    until(lambda: not running(), "the stack has stopped by itself, after who began that was killed")


def test_the_legacy_file_hooks_the_same(workshop: Workshop) -> None:
    harness = Harness(workshop, "conductor", {**HOOKED, "conductor.json": '{"scripts": {"setup": "echo first"}}'})
    assert conductor(harness, "sh", "setup").out.startswith("first\n")
    stack = workshop.up(cwd=harness.workspace)
    conductor(harness, "sh", "archive")
    assert stack.ids() == {}


def test_an_archive_without_its_variable_removes_nothing(workshop: Workshop) -> None:
    """Run at the root once the workspace is gone, it must not take the main worktree's stack for it."""
    harness = Harness(workshop, "conductor", HOOKED)
    stays = workshop.up()
    shutil.rmtree(harness.workspace)
    scripts = tomllib.loads((workshop.main / ".conductor/settings.toml").read_text())["scripts"]
    ended = harness.run(scripts["archive"])
    assert (ended.status, "`--worktree` is empty" in ended.err) == (2, True)
    assert set(stays.ids()) == {"web", "db"}


def test_setup_needs_no_engine(workshop: Workshop) -> None:
    workshop.commit(HOOKED)
    linked = workshop.worktree("linked")
    nowhere = {"DOCKER_HOST": f"unix://{workshop.base}/nowhere.sock"}
    ended = workshop.wtc("setup", "--json", cwd=linked, env=nowhere)
    leased = ports_of(ended.json()["endpoints"])
    assert ended.json()["env"]["path"] == str(linked / ".env")
    assert workshop.up(cwd=linked).ports == leased


def test_a_running_stack_whose_registry_was_lost_keeps_its_ports_through_setup(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": HOOKED["compose.yaml"]})
    stack = workshop.up()
    ids = stack.ids()
    shutil.rmtree(workshop.config)
    assert ports_of(workshop.wtc("setup", "--json").json()["endpoints"]) == stack.ports
    again = workshop.up()
    assert (again.ports, again.ids()) == (stack.ports, ids)


def claude(harness: Harness, event: str, document: Mapping[str, str]) -> Ended:
    """Claude Code's hooks of an event, which have to succeed whatever becomes of them."""
    settings = json.loads((harness.workshop.main / ".claude/settings.json").read_text())
    (command,) = [hook["command"] for entry in settings["hooks"][event] for hook in entry["hooks"]]
    return harness.well(command, given=json.dumps({"hook_event_name": event, **document}))


def test_claude_codes_session_learns_its_ports_and_a_removed_worktree_takes_its_stack_along(workshop: Workshop) -> None:
    harness = Harness(workshop, "claude", HOOKED)
    context = claude(harness, "SessionStart", {"source": "startup"}).out
    stack, stays = workshop.up(cwd=harness.workspace), workshop.up()
    assert all(str(port) in context for port in stack.ports.values())
    shutil.rmtree(harness.workspace)
    claude(harness, "WorktreeRemove", {"worktree_path": str(harness.workspace)})
    assert not [name for name in workshop.leftovers() if stack.namespace in name]
    assert "nothing to clean" in claude(harness, "WorktreeRemove", {"worktree_path": str(harness.workspace)}).err
    assert set(stays.ids()) == {"web", "db"}


@pytest.fixture(scope="module")
def running(shared: Workshop) -> tuple[Workshop, Stack]:
    """A stack that nothing is to touch."""
    shared.commit(HOOKED)
    return shared, shared.up()


NO_PATH, NO_SUCH = "standard input has no absolute `worktree_path`", "is not a valid path"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        *((given, NO_PATH) for given in ("", "{}", "[]", "no json", '{"worktree_path": ""}', '{"worktree_path": "."}')),
        pytest.param('{"worktree_path": "/a\\u0000b"}', NO_SUCH, id="null"),
        pytest.param('{"worktree_path": "/a\\ud800b"}', NO_SUCH, id="half a character"),
        pytest.param("[" * 100_000, NO_PATH, id="deep"),
        pytest.param('{"a": "' + "b" * (1 << 20) + '"}', NO_PATH, id="huge"),
    ],
)
def test_claude_codes_hook_without_a_path_removes_nothing(
    running: tuple[Workshop, Stack], given: str, message: str
) -> None:
    workshop, stack = running
    done = run_wtc("hook", "claude-worktree-remove", cwd=workshop.main, env=workshop.env, data=given)
    assert (done.returncode, done.stdout) == (0, "")
    first = done.stderr.splitlines()[0]
    assert first.startswith("error: ")
    assert message in first
    assert set(stack.ids()) == {"web", "db"}


def test_claude_codes_hook_fails_without_an_engine_while_the_worktree_stays(workshop: Workshop, tmp_path: Path) -> None:
    workshop.commit(HOOKED)
    env = {**workshop.env, "DOCKER_HOST": f"unix://{tmp_path}/nowhere.sock"}
    given = json.dumps({"worktree_path": str(workshop.worktree("linked"))})
    done = run_wtc("hook", "claude-worktree-remove", cwd=tmp_path, env=env, data=given)
    assert done.returncode == 4
    assert done.stderr.startswith("error: cannot reach the engine")


def test_a_shell_reaches_the_stack_by_what_env_says(workshop: Workshop) -> None:
    workshop.commit(HOOKED)
    harness = Harness(workshop, "conductor", {})
    stack = workshop.up(cwd=harness.workspace)
    line = 'eval "$(wtc env)" && echo "$WEB_PORT $WTC_NAMESPACE" && wget -qO- "$WTC_URL_WEB/hostname" >/dev/null'
    line = line if shutil.which("wget") else line.partition(" && wget")[0]
    assert harness.well(line).out.split() == [str(stack.ports["web/80/tcp"]), stack.namespace]


def test_doctor_reports_the_engine_and_leases_of_a_missing_folder(workshop: Workshop) -> None:
    workshop.commit(HOOKED)
    linked = workshop.worktree("linked")
    workshop.wtc("setup", cwd=linked)
    shutil.rmtree(linked)
    ended = workshop.wtc("doctor", "--json", status=1)
    findings = ended.json()["findings"]
    found = {f["subject"]: f for f in findings}
    assert all(found[name]["well"] for name in ("context", "engine", "API version", "git", "compose file"))
    hints = [f["hint"] for f in findings if f["subject"] == "registry" and not f["well"]]
    assert hints == ["to free the leases, run `wtc clean --gone`"]
