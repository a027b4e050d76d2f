"""The number of replicas of a service. Pure."""

from collections.abc import Mapping

from wtc.model.service import Service


def replica_count(service: Service, scales: Mapping[str, int]) -> int:
    """Return the number of replicas; `scales` are those of the command line. As in Docker Compose, `mode` is ignored.

    Source: compose-spec, scale and deploy.replicas.
    """
    if service.name in scales:
        return scales[service.name]
    if service.scale is not None:
        return service.scale
    if service.deploy is not None and service.deploy.replicas is not None:
        return service.deploy.replicas
    return 1
