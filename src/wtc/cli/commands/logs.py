"""`wtc logs`."""

import time

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import with_target_by_file
from wtc.errors import UsageError
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc logs -f --tail 20 web"


@with_target_by_file
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    follow: Annotated[bool, Option("--follow", "-f", help="Print new lines as they come.")] = False,
    tail: Annotated[
        str, Option("--tail", "-n", metavar="N|all", help="Print only the last N lines of each container.")
    ] = "all",
    since: Annotated[str, Option("--since", metavar="TIME", help="Start at this time: `10m` ago, or RFC 3339.")] = "",
    until: Annotated[str, Option("--until", metavar="TIME", help="End at this time: `10m` ago, or RFC 3339.")] = "",
    timestamps: Annotated[bool, Option("--timestamps", "-t", help="Print the time of each line.")] = False,
    no_color: Annotated[bool, Option("--no-color", help="Print without colours.")] = False,
    no_log_prefix: Annotated[bool, Option("--no-log-prefix", help="Print without the service names.")] = False,
    index: Annotated[
        int, Option("--index", metavar="N", help="Print only this replica.", min=0, show_default=False)
    ] = 0,
) -> None:
    """Print the logs of this worktree's containers, ordered by time; with `-f`, follow them."""
    from wtc.cli.render.logs import LogWriter
    from wtc.cli.render.warnings import report_warnings
    from wtc.cli.values.timestamps import parse_timestamp
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
