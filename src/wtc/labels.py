"""The labels that wtc puts on what it creates, and Docker Compose's labels beside them. Pure."""

import base64
import binascii
from collections.abc import Iterable, Mapping

from wtc import __version__
from wtc.model.identity import Ancestor, Identity
from wtc.model.namespace import Namespace

MANAGED = "com.wtc.managed"
WORKTREE = "com.wtc.worktree"
"""The path where it was created; never a proof."""
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
"""The object's own final name. What inherits the other labels (from an image, say) does not have this name."""
ANONYMOUS = "com.wtc.anonymous"
"""On a volume without a name in the file: its owner, `<service>/<replica>:<mount target>`."""
CPUS = "com.wtc.cpus"
"""How many processors a container may use, which the engine's lists do not show; only where it has a limit."""
RESOURCE = "com.wtc.resource"
"""A network's or volume's key in the compose file."""
COPY = "com.wtc.copy"
"""The volume that a copy fills: on the copy's containers, and on the volume that marks the copy as unfinished."""
COPY_SOURCE = "com.wtc.copy.source"
"""On such a marker: the volume that is copied."""
COPY_STOPPED = "com.wtc.copy.stopped"
"""On such a marker: the ids of the containers that are stopped for the copy, separated by commas."""

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
    """The labels of everything that belongs to a namespace; `name` is the object's own, empty for anonymous volumes."""
    identity = namespace.identity
    # Empty ones too: a container inherits what it does not set from its image's labels.
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
    """Labels of the compose file without those that are wtc's alone to set."""
    return {key: value for key, value in labels.items() if not key.startswith(_PREFIX)}


def managed(labels: Mapping[str, str]) -> bool:
    """Whether wtc created it; what it did not create it never stops, changes or removes."""
    return labels.get(MANAGED) == "true"


def namespace_of(labels: Mapping[str, str]) -> Namespace:
    """The namespace that labels record."""
    return Namespace(
        name=labels.get(PROJECT, ""), worktree=path_of(labels.get(WORKTREE, "")), identity=identity_of(labels)
    )


def identity_of(labels: Mapping[str, str]) -> Identity:
    """The identity that labels record; empty where they have none."""
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
    """A path as a label: as it is where it is UTF-8, else `wtc-bytes:<base64>`."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return _BYTES + base64.b64encode(path.encode("utf-8", "surrogateescape")).decode()
    return path if not path.startswith(_BYTES) else _BYTES + base64.b64encode(path.encode()).decode()


def path_of(text: str) -> str:
    """The path that a label records."""
    if not text.startswith(_BYTES):
        return text
    try:
        return base64.b64decode(text.removeprefix(_BYTES), validate=True).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError):
        return text


def parents_text(parents: Iterable[Ancestor]) -> str:
    """Folders as a label."""
    return ",".join(f"{p.inode}.{p.filesystem}{'.m' if p.mount else ''}" for p in parents)


def parents_of(text: str) -> tuple[Ancestor, ...]:
    """The folders that a label records; none where it cannot be read, so that nothing is proved by it."""
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
