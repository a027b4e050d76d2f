"""State that is declared as classes and kept in step with a storage backend.

A `Worktree` declares items by its annotations; `BaseMounter` mounts it on the root collection of a driver; `sync` reads
the stored state and `commit` writes it. Names are imported on first use: `PydanticArtifact` alone needs pydantic.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.artifacts.accessible import (
        Accessible,
        AccessibleType,
        Collection,
        MountDriver,
        Object,
        RootCollection,
    )
    from wtc.artifacts.dataclass_artifact import DataclassArtifact
    from wtc.artifacts.drivers.filesystem import FilesystemMountDriver
    from wtc.artifacts.drivers.fsspec_driver import FsspecMountDriver
    from wtc.artifacts.drivers.memory import InMemoryMountDriver, NoMountpoint
    from wtc.artifacts.errors import (
        ArtifactError,
        InvalidContentError,
        JournalError,
        MissingAccessibleError,
        MissingInitialStateError,
        NotMountedError,
        OutsideRootError,
        UnreachableWorktreeAction,
        WrongAccessibleTypeException,
    )
    from wtc.artifacts.items import (
        Anchor,
        Artifact,
        BaseWorktreeItem,
        Claim,
        CollectionClaim,
        ObjectClaim,
        Syncable,
    )
    from wtc.artifacts.pydantic_artifact import PydanticArtifact
    from wtc.artifacts.tree import BaseMounter, LayoutAnchor, Worktree

__all__ = [
    "Accessible",
    "AccessibleType",
    "Anchor",
    "Artifact",
    "ArtifactError",
    "BaseMounter",
    "BaseWorktreeItem",
    "Claim",
    "Collection",
    "CollectionClaim",
    "DataclassArtifact",
    "FilesystemMountDriver",
    "FsspecMountDriver",
    "InMemoryMountDriver",
    "InvalidContentError",
    "JournalError",
    "LayoutAnchor",
    "MissingAccessibleError",
    "MissingInitialStateError",
    "MountDriver",
    "NoMountpoint",
    "NotMountedError",
    "Object",
    "ObjectClaim",
    "OutsideRootError",
    "PydanticArtifact",
    "RootCollection",
    "Syncable",
    "UnreachableWorktreeAction",
    "Worktree",
    "WrongAccessibleTypeException",
]

_MODULES = {
    "accessible": ("Accessible", "AccessibleType", "Collection", "MountDriver", "Object", "RootCollection"),
    "dataclass_artifact": ("DataclassArtifact",),
    "errors": (
        "ArtifactError",
        "InvalidContentError",
        "JournalError",
        "MissingAccessibleError",
        "MissingInitialStateError",
        "NotMountedError",
        "OutsideRootError",
        "UnreachableWorktreeAction",
        "WrongAccessibleTypeException",
    ),
    "drivers.filesystem": ("FilesystemMountDriver",),
    "drivers.fsspec_driver": ("FsspecMountDriver",),
    "items": ("Anchor", "Artifact", "BaseWorktreeItem", "Claim", "CollectionClaim", "ObjectClaim", "Syncable"),
    "drivers.memory": ("InMemoryMountDriver", "NoMountpoint"),
    "pydantic_artifact": ("PydanticArtifact",),
    "tree": ("BaseMounter", "LayoutAnchor", "Worktree"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
    value: object = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value
