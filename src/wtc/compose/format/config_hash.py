"""Compute Docker Compose's config hashes, by which it detects changes.

Source: docker compose, `config --hash` and the label `com.docker.compose.config-hash`.
"""

from wtc.compose.format.config import format_attributes
from wtc.compose.format.go_json import compact_json
from wtc.compose.tree.accessors import get_string, with_entries
from wtc.compose.tree.node import Mapping, Node, Plain, Scalar
from wtc.hashes import sha256

IGNORED_ATTRIBUTES = ("build", "pull_policy", "scale", "depends_on", "profiles")
"""Attributes of a service that can change without its containers being recreated."""


def service_hash(service: Mapping) -> str:
    """Return the config hash of the service's containers. The service's env files must be merged already."""
    hashed = {key: item for key, item in service.items.items() if key not in IGNORED_ATTRIBUTES}
    deploy = hashed.get("deploy")
    if isinstance(deploy, Mapping):
        hashed["deploy"] = with_entries(deploy, replicas=None)
    return _hash(format_attributes(Mapping(hashed), "service", json=True))


def network_hash(network: Node) -> str:
    """Return the config hash of a network."""
    return _hash(format_attributes(network, "network", json=True))


def volume_hash(volume: Node) -> str:
    """Return the config hash of a volume."""
    if isinstance(volume, Mapping) and not get_string(volume.items.get("driver")):
        volume = with_entries(volume, driver=Scalar("local"))
    return _hash(format_attributes(volume, "volume", json=True))


def _hash(value: Plain) -> str:
    return sha256(compact_json(value).encode("utf-8", "surrogatepass")).hexdigest()
