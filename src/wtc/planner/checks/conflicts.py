"""Detect conflicts: names that are already in use, and external networks and volumes that do not exist. Pure."""

from __future__ import annotations

from wtc.errors import ConflictError, WtcError
from wtc.model.diagnostic import Diagnostic
from wtc.planner.images.plan_images import needed_images
from wtc.planner.names import container_name, replacement_name
from wtc.planner.observed.ownership import ownership
from wtc.planner.reconcile import referenced_containers
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wtc.model.desired import Desired
    from wtc.model.observed import Observed


def check_names(desired: Desired, observed: Observed, *, building: bool = True) -> None:
    """Check the names that the stack needs, before anything changes. Without `building`, image tags are not checked.

    Raises:
        ConflictError: a foreign object has a name that the stack needs, or a foreign container writes to its volume.
        WtcError: an external network or volume does not exist.
    """
    check_writers(observed, [v.name for v in desired.volumes.values() if not v.external])
    clashes = [*_containers(desired, observed), *_networks(desired, observed), *_volumes(desired, observed)]
    _raise_clashes([*clashes, *(_images(desired, observed) if building else ())])
    missing = _missing(desired, observed)
    if missing:
        kind, _, name = missing[0]
        places = [Diagnostic(message=f"external {k} `{n}` does not exist", path=(f"{k}s", y)) for k, y, n in missing]
        raise WtcError(
            f"external {kind} `{name}` does not exist",
            diagnostics=places,
            causes=[f"the file's {k} `{y}` is external, and the engine has no {k} `{n}`" for k, y, n in missing],
            hints=[f"to create it, run `docker {k} create {n}`" for k, _, n in missing],
        )


def check_tags(desired: Desired, observed: Observed) -> None:
    """Check the image tags that the stack builds: a build takes its tag from the image that has it.

    Raises:
        ConflictError: a foreign image has a tag that the stack builds.
    """
    _raise_clashes(_images(desired, observed))


def foreign_images(desired: Desired, observed: Observed) -> list[str]:
    """Return a warning for each built image of the stack whose tag wtc did not build, if nothing is built now."""
    services = {s.image.reference: name for name, s in desired.services.items() if s.containers and s.image.build}
    return [
        f"wtc did not build image `{reference}` of service `{services[reference]}`, and uses it unchanged"
        for _, reference in _images(desired, observed)
        if reference in services
    ]


def _raise_clashes(clashes: Sequence[tuple[str, str]]) -> None:
    if clashes:
        noun, verb = ("name", "is") if len(clashes) == 1 else ("names", "are")
        raise ConflictError(
            f"{len(clashes)} {noun} that this stack needs {verb} already in use",
            causes=[f"{kind} `{name}` exists without this stack's labels" for kind, name in clashes],
            hints=[f"to free the name, run `docker {kind} rm {name}` once nothing needs it" for kind, name in clashes],
        )


def check_writers(observed: Observed, volumes: Iterable[str]) -> None:
    """Check who writes to these volumes, before anything changes.

    Raises:
        ConflictError: a running foreign container mounts one of the volumes read-write.
    """
    found = [(name, user) for name in volumes if (user := observed.foreign_use.writers.get(name))]
    if found:
        volume, user = found[0]
        raise ConflictError(
            f"container `{user}`, which does not belong to this stack, writes to its volume `{volume}`",
            causes=[f"also: `{other}` writes to `{name}`" for name, other in found[1:]],
            hints=[f"to stop it, run `docker stop {other}`" for other in dict.fromkeys(o for _, o in found)],
        )


def check_shared(desired: Desired, observed: Observed, *, starting: bool) -> None:
    """Check the containers whose namespaces or volumes services share, before anything changes.

    A container that is not in the compose file has to exist only if something is `starting`.

    Raises:
        WtcError: a service shares namespaces or volumes of a container that neither exists nor is created.
    """
    specs = [c for service in desired.services.values() for c in service.containers]
    staying = {c.name: c.id for c in observed.containers if c.service not in desired.services}
    foreign = observed.foreign_names
    existing = {*(s.name for s in specs), *staying, *foreign}
    ids = [*staying.values(), *foreign.values()]
    missing = [
        (spec.service, name)
        for spec in specs
        for name in sorted(referenced_containers(spec) - existing)
        if not any(known.startswith(name) for known in ids)
    ]
    services = {container_name(desired.namespace, name, 1): name for name in (*desired.services, *desired.undeclared)}
    missing = [(service, name) for service, name in missing if starting or name in services]
    if not missing:
        return
    found = [
        Diagnostic(
            message=f"service `{service}` shares namespaces or volumes of "
            + (
                f"service `{services[name]}`, which has no container"
                if name in services
                else f"container `{name}`, which does not exist"
            ),
            path=("services", service),
        )
        for service, name in dict.fromkeys(missing)
    ]
    named = " ".join(sorted({services[name] for _, name in missing if name in services}))
    hints = [f"to create it first, run `wtc up {named}`"] if named else []
    raise WtcError(found[0].message, diagnostics=found, hints=hints)


def _containers(desired: Desired, observed: Observed) -> list[tuple[str, str]]:
    specs = [c.name for service in desired.services.values() for c in service.containers]
    existing = observed.foreign_names
    return [("container", name) for own in specs for name in (own, replacement_name(own)) if name in existing]


def _networks(desired: Desired, observed: Observed) -> list[tuple[str, str]]:
    existing = (observed.networks.get(n.name) for n in desired.networks.values() if not n.external)
    return [("network", n.name) for n in existing if n and not ownership(n, desired.namespace).own]


def _volumes(desired: Desired, observed: Observed) -> list[tuple[str, str]]:
    existing = (observed.volumes.get(v.name) for v in desired.volumes.values() if not v.external)
    return [("volume", v.name) for v in existing if v and not ownership(v, desired.namespace, observed.foreign_use).own]


def _images(desired: Desired, observed: Observed) -> list[tuple[str, str]]:
    built = [reference for reference, image in needed_images(desired).items() if image.build]
    existing = (observed.images.get(reference) for reference in dict.fromkeys(built))
    return [("image", i.reference) for i in existing if i and not ownership(i, desired.namespace).own]


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
