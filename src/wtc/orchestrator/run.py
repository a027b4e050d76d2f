"""`run`: one command in a container of its own, made as a service's containers are."""

import contextlib
import secrets
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wtc.errors import ConflictError, InterruptedByUserError, PortTakenError, UsageError, WtcError
from wtc.events import Event, Note, PlanStarted, Reporter, Warned
from wtc.model.desired import ContainerSpec, Desired
from wtc.model.namespace import Namespace
from wtc.model.observed import RUNNING_STATES, Observed
from wtc.model.plan import ContainerRef, Plan
from wtc.model.project import Project
from wtc.model.up_options import UpOptions
from wtc.orchestrator.context.context import Context, command_line_settings, open_context, open_engine
from wtc.orchestrator.context.project import read_project
from wtc.orchestrator.context.resolve import observe_desired, resolve_stack
from wtc.orchestrator.context.stack_lock import stack_lock
from wtc.orchestrator.context.target import Located, Target, locate
from wtc.orchestrator.host_ports.leases import lease_on_engine
from wtc.orchestrator.session.adopt import claim_namespace
from wtc.orchestrator.session.container_git import ContainerGit
from wtc.orchestrator.session.error_positions import with_positions
from wtc.orchestrator.session.memory_guard import MemoryRequest, reserve_memory
from wtc.orchestrator.session.unsupported import report_unsupported
from wtc.orchestrator.up import MOVES, UpRequest, up
from wtc.planner.checks.conflicts import check_names, check_shared
from wtc.planner.checks.memory_budget import starting_spec
from wtc.planner.images.plan_images import check_images, plan_images
from wtc.planner.oneoff import OneoffOptions, oneoff_name, oneoff_spec, plan_oneoff, plan_waits, without_dependencies
from wtc.planner.volumes.copy_marker import check_unfinished
from wtc.settings.settings import OVERSUBSCRIBE

