"""Parse the engine's JSON of containers, networks, volumes and images. Source: Engine API."""

from collections.abc import Iterator, Mapping

from wtc import labels as label
from wtc.dataclass import replace
from wtc.engine.client.json_access import (
    Json,
    get_number,
    get_object,
    get_objects,
    get_text,
    get_texts,
    parse_number,
    parse_timestamp,
    require_text,
)
from wtc.engine.observe.host_ports import listed_ports, requested_ports
from wtc.model.observed import (
    MountedVolume,
    ObservedContainer,
    ObservedImage,
    ObservedNetwork,
    ObservedVolume,
)
from wtc.planner.observed.ownership import is_anonymous

HEALTH = ("starting", "healthy", "unhealthy")
_STATUS_ENDS = {"(health: starting)": "starting", "(healthy)": "healthy", "(unhealthy)": "unhealthy"}
_NEVER = "0001-01-01T00:00:00Z"


def parse_container(inspected: Json) -> ObservedContainer:
    """Parse `GET /containers/{id}/json`."""
    config, state = get_object(inspected, "Config"), get_object(inspected, "State")
    labels = _labels(config)
    networks = get_object(inspected, "NetworkSettings", "Networks")
    started = get_text(state, "StartedAt")
    stop_timeout = config.get("StopTimeout")
    return ObservedContainer(
        id=require_text(inspected, "Id"),
        name=require_text(inspected, "Name").removeprefix("/"),
        service=labels.get(label.SERVICE, ""),
        number=replica_number(labels),
        image=get_text(config, "Image"),
        image_id=get_text(inspected, "Image"),
        state=get_text(state, "Status"),
        exit_code=get_number(state, "ExitCode"),
        health=_health(state),
        config_hash=labels.get(label.CONFIG_HASH, ""),
        replaces=labels.get(label.REPLACES, ""),
        oneoff=is_oneoff(labels),
        networks={name: get_text(get_object(networks, name), "NetworkID") for name in networks},
        namespaces=_namespaces(get_object(inspected, "HostConfig")),
        volumes=_own_volumes(inspected),
        binds=_binds(inspected),
        ports=requested_ports(inspected),
        labels=labels,
        created=get_text(inspected, "Created"),
        started="" if started == _NEVER else started,
        stop_grace_s=None if stop_timeout is None else parse_number(stop_timeout),
        mem_limit_bytes=get_number(get_object(inspected, "HostConfig"), "Memory"),
        mem_reservation_bytes=get_number(get_object(inspected, "HostConfig"), "MemoryReservation"),
    )


def parse_listed_container(summary: Json) -> ObservedContainer:
    """Parse an entry of `GET /containers/json`, which has less: no exit status, and ports only of running ones."""
    labels = _labels(summary)
    networks = get_object(summary, "NetworkSettings", "Networks")
    return ObservedContainer(
        id=require_text(summary, "Id"),
        name=container_name(summary),
        service=labels.get(label.SERVICE, ""),
        number=replica_number(labels),
        image=get_text(summary, "Image"),
        image_id=get_text(summary, "ImageID"),
        state=get_text(summary, "State"),
        health=_listed_health(summary),
        config_hash=labels.get(label.CONFIG_HASH, ""),
        replaces=labels.get(label.REPLACES, ""),
        oneoff=is_oneoff(labels),
        networks={name: get_text(get_object(networks, name), "NetworkID") for name in networks},
        volumes=_volumes(summary),
        binds=_binds(summary),
        ports=listed_ports(summary),
        labels=labels,
    )


def container_name(summary: Json) -> str:
    """Return a container's name; other entries of `Names` are links, as in `/other/alias`."""
    names = [name.removeprefix("/") for name in get_texts(summary, "Names")]
    return next((name for name in names if "/" not in name), names[0] if names else get_text(summary, "Id")[:12])


def parse_network(found: Json) -> ObservedNetwork:
    """Parse an entry of `GET /networks`."""
    pools = get_objects(get_object(found, "IPAM"), "Config")
    return ObservedNetwork(
        id=require_text(found, "Id"),
        name=require_text(found, "Name"),
        labels=_labels(found),
        subnets=tuple(subnet for pool in pools if (subnet := get_text(pool, "Subnet"))),
    )


def parse_volume(found: Json) -> ObservedVolume:
    """Parse an entry of `GET /volumes`."""
    return ObservedVolume(
        name=require_text(found, "Name"),
        labels=_labels(found),
        created=get_text(found, "CreatedAt"),
        driver=get_text(found, "Driver"),
    )


