"""Resolve a project for one worktree: names, labels, host ports and files as the engine will see them. Pure."""

from collections.abc import Mapping

from wtc import labels as label
from wtc.dataclass import dataclass, field, fields, replace
from wtc.model.build import BuildInput
from wtc.model.desired import ContainerSpec, Desired, DesiredImage, DesiredService, ResolvedService
from wtc.model.mounts import Mount
from wtc.model.namespace import Namespace
from wtc.model.ports import Endpoint, PortId, single_port
from wtc.model.project import Network, Project, Volume
from wtc.model.service import Attachment, ContainerAttributes, Port, Service
from wtc.planner.addresses import connect_address
from wtc.planner.dependency_order import dependency_order
from wtc.planner.desired.config_hash import resource_hash, service_hash
from wtc.planner.desired.file_grants import granted_files
from wtc.planner.desired.port_ids import port_ids
from wtc.planner.desired.references import Names, names_of, renamed_attributes
from wtc.planner.desired.replicas import replica_count
from wtc.planner.images.plan_images import desired_images
from wtc.planner.names import container_name, network_names, volume_name
from wtc.static_typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The namespace of a project, and the values that differ between worktrees.

    `ports`: port -> leased host port; a port without a lease is published as in the file. `bind`: the host address for
    ports that name none. `build_inputs`: service -> the inputs of its build, if they were read. `scales`: service ->
    number of replicas. `mem_limit_bytes`: the limit of services that set none.
    """

    namespace: Namespace
    bind: str
    host: str = "127.0.0.1"
    ports: Mapping[PortId, int] = field(default_factory=dict[PortId, int])
    build_inputs: Mapping[str, BuildInput] = field(default_factory=dict[str, BuildInput])
    scales: Mapping[str, int] = field(default_factory=dict[str, int])
    mem_limit_bytes: int = 0


def resolve_desired(project: Project, place: Placement) -> Desired:
    """Return the desired state of the project on the engine, for this worktree."""
    networks = _networks(project, place.namespace)
    volumes = _volumes(project, place.namespace)
    names = names_of(project, place.namespace)
    images = desired_images(project, names, place.build_inputs)
    order = dependency_order({name: service.depends_on for name, service in project.services.items()})
    services: dict[str, DesiredService] = {}
    endpoints: list[Endpoint] = []
    for name in order:
        if project.services[name].provider:
            continue  # it is a program outside the engine and has no container
        desired = _service(project, project.services[name], names, images[name], place, networks, volumes)
        services[name] = desired
        for container in desired.containers:
            endpoints += _endpoints(container, place)
    return Desired(
        namespace=place.namespace,
        services=services,
        bases={i.reference: i for name, i in images.items() if name not in services and i.build is not None},
        networks=networks,
        volumes=volumes,
        endpoints=tuple(endpoints),
        undeclared=project.disabled | project.others.keys(),
        warnings=project.warnings,
    )


def _networks(project: Project, namespace: Namespace) -> dict[str, Network]:
    used = (key for key, network in project.networks.items() if not network.external)
    names = network_names(namespace, dict.fromkeys([*project.network_keys, *used]))
    return {
        key: network if network.external else own_network(network, names[key], namespace)
        for key, network in project.networks.items()
    }


def own_network(network: Network, name: str, namespace: Namespace) -> Network:
    """Return a network of the file as the stack creates it: with its name on the engine, and wtc's labels."""
    labels = {
        **label.of_user(network.labels),
        **label.own(namespace, name),
        label.RESOURCE: network.key,
        label.COMPOSE_NETWORK: network.key,
        label.CONFIG_HASH: resource_hash(network),
        label.COMPOSE_CONFIG_HASH: resource_hash(network),
    }
    return replace(network, name=name, labels=labels)


def _volumes(project: Project, namespace: Namespace) -> dict[str, Volume]:
    return {
        key: volume if volume.external else _own_volume(volume, namespace) for key, volume in project.volumes.items()
    }


def _own_volume(volume: Volume, namespace: Namespace) -> Volume:
    name = volume_name(namespace, volume.key)
    # Without Docker Compose's config hash: if it differed, `docker compose -p` would recreate the volume.
    labels = {
        **label.of_user(volume.labels),
        **label.own(namespace, name),
        label.RESOURCE: volume.key,
        label.COMPOSE_VOLUME: volume.key,
        label.CONFIG_HASH: resource_hash(volume),
    }
    return replace(volume, name=name, labels=labels)


