"""`wtc ps`."""

import sys
from collections.abc import Sequence

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import AsJson, require_exclusive, require_one_of, with_target
from wtc.errors import UsageError
from wtc.model.usage import Usage
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc ps -a"


@with_target
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    stopped: Annotated[bool, Option("--all", "-a", help="Include stopped containers.")] = False,
    sized: Annotated[bool, Option("--size", "-s", help="Show the memory that each container uses.")] = False,
    only_ids: Annotated[bool, Option("--quiet", "-q", help="Print only container IDs.")] = False,
    only_services: Annotated[bool, Option("--services", help="Print only the names of services.")] = False,
    status: Annotated[
        list[str] | None,
        Option("--status", metavar="STATUS", help="Only containers in this state, such as `exited`; repeatable."),
    ] = None,
    filters: Annotated[list[str] | None, Option("--filter", metavar="status=STATUS", hidden=True)] = None,
    no_trunc: Annotated[bool, Option("--no-trunc", hidden=True)] = False,
    orphans: Annotated[bool, Option("--orphans", hidden=True)] = False,
    as_json: AsJson = False,
) -> None:
    """List the stacks of all worktrees and their services, by the engine's labels; with `-w`, those of one worktree."""
    from wtc.cli.render.replica_name import replica_name
    from wtc.cli.render.state_colours import state_colour
    from wtc.cli.render.stats import limit_text, usage_document
    from wtc.cli.render.worktree_cell import worktree_cell
    from wtc.cli.terminal.output import narrate, print_columns, print_json
    from wtc.format_units import size_text
    from wtc.model.identity import WorktreeLocation
    from wtc.orchestrator.ps import ps, similar_service

    del no_trunc, orphans  # nothing is shortened, and orphans are listed
    for option, given in {"--json": as_json, "--size": sized, "--services": only_services}.items():
        require_exclusive({"--quiet": only_ids, option: given})
    require_exclusive({"--services": only_services, "--json": as_json})
    states = _states(status or (), filters or ())
    found = ps(target, stopped=stopped, measured=sized, services=services or (), states=states)
    if only_services:
        names = dict.fromkeys(container.service for stack in found for container in stack.containers)
        sys.stdout.writelines(f"{name}\n" for name in names)
        return
    if only_ids:
        sys.stdout.writelines(f"{container.id}\n" for stack in found for container in stack.containers)
        return
    if as_json:
        print_json(
            {
                "stacks": [
                    {
                        "worktree": s.namespace.worktree,
                        "namespace": s.namespace.name,
                        "gone": s.place is WorktreeLocation.GONE,
                        "place": s.place,
                        "reason": s.reason or None,
                        "path": s.path or None,
                        "branch": s.branch or None,
                        "containers": [
                            {
                                "service": c.service,
                                "replica": c.number,
                                "container": c.name,
                                "image": c.image,
                                "state": c.state,
                                "health": c.health or None,
                                "ports": [
                                    {"target": p.target, "protocol": p.protocol, "host": p.host_ip, "port": p.port}
                                    for p in c.ports
                                ],
                                **usage_document(s.usage.get(c.id)),
                            }
                            for c in s.containers
                        ],
                    }
                    for s in found
                ],
            }
        )
        return
    if not found:
        whose = (" with these services" if services else "") + (" of the worktree" if target.worktree else "")
        narrate(f"no stack{whose} exists" if stopped else f"no stack{whose} runs; to list stopped ones, add `-a`")
        if services and (hint := similar_service(target, services)):
            from wtc.cli.render.errors import hint_text

            narrate(hint_text(hint))
        return

    def memory(usage: Usage | None) -> list[str]:
        return [size_text(usage.memory_bytes) if usage else "-", limit_text(usage)] if sized else []

    rows: list[list[str]] = []
    for stack in found:
        place = worktree_cell(stack, stack.path or stack.namespace.worktree)
        containers = [
            [
                replica_name(c.service, c.number),
                c.state + (f", {c.health}" if c.health else ""),
                " ".join(f"{p.host_ip}:{p.port}->{p.target}/{p.protocol}" for p in c.ports) or "-",
                *memory(stack.usage.get(c.id)),
            ]
            for c in stack.containers
        ] or [["-", "-", "-", *memory(None)]]
        rows += [[stack.namespace.name, stack.branch or "-", place, *container] for container in containers]
    titles = ("memory", "limit") if sized else ()
    header = ("namespace", "branch", "worktree", "service", "state", "ports", *titles)
    print_columns(rows, header=header, colours={"state": state_colour})


def _states(status: Sequence[str], filters: Sequence[str]) -> list[str]:
    """Return the states of `--status` and of `--filter status=STATUS`."""
    states = ("created", "running", "paused", "restarting", "removing", "exited", "dead")
    for text in filters:
        name, _, value = text.partition("=")
        if name != "status":
            raise UsageError(
                f"`--filter` is `{text}`, and can be `status=STATUS`",
                hints=["to filter by other properties, run `wtc ps --json`"],
            )
        status = [*status, value]
    return [require_one_of("--status", one, states) for one in status]