def parse_image(reference: str, inspected: Json) -> ObservedImage:
    """Parse `GET /images/{name}/json`."""
    config = get_object(inspected, "Config")
    return ObservedImage(
        reference=reference,
        id=require_text(inspected, "Id"),
        labels=_labels(config),
        volumes=tuple(sorted(get_object(config, "Volumes"))),
        user=get_text(config, "User"),
        tagged_s=max(0.0, parse_timestamp(get_text(get_object(inspected, "Metadata"), "LastTagTime"))),
    )


def parse_listed_images(summary: Json) -> list[ObservedImage]:
    """Parse an entry of `GET /images/json`: one image for each tag, or one with the id if it has no tag."""
    tags = [tag for tag in get_texts(summary, "RepoTags") if tag != "<none>:<none>"]
    digest = require_text(summary, "Id")
    return [ObservedImage(reference=tag, id=digest, labels=_labels(summary)) for tag in tags or [digest]]


def parse_labels(found: Json) -> dict[str, str]:
    """Return the labels of a container summary, a network or a volume."""
    return _labels(found)


def _labels(found: Json) -> dict[str, str]:
    return {str(key): str(value) for key, value in get_object(found, "Labels").items()}


def replica_number(labels: Mapping[str, str]) -> int:
    """Return the number of a replica, from 1; 1 if its label is not valid."""
    return max(1, parse_number(labels.get(label.COMPOSE_NUMBER)))


def is_oneoff(labels: Mapping[str, str]) -> bool:
    """Return whether `run` created the container."""
    return labels.get(label.COMPOSE_ONEOFF, "").lower() == "true"


def _health(state: Json) -> str:
    status = get_text(get_object(state, "Health"), "Status")
    return "" if status == "none" else status


def _listed_health(summary: Json) -> str:
    """Return the health in a list of containers: a value since API 1.52, before it the end of `Up 3 minutes (healthy)`.

    Before API 1.52 a paused container has none.
    """
    if get_object(summary, "Health"):
        status = get_text(get_object(summary, "Health"), "Status")
        return "" if status == "none" else status
    return next((health for end, health in _STATUS_ENDS.items() if get_text(summary, "Status").endswith(end)), "")


def _namespaces(host: Json) -> tuple[str, ...]:
    """Return the containers, by id or name, whose namespaces are joined; the engine resolves only `NetworkMode`."""
    modes = [get_text(host, key) for key in ("NetworkMode", "IpcMode", "PidMode")]
    return tuple(dict.fromkeys(m.removeprefix("container:") for m in modes if m.startswith("container:")))


def _own_volumes(inspected: Json) -> tuple[MountedVolume, ...]:
    """Return the volumes that the engine reports; of targets that it does not report, the volumes that were requested.

    An anonymous volume that `volumes_from` shares is not marked as anonymous.
    """
    host = get_object(inspected, "HostConfig")
    reported = _volumes(inspected)
    requested = tuple(_requested_volumes(host))
    known = {volume.target for volume in reported}
    volumes = (*reported, *(volume for volume in requested if volume.name and volume.target not in known))
    if not host.get("VolumesFrom"):
        return volumes
    targets = {volume.target for volume in requested}
    return tuple(v if v.target in targets else replace(v, anonymous=False) for v in volumes)


def _requested_volumes(host: Json) -> Iterator[MountedVolume]:
    """Yield the mounts of a `HostConfig`; the name is empty unless it is that of a volume."""
    for mount in get_objects(host, "Mounts"):
        source = get_text(mount, "Source") if mount.get("Type") == "volume" else ""
        yield _requested_volume(source, get_text(mount, "Target"), writable=mount.get("ReadOnly") is not True)
    for bind in get_texts(host, "Binds"):
        source, *rest = bind.split(":")
        if rest:
            name = "" if source.startswith("/") else source
            yield _requested_volume(name, rest[0], writable="ro" not in ",".join(rest[1:]).split(","))


def _requested_volume(name: str, target: str, *, writable: bool) -> MountedVolume:
    return MountedVolume(name=name, target=target, anonymous=is_anonymous(name), writable=writable)


def _volumes(found: Json) -> tuple[MountedVolume, ...]:
    return tuple(
        MountedVolume(
            name=get_text(mount, "Name"),
            target=get_text(mount, "Destination"),
            anonymous=is_anonymous(get_text(mount, "Name")),
            writable=mount.get("RW") is not False,
        )
        for mount in get_objects(found, "Mounts")
        if mount.get("Type") == "volume" and mount.get("Name")
    )


def _binds(found: Json) -> tuple[str, ...]:
    return tuple(get_text(mount, "Source") for mount in get_objects(found, "Mounts") if mount.get("Type") == "bind")
