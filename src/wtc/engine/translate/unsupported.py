"""Find the attributes of a service that its engine does not support, by API version, so that wtc can warn."""

from collections.abc import Callable

from wtc.dataclass import dataclass
from wtc.engine.translate.body_table import Version
from wtc.engine.translate.networks import SEVERAL_ENDPOINTS
from wtc.engine.translate.resources import is_cdi
from wtc.model.mounts import Mount
from wtc.model.service import Attachment, Service


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionedAttribute:
    """An attribute that engines before API `since` (Docker Engine `engine`) ignore."""

    attribute: str
    since: Version
    engine: str
    used: Callable[[Service], bool]


def _mounts(used: Callable[[Mount], bool]) -> Callable[[Service], bool]:
    return lambda s: any(used(m) for m in s.volumes)


def _attachments(used: Callable[[Attachment], object]) -> Callable[[Service], bool]:
    return lambda s: any(used(a) for a in s.networks.values())


def _mac_addresses(config: Service) -> int:
    return sum(1 for a in config.networks.values() if a.mac_address)


NEEDS = (
    VersionedAttribute(
        attribute="volumes.bind.create_host_path",
        since=(1, 42),
        engine="23.0",
        used=_mounts(
            lambda m: m.type == "bind" and m.create_host_path and (bool(m.recursive) or ":" in m.source + m.target)
        ),
    ),
    VersionedAttribute(attribute="annotations", since=(1, 43), engine="24.0", used=lambda s: bool(s.annotations)),
    VersionedAttribute(
        attribute="healthcheck.start_interval",
        since=(1, 44),
        engine="25.0",
        used=lambda s: s.healthcheck is not None and s.healthcheck.start_interval_ns is not None,
    ),
    VersionedAttribute(
        attribute="volumes.bind.recursive",
        since=(1, 44),
        engine="25.0",
        used=_mounts(lambda m: m.recursive in {"writable", "readonly"}),
    ),
    VersionedAttribute(
        attribute="devices (CDI)",
        since=(1, 44),
        engine="25.0",
        used=lambda s: any(is_cdi(d.source, d.target) for d in s.devices),
    ),
    VersionedAttribute(
        attribute="networks.mac_address (more than one)",
        since=SEVERAL_ENDPOINTS,
        engine="25.0",
        used=lambda s: _mac_addresses(s) > 1,
    ),
    VersionedAttribute(
        attribute="volumes.volume.subpath",
        since=(1, 45),
        engine="26.0",
        used=_mounts(lambda m: m.type == "volume" and bool(m.subpath)),
    ),
    VersionedAttribute(
        attribute="volumes (type `image`)", since=(1, 48), engine="28.0", used=_mounts(lambda m: m.type == "image")
    ),
    VersionedAttribute(
        attribute="networks.gw_priority", since=(1, 48), engine="28.0", used=_attachments(lambda a: a.gw_priority)
    ),
    VersionedAttribute(
        attribute="networks.interface_name", since=(1, 49), engine="28.1", used=_attachments(lambda a: a.interface_name)
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsupportedAttribute:
    """An attribute that no Docker engine on Linux supports, or not in this combination."""

    attribute: str
    reason: str
    used: Callable[[Service], bool]


GAPS = (
    UnsupportedAttribute(
        attribute="volumes.bind.selinux",
        reason="the engine relabels only where `create_host_path` is true and `recursive` is not set",
        used=_mounts(lambda m: m.type == "bind" and bool(m.selinux) and (not m.create_host_path or bool(m.recursive))),
    ),
    UnsupportedAttribute(
        attribute="credential_spec",
        reason="it is for Windows containers",
        used=lambda s: s.credential_spec is not None,
    ),
    UnsupportedAttribute(
        attribute="mac_address",
        reason="a service with `network_mode` has no network to set it on",
        used=lambda s: bool(s.mac_address and s.network_mode),
    ),
)


def unsupported_attributes(service: Service, api_version: Version) -> list[str]:
    """Return one sentence for each attribute that the engine does not support."""
    supported = _text(api_version)
    missing = [
        f"`{need.attribute}` of service `{service.name}` needs API {_text(need.since)} (Docker Engine {need.engine}); "
        f"this engine supports {supported}"
        for need in NEEDS
        if api_version < need.since and need.used(service)
    ]
    gaps = [f"`{g.attribute}` of service `{service.name}` has no effect: {g.reason}" for g in GAPS if g.used(service)]
    return missing + gaps


def _text(version: Version) -> str:
    return ".".join(map(str, version))
