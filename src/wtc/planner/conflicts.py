"""What stands in the way: names that something else has, and external things that are missing."""

from collections.abc import Mapping

from wtc import labels as label
from wtc.errors import ConflictError, WtcError
from wtc.model.desired import Desired
from wtc.model.observed import Observed
from wtc.planner.convergence import referenced
from wtc.planner.names import container_name


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


def check_shared(desired: Desired, observed: Observed, *, starting: bool) -> None:
    """Before anything is touched. A container outside of the file has to be there only where something is `starting`.

    Raises:
        WtcError: a service shares namespaces or volumes of a container that is not there, and is not made either.
    """
    specs = [c for service in desired.services.values() for c in service.containers]
    staying = {c.name: c.id for c in observed.containers if c.service not in desired.services}
    foreign = observed.foreign_names
    there = {*(s.name for s in specs), *staying, *foreign}
    ids = [*staying.values(), *foreign.values()]
    missing = [
        (spec.service, name)
        for spec in specs
        for name in sorted(referenced(spec) - there)
        if not any(known.startswith(name) for known in ids)
    ]
    services = {container_name(desired.namespace, name, 1): name for name in (*desired.services, *desired.undeclared)}
    missing = [(service, name) for service, name in missing if starting or name in services]
    if not missing:
        return
    what = [
        f"service `{service}` shares namespaces or volumes of "
        + (
            f"service `{services[name]}`, which has no container"
            if name in services
            else f"container `{name}`, which is not there"
        )
        for service, name in dict.fromkeys(missing)
    ]
    named = " ".join(sorted({services[name] for _, name in missing if name in services}))
    hints = [f"to bring up what is missing first, run `wtc up {named}`"] if named else []
    raise WtcError(what[0], causes=[f"also: {text}" for text in what[1:]], hints=hints)


def _containers(desired: Desired, observed: Observed) -> list[tuple[str, str]]:
    names = [c.name for service in desired.services.values() for c in service.containers]
    there = observed.foreign_names
    return [("container", name) for name in names if name in there]


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
