"""The indexes of a stack's build contexts, one for each build, kept beside its results."""

from collections.abc import Callable

from wtc.hashes import sha256
from wtc.registry.store import Store
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.images.context_index import ContextIndex
    from wtc.model.build import Build


class BuildIndexes:
    """The indexes that a command uses. They are only hints: what they do not have is read from the disk."""

    def __init__(self, store: Store, namespace: str) -> None:
        self._kept, self._namespace = store.kept, namespace
        self._used: dict[str, ContextIndex] = {}

    def of(self, build: "Build", on_large: Callable[[str, int], None]) -> "ContextIndex":
        """Return the index for the build, with the rows of the reading before; for `on_large` see `ContextIndex`."""
        from wtc.engine.images.context_index import ContextIndex

        name = _name(build)
        self._used[name] = ContextIndex(self._kept.read(self._namespace, name), on_large=on_large)
        return self._used[name]

    def hashes(self) -> dict[str, str]:
        """Return name -> hash of the build, of each index that was used."""
        return {name: index.hash for name, index in sorted(self._used.items())}

    def keep(self, store: Store, namespace: str) -> None:
        """Write the indexes that have changed, if the registry has the stack."""
        if not self._used or namespace != self._namespace or namespace not in store.peek().stacks:
            return
        for name, index in self._used.items():
            if index.hash and (document := index.document()) is not None:
                self._kept.write(namespace, name, document)


def _name(build: "Build") -> str:
    """Return the name of the index: that of the files which the build reads."""
    named = (build.context, build.dockerfile, bool(build.dockerfile_inline), sorted(build.additional_contexts.items()))
    return f"context-{sha256(repr(named).encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
