"""Whether a stack for which `up` found nothing to do is still as it was then. Pure.

The planner decides by the desired and the observed state alone. So if the inputs of the desired state are the same, and
everything that the planner looks at in the observed state is the same, it finds nothing to do again, with the same
warnings, and does not have to be asked.
"""

import json
from collections.abc import Mapping

from wtc.hashes import sha256
from wtc.planner.observed.ownership import ownership
from wtc.planner.volumes.copy_target import copy_target
from wtc.static_typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # Not at run time, so that a comparison does not import the model of a desired stack.
    from wtc.model.desired import Desired
    from wtc.model.namespace import Namespace
    from wtc.model.observed import Observed, ObservedContainer


def looked_at(desired: "Desired") -> dict[str, list[str]]:
    """Return the names by which the planner looks at the observed state, by kind, as JSON."""
    from wtc.planner.images.plan_images import needed_images
    from wtc.planner.names import replacement_name
    from wtc.planner.reconcile import referenced_containers

    containers = [c for service in desired.services.values() for c in service.containers]
    own = {c.name for c in containers}
    return {
        "networks": sorted(n.name for n in desired.networks.values()),
        "volumes": sorted(v.name for v in desired.volumes.values()),
        "images": sorted(needed_images(desired)),
        "names": sorted({*own, *map(replacement_name, own)}),
        "shared": sorted({name for c in containers for name in referenced_containers(c)} - own),
    }


def observed_facts(observed: "Observed", namespace: "Namespace", names: Mapping[str, list[str]]) -> Any:
    """Return what the planner looks at, as JSON: ids, names, states and hashes, but no values of labels.

    `names` are those of `looked_at`. Equal facts lead to equal plans; the order of an engine's lists does not matter.
    """
    use = observed.foreign_use
    networks = {name: observed.networks.get(name) for name in names["networks"]}
    volumes = {name: observed.volumes.get(name) for name in names["volumes"]}
    images = {name: observed.images.get(name) for name in names["images"]}
    foreign = observed.foreign_names
    return {
        "api_version": list(observed.api_version),
        "containers": sorted(map(_container_facts, observed.containers)),
        "networks": {
            name: n and [n.id, _labels_hash(n.labels), ownership(n, namespace).own] for name, n in networks.items()
        },
        "volumes": {
            name: v and [v.created, _labels_hash(v.labels), ownership(v, namespace, use).own]
            for name, v in volumes.items()
        },
        "images": {
            name: i and [i.id, _labels_hash(i.labels), i.user, ownership(i, namespace).own]
            for name, i in images.items()
        },
        "copies": sorted(v.name for v in observed.volumes.values() if copy_target(v) in names["volumes"]),
        "left_alone": sorted(observed.left_alone.items()),
        "writers": {name: use.writers[name] for name in names["volumes"] if name in use.writers},
        "foreign": {name: foreign[name] for name in names["names"] if name in foreign},
        "shared": {name: _container_named(name, foreign) for name in names["shared"]},
    }


def _container_facts(container: "ObservedContainer") -> list[Any]:
    return [
        container.name,
        container.id,
        container.service,
        container.number,
        container.image,
        container.image_id,
        container.state,
        container.exit_code,
        container.health,
        container.config_hash,
        container.replaces,
        container.oneoff,
        container.started,
        sorted([name, id_] for name, id_ in container.networks.items()),
        list(container.namespaces),
        sorted([v.target, v.name, v.anonymous, v.writable] for v in container.volumes),
        sorted(container.binds),
        [[p.target, p.protocol, p.host_ip, p.port] for p in container.ports],
        _labels_hash(container.labels),
    ]


def _container_named(name: str, foreign: Mapping[str, str]) -> str:
    """Return the id of a foreign container by its name, its id or the beginning of its id; empty if it is missing."""
    return foreign.get(name) or next((id_ for id_ in sorted(foreign.values()) if id_.startswith(name)), "")


def _labels_hash(labels: Mapping[str, str]) -> str:
    return sha256(json.dumps(labels, sort_keys=True).encode()).hexdigest()[:32]
