"""`wtc cp`."""

import sys
from typing import Annotated

import typer

from wtc.cli.options import with_target
from wtc.errors import UsageError
from wtc.orchestrator.context.target import Target

EXAMPLES = "Example: wtc cp web:/var/log/nginx ./logs"


@with_target
def command(
    target: Target,
    source: Annotated[str, typer.Argument(metavar="SERVICE:PATH|PATH|-", show_default=False)],
    destination: Annotated[str, typer.Argument(metavar="PATH|SERVICE:PATH|-", show_default=False)],
    archive: Annotated[
        bool, typer.Option("--archive", "-a", help="What is copied into a container becomes its user's.")
    ] = False,
    follow_link: Annotated[
        bool, typer.Option("--follow-link", "-L", help="Copy what a symbolic link leads to, and not the link.")
    ] = False,
    one_offs: Annotated[bool, typer.Option("--all", help="Include containers of `wtc run`.")] = False,
    index: Annotated[int, typer.Option("--index", metavar="N", help="Which replica.", min=0, show_default=False)] = 0,
) -> None:
    """Copy files and folders out of a container of this worktree's stack, or into one.

    A path that ends in `/.` is a folder's contents. `-` is a tar, on standard input or output. What is copied out
    belongs to you; what is copied in keeps its owner's number. Devices and named pipes are refused, and files that are
    copied out are never setuid or setgid.
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
