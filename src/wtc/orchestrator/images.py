"""`build` and `pull`: the stack's images, and nothing but those."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wtc.events import Note, Planned, Reporter, Warned
from wtc.model.desired import Desired
from wtc.model.namespace import Namespace
from wtc.model.plan import Plan
from wtc.orchestrator.desiring import desired_stack, observe_for
from wtc.orchestrator.failure import raise_failed
from wtc.orchestrator.leases import Ports, held_by_others, known_ports, lease_ports
from wtc.orchestrator.looking import OpenStack, open_stack
from wtc.orchestrator.places import places_of
from wtc.orchestrator.project import read_project
from wtc.orchestrator.stack import rehearsing, warn
from wtc.orchestrator.target import Target
from wtc.planner.conflicts import check_tags
from wtc.planner.fetching import buildable, pullable, single_platform
from wtc.planner.images import plan_images
from wtc.planner.options import UpOptions

if TYPE_CHECKING:
    from wtc.model.project import Project


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """What the user asks of `pull`; `services` empty is all of them."""

    services: tuple[str, ...] = ()
    policy: str = ""
    """`always` or `missing` for all services; nothing leaves it to the file."""
    ignore_buildable: bool = False
    ignore_failures: bool = False
    """Warn of an image that cannot be pulled, and go on."""
    include_deps: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagesResult:
    """What was done, or would be."""

    namespace: Namespace
    plan: Plan


def build(target: Target, request: BuildRequest, report: Reporter, stop: threading.Event) -> ImagesResult:
    """Builds images, up to date or not; what has not changed comes out of the engine's cache.

    Raises:
        ComposeFileError: the files cannot be used, or have no such service.
        WtcError: a build has failed.
    """
    with open_stack(target, report, create=not request.dry_run) as opened:
        stack = replace(opened, home=rehearsing(opened.home)) if request.dry_run else opened
        # A build may use the ports' variables: leased now, they are the same when `up` looks at what was built.
        project = read_project(stack.located, services=request.services)
        desired = _desired(stack, project, request.services, lease=True)
        named = desired.services.keys() if request.with_dependencies else request.services
        chosen = buildable(desired, tuple(named), request.args)
        for warning in single_platform(project, chosen.services):
            report(Warned(diagnostic=warning))
        options = UpOptions(build=True, no_cache=request.no_cache, pull_bases=request.pull)
        with places_of(project):
            return _carry_out(stack, chosen, options, report, stop, dry_run=request.dry_run)


def pull(target: Target, request: PullRequest, report: Reporter, stop: threading.Event) -> ImagesResult:
    """Pulls images that are not built here.

    Raises:
        ComposeFileError: the files cannot be used, or have no such service.
        WtcError: an image cannot be pulled.
    """
    with open_stack(target, report) as stack:
        project = read_project(stack.located, services=request.services)
        desired = _desired(stack, project, request.services, lease=False)
        named = desired.services.keys() if request.include_deps or not request.services else request.services
        for name in named if not request.ignore_buildable else ():
            if desired.services[name].image.build is not None:
                report(Note(text=f"service `{name}` is built, not pulled; to build it, run `wtc build {name}`"))
        chosen = pullable(desired, tuple(named), request.policy)
        with places_of(project):
            return _carry_out(
                stack, chosen, UpOptions(), report, stop, dry_run=request.dry_run, forgiving=request.ignore_failures
            )


def _desired(stack: OpenStack, project: "Project", services: tuple[str, ...], *, lease: bool) -> Desired:
    located, home = stack.located, stack.home
    return desired_stack(
        located,
        stack.namespace,
        home,
        host=stack.engine.host,
        ports=_leased(stack, project) if lease else _known(stack, project),
        services=services,
        hashed=lease,
    )


def _known(stack: OpenStack, project: "Project") -> Ports:
    settings = stack.home.settings_for(project)
    return known_ports(stack.home.store, stack.namespace, project, settings=settings, observed=stack.observed)


def _leased(stack: OpenStack, project: "Project") -> Ports:
    return lease_ports(
        stack.home.store,
        stack.namespace,
        project,
        scales={},
        settings=stack.home.settings_for(project),
        observed=stack.observed,
        busy=held_by_others(stack.engine, stack.namespace, stack.observed),
        probe=stack.engine.host_is_local,
    )


def _carry_out(
    stack: OpenStack,
    desired: Desired,
    options: UpOptions,
    report: Reporter,
    stop: threading.Event,
    *,
    dry_run: bool,
    forgiving: bool = False,
) -> ImagesResult:
    from wtc.engine.execute import execute

    observed = observe_for(stack.engine, desired)
    check_tags(desired, observed)
    plan = plan_images(desired, observed, options)
    if not dry_run:
        for warning in plan.warnings:
            report(Warned(diagnostic=warning))
        report(Planned(plan=plan, namespace=stack.namespace.name))
        outcome = execute(plan, stack.engine, on_event=report, stop=stop)
        if forgiving and not stop.is_set():
            for _, error in outcome.failed:
                warn(report, "; ".join([error.message, *error.causes]))
        else:
            raise_failed(outcome, stack.engine, stack.namespace, interrupted=stop.is_set(), services=None)
    return ImagesResult(namespace=stack.namespace, plan=plan)
