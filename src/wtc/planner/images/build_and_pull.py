"""Select the services whose images `build` and `pull` work on. Pure."""

from collections.abc import Collection, Iterator, Mapping

from wtc.dataclass import replace
from wtc.model.desired import Desired, DesiredImage
from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.project import Project
from wtc.planner.images.plan_images import only_services
from wtc.planner.images.pull_policy import REQUESTED

NEVER = frozenset({"never", "build"})
IF_MISSING = frozenset({"missing", "if_not_present"})


def select_buildable(desired: Desired, services: Collection[str], args: Mapping[str, str]) -> Desired:
    """Return the stack with only the services that are built, and those whose images their builds use.

    Empty `services` means all. `args` override the build arguments of each service.
    """
    wanted = {name for name, s in desired.services.items() if s.image.build and (not services or name in services)}
    own = only_services(desired, wanted)
    chosen = {name: replace(s, image=_with_args(s.image, args)) for name, s in own.services.items()}
    own_bases = {reference: _with_args(image, args) for reference, image in own.bases.items()}
    return replace(own, services=chosen, bases=own_bases)


def warn_of_platforms(project: Project, services: Collection[str]) -> Iterator[Diagnostic]:
    """Yield a warning for each of these services whose file names several platforms: only one is built."""
    for name in services:
        build = project.services[name].build
        if build is None or len(build.platforms) < 2:
            continue
        own = project.services[name].platform
        path = ("services", name, "build", "platforms")
        yield Diagnostic(
            message=f"of the {len(build.platforms)} `build.platforms` of service `{name}`, only "
            f"{f'`{own}`, its `platform`,' if own else 'the platform of the engine'} is built",
            severity=Severity.WARNING,
            position=project.positions.get(path),
            path=path,
            hint="to build an image for all of them, run `docker buildx build --platform`",
        )


def select_pullable(desired: Desired, services: Collection[str], policy: str) -> Desired:
    """Return the stack with only the services whose images come from a registry. Empty `services` means all.

    `policy` replaces those of the file. All but `missing` and `never` become `REQUESTED`.
    """
    chosen = {
        name: replace(s, image=replace(s.image, pull_policy=_pull_policy(policy or s.image.pull_policy)))
        for name, s in desired.services.items()
        if s.image.build is None and (not services or name in services)
    }
    return replace(desired, services=chosen)


def _pull_policy(policy: str) -> str:
    return "never" if policy in NEVER else "missing" if policy in IF_MISSING else REQUESTED


def _with_args(image: DesiredImage, args: Mapping[str, str]) -> DesiredImage:
    if image.build is None or not args:
        return image
    return replace(image, build=replace(image.build, args={**image.build.args, **args}))
