"""Measure the disk usage of volumes. Source: Engine API, GET /system/df."""

import threading
from collections.abc import Collection

from wtc.engine.client.json_access import get_number, get_object, get_objects, get_text
from wtc.errors import WtcError
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine


def volume_bytes(engine: "Engine", names: Collection[str], *, within_s: float) -> int | None:
    """Return the total size of the volumes, in bytes; None if the engine does not report it in time."""
    found: list[int] = []

    def read() -> None:
        try:
            response = engine.object("/system/df", doing="measure volumes", params={"type": "volume"})
        except WtcError:
            return
        sizes = {
            get_text(v, "Name"): get_number(get_object(v, "UsageData"), "Size")
            for v in get_objects(response, "Volumes")
        }
        known = [size for name, size in sizes.items() if name in names and size >= 0]
        found.extend([sum(known)] if known else [])

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(within_s)
    return found[0] if found else None
