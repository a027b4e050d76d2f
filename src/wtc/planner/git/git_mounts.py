"""The mounts and settings that git needs in a container that bind-mounts a linked worktree. Pure.

The worktree's `.git` is a file that names a folder of the main repository. That folder is mounted where the file points
to inside the container: at the same path as on the host, unless the file contains a relative path.
"""

from collections.abc import Callable, Iterator
from posixpath import dirname, join, normpath

from wtc.dataclass import dataclass
from wtc.model.desired import ResolvedService
from wtc.model.git import GitAccess, LinkedGit
from wtc.model.mounts import Mount
from wtc.planner.git.git_config import WITHOUT_COLLECTION


@dataclass(frozen=True, slots=True, kw_only=True)
class GitMounts:
    """The mounts and settings to add to the containers of a service."""

    mounts: tuple[Mount, ...]
    settings: tuple[tuple[str, str], ...]
    """git settings, for `GIT_CONFIG_COUNT`."""
    counted: tuple[Mount, ...]
    """The mounts that count in the configuration hash: the common git folder and the worktree's `.git`."""
    works: tuple[str, ...] = ()
    """The paths of the worktree in the container, in which git works."""
    hidden: tuple[tuple[str, str], ...] = ()
    """Path that cannot be mounted -> target of the file's mount that contains it."""


def bound_links(config: ResolvedService, git: LinkedGit, real: Callable[[str], str]) -> tuple[Mount, ...]:
    """Return the binds that contain the worktree's `.git`, with its path in the container as `target`.

    `real` resolves the symbolic links in a path of the host.
    """
    link = join(git.worktree, ".git")
    found: dict[str, Mount] = {}
    for mount in config.volumes:
        below = _below(link, real(mount.source)) if mount.type == "bind" and mount.source else None
        if below is None:
            continue
        top = normpath(mount.target)
        target = _joined(top, below)
        if not any(_lies_in(target, other) and _lies_below(other, top) for other in _targets(config)):
            found[target] = Mount(type="bind", source=link, target=target, read_only=mount.read_only)
    return tuple(found.values())


def git_mounts(
    config: ResolvedService,
    git: LinkedGit,
    access: GitAccess,
    links: tuple[Mount, ...],
    *,
    real: Callable[[str], str],
    identity: tuple[tuple[str, str], ...] = (),
) -> GitMounts:
    """Return the mounts and settings with which git works in a service's containers. For `links` see `bound_links`.

    Mounts of the file take precedence: if the file mounts the common git folder, nothing is added. `identity` are the
    settings with the user's name and email.
    """
    read_only = access is GitAccess.RO or not git.protectable
    added: dict[str, Mount] = {}
    counted: dict[str, Mount] = {}
    hidden: dict[str, str] = {}
    works: list[str] = []
    for link in links:
        entry = normpath(join(dirname(link.target), git.link))
        common = normpath(join(entry, git.commondir))
        if common in _targets(config):
            works.append(dirname(link.target))
            continue
        folder = _bind(git.common, common, read_only=read_only)
        wanted = [folder, *_inside(git, common, entry, read_only=read_only), *_outside(git, link.target, entry)]
        wanted = [m for m in wanted if m.target not in _targets(config)]
        above = {m.source: by for m in wanted if (by := _covering(config, m, real))}
        hidden |= above
        if not above:
            works.append(dirname(link.target))
            added |= {m.target: m for m in wanted}
            counted |= {m.target: m for m in wanted if m.source in {git.common, link.source}}
    directories = tuple(("safe.directory", folder) for folder in works)
    return GitMounts(
        mounts=tuple(added.values()),
        settings=(*directories, *identity, *(() if read_only else WITHOUT_COLLECTION.items())) if works else (),
        counted=tuple(counted.values()),
        works=tuple(works),
        hidden=tuple(hidden.items()),
    )


def _inside(git: LinkedGit, common: str, entry: str, *, read_only: bool) -> Iterator[Mount]:
    """Yield the mounts inside the common git folder: the protected files and the worktree's entry."""
    if read_only:
        if not _lies_below(entry, common):
            yield _bind(git.entry, entry, read_only=True)
        return
    own = [path for path in git.protected if _lies_below(path, git.entry)]
    others = [path for path in git.protected if path not in own]
    yield from (_bind(path, _moved(path, git.common, common), read_only=True) for path in others)
    yield _bind(git.entry, entry, read_only=False)
    yield from (_bind(path, _moved(path, git.entry, entry), read_only=True) for path in own)


def _outside(git: LinkedGit, link: str, entry: str) -> Iterator[Mount]:
    """Yield the mounts outside the common git folder: `.git` where its entry expects it, and borrowed objects.

    Without the first, `git worktree prune` in the container would remove the entry.
    """
    for target in dict.fromkeys((link, normpath(join(entry, git.back)))):
        yield _bind(join(git.worktree, ".git"), target, read_only=True)
    for path in git.borrowed:
        yield _bind(path, path, read_only=True)


def _covering(config: ResolvedService, mount: Mount, real: Callable[[str], str]) -> str:
    """Return the target of the file's mount in which the engine would create the mount point; empty without one.

    Nothing is created below a bind that already contains the source.
    """
    above = [m for m in config.volumes if _lies_below(mount.target, normpath(m.target))]
    if not above:
        return ""
    nearest = max(above, key=lambda m: len(normpath(m.target)))
    below = _below(mount.target, normpath(nearest.target)) or ""
    if nearest.type == "tmpfs":
        return ""
    if nearest.type == "bind" and real(_joined(nearest.source, below)) == mount.source:
        return ""
    return nearest.target


def _targets(config: ResolvedService) -> frozenset[str]:
    mounted = [m.target for m in config.volumes] + [text.partition(":")[0] for text in config.tmpfs]
    return frozenset(normpath(target) for target in mounted)


def _bind(source: str, target: str, *, read_only: bool) -> Mount:
    return Mount(type="bind", source=source, target=target, read_only=read_only)


def _moved(path: str, source: str, target: str) -> str:
    return _joined(target, _below(path, source) or "")


def _joined(folder: str, below: str) -> str:
    return normpath(join(folder, below)) if below else normpath(folder)


def _below(path: str, folder: str) -> str | None:
    """Return the path relative to a folder, empty for the folder itself; None for a path outside of it."""
    if path == folder:
        return ""
    prefix = folder.rstrip("/") + "/"
    return path.removeprefix(prefix) if path.startswith(prefix) else None


def _lies_in(path: str, folder: str) -> bool:
    return _below(path, folder) is not None


def _lies_below(path: str, folder: str) -> bool:
    return bool(_below(path, folder))
