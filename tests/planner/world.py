"""A fake engine for plans: it applies operations to an observed state, as a real engine would."""

import itertools
from dataclasses import dataclass, field, replace

from wtc import labels as label
from wtc.model.desired import Desired
from wtc.model.identity import Ancestor, Identity
from wtc.model.namespace import Namespace
from wtc.model.observed import (
    MountedVolume,
    Observed,
    ObservedContainer,
    ObservedImage,
    ObservedNetwork,
    ObservedVolume,
)
from wtc.model.plan import (
    BuildImage,
    ConnectNetwork,
    CopyVolume,
    CreateContainer,
    CreateNetwork,
    CreateVolume,
    DisconnectNetwork,
    InjectFiles,
    KillContainer,
    Operation,
    PauseContainer,
    Plan,
    PullImage,
    RemoveContainer,
    RemoveImage,
    RemoveNetwork,
    RemoveVolume,
    RenameContainer,
    RunHook,
    StartContainer,
    StopContainer,
    UnpauseContainer,
    WaitContainer,
)
from wtc.model.ports import PortBinding, single_port
from wtc.model.project import Network, Project, Volume
from wtc.model.service import Attachment, Service
from wtc.planner.checks.port_overlap import bindings_overlap
from wtc.planner.desired.resolve import Placement, resolve_desired
from wtc.planner.observed.ownership import foreign_use
from wtc.planner.reconcile import namespace_owners

IDENTITY = Identity(
    id="0123456789abcdef0123456789abcdef",
    host="fedcba9876543210fedcba9876543210",
    git="/w/accra/.git",
    git_inode=7,
    directory="/w/accra",
    parents=(Ancestor(inode=3, filesystem="f"), Ancestor(inode=2, filesystem="f")),
)
NAMESPACE = Namespace(name="accra-a1b2c3", worktree="/w/accra", identity=IDENTITY)


def project(*services: Service, volumes: tuple[str, ...] = (), driver: str = "", **more: Network) -> Project:
    """Return a project whose services are by default on the default network."""
    networks = {"default": Network(key="default", name="p_default", driver=driver), **more}
    on = [s if s.networks or s.network_mode else replace(s, networks={"default": Attachment()}) for s in services]
    return Project(
        name="p",
        working_dir="/w/accra",
        files=("/w/accra/compose.yaml",),
        services={s.name: s for s in on},
        networks=networks,
        volumes={v: Volume(key=v, name=f"p_{v}") for v in volumes},
    )


def desired(of: Project, **place: object) -> Desired:
    """Return the desired state of the project in the namespace of `/w/accra`."""
    return resolve_desired(of, Placement(namespace=NAMESPACE, bind="127.0.0.1", **place))  # pyright: ignore[reportArgumentType]


def stranger(name: str, **values: object) -> ObservedContainer:
    """Return a foreign container, by default stopped."""
    known = {"id": f"id-{name}", "service": "", "number": 1, "image": "i", "image_id": "sha256:i", "state": "exited"}
    return ObservedContainer(name=name, **{**known, **values})  # pyright: ignore[reportArgumentType]


