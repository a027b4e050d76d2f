"""Conflicts: names that another object has, and external networks and volumes that are missing."""

from collections.abc import Iterable, Sequence

from wtc.errors import ConflictError, WtcError
from wtc.model.desired import Desired
from wtc.model.diagnostic import Diagnostic
from wtc.model.observed import Observed
from wtc.planner.images.plan_images import needed_images
from wtc.planner.names import container_name, replacement_name
from wtc.planner.observed.ownership import ownership
from wtc.planner.reconcile import referenced_containers


def check_names(desired: Desired, observed: Observed, *, building: bool = True) -> None:
    """Before anything is touched. Without `building`, images stay as they are, and their tags with them.

    Raises:
        ConflictError: something that is not this stack's has a name that the stack needs, or writes into its volume.
        WtcError: an external network or volume is not there.
    """
    check_writers(observed, [v.name for v in desired.volumes.values() if not v.external])
    clashes = [*_containers(desired, observed), *_networks(desired, observed), *_volumes(desired, observed)]
    _raise_clashes([*clashes, *(_images(desired, observed) if building else ())])
    missing = _missing(desired, observed)
    if missing:
        kind, _, name = missing[0]
        places = [Diagnostic(message=f"external {k} `{n}` is not there", path=(f"{k}s", y)) for k, y, n in missing]
        raise WtcError(
            f"external {kind} `{name}` is not there",
            diagnostics=places,
            causes=[f"the file's {k} `{y}` is external, and the engine has no {k} `{n}`" for k, y, n in missing],
            hints=[f"to create it, run `docker {k} create {n}`" for k, _, n in missing],
        )


def check_tags(desired: Desired, observed: Observed) -> None:
    """Before anything is built: a build moves its tag from the image that has it.

    Raises:
        ConflictError: an image that is not this stack's has a tag that the stack builds.
    """
    _raise_clashes(_images(desired, observed))


def foreign_images(desired: Desired, observed: Observed) -> list[str]:
    """Warnings of images that containers are created from without a build, although wtc did not build them."""
    services = {s.image.reference: name for name, s in desired.services.items() if s.containers and s.image.build}
    return [
        f"image `{reference}` of service `{services[reference]}` is used as it is, although wtc did not build it"
        for _, reference in _images(desired, observed)
        if reference in services
    ]


def _raise_clashes(clashes: Sequence[tuple[str, str]]) -> None:
    if clashes:
        noun = "name" if len(clashes) == 1 else "names"
        raise ConflictError(
            f"{len(clashes)} {noun} that this stack needs belong to something that wtc did not make",
            causes=[f"{kind} `{name}` is there without this stack's labels" for kind, name in clashes],
            hints=[f"to free the name, run `docker {kind} rm {name}` once nothing needs it" for kind, name in clashes],
        )


def check_writers(observed: Observed, volumes: Iterable[str]) -> None:
    """Before anything is touched.

    Raises:
        ConflictError: a running container that is not this stack's mounts one of the volumes writable.
    """
    found = [(name, user) for name in volumes if (user := observed.foreign_use.writers.get(name))]
    if found:
        volume, user = found[0]
        raise ConflictError(
            f"container `{user}`, which is not this stack's, writes into volume `{volume}` of this stack",
            causes=[f"also: `{other}` into `{name}`" for name, other in found[1:]],
            hints=[f"to stop it, run `docker stop {other}`" for other in dict.fromkeys(o for _, o in found)],
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
        for name in sorted(referenced_containers(spec) - there)
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
    specs = [c.name for service in desired.services.values() for c in service.containers]
    there = observed.foreign_names
    return [("container", name) for own in specs for name in (own, replacement_name(own)) if name in there]


def _networks(desired: Desired, observed: Observed) -> list[tuple[str, str]]:
    there = (observed.networks.get(n.name) for n in desired.networks.values() if not n.external)
    return [("network", n.name) for n in there if n and not ownership(n, desired.namespace).own]


def _volumes(desired: Desired, observed: Observed) -> list[tuple[str, str]]:
    there = (observed.volumes.get(v.name) for v in desired.volumes.values() if not v.external)
    return [("volume", v.name) for v in there if v and not ownership(v, desired.namespace, observed.foreign_use).own]


def _images(desired: Desired, observed: Observed) -> list[tuple[str, str]]:
    built = [reference for reference, image in needed_images(desired).items() if image.build]
    there = (observed.images.get(reference) for reference in dict.fromkeys(built))
    return [("image", i.reference) for i in there if i and not ownership(i, desired.namespace).own]


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
