"""The id of a job: the name of its worktree's folder and the end of its branch; its lock names it."""

import os

_JOB = "wtc job "
"""What follows the process in the reason of a job's lock."""


def job_reason(job_id: str) -> str:
    """Return the reason of a job's lock. The process id comes first, so that a job id cannot fake it."""
    return f"pid={os.getpid()} {_JOB}{job_id}"


def job_id_problem(job_id: str) -> str:
    """Return why the job id cannot be a folder name and the last part of a branch; empty if it can."""
    if job_id in {"", ".", "@"}:
        return "git does not accept it as a name"
    if ".." in job_id or any(one in job_id for one in "/\\"):
        return "it contains `..`, `/` or `\\`"
    return "it contains control characters" if any(ord(one) < 32 or ord(one) == 127 for one in job_id) else ""


def locked_job(reason: str) -> str:
    """Return the job that the reason of a lock names; empty if it names none."""
    process, _, job = reason.partition(f" {_JOB}")
    return job if process.startswith("pid=") else ""
