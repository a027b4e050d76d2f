"""Plan a one-off container: a service's container with another command. Pure. Source: Docker Compose, `run`."""

from collections.abc import Mapping

from wtc import labels as label
from wtc.dataclass import dataclass, field, replace
from wtc.model.desired import ContainerSpec, Desired, ResolvedService
from wtc.model.mounts import Mount
from wtc.model.namespace import Namespace
from wtc.model.observed import ContainerRef, Observed
from wtc.model.plan import Condition, ConnectNetwork, CreateContainer, InjectFiles, Plan, WaitContainer
from wtc.model.service import Attachment, Port
from wtc.planner.desired.config_hash import service_hash
from wtc.planner.images.plan_images import only_services
from wtc.planner.networks import add_networks_and_volumes
from wtc.planner.plan_builder import PlanBuilder
from wtc.planner.up import MANY_NETWORKS_API
from wtc.planner.volumes.anonymous_volumes import new_volumes

CONDITIONS = {
    "service_healthy": Condition.HEALTHY,
    "service_completed_successfully": Condition.COMPLETED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OneoffOptions:
    """What differs from the service. None keeps the service's value."""

    name: str = ""
    """The container's name; empty lets wtc choose one."""
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    environment: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    user: str = ""
    working_dir: str = ""
    mounts: tuple[Mount, ...] = ()
    ports: tuple[Port, ...] = ()
    service_ports: bool = False
    use_aliases: bool = False
    cap_add: tuple[str, ...] = ()
    cap_drop: tuple[str, ...] = ()
    terminal: bool = False
    interactive: bool = True


def oneoff_name(namespace: Namespace, service: str, slug: str) -> str:
    """Return `accra-a1b2c3_web_run_0f3a9c1e`."""
    return f"{namespace.name}_{service}_run_{slug}"


def oneoff_spec(spec: ContainerSpec, oneoff: OneoffOptions, *, name: str, slug: str) -> ContainerSpec:
    """Return the container, derived from the service's first one.

    It does not restart. By default it publishes no ports and does not have the service name as an alias; it never gets
    the service's fixed addresses.
    """
    config = spec.config
    changed = replace(
        config,
        command=_command(config, oneoff),
        entrypoint=config.entrypoint if oneoff.entrypoint is None else oneoff.entrypoint,
        environment={**config.environment, **oneoff.environment},
        user=oneoff.user or config.user,
        working_dir=oneoff.working_dir or config.working_dir,
        volumes=_mounts(config, oneoff.mounts),
        ports=(*(config.ports if oneoff.service_ports else ()), *oneoff.ports),
        networks={n: _attachment(a, name, oneoff) for n, a in config.networks.items()},
        mac_address="",
        cap_add=(*config.cap_add, *oneoff.cap_add),
        cap_drop=(*config.cap_drop, *oneoff.cap_drop),
        restart="",
        deploy=replace(config.deploy, restart_policy=None) if config.deploy else None,
        tty=oneoff.terminal,
        stdin_open=oneoff.interactive,
    )
    digest = service_hash(changed, spec.files)
    labels = {k: v for k, v in spec.labels.items() if k != label.COMPOSE_NUMBER}
    labels |= {
        **{k: v for k, v in label.of_user(oneoff.labels).items() if not k.startswith("com.docker.compose.")},
        label.NAME: name,
        label.CONFIG_HASH: digest,
        label.COMPOSE_CONFIG_HASH: digest,
        label.COMPOSE_ONEOFF: "True",
        label.COMPOSE_SLUG: slug,
    }
    return replace(spec, name=name, config=changed, config_hash=digest, labels=labels)


def without_dependencies(desired: Desired, spec: ContainerSpec) -> Desired:
    """Return the part of the stack that the container needs: image, networks and volumes, without dependencies."""
    volumes = {m.source for m in spec.config.volumes}
    own = only_services(desired, {spec.service})
    return replace(
        own,
        services={spec.service: replace(own.services[spec.service], containers=(spec,))},
        networks={key: n for key, n in desired.networks.items() if n.name in spec.config.networks},
        volumes={key: v for key, v in desired.volumes.items() if v.name in volumes},
        endpoints=(),
    )


def plan_waits(desired: Desired, service: str) -> Plan:
    """Wait until the dependencies of the service, which are started, meet its `depends_on` conditions."""
    builder = PlanBuilder()
    for name, how in desired.services[service].depends_on.items():
        condition = CONDITIONS.get(how.condition)
        if condition is None or name not in desired.services:
            continue
        for container in desired.services[name].containers:
            wait = WaitContainer(
                container=ContainerRef(name=container.name), condition=condition, required=how.required
            )
            builder.add(wait, f"`{service}` depends on it", service=name)
    return builder.plan()


def plan_oneoff(desired: Desired, observed: Observed, spec: ContainerSpec) -> Plan:
    """Create missing networks and volumes, then the container; do not start it."""
    builder = PlanBuilder()
    made = add_networks_and_volumes(desired, observed, builder, {})
    config = spec.config
    needs = [made.networks.get(n) for n in config.networks]
    needs += [made.volumes.get(m.source) for m in config.volumes]
    networks = tuple(sorted(config.networks, key=lambda n: -config.networks[n].priority))
    at_once = networks if observed.api_version >= MANY_NETWORKS_API else networks[:1]
    # They belong to the stack, so that `clean` removes them, but to no service.
    volumes = {
        target: {key: value for key, value in labels.items() if key != label.ANONYMOUS}
        for target, labels in new_volumes(spec, observed, ()).items()
    }
    create = CreateContainer(name=spec.name, spec=spec, networks=at_once, anonymous_volumes=volumes)
    node = builder.add(create, "a container for one command", service=spec.service, after=needs)
    ref = ContainerRef(name=spec.name)
    for network in networks[len(at_once) :]:
        connect = ConnectNetwork(container=ref, network=network, attachment=config.networks[network])
        node = builder.add(connect, "it is on this network too", service=spec.service, after=[node])
    if spec.files:
        files = InjectFiles(container=ref, files=spec.files)
        builder.add(files, "its secrets and configs", service=spec.service, after=[node])
    return builder.plan()


def _command(config: ResolvedService, oneoff: OneoffOptions) -> tuple[str, ...] | None:
    """Return the command. Another entrypoint drops the service's command, which belongs to the old entrypoint."""
    if oneoff.command is not None:
        return oneoff.command
    return config.command if oneoff.entrypoint is None else ()


def _mounts(config: ResolvedService, mounts: tuple[Mount, ...]) -> tuple[Mount, ...]:
    """Return the mounts, without those of the service that another mount replaces."""
    targets = {m.target for m in mounts}
    return (*(m for m in config.volumes if m.target not in targets), *mounts)


def _attachment(attachment: Attachment, name: str, oneoff: OneoffOptions) -> Attachment:
    aliases = (*attachment.aliases, name) if oneoff.use_aliases else (name,)
    return replace(attachment, aliases=aliases, ipv4_address="", ipv6_address="", link_local_ips=(), mac_address="")
