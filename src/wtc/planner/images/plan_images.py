"""Plan the images of a stack: which to pull and which to build. Pure."""

from collections.abc import Collection, Iterable, Mapping

from wtc import labels as label
from wtc.dataclass import replace
from wtc.errors import WtcError
from wtc.hashes import sha256
from wtc.model.build import BuildInput
from wtc.model.desired import Desired, DesiredImage
from wtc.model.diagnostic import Diagnostic
from wtc.model.observed import Observed
from wtc.model.plan import BuildImage, Plan, PullImage
from wtc.model.project import Project
from wtc.model.service import Service
from wtc.model.up_options import UpOptions
from wtc.planner.desired.references import OF_IMAGE, OF_SERVICE, Names, familiar, renamed_build
from wtc.planner.images.pull_policy import REQUESTED, has_digest, pull_interval_s
from wtc.planner.plan_builder import PlanBuilder


def desired_images(project: Project, names: Names, inputs: Mapping[str, BuildInput]) -> dict[str, DesiredImage]:
    """Return service -> image of its containers, for all services of the file.

    A built image has only the tag of the namespace. `inputs`: service -> the inputs of its build, if they were read.
    """
    return {service.name: _desired_image(service, project, names, inputs) for service in names.services.values()}


def _desired_image(service: Service, project: Project, names: Names, inputs: Mapping[str, BuildInput]) -> DesiredImage:
    if service.build is None and names.own_image(service.image):
        builder = names.services[names.images[familiar(service.image)]]
        return _desired_image(builder, project, names, inputs)
    if service.build is None:
        return DesiredImage(
            service=service.name,
            reference=service.image,
            platform=service.platform,
            pull_policy=service.pull_policy,
        )
    digest = _with_bases(service.name, names, inputs)
    reference = names.image(service.name)
    labels = {**label.own(names.namespace, reference), label.SERVICE: service.name, label.COMPOSE_SERVICE: service.name}
    if digest:
        labels[label.BUILD_HASH] = digest
    return DesiredImage(
        service=service.name,
        reference=reference,
        build=replace(renamed_build(service.build, names), tags=()),
        platform=service.platform,
        pull_policy=service.pull_policy,
        bases={
            image: own
            for image in inputs.get(service.name, BuildInput()).images
            if (own := names.own_image(image, other_than=service.name))
            and image not in service.build.additional_contexts
        },
        build_hash=digest,
        labels=labels,
        secrets={s.source: project.secrets[s.source] for s in service.build.secrets if s.source in project.secrets},
    )


def built_from(service: Service, names: Names, images: Iterable[str]) -> set[str]:
    """Return the other services whose images the build of a service uses; `images` are those in its Dockerfile."""
    if service.build is None:
        return set()
    contexts = service.build.additional_contexts.values()
    references = [*images, *(c.removeprefix(OF_IMAGE) for c in contexts if c.startswith(OF_IMAGE))]
    found = {names.images.get(familiar(reference), "") for reference in references}
    for other in (c.removeprefix(OF_SERVICE) for c in contexts if c.startswith(OF_SERVICE)):
        base = names.services.get(other)
        if base is not None:
            found.add(base.name if base.build else names.images.get(familiar(base.image), ""))
    return found - {"", service.name}


def _with_bases(
    service: str, names: Names, inputs: Mapping[str, BuildInput], above: frozenset[str] = frozenset()
) -> str:
    """Return the build hash of the service, combined with those of the services whose images its build uses, if any."""
    given = inputs.get(service, BuildInput())
    above |= {service}
    others = built_from(names.services[service], names, given.images) - above
    if not (given.hash and others):
        return given.hash
    digests = [_with_bases(other, names, inputs, above) for other in sorted(others)]
    return sha256("\0".join([given.hash, *digests]).encode()).hexdigest()


def plan_images(desired: Desired, observed: Observed, options: UpOptions) -> Plan:
    """Plan each image once, after the images of other services that its build uses."""
    builder = PlanBuilder()
    nodes: dict[str, int] = {}
    waiting = needed_images(desired)
    while waiting:
        ready = [i for i in waiting.values() if not base_references(i) & waiting.keys() - {i.reference}] or list(
            waiting.values()
        )
        for image in ready:
            del waiting[image.reference]
            after = [nodes.get(base) for base in sorted(base_references(image))]
            if image.build is not None and not options.no_build and (cause := _build_cause(image, observed, options)):
                build = BuildImage(image=image, no_cache=options.no_cache, pull=options.pull_bases)
                nodes[image.reference] = builder.add(build, cause, service=image.service, after=after)
            elif image.build is None and (cause := _pull_cause(image, observed, options)):
                pull = PullImage(image=image, again=image.reference in observed.images)
                nodes[image.reference] = builder.add(pull, cause, service=image.service)
    return builder.plan()


