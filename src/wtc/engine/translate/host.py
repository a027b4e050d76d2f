"""`HostConfig` of `POST /containers/create`, attribute by attribute. Source: compose-spec, Services; Engine API."""

from wtc.engine.translate import ports
from wtc.engine.translate.mounts import tmpfs
from wtc.engine.translate.networks import links
from wtc.engine.translate.resources import RESOURCES
from wtc.engine.translate.rows import Body, Row, Version, filled, plain, present, stated
from wtc.engine.translate.security import capabilities, unconfined_paths
from wtc.model.service import Service

_RESTART = {"none": "no", "any": "always"}


def _log(config: Service) -> Body | None:
    if config.logging is None:
        return None
    return present({"Type": config.logging.driver or None, "Config": dict(config.logging.options) or None}) or None


def _restart(config: Service) -> Body | None:
    """`deploy.restart_policy` wins over `restart`."""
    policy = config.deploy.restart_policy if config.deploy else None
    if policy is not None:
        name, attempts = policy.condition, policy.max_attempts or 0
    elif config.restart:
        name, _, count = config.restart.partition(":")
        attempts = int(count) if count.isdigit() else 0
    else:
        return None
    return {"Name": _RESTART.get(name, name), "MaximumRetryCount": attempts}


def _extra_hosts(config: Service) -> list[str] | None:
    return [f"{host}:{address}" for host, addresses in config.extra_hosts.items() for address in addresses] or None


HOST: dict[str, Row] = {
    "Annotations": plain("annotations"),
    "CapAdd": capabilities("cap_add"),
    "CapDrop": capabilities("cap_drop"),
    "CgroupnsMode": plain("cgroup"),
    "Dns": plain("dns"),
    "DnsOptions": plain("dns_opt"),
    "DnsSearch": plain("dns_search"),
    "ExtraHosts": _extra_hosts,
    "GroupAdd": plain("group_add"),
    "Init": stated("init"),
    "IpcMode": plain("ipc"),
    "Isolation": plain("isolation"),
    "Links": links,
    "LogConfig": _log,
    # An empty list is a statement: nothing is hidden.
    "MaskedPaths": lambda s: [] if unconfined_paths(s.security_opt) else None,
    "ReadonlyPaths": lambda s: [] if unconfined_paths(s.security_opt) else None,
    "PidMode": plain("pid"),
    "PortBindings": ports.bindings,
    "Privileged": plain("privileged"),
    "ReadonlyRootfs": plain("read_only"),
    "RestartPolicy": _restart,
    "Runtime": plain("runtime"),
    "ShmSize": plain("shm_size_bytes"),
    "StorageOpt": plain("storage_opt"),
    "Sysctls": plain("sysctls"),
    "Tmpfs": tmpfs,
    "UTSMode": plain("uts"),
    "UsernsMode": plain("userns_mode"),
    "VolumesFrom": plain("volumes_from"),
    **RESOURCES,
}
_SINCE: dict[str, Version] = {"Annotations": (1, 43)}


def host_config(config: Service, api_version: Version) -> Body:
    """All of it but the network, mounts and security options, which need more than the service."""
    return {k: v for k, v in filled(HOST, config).items() if api_version >= _SINCE.get(k, api_version)}
