"""Whether a stack, and what its desired state follows from beside the compose files, are as they were."""

import os

from wtc.hashes import sha256
from wtc.planner.settled import looked_at, observed_facts
from wtc.static_typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wtc.model.desired import Desired
    from wtc.model.namespace import Namespace
    from wtc.model.observed import Observed
    from wtc.orchestrator.context.context import Context
    from wtc.orchestrator.kept.kept_results import KeptResult


def stack_facts(context: "Context", desired: "Desired", observed: "Observed", *, creates: bool) -> Any:
    """Return, as JSON, the state that a result of this command follows from; None if it cannot be compared later.

    `observed` is the snapshot that the command decided by. `creates`: see `ContainerGit`.
    """
    from wtc.planner.images.pull_policy import pull_interval_s

    if any(pull_interval_s(service.image.pull_policy) is not None for service in desired.services.values()):
        return None  # the clock decides
    names = looked_at(desired)
    namespace = context.namespace
    mounts = (m for s in desired.services.values() for c in s.containers for m in c.config.volumes)
    return {
        "names": names,
        "observed": observed_facts(observed, namespace, names),
        "host": context.host,
        "repository": _repository(namespace),
        "record": _record_hash(context, namespace.name),
        "builds": context.build_indexes.hashes(),
        "git": _git_hash(context, namespace.name, creates=creates) if any(m.type == "bind" for m in mounts) else "",
    }


def is_unchanged(context: "Context", found: "KeptResult", facts: Any, *, creates: bool) -> bool:
    """Return whether the facts of `stack_facts` still hold, and claim the namespace for the context.

    Observes the engine, and changes nothing. False for anything that `stack_facts` did not return.

    Raises:
        WtcError: no engine answers, or the worktree's stack cannot be identified.
    """
    try:
        return _is_unchanged(context, found, facts, creates=creates)
    except (KeyError, TypeError, ValueError, AttributeError):
        return False


def _is_unchanged(context: "Context", found: "KeptResult", facts: Any, *, creates: bool) -> bool:
    from wtc.engine.observe.snapshot import observe_more
    from wtc.orchestrator.context.identify import identify

    # First what takes no request: after `down`, the record alone shows that there is something to do.
    if facts["record"] != _record_hash(context, found.namespace):
        return False
    if facts["builds"]:
        # Their files take as long to look at as the engine to list its objects.
        context.list_ahead()
        if not _are_builds_unchanged(context, found.namespace, facts["builds"]):
            return False
    stack = identify(context.place, context.state, context.engine, listing=context.listing)
    here, namespace = stack.here, stack.namespace
    if not stack.present or stack.moved_from or stack.former or here.copied_id or here.copied_from:
        return False
    if namespace.name != found.namespace:
        return False
    context.claim(namespace)
    if facts["repository"] != _repository(namespace):
        return False
    if facts["host"] != context.host:
        return False
    if facts["git"] and facts["git"] != _git_hash(context, namespace.name, creates=creates):
        return False
    names: Mapping[str, list[str]] = facts["names"]
    observed = observe_more(context.engine, context.observed, references=names["images"])
    return bool(facts["observed"] == observed_facts(observed, namespace, names))


def _are_builds_unchanged(context: "Context", namespace: str, builds: "Mapping[str, str]") -> bool:
    from wtc.engine.images.context_index import ContextIndex

    kept = context.state.store.kept
    return all(ContextIndex(kept.read(namespace, name)).is_unchanged(digest) for name, digest in builds.items())


def _repository(namespace: "Namespace") -> list[str]:
    """Return what leads from the worktree to the files of its repository, and to those of other worktrees."""
    identity = namespace.identity
    return [identity.id, identity.git, identity.git_dir, identity.directory]


def _record_hash(context: "Context", namespace: str) -> str:
    """Return a hash of what the registry has about the stack, its leases among it."""
    record = context.state.store.peek().stacks.get(namespace)
    return sha256(repr(record).encode("utf-8", "surrogatepass")).hexdigest()


def _git_hash(context: "Context", namespace: str, *, creates: bool) -> str:
    """Return a hash of what makes git work in the containers of a linked worktree: see `ContainerGit`."""
    from wtc.worktrees.linked_git import read_linked_git

    git = read_linked_git(context.place.worktree)
    if git is None:
        return context.kept.hash_of(namespace, None)
    from wtc.worktrees.git.git_user import user_settings

    user = user_settings(context.place.worktree, context.target.environment) if creates else {}
    present = [os.path.lexists(path) for path in git.protected]
    return context.kept.hash_of(namespace, (git, sorted(user.items()), present))
