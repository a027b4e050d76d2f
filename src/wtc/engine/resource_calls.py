"""The calls that make and remove networks, volumes and images.

What is there already under wtc's own labels is as good as made, what is gone already as good as removed; what bears
none of wtc's labels is never taken over and never removed.
"""

import json
from typing import TYPE_CHECKING

from wtc import labels as label
from wtc.engine.client.json_access import get_object, get_text
from wtc.engine.observe import parse_inspect
from wtc.engine.translate.networks import network_body
from wtc.engine.translate.volumes import volume_body
from wtc.errors import ConflictError, EngineError, NotFoundError
from wtc.model.plan import CreateNetwork, CreateVolume, RemoveImage, RemoveNetwork, RemoveVolume

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wtc.engine.client.connection import Engine


def create_network(engine: "Engine", operation: CreateNetwork) -> None:
    """Source: Engine API, `POST /networks/create`. Raises: ConflictError for a network of somebody else's."""
    network = operation.network
    doing = f"create network `{network.name}`"
    try:
        engine.call("POST", "/networks/create", doing=doing, body=network_body(network, engine.api_version))
    except EngineError as error:
        if error.status != 409:
            raise
        there = engine.object(f"/networks/{network.name}", doing=f"inspect network `{network.name}`")
        _own_or_conflict("network", network.name, parse_inspect.parse_labels(there), network.labels, error)


def create_volume(engine: "Engine", operation: CreateVolume) -> None:
    """Source: Engine API, `POST /volumes/create`, which answers with the volume of that name if there is one."""
    volume = operation.volume
    doing = f"create volume `{volume.name}`"
    there = engine.call("POST", "/volumes/create", doing=doing, body=volume_body(volume)).json()
    _own_or_conflict("volume", volume.name, parse_inspect.parse_labels(there), volume.labels, None)


def remove_network(engine: "Engine", operation: RemoveNetwork) -> None:
    """Source: Engine API, `DELETE /networks/{id}`."""
    path, doing = f"/networks/{operation.id or operation.name}", f"remove network `{operation.name}`"
    try:
        there = engine.object(path, doing=doing)
    except NotFoundError:
        return
    _managed_or_conflict("network", operation.name, parse_inspect.parse_labels(there))
    try:
        engine.call("DELETE", path, doing=doing, accept=(404,))
    except EngineError as error:
        users = sorted(
            get_text(get_object(there, "Containers", one), "Name") for one in get_object(there, "Containers")
        )
        if not users:
            raise
        named = ", ".join(f"`{user}`" for user in users)
        raise error.replace(causes=(f"containers are attached to it: {named}", *error.causes)) from error.__cause__


def remove_volume(engine: "Engine", operation: RemoveVolume) -> None:
    """Source: Engine API, `DELETE /volumes/{name}`."""
    path, doing = f"/volumes/{operation.name}", f"remove volume `{operation.name}`"
    try:
        engine.call("DELETE", path, doing=doing)
    except NotFoundError:
        return
    except EngineError as error:
        users = engine.list(
            "/containers/json",
            doing=doing,
            params={"all": 1, "filters": json.dumps({"volume": [operation.name]})},
        )
        if not users:
            raise
        named = ", ".join(f"`{parse_inspect.container_name(user)}`" for user in users)
        raise error.replace(causes=(f"containers mount it: {named}", *error.causes)) from error.__cause__


def remove_image(engine: "Engine", operation: RemoveImage) -> None:
    """Source: Engine API, `DELETE /images/{name}`."""
    path, doing = f"/images/{operation.reference}", f"remove image `{operation.reference}`"
    try:
        there = engine.object(f"{path}/json", doing=doing)
        _managed_or_conflict("image", operation.reference, parse_inspect.parse_image("", there).labels)
        engine.call("DELETE", path, doing=doing, accept=() if operation.required else (409,))
    except NotFoundError:
        return


def _own_or_conflict(
    kind: str, name: str, there: "Mapping[str, str]", wanted: "Mapping[str, str]", error: EngineError | None
) -> None:
    if label.managed(there) and all(there.get(key) == wanted.get(key) for key in (label.PROJECT, label.ID, label.NAME)):
        return
    raise ConflictError(
        f"{kind} `{name}` is there already, and is not of this stack",
        causes=error.causes if error else (),
        hints=(f"to see what it is, run `docker {kind} inspect {name}`",),
    ) from error


def _managed_or_conflict(kind: str, name: str, there: "Mapping[str, str]") -> None:
    if not label.managed(there):
        raise ConflictError(f"{kind} `{name}` does not bear wtc's labels, and stays")
