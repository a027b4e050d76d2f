"""Resolve the compose files to the desired stack, for `up`, `status` and others."""

import threading
import time
from collections.abc import Mapping
from functools import partial

from wtc.dataclass import replace
from wtc.errors import WtcError
from wtc.events import warn
from wtc.format_units import size_text
from wtc.model.build import Build, BuildInput
from wtc.model.desired import Desired
from wtc.model.diagnostic import Diagnostic
from wtc.model.namespace import Namespace
from wtc.model.observed import Observed
from wtc.model.ports import single_port
from wtc.model.project import Project
from wtc.model.service import Service
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.error_positions import with_positions
from wtc.orchestrator.context.project import Interpretation
from wtc.orchestrator.host_ports.leases import StackPorts, port_variables_of
from wtc.planner.desired.references import Names, familiar, names_of
from wtc.planner.desired.resolve import Placement, resolve_desired
from wtc.planner.images.plan_images import built_from, needed_images
from wtc.ports.requests import port_requests
from wtc.ports.variables import stack_variables
from wtc.report_slowness import report_slowness
from wtc.settings.settings import BIND, MEM_LIMIT


def resolve_stack(
    context: Context,
    *,
    ports: StackPorts | None = None,
    services: tuple[str, ...] = (),
    scales: Mapping[str, int] | None = None,
    hashed: bool = True,
) -> Desired:
    """Return the desired stack. Without `ports`, those of the file are published.

    The files can use the namespace as `COMPOSE_PROJECT_NAME`, and the ports by `WTC_*` or their own variables. Without
    `hashed`, build contexts are not read.

    Raises:
        ComposeFileError: the files cannot be used.
        WtcError: a build context or a Dockerfile is missing, or cannot be read.
    """
    namespace = context.namespace
    known = ports or _ports_in_file(context, context.projects.read(services=services))
    # Leased ports are all known before anything is created. Of the file's own ports, no more is known later.
    project = read_with_ports(context, known, services=services, final=ports is None)
    settings = context.state.settings_for(project)
    place = Placement(
        namespace=namespace,
        bind=settings.of(BIND).value,
        host=context.host,
        build_inputs=_build_inputs(project, namespace, context) if hashed else {},
        scales=scales or {},
        ports=ports.leased if ports else {},
        mem_limit_bytes=settings.of(MEM_LIMIT).value,
    )
    return resolve_desired(project, place)


def read_with_ports(
    context: Context, ports: StackPorts, *, services: tuple[str, ...] = (), final: bool = False
) -> Project:
    """Return the project with the variables of its stack: see `interpret_with_ports`."""
    return interpret_with_ports(context, ports, services=services, final=final).project


def interpret_with_ports(
    context: Context, ports: StackPorts, *, services: tuple[str, ...] = (), final: bool = False
) -> Interpretation:
    """Interpret the files with the variables of the stack: see `ProjectReader.interpret_with`.

    Raises:
        ComposeFileError: the files cannot be used.
    """
    namespace = context.namespace
    bind = context.state.settings_for(context.projects.read(services=services)).of(BIND).value
    own = stack_variables(namespace, ports.requests, ports.leased, context.host, bind=bind)
    return context.projects.interpret_with(
        own, ports.port_variables, name=namespace.name, services=services, final=final
    )


def _ports_in_file(context: Context, project: Project) -> StackPorts:
    """Return the host ports that the file itself sets, and what is leased to processes on the host."""
    requests = port_requests(project, {})
    record = context.state.store.peek().stacks.get(context.namespace.name)
    own = {r.id: record.ports[r.id] for r in requests if record and r.id.of_host and r.id in record.ports}
    leased = {**own, **{r.id: number for r in requests if (number := single_port(r.published))}}
    return StackPorts(
        requests=requests,
        leased=leased,
        port_variables=port_variables_of(project, requests, leased),
    )


def _build_inputs(project: Project, namespace: Namespace, context: Context) -> dict[str, BuildInput]:
    """Return service -> what it is built from, for the services that are built and those that they are built from.

    The inputs of other services are not looked at.
    """
    names = names_of(project, namespace)
    waiting = {builder for service in project.services.values() if (builder := _builder(service, names))}
    if not waiting:
        return {}
    from wtc.engine.images.build_inputs import build_input
    from wtc.engine.parallel import call_all

    def of(service: str) -> BuildInput:
        try:
            build = names.services[service].build or Build()
            return build_input(build, context.build_indexes.of(build, partial(warn_large, service)))
        except WtcError as error:
            place = Diagnostic(message=error.message, path=("services", service, "build"))
            raise error.replace(diagnostics=(place,)) from error.__cause__

    reporting = threading.Lock()

    def warn_large(service: str, path: str, size: int) -> None:
        with reporting:
            text = f"`{path}` in the build context of service `{service}` has {size_text(size)}"
            warn(context.report, text, hint="to leave it out, add it to `.dockerignore`")

    found: dict[str, BuildInput] = {}
    shown = ", ".join(f"`{name}`" for name in sorted(waiting))
    slowness = report_slowness(context.report, f"reading the build context of {shown}", reporting=reporting)
    with with_positions(lambda: project), slowness:
        while waiting:
            found |= dict(zip(waiting, call_all([partial(of, one) for one in waiting]), strict=True))
            needed = (built_from(names.services[name], names, found[name].images) for name in waiting)
            waiting = {name for some in needed for name in some} - found.keys()
    return found


def _builder(service: Service, names: Names) -> str:
    """Return the service whose build creates the service's image; empty if it is pulled."""
    return service.name if service.build else names.images.get(familiar(service.image), "")


def observe_desired(context: Context, desired: Desired) -> Observed:
    """Return the context's snapshot, with every image, network and volume that the stack names."""
    from wtc.engine.observe.snapshot import observe_more

    found = observe_more(
        context.engine,
        context.observed,
        references=sorted(needed_images(desired)),
        networks=[n.name for n in desired.networks.values() if n.external],
        volumes=[v.name for v in desired.volumes.values() if v.external],
    )
    return replace(found, at_s=time.time())