@dataclass
class World:
    """The state of the engine. An operation that a real engine refuses, such as a name used twice, is an assertion."""

    containers: dict[str, ObservedContainer] = field(default_factory=dict[str, ObservedContainer])
    networks: dict[str, ObservedNetwork] = field(default_factory=dict[str, ObservedNetwork])
    volumes: dict[str, ObservedVolume] = field(default_factory=dict[str, ObservedVolume])
    images: dict[str, ObservedImage] = field(default_factory=dict[str, ObservedImage])
    image_volumes: tuple[str, ...] = ()
    """Targets for which every image declares a volume."""
    strangers: dict[str, ObservedContainer] = field(default_factory=dict[str, ObservedContainer])
    """Name -> container of another stack."""
    complete: dict[str, str] = field(default_factory=dict[str, str])
    """Target -> source of each copy that was completed."""
    ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    clock: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def observed(self, api_version: tuple[int, int] = (1, 51)) -> Observed:
        return Observed(
            containers=tuple(self.containers.values()),
            networks=dict(self.networks),
            volumes=dict(self.volumes),
            images=dict(self.images),
            foreign=tuple(self.strangers.values()),
            foreign_use=foreign_use([*self.containers.values(), *self.strangers.values()]),
            api_version=api_version,
        )

    def run(self, plan: Plan, *, only_first: int | None = None) -> None:
        done: set[int] = set()
        for node in plan.nodes[:only_first]:
            assert set(node.after) <= done, f"{node} comes before what it comes after"
            self.apply(node.operation)
            done.add(node.id)

    def run_starts_first(self, plan: Plan) -> None:
        """Run the plan in the order in which containers stop and are removed as late as its edges allow."""
        left = list(plan.nodes)
        while left:
            ready = [n for n in left if not {other.id for other in left} & set(n.after)]
            node = min(ready, key=lambda n: isinstance(n.operation, StopContainer | RemoveContainer))
            self.apply(node.operation)
            left.remove(node)

    def find(self, key: str) -> ObservedContainer:
        found = [c for c in (*self.containers.values(), *self.strangers.values()) if key in {c.id, c.name}]
        assert found, f"no container {key}"
        return found[0]

    def change(self, key: str, **changes: object) -> None:
        container = self.find(key)
        changed = replace(container, **changes)  # pyright: ignore[reportArgumentType]
        if container.name in self.strangers:
            self.strangers[container.name] = changed
        else:
            self.containers[container.id] = changed

    def apply(self, operation: Operation) -> None:  # noqa: C901, PLR0912, PLR0915 - a table of what an engine does
        match operation:
            case PullImage(image=image) | BuildImage(image=image):
                self.images[image.reference] = ObservedImage(
                    reference=image.reference, id=f"sha256:{image.reference}{image.build_hash}", labels=image.labels
                )
            case RemoveImage(reference=reference):
                del self.images[reference]
            case CreateNetwork(network=network):
                assert network.name not in self.networks
                self.networks[network.name] = ObservedNetwork(
                    id=f"n{next(self.ids)}", name=network.name, labels=network.labels
                )
            case RemoveNetwork(name=name):
                users = [c for c in self.containers.values() if c.networks.get(name) and c.state == "running"]
                assert not users, "network in use"
                del self.networks[name]
            case CreateVolume(volume=volume):
                assert volume.name not in self.volumes
                self.volumes[volume.name] = ObservedVolume(name=volume.name, labels=volume.labels)
            case RemoveVolume(name=name):
                assert not [c for c in self.containers.values() if name in {v.name for v in c.volumes}], "in use"
                self.volumes.pop(name, None)
                self.complete.pop(name, None)
            case CopyVolume(source=source, target=target):
                assert {source, target} <= self.volumes.keys(), "volume missing"
                assert target not in self.complete, "the target is not empty"
                writing = [c for c in self.strangers.values() if c.state == "running" and source in _written(c)]
                assert not writing, "a running container writes to the source"
                self.complete[target] = source
            case CreateContainer():
                self._create(operation)
            case ConnectNetwork(container=container, network=network):
                there = self.find(container.key)
                self.change(container.key, networks={**there.networks, network: self.networks[network].id})
            case DisconnectNetwork(container=container, network=network):
                there = self.find(container.key)
                left = {n: i for n, i in there.networks.items() if n != network}
                self.change(container.key, networks=left)
            case InjectFiles(container=container):
                assert self.find(container.key).state == "created"
            case RenameContainer(container=container, name=name):
                assert name not in {c.name for c in self.containers.values()}, "name in use"
                self.change(container.key, name=name)
            case StartContainer(container=container):
                there = self.find(container.key)
                for name, attached in there.networks.items():
                    assert self.networks[name].id == attached or not attached, "network gone"
                self.change(container.key, networks={name: self.networks[name].id for name in there.networks})
                # With `--no-recreate`, a container may be left that joins one that was removed: the engine refuses it.
                owners = [c for c in self.containers.values() if c.id in there.namespaces]
                assert all(c.state == "running" for c in owners), "joining a container that does not run"
                if there.state != "running":
                    holders = [c for c in self.containers.values() if c.state == "running" and c.id != there.id]
                    held = [binding for other in holders for binding in other.ports]
                    wanted = [binding for binding in there.ports if binding.port]
                    assert not any(bindings_overlap(one, other) for one in wanted for other in held), "port taken"
                    self.change(container.key, state="running", started=self._time())
            case StopContainer(container=container) | KillContainer(container=container):
                self.change(container.key, state="exited")
            case PauseContainer(container=container):
                assert self.find(container.key).state == "running"
                self.change(container.key, state="paused")
            case UnpauseContainer(container=container):
                assert self.find(container.key).state == "paused"
                self.change(container.key, state="running")
            case RemoveContainer(container=container, volumes=volumes):
                there = self.find(container.key)
                assert there.state != "running", "removing a running container"
                del self.containers[there.id]
                if volumes:
                    for mounted in there.volumes:
                        if mounted.anonymous:
                            self.volumes.pop(mounted.name, None)
            case RunHook(container=container):
                assert self.find(container.key).state == "running"
            case WaitContainer(container=container, condition=condition):
                if condition == "completed":
                    self.change(container.key, state="exited", exit_code=0)
                assert self.find(container.key).state in {"running", "exited"}

    def _time(self) -> str:
        """Return a later time at each call; like the engine, without trailing zeros."""
        return f"2026-01-01T00:00:00.{next(self.clock):09}".rstrip("0") + "Z"

    def _create(self, create: CreateContainer) -> None:
        assert create.name not in {c.name for c in self.containers.values()}, "name in use"
        spec = create.spec
        inherited = {target: name for name, target in create.inherited_volumes}
        volumes = [MountedVolume(name=n, target=t, anonymous=True) for t, n in inherited.items()]
        for mount in spec.config.volumes:
            if mount.type == "volume" and mount.source:
                assert mount.source in self.volumes, "volume missing"
                volumes.append(MountedVolume(name=mount.source, target=mount.target))
        taken = {v.target for v in volumes}
        anonymous = [m.target for m in spec.config.volumes if m.type == "volume" and not m.source]
        for target in dict.fromkeys([*anonymous, *create.anonymous_volumes, *self.image_volumes]):
            if target not in taken:
                name = f"{next(self.ids):064x}"
                self.volumes[name] = ObservedVolume(name=name, labels=create.anonymous_volumes.get(target, {}))
                volumes.append(MountedVolume(name=name, target=target, anonymous=True))
        identity = f"c{next(self.ids)}"
        self.containers[identity] = ObservedContainer(
            id=identity,
            name=create.name,
            service=spec.service,
            number=spec.number,
            image=spec.image,
            image_id=self.images[spec.image].id if spec.image in self.images else "",
            state="created",
            config_hash=spec.labels[label.CONFIG_HASH],
            networks=dict.fromkeys(create.networks, ""),
            namespaces=tuple(sorted({self.find(name).id for name in namespace_owners(spec)})),
            volumes=tuple(volumes),
            ports=tuple(
                PortBinding(target=p.target, protocol=p.protocol, host_ip=p.host_ip, port=single_port(p.published))
                for p in spec.config.ports
            ),
            labels=spec.labels,
        )


def _written(container: ObservedContainer) -> set[str]:
    return {v.name for v in container.volumes if v.writable}
