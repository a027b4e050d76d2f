"""Translate a container to the body of `POST /containers/create`. Source: compose-spec, Services; Engine API."""

from collections.abc import Callable, Mapping

from wtc import labels as label
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
from wtc.engine.translate.host import host_config
from wtc.engine.translate.mounts import binds_and_mounts
from wtc.engine.translate.networks import container_mac_address, network_mode, networking_config
from wtc.engine.translate.security import security_options
from wtc.model.desired import ResolvedService
from wtc.model.plan import CreateContainer
from wtc.model.service import Healthcheck

SECOND_NS = 1_000_000_000
API_SOCKET_CONFIG = "/run/secrets/docker"


def _stop_timeout(config: ResolvedService) -> int | None:
    return None if config.stop_grace_period_ns is None else config.stop_grace_period_ns // SECOND_NS


CONFIG: dict[str, Row] = {
    "Hostname": nonempty_attribute("hostname"),
    "Domainname": nonempty_attribute("domainname"),
    "User": nonempty_attribute("user"),
    "ExposedPorts": ports.exposed_ports,
    "Tty": nonempty_attribute("tty"),
    "OpenStdin": nonempty_attribute("stdin_open"),
    # An empty value overrides the image's.
    "Cmd": stated_attribute("command"),
    "Entrypoint": stated_attribute("entrypoint"),
    "WorkingDir": nonempty_attribute("working_dir"),
    "StopSignal": nonempty_attribute("stop_signal"),
    "StopTimeout": _stop_timeout,
}


def container_body(
    create: CreateContainer,
    api_version: Version,
    *,
    read: Callable[[str], str],
    environment: Mapping[str, str] | None = None,
) -> Body:
    """Return the body. `read`: path of a seccomp profile, as written -> its text. `environment`: default variables.

    Raises: WtcError for a seccomp profile that cannot be read.
    """
    config = create.spec.config
    binds, mounts = binds_and_mounts(config, create.inherited_volumes, api_version, create.anonymous_volumes)
    host = {
        **host_config(config, api_version),
        "NetworkMode": network_mode(create),
        "Binds": binds or None,
        "Mounts": mounts or None,
        "SecurityOpt": security_options(config, read),
    }
    return drop_none(
        {
            **fill_body(CONFIG, config),
            "AttachStdout": True,
            "AttachStderr": True,
            "Image": create.spec.image,
            "Env": _environment(config, environment or {}),
            "Healthcheck": healthcheck(config.healthcheck, api_version) if config.healthcheck else None,
            "MacAddress": container_mac_address(config, api_version),
            "Labels": _container_labels(create),
            "HostConfig": drop_none(host),
            "NetworkingConfig": networking_config(create, api_version) or None,
        }
    )


def healthcheck(check: Healthcheck, api_version: Version) -> Body:
    """Return `Healthcheck`, durations in nanoseconds; unset values come from the image."""
    if check.disable:
        return {"Test": ["NONE"]}
    return drop_none(
        {
            "Test": [*check.test] or None,
            "Interval": check.interval_ns,
            "Timeout": check.timeout_ns,
            "StartPeriod": check.start_period_ns,
            "StartInterval": check.start_interval_ns if api_version >= (1, 44) else None,
            "Retries": check.retries,
        }
    )


def _environment(config: ResolvedService, defaults: Mapping[str, str]) -> list[str] | None:
    variables: dict[str, str | None] = {**defaults, **config.environment}
    if config.use_api_socket:
        variables.setdefault("DOCKER_CONFIG", API_SOCKET_CONFIG)
    return [name if value is None else f"{name}={value}" for name, value in variables.items()] or None


def _container_labels(create: CreateContainer) -> dict[str, str]:
    labels = dict(create.spec.labels)
    if create.replaces is not None:
        labels[label.REPLACES] = create.replaces.key
    return labels
