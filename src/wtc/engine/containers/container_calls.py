"""Create, rename, start, stop, connect and remove containers. Source: Engine API, Containers."""

from __future__ import annotations

import math
import os
import threading
from time import monotonic

from wtc import labels as label
from wtc.engine.client.json_access import get_object, get_text, get_texts
from wtc.engine.client.transport import NoAnswerError
from wtc.engine.observe import parse_inspect
from wtc.engine.observe.host_ports import listed_ports, requested_ports, taken_ports
from wtc.errors import ConflictError, EngineError, EngineUnreachableError, NotFoundError, PortTakenError
from wtc.regular_file import read_regular_file
from wtc.static_typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wtc.engine.client.connection import Engine
    from wtc.model.desired import InjectedFile
    from wtc.model.observed import ContainerRef
    from wtc.model.plan import (
        ConnectNetwork,
        CreateContainer,
        DisconnectNetwork,
        InjectFiles,
        KillContainer,
        PauseContainer,
        RemoveContainer,
        RenameContainer,
        StartContainer,
        StopContainer,
        UnpauseContainer,
    )

RESERVED_S, RESERVED_POLL_S = 5.0, 0.1
"""How long the engine may reserve the name of a container that it has not created yet."""
STARTED = frozenset({204, 304})
"""The statuses for a container that was started, or runs already. Source: Engine API, `ContainerStart`."""
NO_TIMEOUT = -1
"""The time of a stop that waits until the container ends. Source: Engine API, `ContainerStop`."""


def create_container(engine: Engine, operation: CreateContainer) -> list[str]:
    """Create a container (`POST /containers/create`) and return the engine's warnings.

    Raises: ConflictError if another container has the name.
    """
    spec = operation.spec
    folder = spec.labels.get(label.COMPOSE_WORKING_DIR, "/")
    from wtc.engine.client.credentials import proxy_variables
    from wtc.engine.translate.container import container_body

    body = container_body(
        operation,
        engine.api_version,
        read=lambda path: read_regular_file(os.path.join(folder, path)).decode(),
        environment=proxy_variables(engine.address),
    )
    params = {"name": operation.name, **({"platform": spec.config.platform} if spec.config.platform else {})}
    doing = f"create container `{operation.name}` of service `{spec.service}`"
    pause, end_s = threading.Event(), monotonic() + RESERVED_S
    while True:
        try:
            answer = engine.call("POST", "/containers/create", doing=doing, params=params, body=body).object()
        except EngineError as error:
            if error.status != 409:
                raise
            if found := _inspect(engine, operation.name):
                _own_or_conflict(operation, parse_inspect.parse_container(found).labels, body["Labels"], error)
                return []
            if monotonic() >= end_s:
                raise
            # The engine is still creating a container of that name, for a command that was killed.
            pause.wait(RESERVED_POLL_S)
        else:
            return get_texts(answer, "Warnings")


def _own_or_conflict(
    operation: CreateContainer, labels: Mapping[str, str], wanted: Mapping[str, str], error: EngineError
) -> None:
    """Raise ConflictError unless the container is the wanted one: the response of an earlier request was lost."""
    if labels == {**labels, **wanted}:
        return
    raise ConflictError(
        f"container `{operation.name}` already exists and is not the one that service `{operation.spec.service}` needs",
        causes=error.causes,
        hints=(f"to inspect it, run `docker container inspect {operation.name}`",),
    ) from error


def rename_container(engine: Engine, operation: RenameContainer) -> None:
    """Rename a container (`POST /containers/{id}/rename`)."""
    container = operation.container
    doing = f"rename container `{container.name}` to `{operation.name}`"
    try:
        engine.call("POST", f"/containers/{container.key}/rename", doing=doing, params={"name": operation.name})
    except EngineError:
        found = _inspect(engine, container.key)
        if found is None or parse_inspect.parse_container(found).name != operation.name:
            raise


def start_container(engine: Engine, operation: StartContainer) -> None:
    """Start a container (`POST /containers/{id}/start`); unpause a paused one. Raises: PortTakenError."""
    container = operation.container
    doing = f"start container `{container.name}`"
    try:
        status = engine.call("POST", f"/containers/{container.key}/start", doing=doing).status
    except EngineError as error:
        found = _inspect(engine, container.key)
        if found is None:
            raise
        if get_object(found, "State").get("Paused"):
            engine.call("POST", f"/containers/{container.key}/unpause", doing=doing)
            return
        if ports := _taken_ports(engine, found):
            named = ", ".join(f"`{port}`" for port in ports)
            raise PortTakenError(
                f"cannot start container `{container.name}`: host port {named} is taken",
                ports=ports,
                status=error.status,
                causes=error.causes,
            ) from error
        raise
    if status not in STARTED:
        raise EngineError(f"cannot {doing}", status=status, causes=(f"HTTP status {status}",))


def stop_container(engine: Engine, operation: StopContainer) -> None:
    """Stop a container (`POST /containers/{id}/stop`); succeed if it is not running or was removed."""
    container = operation.container
    params = {} if operation.timeout_s is None else {"t": operation.timeout_s}
    doing = f"stop container `{container.name}`"
    path = f"/containers/{container.key}"
    grace_s = operation.timeout_s
    try:
        _allowing_grace(engine, grace_s or 0).call("POST", f"{path}/stop", doing=doing, params=params, accept=(404,))
    except EngineUnreachableError as error:
        if grace_s is not None or not isinstance(error.__cause__, NoAnswerError):
            raise
        # Only the container has the time that it may take. The engine completes the stop although the request is lost.
        found = _inspect(engine, container.key)
        grace_s = parse_inspect.parse_container(found).stop_grace_s if found else 0
        if grace_s is None or 0 <= grace_s < (engine.timeout_s or 0):
            raise
        params = {"condition": "not-running"}
        _allowing_grace(engine, grace_s).call("POST", f"{path}/wait", doing=doing, params=params, accept=(404,))


