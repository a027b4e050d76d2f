"""`wtc clean`."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from wtc.cli.options import AsJson, DryRun, Quiet, exclusive, targeted
from wtc.errors import InterruptedByUserError, UsageError
from wtc.orchestrator.target import Target

if TYPE_CHECKING:
    from wtc.orchestrator.clean import Cleaning

EXAMPLES = "Example: wtc clean -y -w ../accra"


@targeted
def command(
    target: Target,
    all_worktrees: Annotated[bool, typer.Option("--all", help="The stacks of all worktrees.")] = False,
    gone: Annotated[bool, typer.Option("--gone", help="The stacks of all worktrees whose folder is gone.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    timeout: Annotated[
        int | None, typer.Option("--timeout", "-t", metavar="SECONDS", help="How long a container may take to stop.")
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Remove everything of this worktree's stack: containers, networks, VOLUMES, built images, leased ports.

    It goes by the labels on the engine, so it works when the folder is gone; nothing without them is touched. Having
    nothing to do is success.
    """
    from wtc.cli.output import print_json, say
    from wtc.cli.reporting import reporter, stoppable
    from wtc.orchestrator.clean import CleanRequest, carry_out, plan

    exclusive({"--all": all_worktrees, "--gone": gone})
    target = replace(target, by_branch=False)
    request = CleanRequest(all_worktrees=all_worktrees, gone=gone, timeout_s=timeout)
    with stoppable() as stop:
        with reporter(quiet=quiet or dry_run) as report:
            cleanings = plan(target, request, report)
        if cleanings and not (yes or dry_run):
            _confirm(cleanings)
        if cleanings and not dry_run:
            with reporter(quiet=quiet) as report:
                carry_out(target, request, cleanings, report, stop)
    if as_json:
        print_json({"changed": bool(cleanings), "dry_run": dry_run, "cleaned": [_document(c) for c in cleanings]})
    elif dry_run:
        _preview(cleanings)
    elif not quiet:
        for cleaning in cleanings:
            say(f"`{cleaning.namespace.name}` is gone{_freed(cleaning.leases)}")
        if not cleanings:
            say("nothing to clean")


def _freed(leases: int) -> str:
    return (
        ""
        if not leases
        else ", and its host port is free"
        if leases == 1
        else f", and its {leases} host ports are free"
    )


def _confirm(cleanings: "tuple[Cleaning, ...]") -> None:
    import sys

    from wtc.cli.output import say

    if not sys.stdin.isatty():
        raise UsageError(
            "`clean` removes volumes, and there is no terminal to ask on",
            hints=["to see what it would remove, run `wtc clean --dry-run`", "to remove it, run `wtc clean --yes`"],
        )
    for cleaning in cleanings:
        say(f"{cleaning.namespace.worktree}: {_contents(cleaning)}")
    if not typer.confirm("Remove all of this, volumes and their data included?", err=True):
        raise InterruptedByUserError("nothing was removed")


def _contents(cleaning: "Cleaning") -> str:
    from wtc.planner.text import operation_text

    names = [operation_text(n.operation).removeprefix("remove ") for n in cleaning.plan.nodes]
    return ", ".join(name for name in names if not name.startswith("stop ")) or "its leased ports"


def _preview(cleanings: "tuple[Cleaning, ...]") -> None:
    from wtc.cli.render.up import show_plans

    show_plans(tuple(c.plan for c in cleanings))


def _document(cleaning: "Cleaning") -> dict[str, object]:
    from wtc.cli.render.up import plan_document

    return {
        "worktree": cleaning.namespace.worktree,
        "namespace": cleaning.namespace.name,
        "ports_freed": cleaning.leases,
        "plan": plan_document([cleaning.plan]),
    }
