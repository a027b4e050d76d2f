"""`pull`: pull the images of the stack, without starting it."""

import threading

from wtc.dataclass import dataclass
from wtc.events import Note, Reporter
from wtc.model.up_options import UpOptions
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.error_positions import with_positions
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.session.image_plan import ImagesResult, execute_image_plan, resolve_images
from wtc.planner.images.build_and_pull import select_pullable


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """The options of `pull`; empty `services` means all of them."""

    services: tuple[str, ...] = ()
    policy: str = ""
    """`always` or `missing` for all services; empty uses the policy of the file."""
    ignore_buildable: bool = False
    ignore_failures: bool = False
    """Warn if an image cannot be pulled, and continue."""
    include_deps: bool = False
    dry_run: bool = False


def pull(target: Target, request: PullRequest, report: Reporter, stop: threading.Event) -> ImagesResult:
    """Pull the images that are not built.

    Raises:
        ComposeFileError: the files cannot be used, or have no such service.
        WtcError: an image cannot be pulled.
    """
    with Context(target, report) as context:
        project = context.projects.read(services=request.services)
        desired = resolve_images(context, project, request.services, lease=False)
        named = desired.services.keys() if request.include_deps or not request.services else request.services
        for name in named if not request.ignore_buildable else ():
            if desired.services[name].image.build is not None:
                report(Note(text=f"service `{name}` is built, not pulled; to build it, run `wtc build {name}`"))
        chosen = select_pullable(desired, tuple(named), request.policy)
        with with_positions(lambda: project):
            return execute_image_plan(
                context, chosen, UpOptions(), stop, dry_run=request.dry_run, forgiving=request.ignore_failures
            )
