"""Container specs for tests that need no compose file."""

from collections.abc import Mapping
from typing import Any

from wtc.model.desired import ContainerSpec, ResolvedService
from wtc.model.plan import CreateContainer


def spec(container: str = "ns_web", *, labels: Mapping[str, str] | None = None, **attributes: Any) -> ContainerSpec:
    """A container of service `web`; `attributes` are the service's."""
    values: dict[str, Any] = {"name": "web", "image": "busybox:1.36", **attributes}
    config = ResolvedService(**values)
    return ContainerSpec(
        name=container,
        service=config.name,
        number=1,
        image=config.image,
        config=config,
        config_hash="hash",
        labels=dict(labels or {}),
    )


def creation(**attributes: Any) -> CreateContainer:
    """A `CreateContainer` for such a spec."""
    made = spec(**attributes)
    return CreateContainer(name=made.name, spec=made, networks=tuple(made.config.networks))
