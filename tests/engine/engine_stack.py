"""A separate namespace on a real engine, for one test."""

import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable
from typing import Any

from tests.engine.engine_specs import spec
from wtc import labels as label
from wtc.engine.client.connection import Engine
from wtc.engine.executor import Outcome, execute_plan
from wtc.engine.observe.snapshot import observe
from wtc.events import Event
from wtc.model.desired import ContainerSpec
from wtc.model.identity import Identity
from wtc.model.namespace import Namespace
from wtc.model.observed import ContainerRef
from wtc.model.plan import (
    Condition,
    CreateContainer,
    CreateNetwork,
    CreateVolume,
    Operation,
    Plan,
    PlanNode,
    RemoveContainer,
    RemoveNetwork,
    RemoveVolume,
    StartContainer,
    WaitContainer,
)
from wtc.model.project import Network, Volume
from wtc.model.service import Attachment

SECOND = 1_000_000_000
IMAGE = "busybox:1.36"
Raw = Callable[[str, str, dict[str, Any] | None], Any]


class Stack:
    """A separate namespace on the engine, removed after the test."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        name = f"wtctest-{os.urandom(4).hex()}"
        # An existing folder: `clean --gone` of another test removes the stacks of missing worktrees.
        self.folder = tempfile.mkdtemp(prefix=f"{name}-")
        identity = Identity(id=os.urandom(16).hex())
        self.namespace = Namespace(name=name, worktree=os.path.realpath(self.folder), identity=identity)
        self.network = f"{name}_net"
        self.volume = f"{name}_data"

    def labels_of(self, name: str) -> dict[str, str]:
        """The labels of the stack's object of this name."""
        return label.own(self.namespace, name)

    def spec(self, service: str = "web", script: str = "sleep 60", **attributes: Any) -> ContainerSpec:
        name = f"{self.namespace.name}_{service}"
        labels = {
            **self.labels_of(name),
            label.SERVICE: service,
            label.COMPOSE_SERVICE: service,
            label.COMPOSE_NUMBER: "1",
        }
        return spec(
            name,
            labels={**labels, label.CONFIG_HASH: "h"},
            **{
                "name": service,
                "command": ("sh", "-c", script),
                "init": True,
                "networks": {self.network: Attachment(aliases=(service,))},
                "stop_grace_period_ns": 0,
                **attributes,
            },
        )

    def make_network(self) -> None:
        self.do(CreateNetwork(network=Network(key="default", name=self.network, labels=self.labels_of(self.network))))

    def make_volume(self) -> None:
        self.do(CreateVolume(volume=Volume(key="data", name=self.volume, labels=self.labels_of(self.volume))))

    def do(self, *operations: Operation, stop: threading.Event | None = None) -> list[Event]:
        """Execute the operations one after another; raise the first failure."""
        outcome, events = self.try_to(*operations, stop=stop)
        if outcome.failed:
            raise outcome.failed[0][1]
        return events

    def try_to(self, *operations: Operation, stop: threading.Event | None = None) -> tuple[Outcome, list[Event]]:
        nodes = (
            PlanNode(id=i, operation=operation, cause="test", after=(i - 1,) if i else ())
            for i, operation in enumerate(operations)
        )
        events: list[Event] = []
        return execute_plan(Plan(nodes=tuple(nodes)), self.engine, on_event=events.append, stop=stop), events

    def up(self, made: ContainerSpec, *more: Operation) -> list[Event]:
        ref = ContainerRef(name=made.name)
        networks = tuple(made.config.networks)
        return self.do(
            CreateContainer(name=made.name, spec=made, networks=networks), StartContainer(container=ref), *more
        )

    def wait(self, made: ContainerSpec, condition: Condition, timeout_s: float | None = 20) -> WaitContainer:
        return WaitContainer(container=ContainerRef(name=made.name), condition=condition, timeout_s=timeout_s)

    def clean(self) -> None:
        found = observe(self.engine, self.namespace)
        for container in found.containers:
            self.do(RemoveContainer(container=ContainerRef(name=container.name, id=container.id), volumes=True))
        for network in found.networks.values():
            if network.labels.get(label.PROJECT) == self.namespace.name:
                self.do(RemoveNetwork(name=network.name, id=network.id))
        own = {v.name for v in found.volumes.values() if v.labels.get(label.PROJECT) == self.namespace.name}
        # An anonymous volume that a replacement inherited is not removed with its container.
        handed_on = {v.name for c in found.containers for v in c.volumes if v.anonymous}
        for name in sorted(own | handed_on):
            self.do(RemoveVolume(name=name))
        shutil.rmtree(self.folder)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
