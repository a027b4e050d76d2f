"""Trees that several tests mount."""

from dataclasses import dataclass

from wtc.artifacts import (
    Collection,
    DataclassArtifact,
    InMemoryMountDriver,
    LayoutAnchor,
    NoMountpoint,
    Object,
    PydanticArtifact,
    Worktree,
)


class Settings(PydanticArtifact):
    user: str = "nobody"
    port: int = 8080


class Login(PydanticArtifact):
    token: str
    user: str = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    number: int = 0
    names: tuple[str, ...] = ()


class App(LayoutAnchor):
    class Storage(LayoutAnchor):
        class Backups(LayoutAnchor):
            daily: LayoutAnchor

        settings: Settings
        backups: Backups

    storage: Storage
    settings: Settings
    logs: LayoutAnchor


class Part(Worktree):
    count: DataclassArtifact[Count]


class Whole(Worktree):
    app: App
    settings: Settings
    first: Part
    second: Part


def memory_root() -> Collection:
    return InMemoryMountDriver().mount(NoMountpoint())


def contents(collection: Collection) -> dict[str, str | None]:
    """Path -> content, None for a collection, of all that a collection in memory has."""
    found: dict[str, str | None] = {}
    for one in collection.ls():
        if isinstance(one, Object):
            found[str(one.path())] = one.read_text()
        else:
            found |= {str(one.path()): None, **contents(one)}
    return found
