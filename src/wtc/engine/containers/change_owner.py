"""Change the owner of a folder of the host through a container of any local image that has a shell."""

import secrets
from math import inf

from wtc.engine.client.json_access import get_number, get_text, require_text
from wtc.engine.containers.container_calls import remove_container
from wtc.errors import WtcError
from wtc.model.observed import ContainerRef
from wtc.model.plan import RemoveContainer
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

_TARGET = "/wtc-worktree"
_TRIES = 10
"""The number of images to try: one without a shell, or of another platform, does not start."""


def change_owner(engine: "Engine", folder: str, *, user: int, group: int) -> str:
    """Make the user the owner of a folder and its contents, without following symbolic links.

    The container has no network, a read-only root and only the necessary capabilities. It is removed afterwards.

    Returns: the reason for a failure; empty on success. Source: Engine API, Containers.
    """
    reason = "the engine has no image"
    images = engine.list("/images/json", doing="list images")
    # Tagged images first: an untagged image can be an empty build stage.
    for image in sorted(images, key=lambda i: not i.get("RepoTags"))[:_TRIES]:
        try:
            status = _run(engine, require_text(image, "Id"), folder, f"{user}:{group}")
        except WtcError as error:
            reason = ": ".join([error.message, *error.causes])
            continue
        if status == 0:
            return ""
        reason = f"`chown` in image `{get_text(image, 'Id')}` ended with {status}"
    return reason


def _run(engine: "Engine", image: str, folder: str, owner: str) -> int:
    name = f"wtc-chown-{secrets.token_hex(6)}"
    body = {
        "Image": image,
        "User": "0:0",
        "Entrypoint": ["/bin/sh", "-c", 'chown -hR "$1" "$2"', "sh"],
        "Cmd": [owner, _TARGET],
        "HostConfig": {
            "NetworkMode": "none",
            "ReadonlyRootfs": True,
            "CapDrop": ["ALL"],
            "CapAdd": ["CHOWN", "DAC_OVERRIDE", "FOWNER"],
            "SecurityOpt": ["no-new-privileges"],
            # Unlike `Binds`, `Mounts` never creates a missing source.
            "Mounts": [{"Type": "bind", "Source": folder, "Target": _TARGET}],
        },
    }
    doing = f"change the owner of `{folder}`"
    created = engine.call("POST", "/containers/create", doing=doing, params={"name": name}, body=body).object()
    ref = ContainerRef(name=name, id=require_text(created, "Id"))
    try:
        engine.call("POST", f"/containers/{ref.key}/start", doing=doing)
        ended = engine.allowing(inf).call("POST", f"/containers/{ref.key}/wait", doing=doing).object()
        return get_number(ended, "StatusCode")
    finally:
        # Also removes the anonymous volumes that the image declares.
        remove_container(engine, RemoveContainer(container=ref, volumes=True))
