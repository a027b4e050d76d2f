"""`wtc worktree add`."""

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import Quiet, with_target_for_new_worktree
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc worktree add search --from origin/main --up"


@with_target_for_new_worktree
def command(
    target: Target,
    name: Annotated[str, Argument(metavar="NAME", help="The name of its folder, and the end of its branch.")],
    source: Annotated[
        str, Option("--from", metavar="REF", help="Where it starts; by default at HEAD of the current worktree.")
    ] = "",
    detach: Annotated[bool, Option("--detach", help="Detach HEAD: create no branch.")] = False,
    base: Annotated[
        str,
        Option("--base", metavar="DIR", help="The folder to create it in; by default `.worktrees`."),
    ] = "",
    bring_up: Annotated[bool, Option("--up", help="Bring its stack up.")] = False,
    quiet: Quiet = False,
) -> None:
    """Create a worktree on the new branch `wtc/NAME`, prepare it as `wtc setup` does, and print its path.

    It lies in `.worktrees` of the main worktree, which `info/exclude` keeps out of `git status`, and is locked, so that
    only wtc removes it, with its stack.
    """
    from wtc.cli.render.up import show_up
    from wtc.cli.reporting import choose_reporter, stop_on_signal
    from wtc.cli.terminal.output import print_exact
    from wtc.orchestrator.worktree.add import AddRequest, add

    request = AddRequest(name=name, source=source, detach=detach, base=base, up=bring_up)
    with stop_on_signal() as stop, choose_reporter(quiet=quiet) as report:
        result = add(target, request, report, stop)
    print_exact(f"{result.worktree.path}\n")
    if result.up:
        show_up(result.up, as_json=False, dry_run=False, silent=False)
