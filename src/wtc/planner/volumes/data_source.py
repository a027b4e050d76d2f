"""The sources of `up --data-from`: stacks and Docker Compose projects with volumes, by label. Pure."""

from collections.abc import Mapping

from wtc import labels as label
from wtc.dataclass import dataclass
from wtc.model.observed import Observed


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSource:
    """A wtc stack, named by its namespace, or a Docker Compose project."""

    name: str
    compose: bool = False

    @property
    def title(self) -> str:
        """Return the name of the source in messages."""
        return f"Docker Compose project `{self.name}`" if self.compose else f"stack `{self.name}`"


def data_source_of(labels: Mapping[str, str]) -> DataSource | None:
    """Return the stack or project that an object belongs to according to its labels."""
    if label.managed(labels):
        return DataSource(name=labels.get(label.PROJECT, ""))
    if project := labels.get(label.COMPOSE_PROJECT):
        return DataSource(name=project, compose=True)
    return None


def source_volumes(source: DataSource, observed: Observed) -> dict[str, str]:
    """Return key in the compose file -> name, of each named volume of the source."""
    key = label.COMPOSE_VOLUME if source.compose else label.RESOURCE
    return {
        v.labels[key]: v.name
        for v in observed.volumes.values()
        if key in v.labels and data_source_of(v.labels) == source
    }


def compose_folders(observed: Observed) -> dict[str, set[str]]:
    """Return Docker Compose project with volumes -> the project folders in its containers' labels, as written there.

    A project without containers has no folder.
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
