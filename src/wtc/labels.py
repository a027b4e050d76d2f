"""The labels that wtc puts on the objects that it creates, with Docker Compose's labels. Pure."""

from collections.abc import Iterable, Mapping

from wtc import __version__
from wtc.model.identity import Ancestor, Identity
from wtc.model.namespace import Namespace

MANAGED = "com.wtc.managed"
WORKTREE = "com.wtc.worktree"
"""The path of the worktree when the object was created; it proves nothing."""
PROJECT = "com.wtc.project"
SERVICE = "com.wtc.service"
CONFIG_HASH = "com.wtc.confighash"
BUILD_HASH = "com.wtc.buildhash"
REPLACES = "com.wtc.replaces"
ID = "com.wtc.id"
HOST = "com.wtc.host"
GIT = "com.wtc.git"
"""The common git folder: `<inode>:<path>`."""
DIRECTORY = "com.wtc.directory"
"""The project folder."""
PARENTS = "com.wtc.parents"
"""The worktree's folder and those above it: `<inode>.<filesystem>[.m]`, joined by `,`; `m` marks a mount point."""
NAME = "com.wtc.name"
"""The object's final name. An object that inherits labels, such as from an image, has another name."""
ANONYMOUS = "com.wtc.anonymous"
"""On an anonymous volume: its owner, `<service>/<replica>:<mount target>`."""
GENERATION = "com.wtc.generation"
"""On an anonymous volume that takes the place of another one: how many were there before it."""
CPUS = "com.wtc.cpus"
"""The CPU limit of a container, if it has one: the engine's container list does not show it."""
RESOURCE = "com.wtc.resource"
"""A network's or volume's key in the compose file."""
COPY = "com.wtc.copy"
"""On the containers of a copy and on its marker volume: the volume that the copy fills."""
COPY_SOURCE = "com.wtc.copy.source"
"""On a marker volume: the volume that is copied."""
COPY_STOPPED = "com.wtc.copy.stopped"
"""On a marker volume: the ids of the containers that are stopped for the copy, separated by commas."""

COMPOSE_PROJECT = "com.docker.compose.project"
COMPOSE_SERVICE = "com.docker.compose.service"
COMPOSE_NUMBER = "com.docker.compose.container-number"
COMPOSE_ONEOFF = "com.docker.compose.oneoff"
COMPOSE_SLUG = "com.docker.compose.slug"
COMPOSE_CONFIG_HASH = "com.docker.compose.config-hash"
COMPOSE_WORKING_DIR = "com.docker.compose.project.working_dir"
COMPOSE_CONFIG_FILES = "com.docker.compose.project.config_files"
COMPOSE_DEPENDS_ON = "com.docker.compose.depends_on"
COMPOSE_IMAGE = "com.docker.compose.image"
COMPOSE_VERSION = "com.docker.compose.version"
COMPOSE_NETWORK = "com.docker.compose.network"
COMPOSE_VOLUME = "com.docker.compose.volume"

_BYTES = "wtc-bytes:"
_PREFIX = "com.wtc."


def own(namespace: Namespace, name: str = "") -> dict[str, str]:
    """Return the labels of an object of the namespace; `name` is its name, empty for an anonymous volume."""
    identity = namespace.identity
    # With empty labels, because a container inherits the labels that it does not set from its image.
    return {
        MANAGED: "true",
        WORKTREE: path_text(namespace.worktree),
        PROJECT: namespace.name,
        COMPOSE_PROJECT: namespace.name,
        COMPOSE_VERSION: __version__,
        ID: identity.id,
        HOST: identity.host,
        GIT: f"{identity.git_inode}:{path_text(identity.git)}" if identity.git else "",
        DIRECTORY: path_text(identity.directory),
        PARENTS: parents_text(identity.parents),
        NAME: name,
    }


def of_user(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels of the compose file without those that only wtc may set."""
    return {key: value for key, value in labels.items() if not key.startswith(_PREFIX)}


def managed(labels: Mapping[str, str]) -> bool:
    """Return whether wtc created the object. wtc never stops, changes or removes other objects."""
    return labels.get(MANAGED) == "true"


def namespace_of(labels: Mapping[str, str]) -> Namespace:
    """Return the namespace in the labels."""
    return Namespace(
        name=labels.get(PROJECT, ""), worktree=path_of(labels.get(WORKTREE, "")), identity=identity_of(labels)
    )


def identity_of(labels: Mapping[str, str]) -> Identity:
    """Return the identity in the labels; empty if they have none."""
    inode, _, git = labels.get(GIT, "").partition(":")
    return Identity(
        id=labels.get(ID, ""),
        host=labels.get(HOST, ""),
        git=path_of(git),
        git_inode=int(inode) if _is_number(inode) else 0,
        directory=path_of(labels.get(DIRECTORY, "")),
        parents=parents_of(labels.get(PARENTS, "")),
    )


def path_text(path: str) -> str:
    """Encode a path as a label value: unchanged if it is UTF-8, else `wtc-bytes:<base64>`."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return _base64_text(path)
    return _base64_text(path) if path.startswith(_BYTES) else path


def _base64_text(path: str) -> str:
    import base64

    return _BYTES + base64.b64encode(path.encode("utf-8", "surrogateescape")).decode()


def path_of(text: str) -> str:
    """Decode a path from a label value."""
    if not text.startswith(_BYTES):
        return text
    import base64

    try:
        return base64.b64decode(text.removeprefix(_BYTES), validate=True).decode("utf-8", "surrogateescape")
    except ValueError:
        return text


def parents_text(parents: Iterable[Ancestor]) -> str:
    """Encode folders as a label value."""
    return ",".join(f"{p.inode}.{p.filesystem}{'.m' if p.mount else ''}" for p in parents)


def parents_of(text: str) -> tuple[Ancestor, ...]:
    """Decode folders from a label value; empty if it is not valid, so that it proves nothing."""
    found: list[Ancestor] = []
    for part in text.split(",") if text else ():
        inode, _, rest = part.partition(".")
        filesystem, _, mount = rest.partition(".")
        if not _is_number(inode) or not filesystem or mount not in {"", "m"}:
            return ()
        found.append(Ancestor(inode=int(inode), filesystem=filesystem, mount=bool(mount)))
    return tuple(found)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
