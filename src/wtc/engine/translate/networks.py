"""Translate networks, and a container's attachments to them.

Source: Engine API, `NetworkingConfig`, `EndpointSettings`, `POST /networks/create`, `POST /networks/{id}/connect`.
"""

from collections.abc import Mapping

from wtc.engine.translate.body_table import Body, Version, drop_none
from wtc.model.desired import ResolvedService
from wtc.model.plan import CreateContainer
from wtc.model.project import IpamPool, Network
from wtc.model.service import Attachment

SEVERAL_ENDPOINTS = (1, 44)
"""From this API version on, `create` accepts several endpoints, each with its MAC address."""
INTERFACE_NAME = "com.docker.network.endpoint.ifname"


def by_priority(attachments: Mapping[str, Attachment]) -> list[str]:
    """Return network names by descending priority, then in file order: the first is the container's main network."""
    return sorted(attachments, key=lambda name: -attachments[name].priority)


def network_mode(create: CreateContainer) -> str:
    """Return `HostConfig.NetworkMode`: the first of the networks on which the container is created."""
    config = create.spec.config
    if config.network_mode:
        return config.network_mode
    return next(iter(_networks_at_creation(create)), "none")


def _networks_at_creation(create: CreateContainer) -> list[str]:
    ordered = by_priority(create.spec.config.networks)
    return [name for name in ordered if name in create.networks] or ordered


def container_mac_address(config: ResolvedService, api_version: Version) -> str | None:
    """Return the MAC address of the whole container, which only older engines support."""
    if api_version >= SEVERAL_ENDPOINTS:
        return None
    own = config.networks[by_priority(config.networks)[0]].mac_address if config.networks else ""
    return own or config.mac_address or None


def networking_config(create: CreateContainer, api_version: Version) -> Body:
    """Return `NetworkingConfig`: the networks on which the container is created."""
    config = create.spec.config
    if config.network_mode or not config.networks:
        return {}
    wanted = _networks_at_creation(create)
    chosen = wanted if api_version >= SEVERAL_ENDPOINTS else wanted[:1]
    linked = link_names(config)
    bodies: Body = {}
    for name in chosen:
        body = endpoint_settings(config.networks[name], api_version)
        if linked:
            body["Links"] = linked
        if name == wanted[0] and api_version >= SEVERAL_ENDPOINTS and config.mac_address:
            body.setdefault("MacAddress", config.mac_address)
        bodies[name] = body
    return {"EndpointsConfig": bodies}


def endpoint_settings(attachment: Attachment, api_version: Version) -> Body:
    """Return the `EndpointSettings` of an attachment."""
    addresses = drop_none(
        {
            "IPv4Address": attachment.ipv4_address or None,
            "IPv6Address": attachment.ipv6_address or None,
            "LinkLocalIPs": [*attachment.link_local_ips] or None,
        }
    )
    options = dict(attachment.driver_opts)
    if attachment.interface_name and api_version >= (1, 49):
        options[INTERFACE_NAME] = attachment.interface_name
    return drop_none(
        {
            "Aliases": [*attachment.aliases] or None,
            "IPAMConfig": addresses or None,
            # As in Docker Compose; the engine overwrites both.
            "IPAddress": attachment.ipv4_address or None,
            "IPv6Gateway": attachment.ipv6_address or None,
            "MacAddress": (attachment.mac_address if api_version >= SEVERAL_ENDPOINTS else "") or None,
            "DriverOpts": options or None,
            "GwPriority": (attachment.gw_priority if api_version >= (1, 48) else 0) or None,
        }
    )


def link_names(config: ResolvedService) -> list[str] | None:
    """Return `container:alias` for `links` and `external_links`."""
    external = [text if ":" in text else f"{text}:{text}" for text in config.external_links]
    return [*config.links, *external] or None


def network_body(network: Network, api_version: Version) -> Body:
    """Return the body of `POST /networks/create`."""
    return drop_none(
        {
            "Name": network.name,
            # Without it, an engine before API 1.44 creates a second network with the same name.
            "CheckDuplicate": True if api_version < (1, 44) else None,
            "Driver": network.driver or None,
            "Options": dict(network.driver_opts) or None,
            "Internal": network.internal or None,
            "Attachable": network.attachable or None,
            "EnableIPv4": network.enable_ipv4 if api_version >= (1, 47) else None,
            "EnableIPv6": network.enable_ipv6,
            "IPAM": _ipam(network),
            "Labels": dict(network.labels),
        }
    )


def _ipam(network: Network) -> Body | None:
    return (
        drop_none(
            {
                "Driver": network.ipam_driver or None,
                "Config": [_pool(pool) for pool in network.ipam_pools] or None,
                "Options": dict(network.ipam_options) or None,
            }
        )
        or None
    )


def _pool(pool: IpamPool) -> Body:
    return drop_none(
        {
            "Subnet": pool.subnet or None,
            "IPRange": pool.ip_range or None,
            "Gateway": pool.gateway or None,
            "AuxiliaryAddresses": dict(pool.aux_addresses) or None,
        }
    )
