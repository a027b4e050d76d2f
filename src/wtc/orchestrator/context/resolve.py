"""From the compose files to the desired stack: the step that `up`, `status` and what comes after share."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from wtc.errors import WtcError
from wtc.model.build import Build, BuildInput
from wtc.model.desired import Desired
from wtc.model.diagnostic import Diagnostic
from wtc.model.namespace import Namespace
from wtc.model.observed import Observed
from wtc.model.ports import single_port
from wtc.model.project import Project
from wtc.model.service import Service
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.project import read_project
from wtc.orchestrator.context.target import Located
from wtc.orchestrator.host_ports.leases import StackPorts, port_variables_of
from wtc.orchestrator.session.error_positions import with_positions
from wtc.planner.desired.references import Names, familiar, names_of
from wtc.planner.desired.resolve import Placement, resolve_desired
from wtc.planner.images.plan_images import built_from, needed_images
from wtc.ports.requests import port_requests
from wtc.ports.variables import stack_variables
from wtc.settings.settings import BIND, MEM_LIMIT

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine


def resolve_stack(
    located: Located,
    namespace: Namespace,
    home: Context,
    *,
    host: str,
    ports: StackPorts | None = None,
    services: tuple[str, ...] = (),
    scales: Mapping[str, int] | None = None,
    hashed: bool = True,
) -> Desired:
    """The stack as it should be. Without `ports` those of the file are published.

    The files are read with what is known by now: `COMPOSE_PROJECT_NAME` is the namespace, and they may speak of the
    ports by `${WEB_PORT}` or `WTC_*`. `host` is where published ports answer; without `hashed` no build context is
    looked at.

    Raises:
        ComposeFileError: the files cannot be used.
        WtcError: a build context or a Dockerfile is not there, or cannot be read.
    """
    known = ports or _ports_in_file(located, namespace)
    # Of ports that are leased all is known before anything is made; of the file's own, never more than now.
    project = read_project(
        located,
        name=namespace.name,
        services=services,
        overrides=stack_variables(namespace, known.requests, known.leased, host),
        port_variables=known.port_variables,
        final=ports is None,
    )
    settings = home.settings_for(project)
    place = Placement(
        namespace=namespace,
        bind=settings.of(BIND).value,
        host=host,
        build_inputs=_build_inputs(project, namespace) if hashed else {},
        scales=scales or {},
        ports=ports.leased if ports else {},
        mem_limit_bytes=settings.of(MEM_LIMIT).value,
    )
    return resolve_desired(project, place)


def _ports_in_file(located: Located, namespace: Namespace) -> StackPorts:
    """The ports that the file itself gives."""
    whole = read_project(located, name=namespace.name, env_files=False)
    requests = port_requests(whole, {})
    leased = {r.id: number for r in requests if (number := single_port(r.published))}
    return StackPorts(
        requests=requests,
        leased=leased,
        port_variables=port_variables_of(whole, requests, leased),
    )


def _build_inputs(project: Project, namespace: Namespace) -> dict[str, BuildInput]:
    """Service -> what it is built from, for the services that are built and those that they are built from.

    The inputs of other services are not looked at.
    """
    from concurrent.futures import ThreadPoolExecutor

    from wtc.engine.images.build_inputs import build_input

    def of(service: str) -> BuildInput:
        try:
            return build_input(names.services[service].build or Build())
        except WtcError as error:
            place = Diagnostic(message=error.message, path=("services", service, "build"))
            raise error.replace(diagnostics=(place,)) from error.__cause__

    names = names_of(project, namespace)
    waiting = {builder for service in project.services.values() if (builder := _builder(service, names))}
    found: dict[str, BuildInput] = {}
    with with_positions(project), ThreadPoolExecutor(max_workers=8) as pool:
        while waiting:
            found |= dict(zip(waiting, pool.map(of, waiting), strict=True))
            needed = (built_from(names.services[name], names, found[name].images) for name in waiting)
            waiting = {name for some in needed for name in some} - found.keys()
    return found


def _builder(service: Service, names: Names) -> str:
    """The service whose build makes the service's image; empty if it is pulled."""
    return service.name if service.build else names.images.get(familiar(service.image), "")


def observe_desired(engine: "Engine", desired: Desired) -> Observed:
    """The engine's state, with every image, network and volume that the stack names."""
    from wtc.engine.observe.snapshot import observe

    references = needed_images(desired).keys()
    found = observe(
        engine,
        desired.namespace,
        references=sorted(references),
        networks=[n.name for n in desired.networks.values() if n.external],
        volumes=[v.name for v in desired.volumes.values() if v.external],
    )
    return replace(found, at_s=time.time())
