"""Copy a volume's content to another volume, through two containers that are never started.

The engine mounts a container's volumes for its archive endpoint, even if it is not started. A copy has all that a tar
has: owners, modes, links, special files, file capabilities, and times in whole seconds.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from wtc.engine.client.json_access import require_text
from wtc.engine.containers.archive import download, upload
from wtc.engine.containers.container_calls import remove_container
from wtc.engine.translate.mounts import mount
from wtc.errors import EngineError, WtcError
from wtc.model.mounts import Mount
from wtc.model.observed import ContainerRef
from wtc.model.plan import CopyHelper, CopyVolume, RemoveContainer
from wtc.static_typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

    from wtc.engine.client.connection import Engine
    from wtc.engine.operations import Report

MOUNT_POINT = "/wtc-volume"
"""A path that no image has, so that no content of the image is copied."""
CHUNK_BYTES = 256 * 1024
REPORT_BYTES = 4 * 1024 * 1024
TRAILER = bytes(1024)
"""The end of a complete tar. An engine that fails during the copy ends the body as if it were complete."""


def copy_volume(engine: "Engine", operation: CopyVolume, report: "Report") -> None:
    """Copy the volume; remove the two containers even after a failure.

    The archive is streamed in chunks, and not stored in memory or on disk.
    Source: Engine API, `GET` and `PUT /containers/{id}/archive`.

    Raises:
        WtcError: the source does not exist, the engine refused, or the archive ended early. The target is incomplete.
    """
    # The mount of a volume that does not exist would create it.
    engine.object(f"/volumes/{operation.source}", doing=f"copy volume `{operation.source}`")
    with (
        _helper(engine, operation.reader, operation.image, operation.source, read_only=True) as reader,
        _helper(engine, operation.writer, operation.image, operation.target, read_only=False) as writer,
    ):
        # The folder itself, not its content, so that its owner and mode are copied too.
        download(
            engine,
            reader,
            MOUNT_POINT,
            lambda tar: upload(engine, writer, "/", _chunks(tar, operation, report)),
        )


def _chunks(tar: IO[bytes], operation: CopyVolume, report: "Report") -> Iterator[bytes]:
    count, reported, end = 0, 0, b""
    report("", "", 0)
    while chunk := tar.read(CHUNK_BYTES):
        yield chunk
        count += len(chunk)
        end = (end + chunk)[-len(TRAILER) :]
        if count - reported >= REPORT_BYTES:
            reported = count
            report("", "", count)
    if end != TRAILER:
        raise EngineError(f"cannot copy volume `{operation.source}`", causes=(f"its archive ended at byte {count}",))
    report("", "", count)


@contextmanager
def _helper(
    engine: "Engine", helper: CopyHelper, image: str, volume: str, *, read_only: bool
) -> "Generator[ContainerRef]":
    body = {
        "Image": image,
        # The engine refuses an image that has no command.
        "Cmd": ["-"],
        "Labels": dict(helper.labels),
        "HostConfig": {
            "NetworkMode": "none",
            "Mounts": [
                mount(
                    Mount(type="volume", source=volume, target=MOUNT_POINT, read_only=read_only, nocopy=True),
                    engine.api_version,
                )
            ],
        },
    }
    doing = f"create container `{helper.name}` to copy volume `{volume}`"
    params = {"name": helper.name}
    created = engine.call("POST", "/containers/create", doing=doing, params=params, body=body).object()
    ref = ContainerRef(name=helper.name, id=require_text(created, "Id"))
    # Also removes the anonymous volumes that the image declares.
    remove = RemoveContainer(container=ref, volumes=True)
    try:
        yield ref
    except BaseException:
        with suppress(WtcError):
            remove_container(engine, remove)
        raise
    remove_container(engine, remove)
