"""`wtc volumes`."""

import sys

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import AsJson, require_exclusive, with_target
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc volumes -q db"


@with_target
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    anonymous: Annotated[bool, Option("--all", "-a", help="Include anonymous volumes.")] = False,
    only_names: Annotated[bool, Option("--quiet", "-q", help="Print only names.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the volumes of this worktree's stack. To remove one, run `wtc clean --volume NAME`."""
    from wtc.cli.render.warnings import report_warnings
    from wtc.cli.terminal.output import narrate, print_columns, print_json
    from wtc.orchestrator.volumes import volumes

    require_exclusive({"--quiet": only_names, "--json": as_json})
    namespace, found = volumes(target, tuple(services or ()), report_warnings, anonymous=anonymous)
    if as_json:
        print_json(
            {
                "worktree": namespace.worktree,
                "namespace": namespace.name,
                "volumes": [
                    {
                        "name": one.volume.name,
                        "key": one.key or None,
                        "driver": one.volume.driver,
                        "created": one.volume.created or None,
                        "services": list(one.services),
                    }
                    for one in found
                ],
            }
        )
    elif only_names:
        sys.stdout.writelines(f"{one.volume.name}\n" for one in found)
    elif not found:
        narrate("these services mount no volume of the stack" if services else f"`{namespace.name}` has no volumes")
    else:
        rows = [[one.key or "-", one.volume.name, one.volume.driver, " ".join(one.services) or "-"] for one in found]
        print_columns(rows, header=("volume", "name", "driver", "services"))
