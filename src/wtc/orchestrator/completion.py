"""What a shell may complete: names from the compose file, paths from the registry and from git's own folder.

No engine is asked, and nothing is raised: what cannot be read completes nothing.
"""

from collections.abc import Mapping
from dataclasses import replace

from wtc.compose.access import fields
from wtc.compose.node import Node
from wtc.errors import ComposeFileError, WtcError
from wtc.orchestrator.target import Target, load_request, locate, worktree_path


def service_names(target: Target) -> list[str]:
    """The services of the compose file, of every profile, in its order."""
    return list(_services(target))


def profile_names(target: Target) -> list[str]:
    """The profiles that services of the compose file name, sorted."""
    from wtc.compose.profiles import named

    return sorted({profile for service in _services(target).values() for profile in named(service)})


def worktree_paths(target: Target) -> list[str]:
    """Every worktree that has a stack, and those of this repository, sorted."""
    from wtc.config import config_dir
    from wtc.registry.store import Store
    from wtc.worktrees.locate import Worktree, linked_worktrees, worktree_of

    found: set[str] = set()
    try:
        found |= set(Store(config_dir(target.environment)).read().namespaces().values())
        here = worktree_of(worktree_path(target))
    except WtcError:
        here = Worktree(path=target.cwd)
    if here.main:
        found.add(here.main)
    found.update(worktree.path for worktree in linked_worktrees(here))
    return sorted(found)


def context_names(environment: Mapping[str, str]) -> list[str]:
    """The docker contexts, the default one first."""
    from wtc.engine.endpoint import context_names as names

    return names(environment)


def _services(target: Target) -> dict[str, Node]:
    """Service -> its part of the file, as it is written."""
    from wtc.compose.load import load
    from wtc.orchestrator.files import DiskReader

    try:
        request = replace(load_request(target), interpolate=False)
        return fields(load(request, DiskReader(), fold_env_files=False).root.items.get("services"))
    except ComposeFileError:
        return _written(target)
    except WtcError:
        return {}


def _written(target: Target) -> dict[str, Node]:
    """The same of files that are not in order, as far as they can be read."""
    from wtc.compose.access import child
    from wtc.compose.diagnostics import Diagnostics
    from wtc.compose.session import Session
    from wtc.orchestrator.files import DiskReader

    session = Session(reader=DiskReader(), diagnostics=Diagnostics())
    found: dict[str, Node] = {}
    try:
        for file in locate(target).files:
            for document in session.documents(file):
                found |= fields(child(document, "services"))
    except WtcError:
        pass
    return found
