"""`up`: locate, load, namespace, observe, plan, execute."""

import contextlib
import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from wtc.errors import PortTakenError, UsageError, WtcError
from wtc.events import Note, PlanStarted, Reporter, Warned
from wtc.model.desired import Desired
from wtc.model.namespace import Namespace
from wtc.model.observed import Observed
from wtc.model.plan import Plan
from wtc.model.ports import Endpoint
from wtc.model.project import Project
from wtc.model.up_options import Recreate, UpOptions
from wtc.orchestrator.context.context import (
    Context,
    command_line_settings,
    for_dry_run,
    open_context,
    open_engine,
    warn,
)
from wtc.orchestrator.context.identify import namespace_for
from wtc.orchestrator.context.observed_context import report_foreign
from wtc.orchestrator.context.project import read_project
from wtc.orchestrator.context.project_name import warn_of_project_name
from wtc.orchestrator.context.resolve import observe_desired, resolve_stack
from wtc.orchestrator.context.stack_lock import LocksBusyError, StackLocks
from wtc.orchestrator.context.target import Located, Target, locate
from wtc.orchestrator.host_ports.fixed_ports import check_fixed_ports
from wtc.orchestrator.host_ports.leases import StackPorts, lease_on_engine
from wtc.orchestrator.host_ports.published import record_published
from wtc.orchestrator.host_ports.stale_urls import own_addresses, stale_urls
from wtc.orchestrator.session.adopt import Adoption, claim_namespace
from wtc.orchestrator.session.container_git import ContainerGit
from wtc.orchestrator.session.data_from import DataFrom
from wtc.orchestrator.session.error_positions import with_positions
from wtc.orchestrator.session.memory_guard import MemoryRequest, oversubscription, reserve_memory
from wtc.orchestrator.session.unsupported import report_unsupported
from wtc.orchestrator.worktree_files.env_files import with_env_files
from wtc.planner.checks.conflicts import check_names, foreign_images
from wtc.planner.checks.memory_budget import starting_in_plan
from wtc.planner.images.plan_images import check_images, only_services, plan_images
from wtc.planner.up import plan_up
from wtc.planner.volumes.data_from import with_filled_volumes
from wtc.settings.settings import OVERSUBSCRIBE

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.engine.executor import Outcome

MOVES = 8
"""How often `up` looks for other ports before it gives up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpRequest:
    """What the user asks of `up`."""

    services: tuple[str, ...] = ()
    scales: Mapping[str, int] = field(default_factory=dict[str, int])
    options: UpOptions = field(default_factory=UpOptions)
    fixed_ports: bool = False
    adoption: Adoption = field(default_factory=Adoption)
    data_from: str = ""
    """The stack whose data is copied into volumes that do not exist yet: see `DataFrom`."""
    mem_limit: str = ""
    """The cap on services that set no limit of their own, as in `512m`; nothing leaves it to the settings."""
    oversubscribe: bool = False
    """Start even what the engine's machine has no memory for."""
    strict: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UpResult:
    """What `up` came to. `plans` are those that were carried out, or with a dry run would be."""

    namespace: Namespace
    endpoints: tuple[Endpoint, ...]
    plans: tuple[Plan, ...]
    replicas: tuple[tuple[str, int], ...] = ()
    """Service and number of what was brought up, in dependency order."""

    @property
    def changed(self) -> bool:
        """Whether anything had to be done."""
        return any(self.plans)


def up(target: Target, request: UpRequest, report: Reporter, stop: threading.Event) -> UpResult:
    """Brings the worktree's stack up.

    Raises:
        WtcError: whatever of it went wrong; what had been started stays, and is said.
    """
    given = command_line_settings(oversubscribe=request.oversubscribe, mem_limit=request.mem_limit)
    home = open_context(target, report, given=given)
    home.store.require()
    home = for_dry_run(home) if request.dry_run else home
    target = with_env_files(target, home, report, dry_run=request.dry_run)
    located = locate(target)
    project = read_project(located, services=request.services)
    _refuse_unknown(request.scales, project)
    with open_engine(target) as engine, with_positions(project):

        def run_in(namespace: Namespace) -> _Run:
            warn_of_project_name(located, target.environment, namespace.name, report)
            data = DataFrom(
                text=request.data_from,
                cwd=target.cwd,
                folder=project.working_dir,
                located=located,
                namespace=namespace,
                engine=engine,
                report=report,
            )
            git = ContainerGit(
                worktree=located.worktree, home=home, project=project, engine=engine, creates=not request.dry_run
            )
            return _Run(located, home, engine, namespace, request, report, stop, data, git)

        report_unsupported(
            project, engine.api_version, report, strict=request.strict, starting=not request.options.no_start
        )
        if request.dry_run:
            return run_in(namespace_for(located, home, engine, report)).rehearse(project)
        worktrees: Collection[str] = [located.worktree]
        while True:
            try:
                with StackLocks(home) as locks:
                    locks.take(worktrees)
                    namespace = claim_namespace(located, home, engine, report, stop, adoption=request.adoption)
                    return run_in(namespace).up(project, locks)
            except LocksBusyError as busy:
                worktrees = busy.worktrees


