"""What `build` and `pull` make of a stack before its images are planned: the part that they are about."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from wtc.model.desired import Desired, DesiredImage
from wtc.planner.images import bases

NEVER = frozenset({"never", "build"})
IF_MISSING = frozenset({"missing", "if_not_present"})


def buildable(desired: Desired, services: Collection[str], args: Mapping[str, str]) -> Desired:
    """The services of these (of all, where none is named) that are built, and those that their builds stand on.

    `args` are laid over the build arguments of each.
    """
    built = {name: s for name, s in desired.services.items() if s.image.build is not None}
    wanted = {name for name in built if not services or name in services}
    while more := {
        name
        for name, service in built.items()
        if name not in wanted and any(service.image.reference in bases(built[w].image) for w in wanted)
    }:
        wanted |= more
    chosen = {name: replace(s, image=_with_args(s.image, args)) for name, s in built.items() if name in wanted}
    return replace(desired, services=chosen)


def pullable(desired: Desired, services: Collection[str], policy: str) -> Desired:
    """The services of these (of all, where none is named) whose images come from a registry.

    Their pull policy becomes `policy`, where that is given; else what is not `missing` or never to be pulled is always
    pulled, for that is what was asked for.
    """
    chosen = {
        name: replace(s, image=replace(s.image, pull_policy=policy or _asked_for(s.image.pull_policy)))
        for name, s in desired.services.items()
        if s.image.build is None and (not services or name in services)
    }
    return replace(desired, services=chosen)


def _asked_for(policy: str) -> str:
    return "never" if policy in NEVER else "missing" if policy in IF_MISSING else "always"


def _with_args(image: DesiredImage, args: Mapping[str, str]) -> DesiredImage:
    if image.build is None or not args:
        return image
    return replace(image, build=replace(image.build, args={**image.build.args, **args}))
