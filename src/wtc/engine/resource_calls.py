"""Create and remove networks, volumes and images.

A create succeeds if the object exists with this stack's labels, a remove succeeds if the object does not exist. An
object without wtc's labels is never used and never removed.
"""

import json
from contextlib import suppress

from wtc import labels as label
from wtc.engine.client.json_access import Json, get_object, get_text
from wtc.engine.observe import parse_inspect
from wtc.errors import ConflictError, EngineError, NotFoundError, WtcError
from wtc.model.plan import CreateNetwork, CreateVolume, RemoveImage, RemoveNetwork, RemoveVolume
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wtc.engine.client.connection import Engine
    from wtc.model.project import Network


def create_network(engine: "Engine", operation: CreateNetwork) -> None:
    """Create a network (`POST /networks/create`), with the first of its subnets that the engine accepts.

    Raises:
        ConflictError: another stack's network has the name.
        EngineError: the engine refused it with the last subnet too.
    """
    from wtc.engine.translate.networks import network_body

    network = operation.network
    doing = f"create network `{network.name}`"
    *others, last = operation.subnets or ("",)
    for subnet in (*others, last):
        body = network_body(network, engine.api_version, subnet=subnet)
        try:
            engine.call("POST", "/networks/create", doing=doing, body=body)
        except EngineError as error:
            if error.status == 409 and _network_exists(engine, network, error):
                return
            if subnet == last:
                raise error.replace(hints=(*error.hints, *_network_hints(operation))) from error.__cause__
        else:
            return


def _network_exists(engine: "Engine", network: "Network", error: EngineError) -> bool:
    """Return whether the stack has the network. Raises: ConflictError if another stack's network has the name."""
    try:
        found = engine.object(f"/networks/{network.name}", doing=f"inspect network `{network.name}`")
    except NotFoundError:
        return False
    _own_or_conflict("network", network.name, parse_inspect.parse_labels(found), network.labels, error)
    return True


def _network_hints(operation: CreateNetwork) -> tuple[str, ...]:
    """Return what to do if the addresses of the engine are the reason."""
    from wtc.planner.subnets import takes_subnet

    if not takes_subnet(operation.network):
        return ()
    return (
        "to see how many more networks fit, run `wtc doctor`",
        "to free the networks of worktrees that are gone, run `wtc clean --gone`",
        *(() if operation.subnets else ("to have wtc choose small subnets, set `WTC_SUBNET_POOL=10.213.0.0/16`",)),
    )


def create_volume(engine: "Engine", operation: CreateVolume) -> None:
    """Create a volume (`POST /volumes/create`, which returns an existing volume). Raises: as `create_network`."""
    from wtc.engine.translate.volumes import volume_body

    volume = operation.volume
    doing = f"create volume `{volume.name}`"
    found = engine.call("POST", "/volumes/create", doing=doing, body=volume_body(volume)).object()
    _own_or_conflict("volume", volume.name, parse_inspect.parse_labels(found), volume.labels, None)


def remove_network(engine: "Engine", operation: RemoveNetwork) -> None:
    """Remove a network (`DELETE /networks/{id}`). An id is that of a network whose labels the plan has checked.

    Raises: ConflictError if it was named without an id, and does not have wtc's labels.
    """
    path, doing = f"/networks/{operation.id or operation.name}", f"remove network `{operation.name}`"

    def inspect() -> Json:
        return engine.object(path, doing=doing)

    try:
        if not operation.id:
            _managed_or_conflict("network", operation.name, parse_inspect.parse_labels(inspect()))
        engine.call("DELETE", path, doing=doing)
    except NotFoundError:
        return
    except EngineError as error:
        found: Json = {}
        with suppress(WtcError):
            found = inspect()
        users = sorted(
            get_text(get_object(found, "Containers", one), "Name") for one in get_object(found, "Containers")
        )
        if not users:
            raise
        named = ", ".join(f"`{user}`" for user in users)
        raise error.replace(causes=(f"still attached: {named}", *error.causes)) from error.__cause__


def remove_volume(engine: "Engine", operation: RemoveVolume) -> None:
    """Remove a volume (`DELETE /volumes/{name}`). Raises: EngineError with the containers that mount it."""
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
    """Remove an image (`DELETE /images/{name}`). Raises: ConflictError if it does not have wtc's labels."""
    path, doing = f"/images/{operation.reference}", f"remove image `{operation.reference}`"
    try:
        found = engine.object(f"{path}/json", doing=doing)
        _managed_or_conflict("image", operation.reference, parse_inspect.parse_image("", found).labels)
        engine.call("DELETE", path, doing=doing, accept=() if operation.required else (409,))
    except NotFoundError:
        return


def _own_or_conflict(
    kind: str, name: str, found: "Mapping[str, str]", expected: "Mapping[str, str]", error: EngineError | None
) -> None:
    if label.managed(found) and all(
        found.get(key) == expected.get(key) for key in (label.PROJECT, label.ID, label.NAME)
    ):
        return
    raise ConflictError(
        f"{kind} `{name}` already exists and does not belong to this stack",
        causes=error.causes if error else (),
        hints=(f"to inspect it, run `docker {kind} inspect {name}`",),
    ) from error


def _managed_or_conflict(kind: str, name: str, found: "Mapping[str, str]") -> None:
    if not label.managed(found):
        raise ConflictError(f"{kind} `{name}` does not have wtc's labels, so it is not removed")
