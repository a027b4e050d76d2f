"""`build`: build the images of the stack, without starting it."""

import threading
from collections.abc import Mapping

from wtc.dataclass import dataclass, field
from wtc.events import Reporter, Warned
from wtc.model.up_options import UpOptions
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.error_positions import with_positions
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.session.image_plan import ImagesResult, execute_image_plan, resolve_images
from wtc.planner.images.build_and_pull import select_buildable, warn_of_platforms


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildRequest:
    """The options of `build`; empty `services` means all of them."""

    services: tuple[str, ...] = ()
    args: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    no_cache: bool = False
    pull: bool = False
    """Ask the registry for newer base images."""
    with_dependencies: bool = False
    dry_run: bool = False


def build(target: Target, request: BuildRequest, report: Reporter, stop: threading.Event) -> ImagesResult:
    """Build the images, also those that are up to date; unchanged steps come from the engine's cache.

    Raises:
        ComposeFileError: the files cannot be used, or have no such service.
        WtcError: a build has failed.
    """
    with Context(target, report, creates=True, dry_run=request.dry_run) as context:
        # A build may use port variables. Leased now, they are the same when `up` compares the images.
        project = context.projects.read(services=request.services)
        desired = resolve_images(context, project, request.services, lease=True)
        named = desired.services.keys() if request.with_dependencies else request.services
        chosen = select_buildable(desired, tuple(named), request.args)
        for warning in warn_of_platforms(project, chosen.services):
            report(Warned(diagnostic=warning))
        options = UpOptions(build=True, no_cache=request.no_cache, pull_bases=request.pull)
        with with_positions(lambda: project):
            return execute_image_plan(context, chosen, options, stop, dry_run=request.dry_run)
