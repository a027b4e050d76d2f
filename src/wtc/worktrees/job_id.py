"""The id of a job: the name of its worktree's folder and the end of its branch; its lock names it."""

import os

_JOB = "wtc job "
"""What follows the process in the reason of a job's lock."""


def job_reason(job_id: str) -> str:
    """The reason of a job's lock. The process comes first, so that a job id cannot name another one."""
    return f"pid={os.getpid()} {_JOB}{job_id}"


def job_id_problem(job_id: str) -> str:
    """Why the job id cannot be the name of a folder and the end of a branch; empty where it can."""
    if job_id in {"", ".", "@"}:
        return "git has no worktree of this name"
    if ".." in job_id or any(one in job_id for one in "/\\"):
        return "it has `..`, `/` or `\\`"
    return "it has control characters" if any(ord(one) < 32 or ord(one) == 127 for one in job_id) else ""


def locked_job(reason: str) -> str:
    """The job that the reason of a lock names; empty where it names none."""
    process, _, job = reason.partition(f" {_JOB}")
    return job if process.startswith("pid=") else ""
