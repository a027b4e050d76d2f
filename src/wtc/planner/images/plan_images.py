"""Plan the images of a stack: which to pull and which to build. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from wtc import labels as label
from wtc.errors import WtcError
from wtc.model.build import Build
from wtc.model.desired import Desired, DesiredImage
from wtc.model.diagnostic import Diagnostic
from wtc.model.namespace import Namespace
from wtc.model.observed import Observed
from wtc.model.plan import BuildImage, Plan, PullImage
from wtc.model.project import Project
from wtc.model.service import Service
from wtc.planner.images.pull_policy import has_digest, pull_interval_s
from wtc.planner.names import image_reference
from wtc.planner.plan_builder import PlanBuilder
from wtc.planner.up_options import UpOptions

OF_IMAGE = "docker-image://"
OF_SERVICE = "service:"


def desired_image(
    service: Service, project: Project, namespace: Namespace, build_hashes: Mapping[str, str]
) -> DesiredImage:
    """Return the image of a service's containers. A built image has only the tag of the namespace.

    `build_hashes`: service -> hash of its context and build options.
    """
    builder = _building_service(service, project)
    if builder is not None:
        return desired_image(builder, project, namespace, build_hashes)
    if service.build is None:
        return DesiredImage(
            service=service.name,
            reference=service.image,
            platform=service.platform,
            pull_policy=service.pull_policy,
        )
    digest = _with_bases(service.name, service.build, build_hashes)
    reference = image_reference(namespace, service.name)
    labels = {**label.own(namespace, reference), label.SERVICE: service.name, label.COMPOSE_SERVICE: service.name}
    if digest:
        labels[label.BUILD_HASH] = digest
    return DesiredImage(
        service=service.name,
        reference=reference,
        build=replace(service.build, tags=(), additional_contexts=_contexts(service.build, project, namespace)),
        platform=service.platform,
        pull_policy=service.pull_policy,
        build_hash=digest,
        labels=labels,
        secrets={s.source: project.secrets[s.source] for s in service.build.secrets if s.source in project.secrets},
    )


def plan_images(desired: Desired, observed: Observed, options: UpOptions) -> Plan:
    """Plan each image once, after the images of other services that its build uses."""
    builder = PlanBuilder()
    nodes: dict[str, int] = {}
    waiting = {s.image.reference: s.image for s in desired.services.values() if s.containers or s.image.build}
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


def _building_service(service: Service, project: Project) -> Service | None:
    """Return the service that builds the image that this service, which has no build, names."""
    if service.build is not None or not service.image:
        return None
    others = (s for s in project.services.values() if s.build is not None)
    return next((s for s in others if _tagged(service.image) in map(_tagged, (s.image, *_tags(s.build)))), None)


def _tags(build: Build | None) -> tuple[str, ...]:
    return build.tags if build else ()


def _tagged(image: str) -> str:
    """Add the default tag: `acme/php` -> `acme/php:latest`."""
    return image if not image or ":" in image.rpartition("/")[2] or "@" in image else f"{image}:latest"


def base_references(image: DesiredImage) -> set[str]:
    """Return the references of the images in the build's additional contexts."""
    contexts = image.build.additional_contexts.values() if image.build else ()
    return {c.removeprefix(OF_IMAGE) for c in contexts if c.startswith(OF_IMAGE)}


def _contexts(build: Build, project: Project, namespace: Namespace) -> dict[str, str]:
    return {name: _context(value, project, namespace) for name, value in build.additional_contexts.items()}


def _context(value: str, project: Project, namespace: Namespace) -> str:
    """Replace `service:base` with the image of that service."""
    base = project.services.get(value.removeprefix(OF_SERVICE)) if value.startswith(OF_SERVICE) else None
    if base is None:
        return value
    return OF_IMAGE + (image_reference(namespace, base.name) if base.build else base.image)


def _with_bases(service: str, build: Build, build_hashes: Mapping[str, str]) -> str:
    """Return the build hash of the service, combined with those of the services whose images its build uses, if any."""
    own = build_hashes.get(service, "")
    contexts = build.additional_contexts.values()
    bases = sorted(c.removeprefix(OF_SERVICE) for c in contexts if c.startswith(OF_SERVICE))
    if not (own and bases):
        return own
    return hashlib.sha256("\0".join([own, *(build_hashes.get(b, "") for b in bases)]).encode()).hexdigest()


def _build_cause(image: DesiredImage, observed: Observed, options: UpOptions) -> str:
    there = observed.images.get(image.reference)
    if there is None:
        return "it is not built"
    if options.build:
        return "requested"
    if image.pull_policy == "build":
        return "its pull_policy is `build`"
    if image.build_hash and there.labels.get(label.BUILD_HASH) != image.build_hash:
        return "its context or build options have changed"
    return ""


def _pull_cause(image: DesiredImage, observed: Observed, options: UpOptions) -> str:
    policy = _policy(image, options)
    there = observed.images.get(image.reference)
    if policy == "always":
        return "its pull_policy is `always`"
    if policy == "never":
        return ""
    if there is None:
        return "it does not exist"
    after_s = pull_interval_s(policy)
    if after_s is None or has_digest(image.reference) or observed.at_s < there.tagged_s + after_s:
        return ""
    return f"its pull_policy is `{policy}`, and the last pull is older or unknown"


def _policy(image: DesiredImage, options: UpOptions) -> str:
    return options.pull or image.pull_policy or "missing"
