"""Find what has to end before a container can publish its host ports. Pure."""

from __future__ import annotations

from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wtc.model.desired import ContainerSpec
    from wtc.model.observed import ObservedContainer
    from wtc.model.ports import PortBinding


class FreedPorts:
    """The host ports of the containers that a plan stops or removes, each with the node after which it is free."""

    def __init__(self) -> None:
        self._freed: dict[int, list[tuple[PortBinding, int]]] = {}
        """Host port -> where it is published, and the node."""

    def add(self, containers: Iterable[ObservedContainer], ends: Mapping[str, int]) -> None:
        """Record that containers give up their ports. `ends`: container id -> the node that stops or removes it."""
        for container in containers:
            if node := ends.get(container.id):
                for binding in container.ports:
                    self._freed.setdefault(binding.port, []).append((binding, node))

    def before_start(self, spec: ContainerSpec) -> list[int]:
        """Return the nodes after which no container that ends has a host port that this one can get."""
        if not self._freed or spec.config.network_mode == "host":
            return []
        from wtc.planner.checks.port_overlap import addresses_overlap

        return [
            node
            for port in spec.config.ports
            for number in port.published
            for binding, node in self._freed.get(number, ())
            if binding.protocol == port.protocol and addresses_overlap(binding.host_ip, port.host_ip)
        ]
