"""Translate a container's mounts to `HostConfig.Binds` and `HostConfig.Mounts`.

Source: Engine API, `HostConfig.Binds` and `Mount`. A mount that both can express goes to `Binds`, which creates a
missing host path on every API version and supports SELinux labels. All others go to `Mounts`.
"""

from collections.abc import Iterable, Mapping

from wtc.engine.translate.body_table import Body, Version, drop_none
from wtc.model.desired import ResolvedService
from wtc.model.mounts import Mount

API_SOCKET = "/var/run/docker.sock"
_RECURSIVE = {
    "disabled": "NonRecursive",
    "writable": "ReadOnlyNonRecursive",
    "readonly": "ReadOnlyForceRecursive",
}


def binds_and_mounts(
    config: ResolvedService,
    inherited: Iterable[tuple[str, str]],
    api_version: Version,
    anonymous: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[list[str], list[Body]]:
    """Return `Binds` and `Mounts`.

    `inherited`: (volume name, target) of the anonymous volumes that the container takes from the one it replaces.
    `anonymous`: target -> labels of the volumes that the engine creates for the container.
    """
    labelled = anonymous or {}
    by_target = {m.target: m for m in _declared(config)}
    for target in labelled:
        by_target.setdefault(target, Mount(type="volume", target=target))
    for name, target in inherited:
        declared = by_target.get(target)
        if declared is None or (declared.type == "volume" and not declared.source):
            read_only = declared.read_only if declared else False
            by_target[target] = Mount(type="volume", source=name, target=target, read_only=read_only)
    binds = [bind(m) for m in by_target.values() if is_bind(m)]
    mounts = [mount(m, api_version, labelled.get(m.target)) for m in by_target.values() if not is_bind(m)]
    return binds, mounts


def is_bind(m: Mount) -> bool:
    """Return whether `Binds` can express the mount."""
    if ":" in m.source + m.target or not m.source:
        return False
    if m.type == "volume":
        return not m.subpath
    return m.type == "bind" and m.create_host_path and not m.recursive


def bind(m: Mount) -> str:
    """Return the mount as `source:target:options`."""
    options = ["ro" if m.read_only else "rw", *(o for o in (m.selinux, m.propagation) if o)]
    if m.type == "volume" and m.nocopy:
        options.append("nocopy")
    return f"{m.source}:{m.target}:{','.join(options)}"


def mount(m: Mount, api_version: Version, labels: Mapping[str, str] | None = None) -> Body:
    """Return an entry of `Mounts`; `labels` are for a volume that the engine creates."""
    body: Body = {
        "Type": m.type,
        "Source": m.source or None,
        "Target": m.target,
        "ReadOnly": m.read_only or None,
        "Consistency": m.consistency or None,
    }
    if m.type == "bind":
        body["BindOptions"] = _bind_options(m, api_version)
    elif m.type == "volume":
        subpath = m.subpath if api_version >= (1, 45) else ""
        volume_labels = dict(labels) if labels and not m.source else None
        options = {"NoCopy": m.nocopy or None, "Subpath": subpath or None, "Labels": volume_labels}
        body["VolumeOptions"] = drop_none(options) or None
    elif m.type == "tmpfs":
        body["TmpfsOptions"] = drop_none({"SizeBytes": m.tmpfs_size_bytes or None, "Mode": m.tmpfs_mode}) or None
    elif m.type == "image":
        body["ImageOptions"] = {"Subpath": m.subpath} if m.subpath else None
    return drop_none(body)


def _bind_options(m: Mount, api_version: Version) -> Body | None:
    options: Body = {
        "Propagation": m.propagation or None,
        "CreateMountpoint": (m.create_host_path and api_version >= (1, 42)) or None,
    }
    if (key := _RECURSIVE.get(m.recursive)) and (m.recursive == "disabled" or api_version >= (1, 44)):
        options[key] = True
    return drop_none(options) or None


def _declared(config: ResolvedService) -> Iterable[Mount]:
    yield from config.volumes
    if config.use_api_socket:
        yield Mount(type="bind", source=API_SOCKET, target=API_SOCKET, create_host_path=True)


def tmpfs(config: ResolvedService) -> dict[str, str] | None:
    """Return `HostConfig.Tmpfs` from the `tmpfs:` list: target -> options."""
    return {target: options for target, _, options in (text.partition(":") for text in config.tmpfs)} or None
