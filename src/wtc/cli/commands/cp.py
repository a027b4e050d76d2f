"""`wtc cp`."""

import sys

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import with_target
from wtc.errors import UsageError
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc cp web:/var/log/nginx ./logs"


@with_target
def command(
    target: Target,
    source: Annotated[str, Argument(metavar="SERVICE:PATH|PATH|-", show_default=False)],
    destination: Annotated[str, Argument(metavar="PATH|SERVICE:PATH|-", show_default=False)],
    archive: Annotated[bool, Option("--archive", "-a", help="Give copied files to the container's user.")] = False,
    follow_link: Annotated[
        bool, Option("--follow-link", "-L", help="Copy the target of a symbolic link, not the link.")
    ] = False,
    one_offs: Annotated[bool, Option("--all", help="Include containers of `wtc run`.")] = False,
    index: Annotated[int, Option("--index", metavar="N", help="Number of the replica.", min=0, show_default=False)] = 0,
) -> None:
    """Copy files and folders between a container of this worktree's stack and the host.

    A path that ends in `/.` means the folder's contents. `-` is a tar archive on standard input or output. Files copied
    to the host belong to you and are never setuid or setgid; files copied to a container keep their numeric owner.
    Devices and named pipes are refused.
    """
    from wtc.cli.render.plain_reporter import PlainReporter
    from wtc.orchestrator.cp import STREAM, CopyRequest, copy_files

    if destination == STREAM and sys.stdout.isatty():
        raise UsageError("a tar does not go to a terminal", hints=["to keep it, run `wtc cp SERVICE:PATH - > FILE`"])
    request = CopyRequest(
        source=source,
        destination=destination,
        number=index,
        one_offs=one_offs,
        archive=archive,
        follow_link=follow_link,
    )
    copy_files(target, request, PlainReporter())
