"""What the scripts of this repository ask of a Docker engine, without the docker command.

engine.py version
engine.py has|pull|remove IMAGE
engine.py label IMAGE NAME
engine.py import TAR IMAGE CHANGE...
engine.py build FOLDER IMAGE

The engine is the one that the docker command would take: DOCKER_HOST, DOCKER_CONTEXT, the current context.
"""

import os
import sys
from collections.abc import Iterable
from typing import Any

import docker
from docker.errors import DockerException, ImageNotFound

# Seconds without a byte: a registry that does not answer must not keep anyone waiting.
SILENCE_S = 30


def engine() -> docker.APIClient:
    """A connection to the engine; nothing is asked of it yet but its version."""
    return docker.from_env(version="auto", timeout=SILENCE_S, use_ssh_client=True).api


def finish(records: Iterable[Any]) -> None:
    """Read a stream of progress to its end.

    Raises:
        DockerException: the stream reports a failure, or what came before it where it is a build's.
    """
    said: list[str] = []
    for record in records:
        said.append(str(record.get("stream", "")))
        if "error" in record:
            raise DockerException("".join(said[-20:]) + str(record["error"]))


def has(api: docker.APIClient, image: str) -> bool:
    try:
        api.inspect_image(image)
    except ImageNotFound:
        return False
    return True


def act(command: str, arguments: list[str]) -> None:
    api = engine()
    match command, arguments:
        case "version", []:
            sys.stdout.write(str(api.version()["Version"]) + "\n")
        case "has", [image]:
            if not has(api, image):
                raise DockerException(f"no image `{image}`")
        case "pull", [image]:
            finish(api.pull(image, stream=True, decode=True))
        case "label", [image, name]:
            labels = api.inspect_image(image)["Config"].get("Labels") or {}
            sys.stdout.write(f"{labels.get(name, '')}\n")
        case "remove", [image]:
            api.remove_image(image)
        case "import", [tar, image, *changes]:
            repository, _, tag = image.rpartition(":")
            api.import_image(src=tar, repository=repository, tag=tag, changes=changes)
            if not has(api, image):
                raise DockerException(f"the engine did not keep `{image}`")
        case "build", [folder, image]:
            api.timeout = None
            finish(api.build(path=folder, tag=image, rm=True, forcerm=True, decode=True))
        case _:
            raise DockerException(str(__doc__))


def main() -> int:
    if sys.argv[1:] == []:
        sys.stderr.write(str(__doc__))
        return os.EX_USAGE
    try:
        act(sys.argv[1], sys.argv[2:])
    except (DockerException, OSError) as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
