"""`build`: builds the stack's images, and nothing else."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from wtc.events import Reporter, Warned
from wtc.model.up_options import UpOptions
from wtc.orchestrator.context.context import for_dry_run
from wtc.orchestrator.context.observed_context import open_observed
from wtc.orchestrator.context.project import read_project
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.session.error_positions import with_positions
from wtc.orchestrator.session.image_plan import ImagesResult, execute_image_plan, resolve_images
from wtc.planner.images.build_and_pull import select_buildable, warn_of_platforms


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildRequest:
    """What the user asks of `build`; `services` empty is all of them."""

    services: tuple[str, ...] = ()
    args: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    no_cache: bool = False
    pull: bool = False
    """Ask the registry for newer base images."""
    with_dependencies: bool = False
    dry_run: bool = False


def build(target: Target, request: BuildRequest, report: Reporter, stop: threading.Event) -> ImagesResult:
    """Builds images, up to date or not; what has not changed comes out of the engine's cache.

    Raises:
        ComposeFileError: the files cannot be used, or have no such service.
        WtcError: a build has failed.
    """
    with open_observed(target, report, create=not request.dry_run) as opened:
        stack = replace(opened, home=for_dry_run(opened.home)) if request.dry_run else opened
        # A build may use the ports' variables: leased now, they are the same when `up` looks at what was built.
        project = read_project(stack.located, services=request.services)
        desired = resolve_images(stack, project, request.services, lease=True)
        named = desired.services.keys() if request.with_dependencies else request.services
        chosen = select_buildable(desired, tuple(named), request.args)
        for warning in warn_of_platforms(project, chosen.services):
            report(Warned(diagnostic=warning))
        options = UpOptions(build=True, no_cache=request.no_cache, pull_bases=request.pull)
        with with_positions(project):
            return execute_image_plan(stack, chosen, options, report, stop, dry_run=request.dry_run)
