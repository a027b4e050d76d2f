"""The attempts of `up`: resolve, observe, plan, execute, and again if something has changed meanwhile."""

import contextlib
import threading
from collections.abc import Iterable
from functools import partial

from wtc.dataclass import replace
from wtc.errors import PortTakenError, UsageError
from wtc.events import Warned, warn
from wtc.model.desired import Desired
from wtc.model.observed import Observed
from wtc.model.plan import Plan, StartContainer
from wtc.model.ports import HostPort
from wtc.model.project import Project
from wtc.model.up_options import Recreate
from wtc.orchestrator.bring_up.networks_ahead import NetworksAhead
from wtc.orchestrator.bring_up.up_request import UpRequest, UpResult
from wtc.orchestrator.context.context import Context, report_foreign
from wtc.orchestrator.context.project_name import warn_of_project_name
from wtc.orchestrator.context.resolve import resolve_stack
from wtc.orchestrator.context.stack_lock import StackLocks
from wtc.orchestrator.host_ports.published import record_published
from wtc.orchestrator.host_ports.stale_urls import own_addresses, stale_urls
from wtc.orchestrator.host_ports.unreachable_ports import tcp_ports, warn_of_unreachable_ports
from wtc.orchestrator.kept.unchanged_up import WarningsSeen, keep_unchanged_up
from wtc.orchestrator.ports import leased_host_ports
from wtc.orchestrator.session.data_from import DataFrom
from wtc.orchestrator.session.memory_guard import MemoryRequest, oversubscription, reserve_memory
from wtc.orchestrator.session.session import RetryError, Session
from wtc.orchestrator.session.shared_things import shared_things
from wtc.orchestrator.session.unsupported import report_unsupported
from wtc.planner.checks.conflicts import check_names, foreign_images
from wtc.planner.checks.memory_budget import starting_in_plan
from wtc.planner.images.plan_images import check_images, only_services, plan_images
from wtc.planner.up import plan_up
from wtc.planner.volumes.data_from import with_filled_volumes
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.executor import Outcome
    from wtc.orchestrator.host_ports.leases import StackPorts


def read_selected(context: Context, request: UpRequest) -> Project:
    """Return the project that the request selects, and report its warnings.

    Raises:
        ComposeFileError: the file cannot be used.
        UsageError: an option names a service that is not selected.
    """
    project = context.projects.read(services=request.services)
    for option, services in {"--scale": tuple(request.scales), **request.watched}.items():
        _refuse_unknown(option, services, project)
    shared = shared_things(project, context.located.worktree)
    starting = not request.options.no_start
    report_unsupported(project, context, strict=request.strict, shared=shared, starting=starting)
    return project


def _refuse_unknown(option: str, services: Iterable[str], project: Project) -> None:
    """Raise UsageError if an option names a service that is not selected."""
    from wtc.nearest_name import nearest_name

    for name in services:
        if name in project.services:
            continue
        off = f"to start it too, run `wtc up {name}`" if name in project.disabled else ""
        hint = off or nearest_name(name, project.services)
        message = f"`{option}` names service `{name}`, which is not among those to start"
        raise UsageError(message, hints=[hint] if hint else [])


