"""Find which user of the host owns the files that containers write to binds. Source: Engine API, `GET /info`."""

import sys

from wtc.engine.client.json_access import Json, get_text, get_texts
from wtc.model.git import UserMapping
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine


def read_user_mapping(engine: "Engine") -> UserMapping:
    """Return how a local engine maps the users of its containers. Raises EngineError."""
    return user_mapping(engine.info(), platform=sys.platform)


def user_mapping(info: Json, *, platform: str) -> UserMapping:
    """Return the mapping of the engine with this `GET /info`; `platform` is that of wtc's machine.

    Only on Linux do engine and wtc share a kernel; a virtual machine's file sharing gives everything to one user.
    """
    if platform != "linux" or get_text(info, "OperatingSystem") == "Docker Desktop":
        return UserMapping.SHARED
    options = {option.partition(",")[0] for option in get_texts(info, "SecurityOptions")}
    if "name=rootless" in options:
        return UserMapping.ROOTLESS
    return UserMapping.REMAPPED if "name=userns" in options else UserMapping.IDENTITY