def check_images(desired: Desired, observed: Observed, options: UpOptions) -> None:
    """Check that each missing image may be built or pulled, before anything changes.

    Raises:
        WtcError: an image does not exist, and an option or the file forbids building or pulling it.
    """
    images = {s.image.reference: s.image for s in desired.services.values() if s.containers}
    wanting = [i for i in images.values() if i.reference not in observed.images]
    unbuilt = [i for i in wanting if i.build is not None and options.no_build]
    unpulled = [i for i in wanting if i.build is None and _policy(i, options) == "never"]
    not_built = "is not built, and `--no-build` is given"
    not_pulled = "does not exist, and its pull policy is `never`"
    wanted = [(i, "build", not_built) for i in unbuilt] + [(i, "image", not_pulled) for i in unpulled]
    found = [
        Diagnostic(message=f"image `{i.reference}` of service `{i.service}` {why}", path=("services", i.service, key))
        for i, key, why in wanted
    ]
    if not found:
        return
    hints = ["to build what is missing, run `wtc up` without `--no-build`"] if unbuilt else []
    hints += ["to pull what is missing, run `wtc up --pull missing`"] if unpulled else []
    raise WtcError(found[0].message, hints=hints, diagnostics=found)


def base_references(image: DesiredImage) -> set[str]:
    """Return the references of the images that the build uses: of other services, and in additional contexts."""
    contexts = image.build.additional_contexts.values() if image.build else ()
    return {*image.bases.values(), *(c.removeprefix(OF_IMAGE) for c in contexts if c.startswith(OF_IMAGE))}


def only_services(desired: Desired, services: Collection[str]) -> Desired:
    """Return the stack with only these services; images of the others remain as `bases` of builds."""
    chosen = {name: service for name, service in desired.services.items() if name in services}
    others = (service.image for name, service in desired.services.items() if name not in services)
    return replace(
        desired,
        services=chosen,
        bases={**desired.bases, **{image.reference: image for image in others if image.build is not None}},
        endpoints=tuple(e for e in desired.endpoints if e.id.service in chosen),
        undeclared=desired.undeclared | (desired.services.keys() - chosen.keys()),
    )


def needed_images(desired: Desired) -> dict[str, DesiredImage]:
    """Return reference -> image, for the images of the services and those that their builds use, recursively."""
    known = {**desired.bases, **{s.image.reference: s.image for s in desired.services.values()}}
    waiting = [s.image.reference for s in desired.services.values() if s.containers or s.image.build]
    needed: dict[str, DesiredImage] = {}
    while waiting:
        reference = waiting.pop(0)
        if reference in known and reference not in needed:
            needed[reference] = known[reference]
            waiting += sorted(base_references(known[reference]))
    return needed


def _build_cause(image: DesiredImage, observed: Observed, options: UpOptions) -> str:
    existing = observed.images.get(image.reference)
    if existing is None:
        return "it is not built"
    if options.build:
        return "requested"
    if image.pull_policy == "build":
        return "its pull_policy is `build`"
    if image.build_hash and existing.labels.get(label.BUILD_HASH) != image.build_hash:
        return "its context or build options have changed"
    return ""


def _pull_cause(image: DesiredImage, observed: Observed, options: UpOptions) -> str:
    policy = _policy(image, options)
    existing = observed.images.get(image.reference)
    if policy == "never":
        return ""
    if existing is None:
        return "it does not exist"
    if policy == REQUESTED or options.pull == "always":
        return "requested"
    if policy == "always":
        return "its pull_policy is `always`"
    after_s = pull_interval_s(policy)
    if after_s is None or has_digest(image.reference) or observed.at_s < existing.tagged_s + after_s:
        return ""
    return f"its pull_policy is `{policy}`, and the last pull is older or unknown"


def _policy(image: DesiredImage, options: UpOptions) -> str:
    return options.pull or image.pull_policy or "missing"