class UpSession:
    """One `up` of a project: see `execute` and `plan`."""

    def __init__(
        self,
        context: Context,
        request: UpRequest,
        project: Project,
        stop: threading.Event,
        networks: NetworksAhead | None = None,
    ) -> None:
        self.context, self.request, self.project, self.report = context, request, project, context.report
        self.networks = networks or NetworksAhead(context)
        environment, namespace = context.target.environment, context.namespace.name
        warn_of_project_name(context.located, environment, namespace, self.report)
        self.ports: StackPorts | None = None
        self.data = DataFrom(text=request.data_from, folder=project.working_dir, context=context)
        self.session = Session(context, project, stop, self.networks.read_pool)

    def execute(self, locks: StackLocks) -> UpResult:
        """Bring the stack up. `locks` has this worktree's lock. Raises: WtcError."""
        with contextlib.ExitStack() as held:
            return self.session.repeat(lambda: self._attempt(held, locks))

    def _attempt(self, held: contextlib.ExitStack, locks: StackLocks) -> UpResult:
        session, options = self.session, self.request.options
        first = not session.is_retry
        plain = self._resolve()
        observed = session.observe(plain)
        desired, _ = session.git.added(plain, observed)
        self._check(desired, observed)
        if first:
            self._report_foreign(desired, observed)
        images = plan_images(desired, observed, options)
        plan = plan_up(desired, observed, options)
        self._check_fixed_ports(desired, plan)
        if session.counts_memory:
            memory = self._memory_request(desired, plan)
            held.enter_context(reserve_memory(self.context.engine, self.context.state, memory))
        if images:
            observed = session.execute_images(images, plain)
            desired, _ = session.git.added(plain, observed)
        session.git.report(self.report)
        filled = self._copy_data(desired, observed, locks) if first else observed
        if images or filled is not observed:
            plan = plan_up(desired, filled, options)
        self.networks.use(desired)
        outcome = session.execute(plan, perform=self.networks.perform)
        if any(session.git.is_refused(error) for _, error in outcome.failed):
            raise RetryError
        if not self.request.fixed_ports:
            taken = (error for _, error in outcome.failed if isinstance(error, PortTakenError))
            session.retry_without({port for error in taken for port in error.ports})
        session.retry_if_stopped(outcome, plan, observed)
        session.undo_networks(outcome)
        self._finish(outcome, desired, observed)
        warn_of_unreachable_ports(self.context.target, tcp_ports(desired), self.report)
        if self.request.is_whole_stack:
            self.networks.keep(desired, self.project)
        if first and self.request == UpRequest() and not any(session.plans):
            self._keep(desired, observed)
        return self._result(desired)

    def _keep(self, desired: Desired, observed: Observed) -> None:
        """Keep the result for a later `up` that finds nothing to do either."""
        if self.ports is not None and isinstance(self.report, WarningsSeen):
            keep_unchanged_up(self.context, desired, observed, self.ports.leased, self.report)

    def plan(self) -> UpResult:
        """Plan what `execute` would do, with the ports that would be leased."""
        session = self.session
        plain = self._resolve()
        observed = session.observe(plain)
        desired, _ = session.git.added(plain, observed)
        session.git.report(self.report)
        self._check(desired, observed)
        self._report_foreign(desired, observed)
        data = self.data.plan(desired, observed)
        self.data.report_warnings(data)
        images = plan_images(desired, observed, self.request.options)
        plan = plan_up(desired, with_filled_volumes(observed, data), self.request.options)
        session.plans = [images, data.copy, data.restart, data.finish, plan]
        self._check_fixed_ports(desired, plan)
        if session.counts_memory:
            memory = self._memory_request(desired, plan)
            if refusal := oversubscription(self.context.engine, self.context.state, memory):
                warn(self.report, refusal.message, hint=refusal.hints[-1])
        return self._result(desired)

    def _resolve(self) -> Desired:
        request, first = self.request, not self.session.is_retry
        recreating = request.options.recreate is Recreate.ALWAYS and not request.services
        if request.fixed_ports:
            self.session.lease_for_host_processes()
            ports = None
        else:
            ports = self.session.lease(scales=request.scales, recreating=recreating)
        self.ports = ports
        desired = resolve_stack(
            self.context,
            ports=ports,
            services=request.services,
            scales=request.scales,
            hashed=not request.options.no_build,
        )
        if ports and first:
            stale = stale_urls(desired, self.project, ports)
            for finding in (*stale, *own_addresses(self.project, ports, self.context.observed)):
                self.report(Warned(diagnostic=finding))
        return only_services(desired, request.services) if request.options.no_deps and request.services else desired

    def _check(self, desired: Desired, observed: Observed) -> None:
        check_names(desired, observed, building=not self.request.options.no_build)
        check_images(desired, observed, self.request.options)

    def _check_fixed_ports(self, desired: Desired, plan: Plan) -> None:
        if self.request.fixed_ports:
            from wtc.orchestrator.host_ports.fixed_ports import check_fixed_ports

            check_fixed_ports(self.context.engine, desired, plan, self.project.positions)

    def _report_foreign(self, desired: Desired, observed: Observed) -> None:
        report_foreign(observed, self.report)
        for text in foreign_images(desired, observed) if self.request.options.no_build else ():
            warn(self.report, text)

    def _memory_request(self, desired: Desired, plan: Plan) -> MemoryRequest:
        return MemoryRequest(
            namespace=self.context.namespace,
            starting=starting_in_plan(desired, plan),
            plan=plan,
            command="up",
            anyway="run `wtc up --oversubscribe`",
        )

    def _copy_data(self, desired: Desired, observed: Observed, locks: StackLocks) -> Observed:
        finish = partial(self.session.raise_failed, desired=desired)
        return self.data.fill(desired, observed, self.session.execute, finish, locks)

    def _finish(self, outcome: "Outcome", desired: Desired, before: Observed) -> None:
        context = self.context
        try:
            self.session.raise_failed(outcome, desired)
            self._record(desired)
        finally:
            seen = None if self.request.fixed_ports else before
            record_published(context.engine, context.state, context.namespace, before=seen)

    def _record(self, desired: Desired) -> None:
        from wtc.registry.stack_records import Status

        volumes = [v.name for v in desired.volumes.values() if not v.external]
        own = [n.name for n in desired.networks.values() if not n.external]
        with self.context.state.store.transaction() as records:
            record = records.record_for(self.context.namespace)
            records.put(
                replace(
                    record,
                    project=self.project.name,
                    network=next(iter(own), ""),
                    volumes=tuple(dict.fromkeys([*(record.volumes if self.request.services else ()), *volumes])),
                    status=Status.REGISTERED if self.request.options.no_start else Status.UP,
                )
            )

    def _result(self, desired: Desired) -> UpResult:
        nodes = [node for plan in self.session.plans for node in plan]
        started = {node.operation.container.name for node in nodes if isinstance(node.operation, StartContainer)}
        specs = [c for service in desired.services.values() for c in service.containers]
        return UpResult(
            namespace=self.context.namespace,
            endpoints=tuple(sorted(desired.endpoints)),
            plans=tuple(self.session.plans),
            replicas=tuple((c.service, c.number) for c in specs),
            host_ports=self._host_ports(),
            started=frozenset((c.service, c.number) for c in specs if c.name in started),
            unattached=frozenset(s.name for s in self.project.services.values() if s.attach is False),
        )

    def _host_ports(self) -> tuple[HostPort, ...]:
        if self.ports is not None:
            return leased_host_ports(self.ports.leased)
        record = self.context.state.store.peek().stacks.get(self.context.namespace.name)
        return leased_host_ports(record.ports) if record else ()
