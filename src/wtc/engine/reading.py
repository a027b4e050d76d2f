"""The engine's JSON about containers, networks, volumes and images -> observed values. Source: Engine API."""

from collections.abc import Mapping
from dataclasses import replace

from wtc import labels as label
from wtc.engine.answers import Json, number, part, parts, seconds, text
from wtc.engine.host_ports import listed_ports, requested_ports
from wtc.model.observed import (
    MountedVolume,
    ObservedContainer,
    ObservedImage,
    ObservedNetwork,
    ObservedVolume,
)
from wtc.planner.ownership import is_anonymous

_NEVER = "0001-01-01T00:00:00Z"


def container(inspected: Json) -> ObservedContainer:
    """From `GET /containers/{id}/json`."""
    config, state = part(inspected, "Config"), part(inspected, "State")
    labels = _labels(config)
    networks = part(inspected, "NetworkSettings", "Networks")
    started = text(state, "StartedAt")
    stop_timeout = config.get("StopTimeout")
    return ObservedContainer(
        id=str(inspected["Id"]),
        name=str(inspected["Name"]).removeprefix("/"),
        service=labels.get(label.SERVICE, ""),
        number=_number(labels),
        image=text(config, "Image"),
        image_id=text(inspected, "Image"),
        state=text(state, "Status"),
        exit_code=int(state.get("ExitCode") or 0),
        health=_health(state),
        config_hash=labels.get(label.CONFIG_HASH, ""),
        replaces=labels.get(label.REPLACES, ""),
        oneoff=is_oneoff(labels),
        networks={name: text(part(networks, name), "NetworkID") for name in networks},
        namespaces=_namespaces(part(inspected, "HostConfig")),
        volumes=_own_volumes(inspected),
        binds=_binds(inspected),
        ports=requested_ports(inspected),
        labels=labels,
        created=text(inspected, "Created"),
        started="" if started == _NEVER else started,
        stop_grace_s=None if stop_timeout is None else int(stop_timeout),
        mem_limit_bytes=number(part(inspected, "HostConfig"), "Memory"),
        mem_reservation_bytes=number(part(inspected, "HostConfig"), "MemoryReservation"),
    )


def listed_container(summary: Json, health: str) -> ObservedContainer:
    """From `GET /containers/json`, which tells less: no exit status, ports only of what runs."""
    labels = _labels(summary)
    networks = part(summary, "NetworkSettings", "Networks")
    return ObservedContainer(
        id=str(summary["Id"]),
        name=container_name(summary),
        service=labels.get(label.SERVICE, ""),
        number=_number(labels),
        image=text(summary, "Image"),
        image_id=text(summary, "ImageID"),
        state=text(summary, "State"),
        health=health,
        config_hash=labels.get(label.CONFIG_HASH, ""),
        replaces=labels.get(label.REPLACES, ""),
        oneoff=is_oneoff(labels),
        networks={name: text(part(networks, name), "NetworkID") for name in networks},
        volumes=_volumes(summary),
        binds=_binds(summary),
        ports=listed_ports(summary),
        labels=labels,
    )


def container_name(summary: Json) -> str:
    """Its own name; links of others to it are listed as `/other/alias`."""
    names = [str(name).removeprefix("/") for name in summary.get("Names") or ()]
    return next((name for name in names if "/" not in name), names[0] if names else str(summary["Id"])[:12])


def network(found: Json) -> ObservedNetwork:
    """From `GET /networks`."""
    return ObservedNetwork(id=str(found["Id"]), name=str(found["Name"]), labels=_labels(found))


def volume(found: Json) -> ObservedVolume:
    """From `GET /volumes`."""
    return ObservedVolume(name=str(found["Name"]), labels=_labels(found), created=text(found, "CreatedAt"))


def image(reference: str, inspected: Json) -> ObservedImage:
    """From `GET /images/{name}/json`."""
    config = part(inspected, "Config")
    return ObservedImage(
        reference=reference,
        id=str(inspected["Id"]),
        labels=_labels(config),
        volumes=tuple(sorted(part(config, "Volumes"))),
        user=text(config, "User"),
        tagged_s=max(0.0, seconds(text(part(inspected, "Metadata"), "LastTagTime"))),
    )


def listed_images(summary: Json) -> list[ObservedImage]:
    """From `GET /images/json`: one for each tag, by its id where there is none."""
    tags = [str(tag) for tag in summary.get("RepoTags") or () if tag != "<none>:<none>"]
    digest = str(summary["Id"])
    return [ObservedImage(reference=tag, id=digest, labels=_labels(summary)) for tag in tags or [digest]]


def labels_of(found: Json) -> dict[str, str]:
    """The labels of a summary, a network or a volume."""
    return _labels(found)


def _labels(found: Json) -> dict[str, str]:
    return {str(key): str(value) for key, value in part(found, "Labels").items()}


def _number(labels: Mapping[str, str]) -> int:
    text = labels.get(label.COMPOSE_NUMBER, "")
    return int(text) if text.isdigit() else 1


def is_oneoff(labels: Mapping[str, str]) -> bool:
    """Whether `run` made the container."""
    return labels.get(label.COMPOSE_ONEOFF, "").lower() == "true"


def _health(state: Json) -> str:
    status = text(part(state, "Health"), "Status")
    return "" if status == "none" else status


def _namespaces(host: Json) -> tuple[str, ...]:
    """The engine resolves a name to an id in `NetworkMode` alone."""
    modes = [text(host, key) for key in ("NetworkMode", "IpcMode", "PidMode")]
    return tuple(dict.fromkeys(m.removeprefix("container:") for m in modes if m.startswith("container:")))


def _own_volumes(inspected: Json) -> tuple[MountedVolume, ...]:
    """What it took over from another container (`volumes_from`) is none of its own anonymous volumes."""
    host = part(inspected, "HostConfig")
    volumes = _volumes(inspected)
    if not host.get("VolumesFrom"):
        return volumes
    asked = {text(mount, "Target") for mount in parts(host, "Mounts")}
    asked |= {str(bind).split(":")[1] for bind in host.get("Binds") or () if ":" in str(bind)}
    return tuple(v if v.target in asked else replace(v, anonymous=False) for v in volumes)


def _volumes(found: Json) -> tuple[MountedVolume, ...]:
    return tuple(
        MountedVolume(
            name=text(mount, "Name"),
            target=text(mount, "Destination"),
            anonymous=is_anonymous(text(mount, "Name")),
            writable=mount.get("RW") is not False,
        )
        for mount in parts(found, "Mounts")
        if mount.get("Type") == "volume" and mount.get("Name")
    )


def _binds(found: Json) -> tuple[str, ...]:
    return tuple(text(mount, "Source") for mount in parts(found, "Mounts") if mount.get("Type") == "bind")