def _service(
    project: Project,
    service: Service,
    names: Names,
    image: DesiredImage,
    place: Placement,
    networks: Mapping[str, Network],
    volumes: Mapping[str, Volume],
) -> DesiredService:
    mounts, files = granted_files(service, project.secrets, project.configs)
    attributes: dict[str, Any] = {
        **{f.name: getattr(service, f.name) for f in fields(ContainerAttributes)},
        **renamed_attributes(service, names),
        "image": image.reference,
        "networks": _attachments(service, networks),
        "volumes": (*_mounts(service, volumes), *mounts),
        "mem_limit_bytes": _memory_limit(service, place),
    }
    base = ResolvedService(**attributes)
    containers: list[ContainerSpec] = []
    for number in range(1, replica_count(service, place.scales) + 1):
        config = replace(base, ports=_ports(service, number, place))
        digest = service_hash(config, files)
        name = container_name(place.namespace, service.name, number)
        containers.append(
            ContainerSpec(
                name=name,
                service=service.name,
                number=number,
                image=image.reference,
                config=config,
                config_hash=digest,
                labels={
                    **label.of_user(service.labels),
                    **label.own(place.namespace, name),
                    **_container_labels(project, service, number, digest),
                },
                files=files,
            )
        )
    return DesiredService(name=service.name, image=image, containers=tuple(containers), depends_on=service.depends_on)


def _container_labels(project: Project, service: Service, number: int, digest: str) -> dict[str, str]:
    depends = (f"{n}:{d.condition}:{str(d.restart).lower()}" for n, d in service.depends_on.items())
    return {
        label.SERVICE: service.name,
        label.CONFIG_HASH: digest,
        label.COMPOSE_SERVICE: service.name,
        label.COMPOSE_NUMBER: str(number),
        label.COMPOSE_ONEOFF: "False",
        label.COMPOSE_CONFIG_HASH: digest,
        label.COMPOSE_WORKING_DIR: project.working_dir,
        label.COMPOSE_CONFIG_FILES: ",".join(project.files),
        label.COMPOSE_DEPENDS_ON: ",".join(depends),
        **({label.CPUS: f"{cpus:g}"} if (cpus := _cpus(service)) else {}),
    }


def _attachments(service: Service, networks: Mapping[str, Network]) -> dict[str, Attachment]:
    """Return network name on the engine -> attachment, with the service name and the `container_name` as aliases.

    Sorted by priority, highest first, then by the network's key: the first one is the container's primary network.
    """
    return {
        networks[key].name: replace(
            attachment, aliases=tuple(dict.fromkeys([*attachment.aliases, *_own_aliases(service)]))
        )
        for key, attachment in sorted(service.networks.items(), key=lambda item: (-item[1].priority, item[0]))
        if key in networks
    }


def _own_aliases(service: Service) -> list[str]:
    return [service.name, service.container_name] if service.container_name else [service.name]


def _ports(service: Service, number: int, place: Placement) -> tuple[Port, ...]:
    ports: list[Port] = []
    for port_id, port in zip(port_ids(service.name, number, service.ports), service.ports, strict=True):
        leased = place.ports.get(port_id)
        published = port.published if leased is None else range(leased, leased + 1)
        ports.append(replace(port, published=published, host_ip=port.host_ip or place.bind))
    return tuple(ports)


def _endpoints(container: ContainerSpec, place: Placement) -> list[Endpoint]:
    ports = container.config.ports
    return [
        Endpoint(id=port_id, host=address, port=host_port)
        for port_id, port in zip(port_ids(container.service, container.number, ports), ports, strict=True)
        if (host_port := single_port(port.published))
        and (address := connect_address(port.host_ip, place.host)) is not None
    ]


def _mounts(service: Service, volumes: Mapping[str, Volume]) -> tuple[Mount, ...]:
    return tuple(
        replace(m, source=volumes[m.source].name) if m.type == "volume" and m.source in volumes else m
        for m in service.volumes
    )


def _memory_limit(service: Service, place: Placement) -> int:
    limited = service.deploy and service.deploy.limits and service.deploy.limits.memory_bytes
    return service.mem_limit_bytes or (0 if limited else place.mem_limit_bytes)


def _cpus(service: Service) -> float:
    """Return the CPU limit, 0 without one. Source: compose-spec, cpus and deploy.resources.limits."""
    return (service.deploy.limits.cpus if service.deploy and service.deploy.limits else 0.0) or service.cpus
