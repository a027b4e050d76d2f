"""How many containers a service has."""

from collections.abc import Mapping

from wtc.model.service import Service


def replica_count(service: Service, scales: Mapping[str, int]) -> int:
    """The number of replicas; `scales` is what the command line sets. As in Docker Compose, no `mode` changes it.

    Source: compose-spec, scale and deploy.replicas.
    """
    if service.name in scales:
        return scales[service.name]
    if service.scale is not None:
        return service.scale
    if service.deploy is not None and service.deploy.replicas is not None:
        return service.deploy.replicas
    return 1
