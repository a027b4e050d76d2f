"""Run jobs in parallel: each in its own worktree, with its own stack, in a sandbox that reaches only that stack.

The state and the result of each job are stored as an artifact tree in `STATE/JOB`. A job whose result is stored is
never run again. So the same command resumes a run that was interrupted or killed: it removes what unfinished attempts
left, runs the jobs that have no result, and prints all results. Exit status: 0 if all jobs are done, 1 if one failed, 2
for a wrong command line, 130 if interrupted.
"""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

# Modules of this example: Python finds them beside the program that it runs.
from board import Board
from commands import Ended, exclusive, execute
from jobs import Job, JobTree, forget_result, mount_job, read_jobs, recorded, shown, take_outcome

from wtc.errors import WtcError
from wtc.worktrees import GitWorktreeManager

WTC = (sys.executable, "-m", "wtc")
INTERRUPTED = 130


class Runner:
    """Runs jobs on one repository, at most `parallel` of them at a time."""

    def __init__(self, repository: Path, board: Board, *, lock: int, parallel: int, sandboxed: bool) -> None:
        self._worktrees = GitWorktreeManager(repository)
        self._folder = repository / ".worktrees"
        self._board = board
        self._slots = asyncio.Semaphore(parallel)
        self._sandboxed = sandboxed
        self._execute = partial(execute, lock=lock)

    async def run(self, jobs: Sequence[tuple[Job, JobTree]]) -> list[WtcError]:
        """Run the jobs that have no result, and remove what they needed.

        Returns: why something of a job is left, for each such job.

        Raises:
            WtcError: no sandbox can be started on this machine.
        """
        if self._sandboxed:
            await self._check_sandbox()
        ended = await asyncio.gather(*(self._run_job(*one) for one in jobs))
        return [error for error in ended if error]

    async def _check_sandbox(self) -> None:
        probe = await self._execute(*WTC, "sandbox", "-w", str(self._worktrees.repo_path), "--", "true")
        if probe.status != 0:
            hint = "to run the commands on the host, without a sandbox, add `--no-sandbox`"
            raise WtcError("jobs cannot run in a sandbox here", detail=shown(probe.errors), hints=[hint])

    async def _run_job(self, job: Job, tree: JobTree) -> WtcError | None:
        async with self._slots:
            try:
                await self._finish(job, tree)
            except WtcError as error:
                return error
        return None

    async def _finish(self, job: Job, tree: JobTree) -> None:
        """Give the job a result, and leave nothing but it. Each step is stored, durably, before the next one begins.

        Raises:
            WtcError: something is left; the next run removes it.
        """
        if tree.result.value().status is None:
            # The command of a run that was killed can have ended all the same.
            if not take_outcome(tree):
                await self._attempt(job, tree)
            # Whenever the run is killed from here on, the command is not run again.
            tree.commit()
        if tree.state.value().name == "running":
            await self._store_patch(job, tree)
        if tree.state.value().leftovers:
            await self._clean_up(job, tree)
        self._board.show(job.name, tree.state.value().name)

    async def _attempt(self, job: Job, tree: JobTree) -> None:
        """Run the command in a new worktree with its stack. The status is None if it did not run to completion.

        Raises:
            WtcError: what an earlier attempt left was not removed.
        """
        if tree.state.value().leftovers:
            await self._clean_up(job, tree)
        # Whenever the run is killed from here on, the next one knows that there is something to remove.
        tree.state.update(name="running", attempts=tree.state.value().attempts + 1, leftovers=True)
        forget_result(tree)
        tree.commit()
        self._board.show(job.name, "running", "create the worktree")
        try:
            # With a detached HEAD there is no branch to remove. What the job commits is in the patch.
            created = await self._worktrees.create_worktree_detached(job.name, worktree_base=self._folder)
        except WtcError as error:
            tree.result.update(errors="\n".join([error.message, *error.causes]))
            return
        assert created.worktree is not None
        path = str(created.worktree.path)
        tree.result.update(start=created.worktree.commit)
        tree.commit()
        self._board.show(job.name, "running", "start the stack")
        ended = await self._execute(*WTC, "up", "--quiet", "-w", path)
        if ended.status == 0:
            self._board.show(job.name, "running", "run the command")
            shared = (str(tree.outcome.handle().path()), *job.share)
            command = recorded(job.command, tree)
            ended = await self._in_worktree(path, command, "--stack", *(f"--share={one}" for one in shared))
        if not take_outcome(tree):
            tree.result.update(output=shown(ended.output), errors=shown(ended.errors))

    async def _store_patch(self, job: Job, tree: JobTree) -> None:
        """Store what the command changed, and with it that the job is done or has failed."""
        result = tree.result.value()
        if result.start:
            self._board.show(job.name, "running", "read the changes")
            diff = f"git add -A && git diff --cached --binary {result.start}"
            # The job wrote these files, so git reads them in a sandbox too.
            ended = await self._in_worktree(str(self._folder / job.name), ("sh", "-c", diff))
            errors = result.errors + shown(ended.errors if ended.status else b"")
            tree.result.update(patch=ended.output.decode(errors="surrogateescape"), errors=errors)
        tree.state.update(name="done" if result.status == 0 else "failed")
        tree.commit()

    async def _in_worktree(self, path: str, command: Sequence[str], *options: str) -> Ended:
        """Run a command in a sandbox, or on the host with the variables of the stack."""
        if self._sandboxed:
            return await self._execute(*WTC, "sandbox", "-w", path, *options, "--", *command)
        answer = await self._execute(*WTC, "env", "--json", "-w", path)
        if answer.status != 0:
            return answer
        return await self._execute(*command, folder=path, variables=json.loads(answer.output)["variables"])

    async def _clean_up(self, job: Job, tree: JobTree) -> None:
        """Remove the stack with its volumes and images, then the worktree.

        Raises:
            WtcError: something is left.
        """
        self._board.show(job.name, tree.state.value().name, "clean up")
        path = self._folder / job.name
        with suppress(OSError):
            # A creation that was killed before git began leaves an empty folder. Another folder is not deleted.
            path.rmdir()
        cleaned = await self._execute(*WTC, "clean", "--quiet", "--yes", "-w", str(path))
        if cleaned.status != 0:
            raise WtcError(f"the stack of `{job.name}` was not removed", detail=shown(cleaned.errors))
        await self._worktrees.remove_worktree(path)
        tree.state.update(leftovers=False)
        tree.commit()


