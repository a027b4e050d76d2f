"""From the compose files to the desired stack: the step that `up`, `status` and what comes after share."""

import time
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from wtc.errors import WtcError
from wtc.model.build import Build
from wtc.model.desired import Desired
from wtc.model.diagnostic import Diagnostic
from wtc.model.namespace import Namespace
from wtc.model.observed import Observed
from wtc.model.project import Project
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.project import read_project
from wtc.orchestrator.context.target import Located
from wtc.orchestrator.host_ports.leases import StackPorts
from wtc.orchestrator.session.error_positions import with_positions
from wtc.planner.desired.resolve import Placement, resolve_desired
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
    variables = stack_variables(namespace, known.requests, known.leased, known.variables, host)
    # Of ports that are leased all is known before anything is made; of the file's own, never more than now.
    project = read_project(located, name=namespace.name, services=services, overrides=variables, final=ports is None)
    settings = home.settings_for(project)
    place = Placement(
        namespace=namespace,
        bind=settings.of(BIND).value,
        host=host,
        build_hashes=_build_hashes(project) if hashed else {},
        scales=scales or {},
        ports=ports.by_place() if ports else {},
        mem_limit_bytes=settings.of(MEM_LIMIT).value,
    )
    return resolve_desired(project, place)


def _ports_in_file(located: Located, namespace: Namespace) -> StackPorts:
    """The ports that the file itself gives."""
    whole = read_project(located, name=namespace.name, env_files=False)
    requests = port_requests(whole, {})
    return StackPorts(
        requests=requests,
        leased={r.key: int(r.published) for r in requests if r.published.isdecimal()},
        moved={},
        variables=whole.port_variables,
    )


def select_desired(desired: Desired, services: Collection[str]) -> Desired:
    """The named services alone."""
    chosen = {name: service for name, service in desired.services.items() if name in services}
    return replace(
        desired,
        services=chosen,
        endpoints=tuple(e for e in desired.endpoints if e.service in chosen),
        undeclared=desired.undeclared | (desired.services.keys() - chosen.keys()),
    )


def _build_hashes(project: Project) -> dict[str, str]:
    """Service -> hash of its build context and options, for those that are built."""
    from concurrent.futures import ThreadPoolExecutor

    from wtc.engine.images.build_context import context_hash

    def of(service: str, build: Build) -> str:
        try:
            return context_hash(build)
        except WtcError as error:
            place = Diagnostic(message=error.message, path=("services", service, "build"))
            raise error.replace(diagnostics=(place,)) from error.__cause__

    builds = {service.name: service.build for service in project.services.values() if service.build}
    if not builds:
        return {}
    with with_positions(project), ThreadPoolExecutor(max_workers=min(8, len(builds))) as pool:
        return dict(zip(builds, pool.map(of, builds, builds.values()), strict=True))


def observe_desired(engine: "Engine", desired: Desired) -> Observed:
    """The engine's state, with every image, network and volume that the stack names."""
    from wtc.engine.observe.snapshot import observe

    references = {s.image.reference for s in desired.services.values() if s.containers or s.image.build}
    found = observe(
        engine,
        desired.namespace,
        references=sorted(references),
        networks=[n.name for n in desired.networks.values() if n.external],
        volumes=[v.name for v in desired.volumes.values() if v.external],
    )
    return replace(found, at_s=time.time())