def _allowing_grace(engine: Engine, grace_s: int) -> Engine:
    return engine.allowing(math.inf if grace_s == NO_TIMEOUT else grace_s)


def kill_container(engine: Engine, operation: KillContainer) -> None:
    """Send a signal (`POST /containers/{id}/kill`); succeed if the container is not running or was removed."""
    container = operation.container
    doing = f"send `{operation.signal}` to container `{container.name}`"
    path = f"/containers/{container.key}/kill"
    engine.call("POST", path, doing=doing, params={"signal": operation.signal}, accept=(404, 409))


def pause_container(engine: Engine, operation: PauseContainer) -> None:
    """Pause a container (`POST /containers/{id}/pause`); succeed if it is paused already."""
    _set_paused(engine, operation.container, verb="pause", paused=True)


def unpause_container(engine: Engine, operation: UnpauseContainer) -> None:
    """Unpause a container (`POST /containers/{id}/unpause`); succeed if it is not paused."""
    _set_paused(engine, operation.container, verb="unpause", paused=False)


def remove_container(engine: Engine, operation: RemoveContainer) -> None:
    """Remove a container (`DELETE /containers/{id}`); succeed if it was removed or is being removed."""
    container = operation.container
    params = {"v": int(operation.volumes), "force": 1}
    doing = f"remove container `{container.name}`"
    try:
        engine.call("DELETE", f"/containers/{container.key}", doing=doing, params=params, accept=(404,))
    except EngineError as error:
        # Only if another client is removing it, there is an end to wait for.
        if error.status != 409 or not _is_being_removed(engine, container.key):
            raise
        path = f"/containers/{container.key}/wait"
        engine.call("POST", path, doing=doing, params={"condition": "removed"}, accept=(404,))


def connect_network(engine: Engine, operation: ConnectNetwork) -> None:
    """Connect a container to a network (`POST /networks/{id}/connect`)."""
    from wtc.engine.translate.networks import endpoint_settings

    container = operation.container
    body = {
        "Container": container.key,
        "EndpointConfig": endpoint_settings(operation.attachment, engine.api_version),
    }
    doing = f"connect container `{container.name}` to network `{operation.network}`"
    try:
        engine.call("POST", f"/networks/{operation.network}/connect", doing=doing, body=body)
    except EngineError:
        if not _is_attached(engine, container.key, operation.network):
            raise


def disconnect_network(engine: Engine, operation: DisconnectNetwork) -> None:
    """Disconnect a container from a network (`POST /networks/{id}/disconnect`)."""
    container = operation.container
    doing = f"disconnect container `{container.name}` from network `{operation.network}`"
    body = {"Container": container.key, "Force": True}
    try:
        engine.call("POST", f"/networks/{operation.network}/disconnect", doing=doing, body=body)
    except EngineError:
        if _is_attached(engine, container.key, operation.network):
            raise


def inject_files(engine: Engine, operation: InjectFiles) -> None:
    """Copy files into a container before its start (`PUT /containers/{id}/archive`).

    Existing parent folders keep their owner and mode.
    """
    container = operation.container
    doing = f"copy {len(operation.files)} files to container `{container.name}`"
    engine.call(
        "PUT",
        f"/containers/{container.key}/archive",
        doing=doing,
        params={"path": "/"},
        data=pack_files(operation.files),
        headers={"Content-Type": "application/x-tar"},
    )


def pack_files(files: Iterable[InjectedFile]) -> bytes:
    """Return a tar of the files with owner and mode, without their parent folders."""
    import io
    import tarfile

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for file in files:
            entry = tarfile.TarInfo(file.path.lstrip("/"))
            entry.size, entry.mode, entry.uid, entry.gid = len(file.content), file.mode, file.uid, file.gid
            tar.addfile(entry, io.BytesIO(file.content))
    return buffer.getvalue()


def _set_paused(engine: Engine, container: ContainerRef, *, verb: str, paused: bool) -> None:
    try:
        engine.call("POST", f"/containers/{container.key}/{verb}", doing=f"{verb} container `{container.name}`")
    except EngineError:
        found = _inspect(engine, container.key)
        if found is None or bool(get_object(found, "State").get("Paused")) is not paused:
            raise


def _inspect(engine: Engine, container: str) -> dict[str, Any] | None:
    try:
        return engine.object(f"/containers/{container}/json", doing=f"inspect container `{container}`")
    except NotFoundError:
        return None


def _is_being_removed(engine: Engine, container: str) -> bool:
    """Return whether the container is being removed, or was removed."""
    found = _inspect(engine, container)
    return found is None or get_text(get_object(found, "State"), "Status") in {"removing", "dead"}


def _is_attached(engine: Engine, container: str, network: str) -> bool:
    found = _inspect(engine, container)
    return found is not None and network in parse_inspect.parse_container(found).networks


def _taken_ports(engine: Engine, inspected: Mapping[str, Any]) -> tuple[int, ...]:
    """Return a container's host ports that other containers hold, or, for a local engine, other programs."""
    requested = requested_ports(inspected)
    if not any(port.port for port in requested):
        return ()
    running = engine.list("/containers/json", doing="list containers")
    held = [port for one in running if get_text(one, "Id") != get_text(inspected, "Id") for port in listed_ports(one)]
    found = taken_ports(requested, held, this_machine=engine.host_is_local)
    return tuple(dict.fromkeys(port.port for port in found))