def main() -> int:
    """Run the jobs that the command line names, and print their results to standard output."""
    parser = argparse.ArgumentParser(description="Run jobs in parallel, each in a worktree with its own stack.")
    parser.add_argument("jobs", type=Path, metavar="JOBS.toml")
    parser.add_argument("--repository", type=Path, required=True, help="the project, a git repository")
    parser.add_argument("--state", type=Path, required=True, help="the folder that keeps states and results")
    parser.add_argument("--parallel", type=int, default=4, metavar="N", help="how many jobs run at a time (4)")
    parser.add_argument("--no-sandbox", action="store_true", help="run the commands on the host")
    options = parser.parse_args()
    if options.parallel < 1:
        parser.error("`--parallel` is less than 1")
    try:
        jobs = read_jobs(options.jobs)
    except (OSError, ValueError) as error:
        parser.error(f"cannot use `{options.jobs}`: {error}")
    with exclusive(options.state) as lock, Board(job.name for job in jobs) as board:
        trees = [(job, mount_job(options.state, job)) for job in jobs]
        repository = options.repository.resolve()
        runner = Runner(repository, board, lock=lock, parallel=options.parallel, sandboxed=not options.no_sandbox)
        errors = asyncio.run(runner.run(trees))
    for job, tree in trees:
        print_result(job, tree)
    for error in errors:
        print_error(error)
    return 1 if errors or any(tree.state.value().name != "done" for _, tree in trees) else 0


def interrupt(*_signal: object) -> None:
    """Do as for Ctrl-C: the commands end, and the next run resumes."""
    signal.raise_signal(signal.SIGINT)


def print_result(job: Job, tree: JobTree) -> None:
    """Print the state of a job, what its command printed, and how long its patch is."""
    state, result = tree.state.value(), tree.result.value()
    print(f"{job.name}: {state.name}, exit status {result.status}, attempts: {state.attempts}")
    for line in (result.output + result.errors).splitlines():
        print(f"  {line}")
    if result.patch:
        print(f"  a patch of {len(result.patch.splitlines())} lines")


def print_error(error: WtcError) -> None:
    """Print an error, its causes and hints to standard error."""
    print(f"error: {error.message}", *error.causes, error.detail, sep="\n", file=sys.stderr)
    for hint in error.hints:
        print(f"hint: {hint}", file=sys.stderr)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, interrupt)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except WtcError as failure:
        print_error(failure)
        sys.exit(1)
