"""What stands in the way: names that something else has, and external things that are missing."""

from collections.abc import Mapping

from wtc import labels as label
from wtc.errors import ConflictError, WtcError
from wtc.model.desired import Desired
from wtc.model.observed import Observed


def check_names(desired: Desired, observed: Observed) -> None:
    """Before anything is touched.

    Raises:
        ConflictError: something without this stack's labels has a name that the stack needs.
        WtcError: an external network or volume is not there.
    """
    clashes = [*_containers(desired, observed), *_networks(desired, observed), *_volumes(desired, observed)]
    if clashes:
        noun = "name" if len(clashes) == 1 else "names"
        raise ConflictError(
            f"{len(clashes)} {noun} that this stack needs belong to something that wtc did not make",
            causes=[f"{kind} `{name}` is there without this stack's labels" for kind, name in clashes],
            hints=[f"to free the name, run `docker {kind} rm {name}` once nothing needs it" for kind, name in clashes],
        )
    missing = _missing(desired, observed)
    if missing:
        kind, _, name = missing[0]
        raise WtcError(
            f"external {kind} `{name}` is not there",
            causes=[f"the file's {k} `{y}` is external, and the engine has no {k} `{n}`" for k, y, n in missing],
            hints=[f"to create it, run `docker {k} create {n}`" for k, _, n in missing],
        )


def _containers(desired: Desired, observed: Observed) -> list[tuple[str, str]]:
    names = [c.name for service in desired.services.values() for c in service.containers]
    return [("container", name) for name in names if name in observed.foreign_names]


def _networks(desired: Desired, observed: Observed) -> list[tuple[str, str]]:
    there = ((n.name, observed.networks.get(n.name)) for n in desired.networks.values() if not n.external)
    return [("network", name) for name, net in there if net and not _own(net.labels, desired)]


def _volumes(desired: Desired, observed: Observed) -> list[tuple[str, str]]:
    there = ((v.name, observed.volumes.get(v.name)) for v in desired.volumes.values() if not v.external)
    return [("volume", name) for name, volume in there if volume and not _own(volume.labels, desired)]


def _own(labels: Mapping[str, str], desired: Desired) -> bool:
    return label.managed(labels) and labels.get(label.PROJECT) == desired.namespace.name


def _missing(desired: Desired, observed: Observed) -> list[tuple[str, str, str]]:
    networks = [
        ("network", n.key, n.name)
        for n in desired.networks.values()
        if n.external and n.name not in observed.networks and n.name not in {"host", "none", "bridge"}
    ]
    volumes = [
        ("volume", v.key, v.name) for v in desired.volumes.values() if v.external and v.name not in observed.volumes
    ]
    return [*networks, *volumes]
