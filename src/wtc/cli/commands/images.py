"""`wtc images`."""

import sys

from wtc.cli.declarations import Argument, Option
from wtc.cli.options import AsJson, with_target
from wtc.orchestrator.context.target import Target
from wtc.static_typing import Annotated

EXAMPLES = "Example: wtc images -q"


@with_target
def command(
    target: Target,
    services: Annotated[list[str] | None, Argument(metavar="[SERVICE]...")] = None,
    only_ids: Annotated[bool, Option("--quiet", "-q", help="Print only image IDs.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the images of this worktree's containers."""
    from wtc.cli.render.warnings import report_warnings
    from wtc.cli.terminal.output import narrate, print_columns, print_json
    from wtc.orchestrator.images import images

    namespace, found = images(target, tuple(services or ()), report_warnings)
    if as_json:
        print_json(
            {
                "worktree": namespace.worktree,
                "namespace": namespace.name,
                "images": [
                    {
                        "service": one.container.service,
                        "replica": one.container.number,
                        "container": one.container.name,
                        "reference": one.container.image,
                        "id": one.container.image_id,
                        "platform": (one.image and one.image.platform) or None,
                        "size_bytes": one.image.size_bytes if one.image else None,
                        "created": (one.image and one.image.created) or None,
                    }
                    for one in found
                ],
            }
        )
    elif only_ids:
        for identity in dict.fromkeys(one.container.image_id.removeprefix("sha256:") for one in found):
            sys.stdout.write(identity + "\n")
    elif not found:
        narrate("no containers of these services exist" if services else f"`{namespace.name}` has no containers")
    else:
        rows = [
            [
                one.container.name,
                (one.image.repository if one.image else "") or "<none>",
                (one.image.tag if one.image else "") or "<none>",
                (one.image.platform if one.image else "") or "-",
                one.container.image_id.removeprefix("sha256:")[:12],
                _size(one.image.size_bytes) if one.image else "-",
                one.image.created[:10] if one.image else "-",
            ]
            for one in found
        ]
        print_columns(rows, header=("container", "repository", "tag", "platform", "image id", "size", "created"))


def _size(count: int) -> str:
    """Format a size in bytes in powers of 1000, as `docker images` does."""
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} GB"
