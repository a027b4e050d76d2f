"""Add what git needs to the containers of a stack that bind-mount the linked worktree. Pure."""

from collections.abc import Callable, Mapping

from wtc import labels as label
from wtc.dataclass import dataclass, field, replace
from wtc.model.desired import ContainerSpec, Desired, ResolvedService
from wtc.model.git import GitAccess, LinkedGit, UserMapping
from wtc.model.mounts import Mount
from wtc.planner.desired.config_hash import service_hash
from wtc.planner.git.git_access import foreign_writer
from wtc.planner.git.git_config import git_config
from wtc.planner.git.git_mounts import GitMounts, git_mounts


@dataclass(frozen=True, slots=True, kw_only=True)
class GitRules:
    """The facts and choices that decide the git access of each service."""

    git: LinkedGit
    mapping: UserMapping | None
    """None without an engine: then access that depends on the mapping stays undecided."""
    caller: int
    """The user id on the host that runs wtc."""
    chosen: Mapping[str, GitAccess] = field(default_factory=dict[str, GitAccess])
    """Service -> `RW` or `RO`, for the services for which the user chose it."""
    image_users: Mapping[str, str] = field(default_factory=dict[str, str])
    """Image reference -> its user. An image that does not exist yet counts as root's."""
    identity: tuple[tuple[str, str], ...] = ()
    """git settings with the user's name and email."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceGit:
    """The git access of a service, and the reason if it is read-only."""

    access: GitAccess | None
    """`RW`, `RO`, or None if undecided: then `added` is that of `GitAccess.RW`."""
    added: GitMounts
    reason: str = ""
    """Why the access is read-only although neither the file nor the user asks for that."""


def with_git(
    desired: Desired, links: Mapping[str, tuple[Mount, ...]], rules: GitRules, *, real: Callable[[str], str]
) -> tuple[Desired, dict[str, ServiceGit]]:
    """Return the stack with what git needs, and service -> what was added.

    `links`: service -> the binds that contain the worktree's `.git` (`bound_links`), without the services for which git
    is off. `real` resolves the symbolic links in a path of the host.
    """
    services, found = dict(desired.services), dict[str, ServiceGit]()
    for name, service in desired.services.items():
        if not links.get(name) or not service.containers:
            continue
        config = service.containers[0].config
        found[name] = _service_git(config, links[name], rules, image=service.image.reference, real=real)
        added = found[name].added
        services[name] = replace(service, containers=tuple(_spec_with_git(spec, added) for spec in service.containers))
    return replace(desired, services=services), found


def _service_git(
    config: ResolvedService, links: tuple[Mount, ...], rules: GitRules, *, image: str, real: Callable[[str], str]
) -> ServiceGit:
    access, reason = _git_access(config, links, rules, rules.image_users.get(image, ""))
    added = git_mounts(config, rules.git, access or GitAccess.RW, links, real=real, identity=rules.identity)
    return ServiceGit(access=access, added=added, reason=reason)


def _git_access(
    config: ResolvedService, links: tuple[Mount, ...], rules: GitRules, image_user: str
) -> tuple[GitAccess | None, str]:
    chosen = rules.chosen.get(config.name)
    if chosen is GitAccess.RO:
        return chosen, ""
    if not rules.git.protectable:
        return GitAccess.RO, "its hooks and configuration cannot be protected, because they are missing or links"
    if chosen is GitAccess.RW:
        return chosen, ""
    if all(link.read_only for link in links):
        return GitAccess.RO, ""  # the file mounts the worktree read-only
    owner, mapping = rules.git.owner, rules.mapping
    if mapping is None:
        return None, ""
    if mapping is UserMapping.REMAPPED and config.userns_mode == "host":
        mapping = UserMapping.IDENTITY
    writer = foreign_writer(config.user or image_user, owner=owner, caller=rules.caller, mapping=mapping)
    if not writer:
        return GitAccess.RW, ""
    return GitAccess.RO, f"what it writes as {writer} would not belong to user {owner}, who owns the repository"


def _spec_with_git(spec: ContainerSpec, added: GitMounts) -> ContainerSpec:
    """Add mounts and settings to a container.

    The hash covers only the folder in which git works and the access, so that another worktree or a new email address
    does not recreate the container.
    """
    config = spec.config
    digest = service_hash(replace(config, volumes=(*config.volumes, *added.counted)), spec.files)
    return replace(
        spec,
        config=replace(
            config,
            volumes=(*config.volumes, *added.mounts),
            environment={**config.environment, **git_config(config.environment, added.settings)},
        ),
        config_hash=digest,
        labels={**spec.labels, label.CONFIG_HASH: digest, label.COMPOSE_CONFIG_HASH: digest},
    )
