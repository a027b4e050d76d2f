"""Plan networks and volumes: which to create, which to recreate, which to keep. Pure."""

from collections.abc import Mapping

from wtc import labels as label
from wtc.dataclass import dataclass, field
from wtc.model.desired import Desired
from wtc.model.observed import PROCESS_STATES, Observed, ObservedContainer
from wtc.model.plan import CreateNetwork, CreateVolume
from wtc.model.project import Network
from wtc.planner.plan_builder import PlanBuilder
from wtc.planner.subnets import subnet_candidates


@dataclass(slots=True, kw_only=True)
class ResourceNodes:
    """Name on the engine -> the node that creates the network or volume."""

    networks: dict[str, int] = field(default_factory=dict[str, int])
    volumes: dict[str, int] = field(default_factory=dict[str, int])


def diverged_networks(
    desired: Desired, observed: Observed, removed: Mapping[str, int], builder: PlanBuilder
) -> dict[str, str]:
    """Return network name -> why it is recreated.

    A network that containers outside the selection use is kept, with a warning. `removed`: id of a container that the
    plan removes -> the node.
    """
    renewed: dict[str, str] = {}
    for network in desired.networks.values():
        existing = observed.networks.get(network.name)
        if network.external or existing is None or not is_missing_or_diverged(network, observed):
            continue
        others = [
            c.name
            for c in observed.containers
            if network.name in c.networks and c.id not in removed and _is_untouched(c, desired)
        ]
        if others:
            builder.warn(
                f"network `{network.key}` differs from the file, and is kept because `{others[0]}` uses it",
                hint="to recreate it, run `wtc down`, then `wtc up`",
            )
        else:
            renewed[network.name] = "its configuration has changed"
    return renewed


def is_missing_or_diverged(network: Network, observed: Observed) -> bool:
    """Return whether a network of the stack does not exist, or differs from the file."""
    existing = observed.networks.get(network.name)
    return existing is None or _has_diverged(existing.labels, network.labels)


def _is_untouched(container: ObservedContainer, desired: Desired) -> bool:
    """Return whether `up` leaves the container alone: it is another service's, or a one-off container that runs."""
    return container.service not in desired.services or (container.oneoff and container.state in PROCESS_STATES)


def add_networks_and_volumes(
    desired: Desired, observed: Observed, builder: PlanBuilder, removed: Mapping[str, int]
) -> ResourceNodes:
    """Create missing networks and volumes. `removed`: network name -> the node that removes the old network.

    Raises:
        WtcError: no subnet is free for a network.
    """
    made = ResourceNodes()
    for network in desired.networks.values():
        if network.external or (network.name in observed.networks and network.name not in removed):
            continue
        gone = removed.get(network.name)
        cause = "its configuration has changed" if gone else "it does not exist"
        create = CreateNetwork(network=network, subnets=subnet_candidates(network, desired, observed))
        made.networks[network.name] = builder.add(create, cause, after=[gone])
    for volume in desired.volumes.values():
        existing = observed.volumes.get(volume.name)
        if volume.external:
            continue
        if existing is None:
            made.volumes[volume.name] = builder.add(CreateVolume(volume=volume), "it does not exist")
        elif _has_diverged(existing.labels, volume.labels):
            builder.warn(
                f"volume `{volume.key}` differs from the file, and is used unchanged: `up` never removes a volume",
                hint="to recreate it and lose its data, run `wtc clean`, then `wtc up`",
            )
    return made


def _has_diverged(existing: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return existing.get(label.CONFIG_HASH) != wanted[label.CONFIG_HASH]
