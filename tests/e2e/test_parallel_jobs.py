"""The example that runs jobs in parallel ends with every result, wherever it is killed, and leaves nothing else."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import DEADLINE_S, Started, Workshop, until
from tests.e2e.parallel_jobs import COMPOSE, COUNTED, EXAMPLE, Run, kill, kill_at, processes_that_name
from tests.sandbox.conftest import bubblewrap
from tests.test_quickstart import environment, left

RESULT = {"status": 0, "output": "a ran\n", "errors": "", "start": "", "patch": ""}
__all__ = ["bubblewrap", "environment"]
pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]


@pytest.fixture
def run(workshop: Workshop) -> Iterator[Run]:
    found = Run(workshop, ["--no-sandbox"])
    yield found
    found.open_gate()
    until(lambda: not processes_that_name(str(workshop.base)), "the commands of the jobs have ended")


@pytest.mark.usefixtures("bubblewrap")
@pytest.mark.slow
def test_killed_run_resumes_and_no_job_completes_twice(workshop: Workshop) -> None:
    run = Run(workshop, [])
    quick = 'echo "$0" >>completed; echo "$(curl -fsS $WTC_URL_WEB/hostname)"'
    run.write({"a": quick, "b": quick, "c": COUNTED, "d": COUNTED, "e": COUNTED, "f": COUNTED})
    killed = run.start()
    until(lambda: run.counted("begun") == ["c", "d", "e", "f"], "four jobs wait, and two are done", deadline_s=120)
    kill(killed)
    assert run.states() == {"a": "done", "b": "done", "c": "running", "d": "running", "e": "running", "f": "running"}

    resumed = run.start()
    until(lambda: len(run.counted("begun")) == 8, "the four jobs began again", deadline_s=120)
    run.open_gate()
    ended = resumed.end()

    assert ended.status == 0, ended
    assert run.counted("completed") == ["a", "b", "c", "d", "e", "f"]
    assert run.states() == dict.fromkeys("abcdef", "done")
    assert [run.stored(name, "result")["output"] for name in "cdef"] == ["c ran\n", "d ran\n", "e ran\n", "f ran\n"]
    assert [run.stored(name)["attempts"] for name in "abcdef"] == [1, 1, 2, 2, 2, 2]
    assert run.left() == []

    again = run.end()
    assert again.out == ended.out
    assert run.counted("completed") == ["a", "b", "c", "d", "e", "f"]


@pytest.mark.timeout(900)  # the images are built from packages where the engine has nothing of them yet
@pytest.mark.usefixtures("bubblewrap")
@pytest.mark.slow
def test_command_of_the_example_ends_with_every_result_after_a_kill(
    environment: dict[str, str], tmp_path: Path
) -> None:
    work = tmp_path / "jobs"
    worktrees = work / "guestbook/.worktrees"
    names = ("read", "sign", "fill", "refuse", "restyle", "document")

    def start(*arguments: str) -> Started:
        pipes: Any = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        variables = environment | {"WTC_PARALLEL_JOBS_DIR": str(work), "WTC_OVERSUBSCRIBE": "true"}
        return Started(popen=subprocess.Popen([str(EXAMPLE / "run"), *arguments], env=variables, **pipes))

    try:
        kill_at(start(), "restyle: running, start the stack")
        resumed = start().end(deadline_s=600)
        assert resumed.status == 0, resumed
        heads = [line for line in resumed.out.splitlines() if not line.startswith(" ")]
        assert [head.partition(", attempts")[0] for head in heads] == [f"{name}: done, exit status 0" for name in names]
        assert "restyle: done, exit status 0, attempts: 2\n" in resumed.out
        assert resumed.out.count("only this stack has this row") == 1
        # The kill may have reached it too.
        assert re.search(r"^fill: done, exit status 0, attempts: [12]\n  9 rows\n", resumed.out, re.MULTILINE)
        assert [left(worktrees / name) for name in names] == [[]] * len(names)
        assert os.listdir(worktrees) == []
        assert processes_that_name(str(work)) == []
        assert start().end().out == resumed.out
    finally:
        cleaned = start("clean").end(deadline_s=600)
    assert cleaned.status == 0, cleaned
    assert not work.exists()


@pytest.mark.parametrize(
    ("line", "attempts"),
    [
        ("a: running, create the worktree", 2),
        ("a: running, start the stack", 2),
        ("a: running, run the command", 2),
        ("a: running, read the changes", 1),
        ("a: done, clean up", 1),
    ],
)
def test_job_completes_once_wherever_the_run_is_killed(run: Run, line: str, attempts: int) -> None:
    run.write({"a": COUNTED})
    if attempts == 1:
        run.open_gate()
    kill_at(run.start(), line)
    run.open_gate()
    run.end()
    assert run.counted("completed") == ["a"]
    assert run.stored("a", "result") | {"start": ""} == RESULT
    assert run.stored("a")["attempts"] == attempts
    assert run.left() == []


@pytest.mark.usefixtures("bubblewrap")
def test_command_that_ends_unseen_is_not_run_again(workshop: Workshop) -> None:
    run = Run(workshop, [])
    run.write({"a": COUNTED})
    killed = run.start()
    until(lambda: run.counted("begun") == ["a"], "the job began", deadline_s=120)
    killed.popen.send_signal(signal.SIGSTOP)
    run.open_gate()
    until((run.state / "a/outcome/status").exists, "the command has ended")
    kill(killed)
    assert run.states() == {"a": "running"}
    run.end()
    assert run.counted("completed") == ["a"]
    assert run.stored("a", "result") | {"start": ""} == RESULT
    assert run.stored("a")["attempts"] == 1
    assert run.left() == []


@pytest.mark.slow
def test_interrupted_run_ends_its_commands_and_resumes(run: Run) -> None:
    run.write({"a": COUNTED, "b": COUNTED})
    for number in (signal.SIGINT, signal.SIGTERM):
        begun = len(run.counted("begun"))
        interrupted = run.start()
        until(lambda before=begun: len(run.counted("begun")) == before + 2, "both jobs began", deadline_s=120)
        interrupted.popen.send_signal(number)
        assert interrupted.end().status == 130
        assert processes_that_name(str(run.shared)) == []
    run.open_gate()
    run.end()
    assert run.counted("completed") == ["a", "b"]
    assert run.left() == []


def test_failed_job_keeps_its_status_and_is_not_run_again(run: Run) -> None:
    run.write({"a": "echo once >>completed; echo out; echo err >&2; exit 7", "b": "true"})
    for _ in range(2):
        ended = run.end(status=1)
        assert ended.out == (
            "a: failed, exit status 7, attempts: 1\n  out\n  err\nb: done, exit status 0, attempts: 1\n"
        )
    assert run.counted("completed") == ["once"]
    assert run.left() == []


def test_command_that_does_not_exist_is_an_error_of_the_shell(run: Run) -> None:
    run.write({"a": "true"})
    run.jobs.write_text('[[job]]\nname = "a"\ncommand = ["no-such-command"]\n')
    status, error, *more = run.end(status=1).out.splitlines()
    assert status == "a: failed, exit status 127, attempts: 1"
    assert error.startswith("  sh: ")
    assert "no-such-command: " in error
    assert more == []


def test_job_without_a_stack_is_tried_again(run: Run) -> None:
    run.shop.commit({"compose.yaml": "services: {web: {image: 'missing.invalid/web:1', pull_policy: never}}\n"})
    run.write({"a": "echo ran"})
    ended = run.end(status=1)
    assert "a: failed, exit status None, attempts: 1\n  error: " in ended.out
    assert run.left() == []
    run.shop.commit({"compose.yaml": COMPOSE})
    assert run.end().out == "a: done, exit status 0, attempts: 2\n  ran\n"
    assert run.left() == []


def test_result_has_what_the_job_changed_and_committed(run: Run) -> None:
    worktree = run.worktree("a")
    run.write(
        {"a": f"cd {worktree} && echo new >new && echo '# end' >>compose.yaml && git rev-parse --abbrev-ref HEAD"}
    )
    ended = run.end()
    assert ended.out == "a: done, exit status 0, attempts: 1\n  HEAD\n  a patch of 16 lines\n"
    patch = run.stored("a", "result")["patch"]
    assert [line for line in patch.splitlines() if line[:1] in "+-" and line[:2] not in {"++", "--"}] == [
        "+# end",
        "+new",
    ]


def test_job_with_another_command_is_a_new_one(run: Run) -> None:
    run.write({"a": "echo one"})
    run.end()
    run.write({"a": "echo two"})
    assert run.end().out == "a: done, exit status 0, attempts: 1\n  two\n"


def test_second_run_waits_for_the_first(run: Run) -> None:
    run.write({"a": COUNTED})
    first = run.start()
    until(lambda: run.counted("begun") == ["a"], "the job began", deadline_s=120)
    second = run.start()
    run.open_gate()
    assert first.end().status == 0
    assert second.end().status == 0
    assert run.counted("begun") == run.counted("completed") == ["a"]


def test_without_bubblewrap_the_error_names_the_option(workshop: Workshop, tmp_path: Path) -> None:
    run = Run(workshop, [])
    run.write({"a": "true"})
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("git", "sh"):
        found = subprocess.run(["sh", "-c", f"command -v {name}"], check=True, capture_output=True, text=True)
        (programs / name).symlink_to(os.path.realpath(found.stdout.strip()))
    workshop.env["PATH"] = str(programs)
    ended = run.end(status=1)
    assert ended.err.startswith("error: jobs cannot run in a sandbox here\n")
    assert ended.err.endswith("hint: to run the commands on the host, without a sandbox, add `--no-sandbox`\n")
    assert run.stored("a")["attempts"] == 0
    assert not run.worktree("a").exists()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it has no `[[job]]`"),
        ("[[job]]\nname = '../a'\ncommand = ['true']", "`../a` is not a valid name of a job"),
        ("[[job]]\nname = 'a'", "`a` has no `command`"),
        ("[[job]]\nname = 'a'\ncommand = 'true'", "`command` of `a` is not a list of strings"),
        ("[[job]]\nname = 'a'\ncommand = ['true']\nshared = []", "`a` has an unknown key `shared`"),
        ("[[job]]\nname = 'a'\ncommand = ['true']\n" * 2, "two jobs have the name `a`"),
    ],
)
def test_file_that_has_no_jobs_is_a_usage_error(run: Run, text: str, reason: str) -> None:
    run.jobs.write_text(text)
    assert run.end(status=2).err.endswith(f"error: cannot use `{run.jobs}`: {reason}\n")
    assert not run.state.exists()


@pytest.mark.parametrize(("command", "status"), [("exit 7", 7), ("kill -9 $$", 137), ("cat", 0)])
def test_tether_returns_the_status_of_the_command(command: str, status: int) -> None:
    tether = [sys.executable, str(EXAMPLE / "tether.py"), "sh", "-c", command]
    with subprocess.Popen(tether, stdin=subprocess.PIPE) as popen:
        assert popen.wait(DEADLINE_S) == status