def _refuse_unknown(scaled: Iterable[str], project: Project) -> None:
    """Raises UsageError where a service that is to be scaled is not of the selection."""
    from wtc.compose.nearest_name import nearest_name

    for name in scaled:
        if name in project.services:
            continue
        off = f"to start it too, run `wtc up {name}`" if name in project.disabled else ""
        hint = off or nearest_name(name, project.services)
        message = f"`--scale` names service `{name}`, which is not among those to start"
        raise UsageError(message, hints=[hint] if hint else [])


class _Run:
    def __init__(
        self,
        located: Located,
        home: Context,
        engine: "Engine",
        namespace: Namespace,
        request: UpRequest,
        report: Reporter,
        stop: threading.Event,
        data: DataFrom,
        git: ContainerGit,
    ) -> None:
        self.located, self.home, self.engine, self.namespace = located, home, engine, namespace
        self.request, self.report, self.stop, self.data, self.git = request, report, stop, data, git
        self.plans: list[Plan] = []

    def up(self, stack: Project, locks: StackLocks) -> UpResult:
        with contextlib.ExitStack() as held:
            return self._up(stack, held, locks)

    def _up(self, stack: Project, held: contextlib.ExitStack, locks: StackLocks) -> UpResult:
        busy: set[int] = set()
        for turn in range(MOVES):
            again = turn > 0
            plain = self._desired(stack, busy, again=again)
            observed = observe_desired(self.engine, plain)
            desired, _ = self.git.added(plain, observed)
            self._check(desired, observed)
            if not again:
                self._report_foreign(desired, observed)
            images = plan_images(desired, observed, self.request.options)
            plan = plan_up(desired, observed, self.request.options)
            if self.request.fixed_ports:
                check_fixed_ports(self.engine, desired, plan, stack.positions)
            if not again and (wanted := self._wanted(stack, desired, plan)):
                held.enter_context(reserve_memory(self.engine, self.home, wanted))
            if images:
                self._raise_failed(self._execute(images), desired)
                observed = observe_desired(self.engine, plain)
                desired, _ = self.git.added(plain, observed)
            self.git.report(self.report)
            filled = observed if again else self._fill(desired, observed, locks)
            if images or filled is not observed:
                plan = plan_up(desired, filled, self.request.options)
            outcome = self._execute(plan)
            if any(self.git.is_refused(error) for _, error in outcome.failed):
                continue
            taken = {port for _, e in outcome.failed if isinstance(e, PortTakenError) for port in e.ports}
            if not taken or taken <= busy or self.request.fixed_ports:
                self._finish(outcome, stack, desired, observed)
                return self._result(desired)
            busy |= taken
            self.report(Note(text=f"host port {', '.join(map(str, sorted(taken)))} is taken: looking for another"))
        raise WtcError(f"no free host port was found in {MOVES} tries", hints=["to see who has them, run `wtc ps -a`"])

    def rehearse(self, stack: Project) -> UpResult:
        """What would be done, with the ports that would be leased."""
        plain = self._desired(stack, set(), again=False)
        observed = observe_desired(self.engine, plain)
        desired, _ = self.git.added(plain, observed)
        self.git.report(self.report)
        self._check(desired, observed)
        self._report_foreign(desired, observed)
        data = self.data.plan(desired, observed)
        self.data.report_warnings(data)
        self.plans = [
            plan_images(desired, observed, self.request.options),
            data.copy,
            data.restart,
            data.finish,
            plan_up(desired, with_filled_volumes(observed, data), self.request.options),
        ]
        if self.request.fixed_ports:
            check_fixed_ports(self.engine, desired, self.plans[-1], stack.positions)
        wanted = self._wanted(stack, desired, self.plans[-1])
        if wanted and (refusal := oversubscription(self.engine, self.home, wanted)):
            warn(self.report, refusal.message, hint=refusal.hints[-1])
        return self._result(desired)

    def _check(self, desired: Desired, observed: Observed) -> None:
        check_names(desired, observed, building=not self.request.options.no_build)
        check_images(desired, observed, self.request.options)

    def _report_foreign(self, desired: Desired, observed: Observed) -> None:
        report_foreign(observed, self.report)
        for text in foreign_images(desired, observed) if self.request.options.no_build else ():
            warn(self.report, text)

    def _wanted(self, stack: Project, desired: Desired, plan: Plan) -> MemoryRequest | None:
        """What there has to be memory for; None where nobody is to look."""
        if self.home.settings_for(stack).of(OVERSUBSCRIBE).value:
            return None
        return MemoryRequest(
            namespace=self.namespace,
            starting=starting_in_plan(desired, plan),
            plan=plan,
            command="up",
            anyway="run `wtc up --oversubscribe`",
        )

    def _desired(self, stack: Project, busy: set[int], *, again: bool) -> Desired:
        from wtc.engine.observe.snapshot import observe

        fixed = self.request.fixed_ports
        observed = Observed() if fixed else observe(self.engine, self.namespace)
        ports = None if fixed else self._lease(stack, observed, busy)
        desired = resolve_stack(
            self.located,
            self.namespace,
            self.home,
            host=self.engine.host,
            ports=ports,
            services=self.request.services,
            scales=self.request.scales,
            hashed=not self.request.options.no_build,
        )
        if ports and not again:
            for finding in (*stale_urls(desired, stack, ports), *own_addresses(stack, ports, observed)):
                self.report(Warned(diagnostic=finding))
        alone = self.request.options.no_deps and self.request.services
        return only_services(desired, self.request.services) if alone else desired

    def _lease(self, stack: Project, observed: Observed, busy: set[int]) -> StackPorts:
        return lease_on_engine(
            self.engine,
            self.home,
            self.namespace,
            stack,
            self.report,
            observed=observed,
            busy=busy,
            scales=self.request.scales,
            recreating=self.request.options.recreate is Recreate.ALWAYS,
        )

    def _fill(self, desired: Desired, observed: Observed, locks: StackLocks) -> Observed:
        finish = partial(self._raise_failed, desired=desired)
        return self.data.fill(desired, observed, self._execute, finish, locks)

    def _execute(self, plan: Plan, stop: threading.Event | None = None) -> "Outcome":
        from wtc.engine.executor import execute_plan

        for warning in plan.warnings:
            self.report(Warned(diagnostic=warning))
        self.plans.append(plan)
        self.report(PlanStarted(plan=plan, namespace=self.namespace.name))
        return execute_plan(plan, self.engine, on_event=self.report, stop=stop or self.stop)

    def _raise_failed(self, outcome: "Outcome", desired: Desired) -> None:
        from wtc.orchestrator.session.failures import raise_failed

        raise_failed(outcome, self.engine, self.namespace, interrupted=self.stop.is_set(), services=desired.services)

    def _finish(self, outcome: "Outcome", stack: Project, desired: Desired, before: Observed) -> None:
        try:
            self._raise_failed(outcome, desired)
            self._record(stack, desired)
        finally:
            seen = None if self.request.fixed_ports else before
            record_published(self.engine, self.home, self.namespace, before=seen)

    def _record(self, stack: Project, desired: Desired) -> None:
        from wtc.registry.stack_records import Status

        volumes = [v.name for v in desired.volumes.values() if not v.external]
        own = [n.name for n in desired.networks.values() if not n.external]
        with self.home.store.transaction() as records:
            record = records.record_for(self.namespace)
            records.put(
                replace(
                    record,
                    project=stack.name,
                    network=next(iter(own), ""),
                    volumes=tuple(dict.fromkeys([*(record.volumes if self.request.services else ()), *volumes])),
                    status=Status.REGISTERED if self.request.options.no_start else Status.UP,
                )
            )

    def _result(self, desired: Desired) -> UpResult:
        return UpResult(
            namespace=self.namespace,
            endpoints=tuple(sorted(desired.endpoints)),
            plans=tuple(self.plans),
            replicas=tuple((c.service, c.number) for s in desired.services.values() for c in s.containers),
        )
