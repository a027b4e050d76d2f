"""Translate CPU, memory, device and IO limits, of `deploy.resources` and of the older attributes.

Source: compose-spec, Deploy (resources) and Services; Engine API, `HostConfig` of `POST /containers/create`.
As in Docker Compose, `deploy.resources` takes precedence.
"""

import re

from wtc.engine.translate.body_table import Body, Row, nonempty_attribute
from wtc.model.deploy import DeviceRequest, Resources
from wtc.model.desired import ResolvedService
from wtc.static_typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wtc.model.service import ThrottleDevice

NANO = 1_000_000_000
_CDI_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9_-]*=[A-Za-z0-9][A-Za-z0-9._:-]*"


def limits(config: ResolvedService) -> Resources:
    """Return `deploy.resources.limits`; empty if the file sets none."""
    return (config.deploy.limits if config.deploy else None) or Resources()


def reservations(config: ResolvedService) -> Resources:
    """Return `deploy.resources.reservations`; empty if the file sets none."""
    return (config.deploy.reservations if config.deploy else None) or Resources()


def is_cdi(source: str, target: str) -> bool:
    """Return whether a device is a name of the Container Device Interface (CDI): `vendor.com/class=name`."""
    return target in {"", source} and re.fullmatch(_CDI_NAME, source) is not None


def _devices(config: ResolvedService) -> list[Body] | None:
    found = [
        {"PathOnHost": d.source, "PathInContainer": d.target or d.source, "CgroupPermissions": d.permissions}
        for d in config.devices
        if not is_cdi(d.source, d.target)
    ]
    return found or None


def _device_requests(config: ResolvedService) -> list[Body] | None:
    found = [_request(d, d.capabilities) for d in reservations(config).devices]
    if cdi := [d.source for d in config.devices if is_cdi(d.source, d.target)]:
        found.append({"Driver": "cdi", "DeviceIDs": cdi})
    found += [_request(d, (*d.capabilities, "gpu")) for d in config.gpus]
    return found or None


def _request(device: DeviceRequest, capabilities: tuple[str, ...]) -> Body:
    body: Body = {"Capabilities": [[*capabilities]]}
    if device.driver:
        body["Driver"] = device.driver
    if device.count is not None:
        body["Count"] = device.count
    if device.device_ids:
        body["DeviceIDs"] = [*device.device_ids]
    if device.options:
        body["Options"] = dict(device.options)
    return body


def _ulimits(config: ResolvedService) -> list[Body] | None:
    found: list[Body] = []
    for name, limit in sorted(config.ulimits.items()):
        single = limit.single or 0
        found.append({"Name": name, "Soft": limit.soft or single, "Hard": limit.hard or single})
    return found or None


def _throttles(attribute: str) -> Row:
    def row(config: ResolvedService) -> object:
        devices: tuple[ThrottleDevice, ...] = getattr(config.blkio_config, attribute, ())
        return [{"Path": d.path, "Rate": d.rate} for d in devices] or None

    return row


def _weights(config: ResolvedService) -> object:
    devices = config.blkio_config.weight_device if config.blkio_config else ()
    return [{"Path": d.path, "Weight": d.weight} for d in devices] or None


def _nano_cpus(config: ResolvedService) -> Any:
    return int((limits(config).cpus or config.cpus) * NANO) or None


RESOURCES: dict[str, Row] = {
    "CgroupParent": nonempty_attribute("cgroup_parent"),
    "Memory": lambda s: limits(s).memory_bytes or s.mem_limit_bytes or None,
    "MemoryReservation": lambda s: reservations(s).memory_bytes or s.mem_reservation_bytes or None,
    "MemorySwap": nonempty_attribute("memswap_limit_bytes"),
    "MemorySwappiness": nonempty_attribute("mem_swappiness"),
    "OomKillDisable": nonempty_attribute("oom_kill_disable"),
    "OomScoreAdj": nonempty_attribute("oom_score_adj"),
    "PidsLimit": lambda s: limits(s).pids or s.pids_limit or None,
    "NanoCpus": _nano_cpus,
    "CpuCount": nonempty_attribute("cpu_count"),
    "CpuPercent": lambda s: int(s.cpu_percent * 100) or None,
    "CpuPeriod": nonempty_attribute("cpu_period"),
    "CpuQuota": nonempty_attribute("cpu_quota"),
    "CpuRealtimePeriod": nonempty_attribute("cpu_rt_period"),
    "CpuRealtimeRuntime": nonempty_attribute("cpu_rt_runtime"),
    "CpuShares": nonempty_attribute("cpu_shares"),
    "CpusetCpus": nonempty_attribute("cpuset"),
    "BlkioWeight": lambda s: (s.blkio_config.weight if s.blkio_config else 0) or None,
    "BlkioWeightDevice": _weights,
    "BlkioDeviceReadBps": _throttles("device_read_bps"),
    "BlkioDeviceReadIOps": _throttles("device_read_iops"),
    "BlkioDeviceWriteBps": _throttles("device_write_bps"),
    "BlkioDeviceWriteIOps": _throttles("device_write_iops"),
    "DeviceCgroupRules": nonempty_attribute("device_cgroup_rules"),
    "Devices": _devices,
    "DeviceRequests": _device_requests,
    "Ulimits": _ulimits,
}
