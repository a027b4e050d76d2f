"""Make git work in containers that bind a linked worktree, and report what does not work."""

import os
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from wtc.dataclass import replace
from wtc.errors import ComposeFileError, WtcError
from wtc.events import Reporter, Warned
from wtc.model.desired import Desired, ResolvedService
from wtc.model.diagnostic import Diagnostic, Severity
from wtc.model.git import GitAccess, LinkedGit, UserMapping
from wtc.model.mounts import Mount
from wtc.model.observed import Observed
from wtc.model.project import Project
from wtc.orchestrator.context.user_state import UserState
from wtc.settings.settings import GIT, Source
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.planner.git.container_git import GitRules, ServiceGit

_OFF = "to use the service without git, write `x-wtc: {git: off}` in it"


class ContainerGit:
    """Add to a stack what git needs, during one command. `engine` is None for offline commands.

    Commands that create containers set `creates`: then missing hooks and configuration are created, empty, because only
    what exists can be protected, and the containers get the user's name and email, which takes a call of git.
    """

    def __init__(
        self,
        *,
        worktree: str,
        state: UserState,
        project: Project,
        engine: "Engine | None" = None,
        creates: bool = False,
        real: Callable[[str], str] = os.path.realpath,
    ) -> None:
        """`real` resolves the symbolic links of the paths that are bound."""
        self._worktree, self._state, self._project = worktree, state, project
        self._engine, self._creates, self._real = engine, creates, real
        self._unseen = engine is not None and not engine.host_is_local
        self._mounted: frozenset[str] = frozenset()
        """The paths of the host that were added last."""
        self._findings: list[Diagnostic] = []
        self._reported: list[Diagnostic] = []

    def added(self, desired: Desired, observed: Observed) -> "tuple[Desired, dict[str, ServiceGit]]":
        """Return the stack in which git works, and what was added, by service.

        Raises:
            ComposeFileError: an access that the file chooses is not valid.
            WtcError: the worktree's `.git` leads nowhere, or the engine does not answer.
        """
        configs = {name: s.containers[0].config for name, s in desired.services.items() if s.containers}
        chosen = dict(self._chosen(configs))
        links = self._links({n: c for n, c in configs.items() if chosen.get(n) is not GitAccess.OFF})
        self._findings, self._mounted = [], frozenset()
        if not links or self._git is None:
            return desired, {}
        if self._unseen:
            reason = f"the engine does not see `{self._git.common}`"
            self._findings = [
                self._finding(name, f"git does not work in service `{name}`: {reason}", _OFF) for name in links
            ]
            return desired, {}
        from wtc.planner.git.container_git import with_git

        rules = self._rules(self._git, chosen, observed, decided=links.keys() <= chosen.keys())
        stack, found = with_git(desired, links, rules, real=self._real)
        self._findings = [d for name, one in found.items() for d in self._of_service(name, one, self._git)]
        self._mounted = frozenset(m.source for one in found.values() for m in one.added.mounts)
        return stack, found

    def report(self, report: Reporter) -> None:
        """Report, once, what git cannot do in the containers of the stack that was returned last."""
        for finding in self._findings:
            if finding not in self._reported:
                report(Warned(diagnostic=finding))
        self._reported += self._findings

    def is_refused(self, error: WtcError) -> bool:
        """Return whether the engine refused a container for what was added, which is then not added again."""
        if self._unseen or not self._mounted:
            return False
        self._unseen = any(path in cause for cause in error.causes for path in self._mounted)
        return self._unseen

    @cached_property
    def _git(self) -> LinkedGit | None:
        from wtc.worktrees.linked_git import read_linked_git

        git = read_linked_git(self._worktree)
        return _with_protected(git) if git and self._creates and git.protectable else git

    @cached_property
    def _mapping(self) -> UserMapping | None:
        if self._engine is None:
            return None
        from wtc.engine.observe.user_mapping import read_user_mapping

        return read_user_mapping(self._engine)

    @cached_property
    def _identity(self) -> tuple[tuple[str, str], ...]:
        if not self._creates:
            return ()
        from wtc.worktrees.git.git_user import user_settings

        return tuple(user_settings(self._worktree, self._state.environment).items())

    def _chosen(self, configs: Mapping[str, ResolvedService]) -> Iterator[tuple[str, GitAccess]]:
        """Return the choice for each service: from the command line and the environment first, then the service."""
        general = self._state.settings_for(self._project).of(GIT)
        overridden = general.source in {Source.COMMAND_LINE, Source.ENVIRONMENT}
        for name, config in configs.items():
            own = self._own(config)
            access = general.value if overridden or own is None else own
            if access is not None:
                yield name, access

    def _own(self, config: ResolvedService) -> GitAccess | None:
        if not config.git_access:
            return None
        try:
            return GIT.parse(config.git_access)
        except ValueError:
            path = ("services", config.name, "x-wtc", GIT.key)
            message = f"`{GIT.key}` is `{config.git_access}`, not {GIT.form}"
            finding = Diagnostic(message=message, position=self._project.positions.get(path), path=path)
            raise ComposeFileError(message, diagnostics=[finding]) from None

    def _links(self, configs: Mapping[str, ResolvedService]) -> dict[str, tuple[Mount, ...]]:
        """Return service -> the binds by which it has the worktree's `.git`. Read nothing if no service has a bind."""
        binding = {name: c for name, c in configs.items() if any(m.type == "bind" for m in c.volumes)}
        if not binding or self._git is None:
            return {}
        from wtc.planner.git.git_mounts import bound_links

        found = {name: bound_links(config, self._git, self._real) for name, config in binding.items()}
        return {name: links for name, links in found.items() if links}

    def _rules(
        self, git: LinkedGit, chosen: Mapping[str, GitAccess], observed: Observed, *, decided: bool
    ) -> "GitRules":
        from wtc.planner.git.container_git import GitRules

        return GitRules(
            git=git,
            mapping=UserMapping.IDENTITY if decided else self._mapping,
            caller=os.getuid(),
            chosen=chosen,
            image_users={reference: image.user for reference, image in observed.images.items()},
            identity=self._identity,
        )

    def _of_service(self, name: str, found: "ServiceGit", git: LinkedGit) -> Iterator[Diagnostic]:
        if found.reason:
            message = f"git in service `{name}` can only read the repository: {found.reason}"
            hint = f'to let it commit, write `user: "{git.owner}"`, or `x-wtc: {{git: rw}}` to accept such files'
            yield self._finding(name, message, hint)
        for folder in found.added.works:
            if git.submodules and folder != git.worktree:
                message = f"git in service `{name}` fails at `{folder}` where it reads submodules"
                hint = f"their paths are relative; to make them work, mount the worktree at `{git.worktree}`"
                yield self._finding(name, message, hint)
        for source, target in found.added.hidden:
            message = f"git does not work in service `{name}`: `{source}` would lie in what it mounts at `{target}`"
            yield self._finding(name, message, _OFF)

    def _finding(self, service: str, message: str, hint: str) -> Diagnostic:
        path = ("services", service, "volumes")
        position = self._project.positions.get(path) or self._project.positions.get(path[:2])
        return Diagnostic(message=message, severity=Severity.WARNING, position=position, path=path, hint=hint)


def _with_protected(git: LinkedGit) -> LinkedGit:
    """Create the missing protected files, or mark them as not protectable."""
    from wtc.git_folders import GitFolders, create_missing, unprotected_paths

    folders = GitFolders(worktree=git.worktree, git_dir=git.entry, common=git.common)
    create_missing(folders)
    return replace(git, protectable=False) if unprotected_paths(folders) else git
