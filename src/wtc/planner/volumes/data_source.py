"""Where data comes from: stacks and their volumes as the labels of Docker Compose and of wtc name them."""

from collections.abc import Mapping
from dataclasses import dataclass

from wtc import labels as label
from wtc.model.observed import Observed


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSource:
    """A stack of wtc by its namespace, or a project of Docker Compose by its name."""

    name: str
    compose: bool = False

    @property
    def title(self) -> str:
        """What messages call it."""
        return f"Docker Compose project `{self.name}`" if self.compose else f"stack `{self.name}`"


def data_source_of(labels: Mapping[str, str]) -> DataSource | None:
    """The stack or project that an object belongs to by its labels."""
    if label.managed(labels):
        return DataSource(name=labels.get(label.PROJECT, ""))
    if project := labels.get(label.COMPOSE_PROJECT):
        return DataSource(name=project, compose=True)
    return None


def source_volumes(source: DataSource, observed: Observed) -> dict[str, str]:
    """Key in the compose file -> name of each named volume of the source."""
    key = label.COMPOSE_VOLUME if source.compose else label.RESOURCE
    return {
        v.labels[key]: v.name
        for v in observed.volumes.values()
        if key in v.labels and data_source_of(v.labels) == source
    }


def compose_folders(observed: Observed) -> dict[str, set[str]]:
    """Docker Compose project with volumes -> the project folders that its containers' labels name, as written there.

    A project without containers is there too, with no folder: nothing proves where it belongs.
    """
    found: dict[str, set[str]] = {}
    for volume in observed.volumes.values():
        source = data_source_of(volume.labels)
        if source and source.compose and label.COMPOSE_VOLUME in volume.labels:
            found.setdefault(source.name, set())
    for container in observed.foreign:
        source, folder = data_source_of(container.labels), container.labels.get(label.COMPOSE_WORKING_DIR)
        if folder and source and source.compose and source.name in found:
            found[source.name].add(folder)
    return found
