"""Shell completion: names from the compose file, paths from the registry and from git's folder.

Sends no request to an engine and raises nothing: what cannot be read gives no completions.
"""

from collections.abc import Mapping

from wtc.compose.tree.accessors import get_fields
from wtc.compose.tree.node import Node
from wtc.dataclass import replace
from wtc.errors import ComposeFileError, WtcError
from wtc.orchestrator.context.target import Target, load_request, locate, worktree_path


def service_names(target: Target) -> list[str]:
    """Return the services of the compose file, of every profile, in its order."""
    return list(_services(target))


def profile_names(target: Target) -> list[str]:
    """Return the profiles that services of the compose file name, sorted."""
    from wtc.compose.loader.profiles import service_profiles

    return sorted({profile for service in _services(target).values() for profile in service_profiles(service)})


def worktree_paths(target: Target) -> list[str]:
    """Return every worktree that has a stack, and those of this repository, sorted."""
    from wtc.registry.store import Store
    from wtc.settings.settings import config_dir
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
    """Return the docker contexts, the default one first."""
    from wtc.engine.client.endpoint import context_names as names

    return names(environment)


def _services(target: Target) -> dict[str, Node]:
    """Return service -> its part of the file, uninterpreted."""
    from wtc.compose.loader.load import load_project
    from wtc.orchestrator.context.disk_reader import DiskReader

    try:
        request = replace(load_request(target), interpolate=False)
        return get_fields(load_project(request, DiskReader(), fold_env_files=False).root.items.get("services"))
    except ComposeFileError:
        return _services_of_invalid_files(target)
    except WtcError:
        return {}


def _services_of_invalid_files(target: Target) -> dict[str, Node]:
    """Return service -> its part of files that are not valid, as far as they can be read."""
    from wtc.compose.diagnostics import Diagnostics
    from wtc.compose.loader.session import LoadSession
    from wtc.compose.tree.accessors import get_child
    from wtc.orchestrator.context.disk_reader import DiskReader

    session = LoadSession(reader=DiskReader(), diagnostics=Diagnostics())
    found: dict[str, Node] = {}
    try:
        for file in locate(target).files:
            for document in session.documents(file):
                found |= get_fields(get_child(document, "services"))
    except WtcError:
        pass
    return found
