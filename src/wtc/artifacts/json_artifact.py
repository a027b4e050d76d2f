"""What artifacts that are stored as one JSON document have in common."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from wtc.artifacts.accessible import Collection, Object
from wtc.artifacts.errors import MissingInitialStateError
from wtc.artifacts.items import Artifact, Claim, ObjectClaim, Value


class JsonArtifact(Artifact[Value]):
    """An artifact that is stored at `<item name>.json`."""

    def __init__(
        self,
        item_name: str,
        mounted_at: Collection | None = None,
        initial_states: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> None:
        """Create the value; keywords win over `initial_states`.

        Raises:
            MissingInitialStateError: a field without default has no value.
            InvalidContentError, ValidationError: a value does not fit its field.
        """
        self._create_value(item_name, {**(initial_states or {}), **fields})
        super().__init__(item_name, mounted_at, initial_states)

    @abstractmethod
    def _create_value(self, item_name: str, fields: Mapping[str, Any]) -> None:
        """Create the value from field -> value; `item_name` is for errors."""

    @property
    def artifact_mount_path(self) -> str:
        """The path of the object, in the collection that the artifact is mounted at."""
        return f"{self.item_name}.json"

    def ownership_claims(self) -> Sequence[Claim]:
        return [ObjectClaim(path=Path(self.artifact_mount_path))]

    def initialize_object(self, path: Path, obj: Object) -> None:
        """Do nothing: the value is complete from the beginning."""


def missing_fields_error(item_name: str, missing: Sequence[str]) -> MissingInitialStateError:
    """Return the error for fields of an item, at least one, that have neither a default nor a value."""
    return MissingInitialStateError(item_name, f"missing required fields: {', '.join(missing)}")
