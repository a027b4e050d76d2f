"""The labels that wtc puts on what it makes, and Docker Compose's own beside them."""

from collections.abc import Mapping

from wtc import __version__
from wtc.model.namespace import Namespace

MANAGED = "com.wtc.managed"
WORKTREE = "com.wtc.worktree"
PROJECT = "com.wtc.project"
SERVICE = "com.wtc.service"
CONFIG_HASH = "com.wtc.confighash"
BUILD_HASH = "com.wtc.buildhash"
REPLACES = "com.wtc.replaces"
ANONYMOUS = "com.wtc.anonymous"
"""On a volume that the file gives no name: whose it is, `<service>/<replica>:<mount target>`."""
CPUS = "com.wtc.cpus"
"""How many processors a container may use, for the engine's lists do not tell; only where it has a limit."""
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


def own(namespace: Namespace) -> dict[str, str]:
    """The labels of everything that belongs to a namespace."""
    return {
        MANAGED: "true",
        WORKTREE: namespace.worktree,
        PROJECT: namespace.name,
        COMPOSE_PROJECT: namespace.name,
        COMPOSE_VERSION: __version__,
    }


def managed(labels: Mapping[str, str]) -> bool:
    """Whether wtc made it; what it did not make it never stops, changes or removes."""
    return labels.get(MANAGED) == "true"
