"""`wtc events`."""

import sys
import time
from datetime import UTC, datetime

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import with_target
from wtc.cli.terminal.output import SCHEMA_VERSION, json_text
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.events import ContainerEvent
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc events --json web"
JSON_LINES = True


@with_target
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    since: Annotated[str, Option("--since", metavar="TIME", help="Start at this time: `10m` ago, or RFC 3339.")] = "",
    until: Annotated[str, Option("--until", metavar="TIME", help="End at this time: `10m` ago, or RFC 3339.")] = "",
    as_json: Annotated[bool, Option("--json", help="Print one JSON object per line.")] = False,
) -> None:
    """Print the events of this worktree's containers as they happen."""
    from wtc.cli.render.warnings import report_warnings
    from wtc.cli.values.timestamps import parse_timestamp
    from wtc.orchestrator.events import events

    now = time.time()
    since, until = parse_timestamp("--since", since, now), parse_timestamp("--until", until, now)
    with events(target, tuple(services or ()), report_warnings, since=since, until=until) as found:
        for event in found:
            sys.stdout.write((_document(event) if as_json else _line(event)) + "\n")
            sys.stdout.flush()


def _line(event: ContainerEvent) -> str:
    at = datetime.fromtimestamp(event.at_ns / 10**9).astimezone()
    attributes = ", ".join(f"{key}={value}" for key, value in event.attributes.items())
    return f"{at:%Y-%m-%d %H:%M:%S.%f} container {event.action} {event.container} ({attributes})"


def _document(event: ContainerEvent) -> str:
    seconds, rest = divmod(event.at_ns, 10**9)
    return json_text(
        {
            "schema_version": SCHEMA_VERSION,
            "time": f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09}Z",
            "type": "container",
            "service": event.service or None,
            "id": event.container,
            "action": event.action,
            "attributes": dict(event.attributes),
        }
    )
