"""`wtc ls`."""

import sys

from wtc.cli.declarations import Option
from wtc.cli.options import AsJson, require_exclusive, with_target
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc ls -a"


@with_target
def command(
    target: Target,
    stopped: Annotated[bool, Option("--all", "-a", help="Include stacks of which nothing runs.")] = False,
    only_names: Annotated[bool, Option("--quiet", "-q", help="Print only namespaces.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the stacks of all worktrees, one a line: branch, state, services running, endpoints."""
    from wtc.cli.render.endpoints import endpoint_document, endpoint_url
    from wtc.cli.render.state_colours import state_colour
    from wtc.cli.render.worktree_cell import worktree_cell
    from wtc.cli.terminal.output import narrate, print_columns, print_json
    from wtc.orchestrator.ls import ls

    require_exclusive({"--quiet": only_names, "--json": as_json})
    found = ls(target, stopped=stopped)
    if as_json:
        print_json(
            {
                "stacks": [
                    {
                        "worktree": one.summary.namespace.worktree,
                        "namespace": one.summary.namespace.name,
                        "place": one.summary.place,
                        "path": one.summary.path or None,
                        "directory": one.summary.directory,
                        "branch": one.summary.branch or None,
                        "states": [{"state": state, "containers": count} for state, count in one.states],
                        "services": one.services,
                        "services_running": one.running,
                        "endpoints": [endpoint_document(e) for e in one.endpoints],
                    }
                    for one in found
                ]
            }
        )
    elif only_names:
        sys.stdout.writelines(f"{one.summary.namespace.name}\n" for one in found)
    elif not found:
        whose = " of the worktree" if target.worktree else ""
        narrate(f"no stack{whose} exists" if stopped else f"no stack{whose} runs; to list stopped ones, add `-a`")
    else:
        rows = [
            [
                worktree_cell(one.summary, one.summary.directory),
                one.summary.branch or "-",
                ", ".join(f"{state}({count})" for state, count in one.states) or "-",
                f"{one.running}/{one.services}",
                " ".join(endpoint_url(e) for e in one.endpoints) or "-",
            ]
            for one in found
        ]
        header = ("worktree", "branch", "state", "services", "endpoints")
        print_columns(rows, header=header, colours={"state": state_colour})
