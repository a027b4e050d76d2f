"""`up`: locate, load, namespace, observe, plan, execute."""

import contextlib
import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from wtc.config import OVERSUBSCRIBE
from wtc.errors import PortTakenError, UsageError, WtcError
from wtc.events import Note, Planned, Reporter, Warned
from wtc.model.desired import Desired
from wtc.model.lease import Endpoint
from wtc.model.namespace import Namespace
from wtc.model.observed import Observed
from wtc.model.plan import Plan
from wtc.model.project import Project
from wtc.orchestrator.addresses import moved_addresses, own_addresses
from wtc.orchestrator.adopt import Adoption, take_place
from wtc.orchestrator.container_git import ContainerGit
from wtc.orchestrator.data_from import DataFrom
from wtc.orchestrator.desiring import desired_stack, observe_for
from wtc.orchestrator.env_files import with_env_files
from wtc.orchestrator.fixed_ports import check_fixed_ports
from wtc.orchestrator.identify import namespace_for
from wtc.orchestrator.leases import Ports, lease_on
from wtc.orchestrator.locks import LocksBusyError, StackLocks
from wtc.orchestrator.looking import report_foreign
from wtc.orchestrator.memory import Wanted, memory_for, oversubscription
from wtc.orchestrator.places import places_of
from wtc.orchestrator.project import read_project
from wtc.orchestrator.project_name import warn_of_project_name
from wtc.orchestrator.published import record_published
from wtc.orchestrator.stack import Home, asked_for, engine_of, open_home, rehearsing, warn
from wtc.orchestrator.target import Located, Target, locate
from wtc.orchestrator.unsupported import tell_unsupported
from wtc.planner.conflicts import check_names, foreign_images
from wtc.planner.data_from import with_filled
from wtc.planner.images import check_images, only_services, plan_images
from wtc.planner.memory import starting_of
from wtc.planner.options import Recreate, UpOptions
from wtc.planner.up import plan_up

if TYPE_CHECKING:
    from wtc.engine.connection import Engine
    from wtc.engine.execute import Outcome

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
    given = asked_for(oversubscribe=request.oversubscribe, mem_limit=request.mem_limit)
    home = open_home(target, report, given=given)
    home.store.require()
    home = rehearsing(home) if request.dry_run else home
    target = with_env_files(target, home, report, dry_run=request.dry_run)
    located = locate(target)
    project = read_project(located, services=request.services)
    _refuse_unknown(request.scales, project)
    with engine_of(target) as engine, places_of(project):

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

        tell_unsupported(
            project, engine.api_version, report, strict=request.strict, starting=not request.options.no_start
        )
        if request.dry_run:
            return run_in(namespace_for(located, home, engine, report)).rehearse(project)
        worktrees: Collection[str] = [located.worktree]
        while True:
            try:
                with StackLocks(home) as locks:
                    locks.take(worktrees)
                    namespace = take_place(located, home, engine, report, stop, adoption=request.adoption)
                    return run_in(namespace).up(project, locks)
            except LocksBusyError as busy:
                worktrees = busy.worktrees


def _refuse_unknown(scaled: Iterable[str], project: Project) -> None:
    """Raises UsageError where a service that is to be scaled is not of the selection."""
    from wtc.compose.suggest import nearest

    for name in scaled:
        if name in project.services:
            continue
        off = f"to start it too, run `wtc up {name}`" if name in project.disabled else ""
        hint = off or nearest(name, project.services)
        message = f"`--scale` names service `{name}`, which is not among those to start"
        raise UsageError(message, hints=[hint] if hint else [])


class _Run:
    def __init__(
        self,
        located: Located,
        home: Home,
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
            observed = observe_for(self.engine, plain)
            desired, _ = self.git.added(plain, observed)
            self._check(desired, observed)
            if not again:
                self._report_foreign(desired, observed)
            images = plan_images(desired, observed, self.request.options)
            plan = plan_up(desired, observed, self.request.options)
            if self.request.fixed_ports:
                check_fixed_ports(self.engine, desired, plan, stack.positions)
            if not again and (wanted := self._wanted(stack, desired, plan)):
                held.enter_context(memory_for(self.engine, self.home, wanted))
            if images:
                self._raise_failed(self._execute(images), desired)
                observed = observe_for(self.engine, plain)
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
        observed = observe_for(self.engine, plain)
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
            plan_up(desired, with_filled(observed, data), self.request.options),
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

    def _wanted(self, stack: Project, desired: Desired, plan: Plan) -> Wanted | None:
        """What there has to be memory for; None where nobody is to look."""
        if self.home.settings_for(stack).of(OVERSUBSCRIBE).value:
            return None
        return Wanted(
            namespace=self.namespace,
            starting=starting_of(desired, plan),
            plan=plan,
            command="up",
            anyway="run `wtc up --oversubscribe`",
        )

    def _desired(self, stack: Project, busy: set[int], *, again: bool) -> Desired:
        from wtc.engine.observe import observe

        fixed = self.request.fixed_ports
        observed = Observed() if fixed else observe(self.engine, self.namespace)
        ports = None if fixed else self._lease(stack, observed, busy)
        desired = desired_stack(
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
            for finding in (*moved_addresses(desired, stack, ports), *own_addresses(stack, ports, observed)):
                self.report(Warned(diagnostic=finding))
        alone = self.request.options.no_deps and self.request.services
        return only_services(desired, self.request.services) if alone else desired

    def _lease(self, stack: Project, observed: Observed, busy: set[int]) -> Ports:
        return lease_on(
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
        from wtc.engine.execute import execute

        for warning in plan.warnings:
            self.report(Warned(diagnostic=warning))
        self.plans.append(plan)
        self.report(Planned(plan=plan, namespace=self.namespace.name))
        return execute(plan, self.engine, on_event=self.report, stop=stop or self.stop)

    def _raise_failed(self, outcome: "Outcome", desired: Desired) -> None:
        from wtc.orchestrator.failure import raise_failed

        raise_failed(outcome, self.engine, self.namespace, interrupted=self.stop.is_set(), services=desired.services)

    def _finish(self, outcome: "Outcome", stack: Project, desired: Desired, before: Observed) -> None:
        try:
            self._raise_failed(outcome, desired)
            self._record(stack, desired)
        finally:
            seen = None if self.request.fixed_ports else before
            record_published(self.engine, self.home, self.namespace, before=seen)

    def _record(self, stack: Project, desired: Desired) -> None:
        from wtc.registry.record import Status

        volumes = [v.name for v in desired.volumes.values() if not v.external]
        own = [n.name for n in desired.networks.values() if not n.external]
        with self.home.store.transaction() as ledger:
            record = ledger.record_of(self.namespace)
            ledger.put(
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
