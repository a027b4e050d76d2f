"""The images that a stack needs: what to pull and what to build, before anything stands on them."""

from wtc import labels as label
from wtc.model.desired import Desired, DesiredImage
from wtc.model.observed import Observed
from wtc.model.plan import BuildImage, Plan, PullImage
from wtc.planner.builder import PlanBuilder
from wtc.planner.options import UpOptions


def plan_images(desired: Desired, observed: Observed, options: UpOptions) -> Plan:
    """Every image once, all of them independent of each other."""
    builder = PlanBuilder()
    seen: set[str] = set()
    for service in desired.services.values():
        image = service.image
        if image.reference in seen or not (service.containers or image.build):
            continue
        seen.add(image.reference)
        if image.build is not None and not options.no_build and (cause := _build_cause(image, observed, options)):
            builder.add(BuildImage(image=image), cause, service=service.name)
        elif image.build is None and (cause := _pull_cause(image, observed, options)):
            builder.add(PullImage(image=image), cause, service=service.name)
    return builder.plan()


def _build_cause(image: DesiredImage, observed: Observed, options: UpOptions) -> str:
    there = observed.images.get(image.reference)
    if there is None:
        return "not built yet"
    if options.build:
        return "asked for"
    if image.pull_policy == "build":
        return "its pull_policy is `build`"
    if image.build_hash and there.labels.get(label.BUILD_HASH) != image.build_hash:
        return "its context or its build options have changed"
    return ""


def _pull_cause(image: DesiredImage, observed: Observed, options: UpOptions) -> str:
    policy = options.pull or image.pull_policy or "missing"
    there = image.reference in observed.images
    if policy == "always":
        return "pull_policy is `always`"
    if policy == "never" or there:
        return ""
    return "not there yet"
