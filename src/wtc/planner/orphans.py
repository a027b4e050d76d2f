"""Remove containers that are not in the file: surplus replicas, orphans, one-offs that never started. Pure."""

from wtc.model.desired import Desired
from wtc.model.observed import RUNNING_STATES, ContainerRef, Observed, ObservedContainer
from wtc.model.plan import RemoveContainer, StopContainer
from wtc.model.up_options import UpOptions
from wtc.planner.plan_builder import PlanBuilder


def add_orphan_removals(
    desired: Desired, observed: Observed, options: UpOptions, builder: PlanBuilder
) -> dict[str, int]:
    """Remove surplus replicas, and orphans with `--remove-orphans`; otherwise warn about orphans.

    A one-off that was never started is what a killed `run` left: `run` holds the stack's lock until its container
    runs.

    Returns: container id -> the node that removes it.
    """
    removed: dict[str, int] = {}
    for service in desired.services.values():
        for container in observed.containers:
            if (
                container.service == service.name
                and not container.oneoff
                and container.number > len(service.containers)
            ):
                removed[container.id] = _remove_container(
                    container, f"`{service.name}` has {len(service.containers)} replicas", options, builder
                )
    for container in observed.containers:
        if container.oneoff and container.state == "created":
            ref = ContainerRef(name=container.name, id=container.id)
            # Its anonymous volumes have no data of the user.
            removed[container.id] = builder.add(
                RemoveContainer(container=ref, volumes=True),
                "an interrupted `run` left it",
                service=container.service,
            )
    known = {*desired.services, *desired.undeclared}
    orphans = [c for c in observed.containers if c.service not in known and c.id not in removed]
    if options.remove_orphans:
        for container in orphans:
            removed[container.id] = _remove_container(
                container, f"the file has no service `{container.service}`", options, builder
            )
    elif named := [c.name for c in orphans if not c.oneoff]:
        builder.warn(
            f"orphan containers, whose services are not in the file: {', '.join(f'`{name}`' for name in named)}",
            hint="to remove them, run `wtc up --remove-orphans`",
        )
    return removed


def _remove_container(container: ObservedContainer, cause: str, options: UpOptions, builder: PlanBuilder) -> int:
    ref = ContainerRef(name=container.name, id=container.id)
    stopped = None
    if container.state in RUNNING_STATES:
        stop = StopContainer(container=ref, timeout_s=options.stop_timeout_s)
        stopped = builder.add(stop, cause, service=container.service)
    return builder.add(RemoveContainer(container=ref), cause, service=container.service, after=[stopped])
