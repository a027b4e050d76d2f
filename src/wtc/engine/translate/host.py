"""Translate a service to the `HostConfig` of `POST /containers/create`. Source: compose-spec, Services; Engine API."""

from wtc.engine.translate import ports
from wtc.engine.translate.body_table import (
    Body,
    Row,
    Version,
    drop_none,
    fill_body,
    nonempty_attribute,
    stated_attribute,
)
from wtc.engine.translate.mounts import tmpfs
from wtc.engine.translate.networks import link_names
from wtc.engine.translate.resources import RESOURCES
from wtc.engine.translate.security import capabilities, unconfined_paths
from wtc.model.desired import ResolvedService

_RESTART = {"none": "no", "any": "always"}


def _log(config: ResolvedService) -> Body | None:
    if config.logging is None:
        return None
    return drop_none({"Type": config.logging.driver or None, "Config": dict(config.logging.options) or None}) or None


def _restart(config: ResolvedService) -> Body | None:
    """Return the restart policy; `deploy.restart_policy` takes precedence over `restart`."""
    policy = config.deploy.restart_policy if config.deploy else None
    if policy is not None:
        name, attempts = policy.condition, policy.max_attempts or 0
    elif config.restart:
        name, _, count = config.restart.partition(":")
        attempts = int(count) if count.isdigit() else 0
    else:
        return None
    return {"Name": _RESTART.get(name, name), "MaximumRetryCount": attempts}


def _extra_hosts(config: ResolvedService) -> list[str] | None:
    return [f"{host}:{address}" for host, addresses in config.extra_hosts.items() for address in addresses] or None


HOST: dict[str, Row] = {
    "Annotations": nonempty_attribute("annotations"),
    "CapAdd": capabilities("cap_add"),
    "CapDrop": capabilities("cap_drop"),
    "CgroupnsMode": nonempty_attribute("cgroup"),
    "Dns": nonempty_attribute("dns"),
    "DnsOptions": nonempty_attribute("dns_opt"),
    "DnsSearch": nonempty_attribute("dns_search"),
    "ExtraHosts": _extra_hosts,
    "GroupAdd": nonempty_attribute("group_add"),
    "Init": stated_attribute("init"),
    "IpcMode": nonempty_attribute("ipc"),
    "Isolation": nonempty_attribute("isolation"),
    "Links": link_names,
    "LogConfig": _log,
    # An empty list hides no path; a missing one hides the default paths.
    "MaskedPaths": lambda s: [] if unconfined_paths(s.security_opt) else None,
    "ReadonlyPaths": lambda s: [] if unconfined_paths(s.security_opt) else None,
    "PidMode": nonempty_attribute("pid"),
    "PortBindings": ports.port_bindings,
    "Privileged": nonempty_attribute("privileged"),
    "ReadonlyRootfs": nonempty_attribute("read_only"),
    "RestartPolicy": _restart,
    "Runtime": nonempty_attribute("runtime"),
    "ShmSize": nonempty_attribute("shm_size_bytes"),
    "StorageOpt": nonempty_attribute("storage_opt"),
    "Sysctls": nonempty_attribute("sysctls"),
    "Tmpfs": tmpfs,
    "UTSMode": nonempty_attribute("uts"),
    "UsernsMode": nonempty_attribute("userns_mode"),
    "VolumesFrom": nonempty_attribute("volumes_from"),
    **RESOURCES,
}
_SINCE: dict[str, Version] = {"Annotations": (1, 43)}


def host_config(config: ResolvedService, api_version: Version) -> Body:
    """Return `HostConfig` without network, mounts and security options, which need more than the service."""
    return {k: v for k, v in fill_body(HOST, config).items() if api_version >= _SINCE.get(k, api_version)}
