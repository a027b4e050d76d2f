"""`wtc clean`."""

from wtc.cli.declarations import Option
from wtc.cli.options import AsJson, DryRun, Quiet, Timeout, require_exclusive, with_target
from wtc.dataclass import replace
from wtc.errors import InterruptedByUserError, UsageError
from wtc.orchestrator.context.target import Target
from wtc.static_typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    from wtc.orchestrator.clean import Cleaning, CleanPlan

EXAMPLES = "Example: wtc clean -y -w ../accra"
_REFUSED = "`clean` removes volumes, and needs a terminal to ask first"
_HINTS = ("to see what it would remove, run `wtc clean --dry-run`", "to remove it, run `wtc clean --yes`")


@with_target
def command(
    target: Target,
    all_worktrees: Annotated[bool, Option("--all", help="Remove all stacks that were created on this host.")] = False,
    gone: Annotated[
        bool, Option("--gone", help="Remove stacks whose worktree is proved to be gone; ask about prunable ones.")
    ] = False,
    all_gone: Annotated[
        bool, Option("--all-gone", help="With `--gone`: proceed even for more than half of this host's stacks.")
    ] = False,
    former: Annotated[
        bool, Option("--former", help="Remove the stacks of former worktrees at this worktree's path.")
    ] = False,
    stack: Annotated[
        str,
        Option(
            "--stack",
            metavar="NAMESPACE",
            help="Remove one stack by namespace, even without proof that its worktree is gone.",
        ),
    ] = "",
    volume: Annotated[
        list[str] | None,
        Option("--volume", metavar="NAME", help="Remove only this volume of the stack; repeatable."),
    ] = None,
    yes: Annotated[bool, Option("--yes", "-y", help="Do not ask.")] = False,
    timeout: Timeout = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Remove this project's stack: containers, networks, VOLUMES, built images, leased ports.

    With `-w`, remove all stacks of that worktree, even if its folder is gone. wtc removes only what provably belongs to
    the worktree; it lists the rest and exits with 5. With nothing to remove, it succeeds.
    """
    from wtc.cli.reporting import choose_reporter, stop_on_signal
    from wtc.cli.terminal.output import narrate, print_json
    from wtc.orchestrator.clean import CleanRequest, execute_clean, forget_stale, prepare_clean, raise_if_left, scope_of
    from wtc.orchestrator.removal.clean_scope import Scope

    target = replace(target, by_branch=False)
    scope = scope_of(worktree=target.worktree, every=all_worktrees, gone=gone, former=former, stack=stack)
    for option, given in {"--all": all_worktrees, "--gone": gone, "--former": former}.items():
        require_exclusive({"--volume": bool(volume), option: given})
    if all_gone and not gone:
        raise UsageError("`--all-gone` requires `--gone`")
    request = CleanRequest(
        scope=scope, stack=stack, volumes=tuple(volume or ()), all_gone=all_gone or dry_run, timeout_s=timeout
    )
    with stop_on_signal() as stop:
        with choose_reporter(quiet=quiet or dry_run) as report:
            found = prepare_clean(target, request, report)
        chosen = found.cleanings if dry_run else _select_confirmed(found.cleanings, yes=yes)
        if not dry_run and (chosen or found.stale):
            with choose_reporter(quiet=quiet) as report:
                execute_clean(target, request, chosen, report, stop)
                forget_stale(target, found, report)
    if scope is Scope.WORKTREE and not dry_run:
        raise_if_left(found.left)
    if as_json:
        print_json(_document(found, chosen, dry_run=dry_run))
    elif dry_run:
        _preview(found)
    elif not quiet:
        for cleaning in chosen:
            what = "volumes of " if request.volumes else ""
            narrate(f"{what}`{cleaning.namespace.name}` removed{_leases_text(cleaning.leases)}")
        # With `-w` they were an error. Stacks of present worktrees are printed only in a dry run.
        for one in (one for one in found.left if scope is not Scope.WORKTREE and not one.present):
            narrate(f"`{one.stack.namespace}` of {one.stack.worktree} is kept: {one.why}")
        for name in found.stale:
            narrate(f"the leased ports of `{name}` are free again")
        if not (chosen or found.stale):
            narrate("nothing to clean")


def _select_confirmed(cleanings: "tuple[Cleaning, ...]", *, yes: bool) -> "tuple[Cleaning, ...]":
    """Return the stacks to remove: with `--yes` all proved ones, else those that the user confirms."""
    from wtc.cli.terminal.output import narrate

    certain = tuple(c for c in cleanings if not c.ask)
    asked = [c for c in cleanings if c.ask]
    if certain and not yes:
        _confirm(certain)
    if yes:
        for cleaning in asked:
            narrate(f"`{cleaning.namespace.name}` of {cleaning.namespace.worktree} is kept: {cleaning.why}")
        if asked:
            narrate("hint: to find a moved worktree again, run `git worktree repair PATH`")
            narrate("hint: to let git forget it, run `git worktree prune`")
        return certain
    return certain + tuple(c for c in asked if _confirm_prunable(c))


def _confirm_prunable(cleaning: "Cleaning") -> bool:
    """Ask the user about one stack whose worktree may have been moved by hand."""
    from wtc.cli.terminal.confirm import confirm, require_terminal
    from wtc.cli.terminal.output import narrate

    require_terminal(_REFUSED, _HINTS)
    narrate(f"{cleaning.namespace.worktree}: {cleaning.why}; {_contents(cleaning)}")
    return confirm("Remove this stack, volumes and their data included?", refused=_REFUSED, hints=_HINTS)


def _leases_text(leases: int) -> str:
    return (
        ""
        if not leases
        else ", and its host port is free"
        if leases == 1
        else f", and its {leases} host ports are free"
    )


def _confirm(cleanings: "tuple[Cleaning, ...]") -> None:
    from wtc.cli.terminal.confirm import confirm, require_terminal
    from wtc.cli.terminal.output import narrate

    require_terminal(_REFUSED, _HINTS)
    for cleaning in cleanings:
        narrate(f"{cleaning.namespace.worktree}: {_contents(cleaning)}")
    if not confirm("Remove all of this, volumes and their data included?", refused=_REFUSED, hints=_HINTS):
        raise InterruptedByUserError("nothing was removed")


def _contents(cleaning: "Cleaning") -> str:
    from wtc.model.plan_text import operation_text

    names = [operation_text(n.operation).removeprefix("remove ") for n in cleaning.plan.nodes]
    return ", ".join(name for name in names if not name.startswith("stop ")) or "its leased ports"


def _preview(found: "CleanPlan") -> None:
    """Print the plans, and the reason why each stack is removed or kept."""
    from wtc.cli.render.up import show_plans
    from wtc.cli.terminal.output import narrate

    for cleaning in found.cleanings:
        asked = " (only after confirmation)" if cleaning.ask else ""
        narrate(f"`{cleaning.namespace.name}` of {cleaning.namespace.worktree}: {cleaning.why}{asked}")
    for one in found.left:
        narrate(f"`{one.stack.namespace}` of {one.stack.worktree} is kept: {one.why}")
    show_plans(tuple(c.plan for c in found.cleanings))


def _document(found: "CleanPlan", chosen: "tuple[Cleaning, ...]", *, dry_run: bool) -> dict[str, object]:
    from wtc.cli.render.up import plan_document

    return {
        "changed": bool(chosen),
        "dry_run": dry_run,
        "cleaned": [
            {
                "worktree": c.namespace.worktree,
                "namespace": c.namespace.name,
                "reason": c.why,
                "ports_freed": c.leases,
                "plan": plan_document([c.plan]),
            }
            for c in chosen
        ],
        "left": [
            {"worktree": one.stack.worktree, "namespace": one.stack.namespace, "reason": one.why} for one in found.left
        ],
    }
