"""`wtc logs`."""

import time
from typing import Annotated

import typer

from wtc.cli.options import with_target_by_file
from wtc.errors import UsageError
from wtc.orchestrator.context.target import Target

EXAMPLES = "Example: wtc logs -f --tail 20 web"


@with_target_by_file
def command(
    target: Target,
    services: Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]...")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as lines come.")] = False,
    tail: Annotated[
        str, typer.Option("--tail", "-n", metavar="N|all", help="The last lines of each container.")
    ] = "all",
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="From then on: `10m`, or RFC 3339.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="Up to then: `10m`, or RFC 3339.")] = "",
    timestamps: Annotated[bool, typer.Option("--timestamps", "-t", help="Each line with its time.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="Without colours.")] = False,
    no_log_prefix: Annotated[bool, typer.Option("--no-log-prefix", help="Without the services' names.")] = False,
    index: Annotated[
        int, typer.Option("--index", metavar="N", help="Of this replica alone.", min=0, show_default=False)
    ] = 0,
) -> None:
    """Print what this worktree's containers have written, in the order of time; with `-f` as it comes."""
    from wtc.cli.render.logs import LogWriter
    from wtc.cli.render.warnings import report_warnings
    from wtc.cli.timestamps import parse_timestamp
    from wtc.orchestrator.logs import LogsRequest, logs

    now = time.time()
    request = LogsRequest(
        services=tuple(services or ()),
        number=index,
        follow=follow,
        tail=_tail(tail),
        since=parse_timestamp("--since", since, now),
        until=parse_timestamp("--until", until, now),
    )
    writer = LogWriter(prefixed=not no_log_prefix, coloured=not no_color, timestamps=timestamps)
    with logs(target, request, report_warnings) as found:
        writer.expect(found.replicas)
        for lines in found.batches:
            writer.write(lines)


def _tail(text: str) -> int | None:
    if text in {"all", "-1"}:
        return None
    if not text.isdigit():
        raise UsageError(f"`--tail` is `{text}`", hints=["to see the last lines, run `wtc logs --tail 20`"])
    return int(text)
