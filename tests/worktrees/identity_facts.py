"""Every fact of the identity matrix by its name."""

from collections.abc import Callable
from types import ModuleType
from typing import cast

from tests.worktrees import folder_facts, repository_facts, user_facts
from tests.worktrees.scene import Scene

Fact = Callable[[Scene], None]
_HELPERS = {"created", "other_host_id"}


def _facts_of_module(module: ModuleType) -> dict[str, Fact]:
    found = {name: value for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__}
    named = {name: value for name, value in found.items() if not name.startswith("_") and name not in _HELPERS}
    return {name.replace("_", " "): cast("Fact", value) for name, value in named.items()}


FACTS = {**_facts_of_module(folder_facts), **_facts_of_module(repository_facts), **_facts_of_module(user_facts)}
"""Name, in words -> fact."""
MOUNTING = {
    "mount on the parent",
    "mount on the folder",
    "ejected disk",
    "ejected disk with repository",
    "worktree was a mount point",
    "second spelling",
}
"""The facts that need a mount namespace."""
