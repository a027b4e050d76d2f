"""`wtc stats`."""

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import AsJson, require_exclusive, with_target
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc stats --watch"


@with_target
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    everywhere: Annotated[bool, Option("--all", "-a", help="Show all worktrees.")] = False,
    watch: Annotated[bool, Option("--watch", help="Redraw every second, until Ctrl-C.")] = False,
    no_stream: Annotated[bool, Option("--no-stream", help="Print once and end, which is the default.")] = False,
    no_trunc: Annotated[bool, Option("--no-trunc", hidden=True)] = False,
    as_json: AsJson = False,
) -> None:
    """Show the memory and CPU use of this worktree's containers, and their limits.

    Memory is the working set, without the file cache that the kernel gives up first, as `docker stats` has it. 100% is
    one processor.
    """
    from wtc.cli.render.stats import SPARE, stats_document, stats_header, stats_rows, total_text
    from wtc.cli.render.warnings import report_warnings
    from wtc.cli.terminal.output import narrate, print_columns, print_json
    from wtc.orchestrator.stats import StatsRequest, stats, watch_stats

    del no_trunc  # nothing is shortened
    require_exclusive({"--watch": watch, "--no-stream": no_stream})
    require_exclusive({"--watch": watch, "--json": as_json})
    request = StatsRequest(services=tuple(services or ()), everywhere=everywhere)
    titles = stats_header(everywhere=everywhere)
    nothing = "nothing runs" if everywhere else "nothing of this worktree runs"
    if watch:
        from wtc.cli.terminal.watch import Table, redraw

        with watch_stats(target, request, report_warnings) as look:

            def once() -> Table:
                result = look()
                below = total_text(result) if result.stacks else nothing
                return Table(header=titles, rows=stats_rows(result, everywhere=everywhere), below=below, spare=SPARE)

            redraw(once)
    result = stats(target, request, report_warnings)
    if as_json:
        print_json(stats_document(result))
    elif not result.stacks:
        narrate(nothing if everywhere else f"{nothing}; to start its stack, run `wtc up`")
    else:
        print_columns(stats_rows(result, everywhere=everywhere), header=titles)
        narrate(total_text(result))
