"""Change the owner of a folder of the host through a container of any local image that has a shell."""

import secrets
from typing import TYPE_CHECKING

from wtc.engine.client.json_access import get_number, get_text
from wtc.engine.containers.container_calls import remove_container
from wtc.errors import WtcError
from wtc.model.plan import ContainerRef, RemoveContainer

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine

_TARGET = "/wtc-worktree"
_TRIES = 10
"""How many images are tried: one without a shell, or of another platform, does not start."""


def change_owner(engine: "Engine", folder: str, *, user: int, group: int) -> str:
    """Make the user the owner of the folder and all that is in it; symbolic links are not followed.

    The container has no network, a read-only root and only the capabilities for this. It is removed.

    Returns: why it was not done; empty where a container did it. Source: Engine API, Containers.
    """
    reason = "the engine has no image"
    images = engine.list("/images/json", doing="list images")
    # Tagged images first: an untagged one can be a build stage without anything in it.
    for image in sorted(images, key=lambda i: not i.get("RepoTags"))[:_TRIES]:
        try:
            status = _run(engine, str(image["Id"]), folder, f"{user}:{group}")
        except WtcError as error:
            reason = ": ".join([error.message, *error.causes])
            continue
        if status == 0:
            return ""
        reason = f"`chown` in image `{image['Id']}` ended with {status}"
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
            # The source of a mount, other than of a bind, is never created.
            "Mounts": [{"Type": "bind", "Source": folder, "Target": _TARGET}],
        },
    }
    doing = f"change the owner of `{folder}`"
    made = engine.call("POST", "/containers/create", doing=doing, params={"name": name}, body=body).json()
    ref = ContainerRef(name=name, id=get_text(made, "Id"))
    try:
        engine.call("POST", f"/containers/{ref.key}/start", doing=doing)
        return get_number(engine.call("POST", f"/containers/{ref.key}/wait", doing=doing).json(), "StatusCode")
    finally:
        # With the anonymous volumes that the image asks for.
        remove_container(engine, RemoveContainer(container=ref, volumes=True))
