"""Artifacts that are pydantic models. Needs the extra `pydantic`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self, cast

from wtc.artifacts.accessible import Collection, Object
from wtc.artifacts.errors import ArtifactError
from wtc.artifacts.items import Artifact, BaseWorktreeItem, Syncable, unreachable
from wtc.artifacts.json_artifact import JsonArtifact, missing_fields_error

try:
    from pydantic import BaseModel, PrivateAttr, ValidationError
except ImportError as error:
    raise ArtifactError(
        "`PydanticArtifact` needs pydantic",
        causes=[str(error)],
        hints=["to install it, run `pip install 'worktree-container-manager[pydantic]'`"],
    ) from error

_RESERVED = "the name is reserved; give the field another name and this one as an alias"
_ONLY_OBJECTS = "PydanticArtifact only claims objects, not collections"


class PydanticArtifact(BaseModel, JsonArtifact["PydanticArtifact"]):
    """A pydantic model and an artifact at once, stored as JSON at `<item name>.json`.

    Fields without default get their values from `initial_states` or from keywords. Its value is the model itself.
    """

    _item_name: str = PrivateAttr(default="")
    _mounted_at: Collection | None = PrivateAttr(default=None)
    _initial_states: Mapping[str, Any] | None = PrivateAttr(default=None)

    @classmethod
    def __pydantic_init_subclass__(cls, **_options: Any) -> None:
        """Refuse fields that would hide the methods of items.

        Raises:
            ArtifactError: a field has the name of such a method.
        """
        for base in (JsonArtifact, Artifact, BaseWorktreeItem, Syncable, PydanticArtifact):
            if hidden := sorted(vars(base).keys() & cls.model_fields.keys()):
                raise ArtifactError(f"`{cls.__qualname__}` cannot have a field `{hidden[0]}`", causes=[_RESERVED])

    # pydantic requires `BaseModel` as the first base, whose constructor takes fields alone.
    def __init__(
        self,
        item_name: str,
        mounted_at: Collection | None = None,
        initial_states: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> None:
        cast("Any", JsonArtifact).__init__(self, item_name, mounted_at, initial_states, **fields)

    # Validation, as by `model_validate` or as a field of another model, gives a model that is not mounted.
    cast("Any", __init__).__pydantic_base_init__ = True

    def _create_value(self, item_name: str, fields: Mapping[str, Any]) -> None:
        """Set the model's fields.

        Raises:
            MissingInitialStateError: a field without default has no value.
            ValidationError: a value does not fit its field.
        """
        try:
            BaseModel.__init__(self, **fields)
        except ValidationError as error:
            missing = [".".join(map(str, one["loc"])) for one in error.errors() if one["type"] == "missing"]
            if not missing:
                raise
            raise missing_fields_error(item_name, missing) from error

    def value(self) -> Self:
        return self

    def validate_object(self, path: Path, obj: Object) -> None:
        """Set the fields to their stored values.

        Raises:
            ValidationError: the content does not fit the model; memory stays as it was.
        """
        stored = self._parsed(obj.read_binary())
        _take_fields(stored, self)

    def commit_object(self, path: Path, obj: Object) -> None:
        """Write the fields.

        Raises:
            ValidationError: a field has a value that `sync` would not accept; nothing is written.
        """
        content = self.model_dump_json(indent=2, by_alias=True, round_trip=True, warnings=False) + "\n"
        self._parsed(content)
        obj.write_text(content)

    initialize_collection = unreachable(_ONLY_OBJECTS)
    validate_collection = unreachable(_ONLY_OBJECTS)
    commit_collection = unreachable(_ONLY_OBJECTS)

    def memory_snapshot(self) -> Callable[[], None]:
        saved = self.model_copy()

        def restore() -> None:
            _take_fields(saved, self)

        return restore

    def _parsed(self, content: str | bytes) -> Self:
        """Return a model with these fields that is not mounted."""
        # `model_validate_json` would call the constructor of a subclass that has one, which takes an item's name.
        blank = type(self).__new__(type(self))
        self.__pydantic_validator__.validate_json(content, self_instance=blank)
        return blank


def _take_fields(source: BaseModel, target: BaseModel) -> None:
    """Copy the fields of another model of its class, also frozen ones, without validation of the assignments."""
    for name in ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__"):
        object.__setattr__(target, name, getattr(source, name))
