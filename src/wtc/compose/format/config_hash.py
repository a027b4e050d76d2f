"""The hashes by which Docker Compose sees that something has changed.

Source: docker compose, `config --hash` and its labels.
"""

from hashlib import sha256

from wtc.compose.format.config import format_attributes
from wtc.compose.format.go_json import compact_json
from wtc.compose.tree.accessors import get_string, with_entries
from wtc.compose.tree.node import Mapping, Node, Plain, Scalar

NO_CHANGE = ("build", "pull_policy", "scale", "depends_on", "profiles")
"""What a service may change without its containers being made anew."""


def service_hash(service: Mapping) -> str:
    """The label `com.docker.compose.config-hash` of the service's containers, where env files are folded in."""
    kept = {key: item for key, item in service.items.items() if key not in NO_CHANGE}
    deploy = kept.get("deploy")
    if isinstance(deploy, Mapping):
        kept["deploy"] = with_entries(deploy, replicas=None)
    return _hash(format_attributes(Mapping(kept), "service", json=True))


def network_hash(network: Node) -> str:
    """The label `com.docker.compose.config-hash` of a network."""
    return _hash(format_attributes(network, "network", json=True))


def volume_hash(volume: Node) -> str:
    """The label `com.docker.compose.config-hash` of a volume."""
    if isinstance(volume, Mapping) and not get_string(volume.items.get("driver")):
        volume = with_entries(volume, driver=Scalar("local"))
    return _hash(format_attributes(volume, "volume", json=True))


def _hash(value: Plain) -> str:
    return sha256(compact_json(value).encode("utf-8", "surrogatepass")).hexdigest()
