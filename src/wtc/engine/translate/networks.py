"""Networks, and a container's place on them.

Source: Engine API, `NetworkingConfig`, `EndpointSettings`, `POST /networks/create`, `POST /networks/{id}/connect`.
"""

from collections.abc import Mapping

from wtc.engine.translate.body_table import Body, Version, drop_none
from wtc.model.plan import CreateContainer
from wtc.model.project import IpamPool, Network
from wtc.model.service import Attachment, Service

SEVERAL_ENDPOINTS = (1, 44)
"""From here on `create` takes all endpoints, and each has a MAC address of its own."""
INTERFACE_NAME = "com.docker.network.endpoint.ifname"


def by_priority(attachments: Mapping[str, Attachment]) -> list[str]:
    """Network names, the highest priority first, then as they come: the first one is the container's own network."""
    return sorted(attachments, key=lambda name: -attachments[name].priority)


def network_mode(create: CreateContainer) -> str:
    """`HostConfig.NetworkMode`: the container's own network is the first of those that it is created on."""
    config = create.spec.config
    if config.network_mode:
        return config.network_mode
    return next(iter(_networks_at_creation(create)), "none")


def _networks_at_creation(create: CreateContainer) -> list[str]:
    ordered = by_priority(create.spec.config.networks)
    return [name for name in ordered if name in create.networks] or ordered


def container_mac_address(config: Service, api_version: Version) -> str | None:
    """The container-wide address, which only older engines know."""
    if api_version >= SEVERAL_ENDPOINTS:
        return None
    own = config.networks[by_priority(config.networks)[0]].mac_address if config.networks else ""
    return own or config.mac_address or None


def networking_config(create: CreateContainer, api_version: Version) -> Body:
    """`NetworkingConfig`: the networks that the container is attached to from its creation."""
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


def endpoint_settings(place: Attachment, api_version: Version) -> Body:
    """`EndpointSettings`."""
    addresses = drop_none(
        {
            "IPv4Address": place.ipv4_address or None,
            "IPv6Address": place.ipv6_address or None,
            "LinkLocalIPs": [*place.link_local_ips] or None,
        }
    )
    options = dict(place.driver_opts)
    if place.interface_name and api_version >= (1, 49):
        options[INTERFACE_NAME] = place.interface_name
    return drop_none(
        {
            "Aliases": [*place.aliases] or None,
            "IPAMConfig": addresses or None,
            # Docker Compose repeats the fixed addresses in these two, which the engine overwrites.
            "IPAddress": place.ipv4_address or None,
            "IPv6Gateway": place.ipv6_address or None,
            "MacAddress": (place.mac_address if api_version >= SEVERAL_ENDPOINTS else "") or None,
            "DriverOpts": options or None,
            "GwPriority": (place.gw_priority if api_version >= (1, 48) else 0) or None,
        }
    )


def link_names(config: Service) -> list[str] | None:
    """`container:alias` for `link_names` and `external_links`."""
    external = [text if ":" in text else f"{text}:{text}" for text in config.external_links]
    return [*config.links, *external] or None


def network_body(network: Network, api_version: Version) -> Body:
    """`POST /networks/create`."""
    return drop_none(
        {
            "Name": network.name,
            # An engine before API 1.44 makes a second network of the same name without it.
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