if TYPE_CHECKING:
    from collections.abc import Callable

    from wtc.engine.client.connection import Engine
    from wtc.engine.containers.terminal import Descriptors
    from wtc.engine.operations import Call
    from wtc.model.plan import Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What the user asks of `run`."""

    service: str
    oneoff: OneoffOptions = field(default_factory=OneoffOptions)
    local: "Descriptors"
    remove: bool = False
    """The container goes when its command has ended."""
    detached: bool = False
    no_deps: bool = False
    build: bool = False
    pull: str = ""
    """A pull policy: `always`, `missing`, `never`."""
    remove_orphans: bool = False
    oversubscribe: bool = False
    """Start even what the engine's machine has no memory for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """`status` is the command's."""

    container: str
    status: int


def run(
    target: Target, request: RunRequest, report: Reporter, stop: threading.Event, on_started: "Callable[[], None]"
) -> RunResult:
    """Runs the command, after what the service depends on is up. Nothing is reported after `on_started` is called.

    Raises:
        WtcError: it never ran; `wait_for_exit` is 125 to 127 where docker's would be.
    """
    located = locate(target)
    home = open_context(target, report, given=command_line_settings(oversubscribe=request.oversubscribe))
    home.store.require()
    project = read_project(located, services=(request.service,))
    service = project.services[request.service]
    if service.provider:
        raise UsageError(f"service `{service.name}` is provided by `{service.provider.type}`, and has no container")
    depends_on = tuple(name for name in service.depends_on if name in project.services)
    report = _WarnOnce(report)
    if depends_on and not request.no_deps:
        options = UpOptions(remove_orphans=request.remove_orphans)
        needs = UpRequest(services=depends_on, options=options, oversubscribe=request.oversubscribe)
        up(target, needs, report, stop)
    with open_engine(target) as engine:
        report_unsupported(project, engine.api_version, report, strict=False)
        with stack_lock(home, located.worktree):
            namespace = claim_namespace(located, home, engine, report, stop)
        git = ContainerGit(worktree=located.worktree, home=home, project=project, engine=engine, creates=True)
        return _Run(located, home, engine, namespace, request, report, stop, git).to_the_end(project, on_started)


class _WarnOnce:
    """Passes a warning on only once: the files are read for the dependencies, and again for the container."""

    def __init__(self, report: Reporter) -> None:
        self._report = report
        self._told: list[Warned] = []

    def __call__(self, event: Event, /) -> None:
        if isinstance(event, Warned):
            if event in self._told:
                return
            self._told.append(event)
        self._report(event)


class _Run:
    def __init__(
        self,
        located: Located,
        home: Context,
        engine: "Engine",
        namespace: Namespace,
        request: RunRequest,
        report: Reporter,
        stop: threading.Event,
        git: ContainerGit,
    ) -> None:
        self.located, self.home, self.engine, self.namespace = located, home, engine, namespace
        self.request, self.report, self.stop, self.git = request, report, stop, git
        self.started = False
        self.held = contextlib.ExitStack()
        """The memory that is promised until the container runs."""

    def to_the_end(self, stack: Project, on_started: "Callable[[], None]") -> RunResult:
        with self.held, with_positions(stack):
            return self._to_the_end(stack, on_started)

    def _to_the_end(self, stack: Project, on_started: "Callable[[], None]") -> RunResult:
        busy: set[int] = set()
        for _ in range(MOVES):
            with stack_lock(self.home, self.namespace.worktree):
                spec = self._make(stack, busy)
            container = ContainerRef(name=spec.name)
            try:
                return RunResult(container=spec.name, status=self._start(container, on_started))
            except PortTakenError as error:
                self._discard(container, remove=True)
                if set(error.ports) <= busy or not self._leased(spec, error.ports):
                    raise
                busy |= set(error.ports)
                self.report(Note(text=f"host port {', '.join(map(str, error.ports))} is taken: looking for another"))
            except BaseException:
                # One that never ran is of no use to anybody.
                self._discard(container, remove=self.request.remove or not self.started)
                raise
        raise WtcError(f"no free host port was found in {MOVES} tries", hints=["to see who has them, run `wtc ps -a`"])

    def _make(self, stack: Project, busy: set[int], *, again: bool = False) -> ContainerSpec:
        """Creates the container, and whatever it stands on. Raises: WtcError."""
        from wtc.engine.containers.oneoff import oneoff_perform

        desired = self._desired(stack, busy)
        service, options = self.request.service, UpOptions(build=self.request.build, pull=self.request.pull)
        slug = secrets.token_hex(4)
        name = self.request.oneoff.name or oneoff_name(self.namespace, service, slug)
        first = desired.services[service].containers[0]
        spec = oneoff_spec(first, self.request.oneoff, name=name, slug=slug)
        wanted = without_dependencies(desired, spec)
        observed = observe_desired(self.engine, wanted)
        self._refuse_taken(spec, observed)
        check_names(wanted, observed)
        check_unfinished(wanted, observed)
        others = wanted.undeclared | (desired.services.keys() - wanted.services.keys())
        check_shared(replace(wanted, undeclared=others), observed, starting=True)
        check_images(wanted, observed, options)
        if not (busy or again) and not self.home.settings_for(stack).of(OVERSUBSCRIBE).value:
            memory = MemoryRequest(
                namespace=self.namespace,
                starting=(starting_spec(spec),),
                plan=Plan(),
                command="run",
                anyway="run `wtc run --oversubscribe ...`",
            )
            self.held.enter_context(reserve_memory(self.engine, self.home, memory))
        if not self.request.no_deps:
            self._execute(plan_waits(desired, service), desired)
        if images := plan_images(wanted, observed, options):
            self._execute(images, wanted)
            observed = observe_desired(self.engine, wanted)
        # Of this container: it may have another user, and more binds, than the service.
        wanted, _ = self.git.added(wanted, observed)
        self.git.report(self.report)
        spec = wanted.services[service].containers[0]
        perform = oneoff_perform(self.request.local, auto_remove=self.request.remove, detached=self.request.detached)
        try:
            self._execute(plan_oneoff(wanted, observed, spec), wanted, perform)
        except BaseException as error:
            self._discard(ContainerRef(name=name), remove=True)
            if isinstance(error, WtcError) and self.git.is_refused(error):
                return self._make(stack, busy, again=True)
            raise
        return spec

    def _start(self, container: ContainerRef, on_started: "Callable[[], None]") -> int:
        from wtc.engine.containers.oneoff import run_attached, start_detached

        def started() -> None:
            self.started = True
            self.held.close()
            on_started()

        if self.stop.is_set():
            raise InterruptedByUserError("interrupted")
        if self.request.detached:
            start_detached(self.engine, container)
            return 0
        terminal, remove = self.request.oneoff.terminal, self.request.remove
        return run_attached(
            self.engine,
            container,
            self.request.local,
            terminal=terminal,
            auto_remove=remove,
            on_started=started,
        )

    def _desired(self, stack: Project, busy: set[int]) -> Desired:
        from wtc.engine.observe.snapshot import observe

        observed = observe(self.engine, self.namespace)
        if self.request.oneoff.service_ports:
            self._refuse_twice(observed)
        ports = lease_on_engine(
            self.engine, self.home, self.namespace, stack, self.report, observed=observed, busy=busy
        )
        # One replica at least, to take after: the file may scale the service to none.
        return resolve_stack(
            self.located,
            self.namespace,
            self.home,
            host=self.engine.host,
            ports=ports,
            services=(self.request.service,),
            scales={self.request.service: 1},
        )

    def _refuse_twice(self, observed: Observed) -> None:
        """Raises ConflictError where the service itself has the ports that it is to have."""
        service = self.request.service
        holder = next(
            (c for c in observed.containers if c.service == service and c.ports and _is_running(c.state)), None
        )
        if holder is not None:
            raise ConflictError(
                f"the host ports of service `{service}` are taken by its container `{holder.name}`",
                hints=[
                    f"to free them, run `wtc stop {service}`",
                    "to run beside it, leave out `--service-ports`, or publish another port with `--publish`",
                ],
            )

    def _refuse_taken(self, spec: ContainerSpec, observed: Observed) -> None:
        """Raises ConflictError where a container of the stack has the name that the user gave."""
        if any(c.name == spec.name for c in observed.containers):
            raise ConflictError(
                f"container `{spec.name}` is there already",
                hints=["to choose another name, run `wtc run --name NAME ...`"],
            )

    def _leased(self, spec: ContainerSpec, ports: tuple[int, ...]) -> bool:
        """Whether they are leases, which can move; what the user publishes is as the user says."""
        said = {number for port in self.request.oneoff.ports for number in port.published}
        return said.isdisjoint(ports) and bool(spec.config.ports)

    def _execute(
        self, plan: Plan, desired: Desired, perform: "Callable[[Operation, Call], None] | None" = None
    ) -> None:
        from wtc.engine.executor import execute_plan
        from wtc.engine.operations import perform_operation
        from wtc.orchestrator.session.failures import raise_failed

        for warning in plan.warnings:
            self.report(Warned(diagnostic=warning))
        self.report(PlanStarted(plan=plan, namespace=self.namespace.name))
        outcome = execute_plan(
            plan, self.engine, on_event=self.report, perform=perform or perform_operation, stop=self.stop
        )
        interrupted = self.stop.is_set()
        raise_failed(outcome, self.engine, self.namespace, interrupted=interrupted, services=desired.services)

    def _discard(self, container: ContainerRef, *, remove: bool) -> None:
        from wtc.engine.containers.oneoff import discard_oneoff

        discard_oneoff(self.engine, container, remove=remove)


def _is_running(state: str) -> bool:
    return state in RUNNING_STATES
