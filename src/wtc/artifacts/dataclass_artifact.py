"""Artifacts whose value is a frozen dataclass. Needs nothing but the standard library."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from wtc.artifacts.accessible import Object
from wtc.artifacts.dataclass_json import convert, decode, encode, missing_fields
from wtc.artifacts.errors import ArtifactError, InvalidContentError
from wtc.artifacts.items import Value, unreachable
from wtc.artifacts.json_artifact import JsonArtifact, missing_fields_error

_ONLY_OBJECTS = "DataclassArtifact only claims objects, not collections"


class DataclassArtifact(JsonArtifact[Value]):
    """A frozen dataclass, stored as JSON at `<item name>.json`.

    `DataclassArtifact[Settings]` in an annotation, or as a base class, says which one. `value` returns it, `update`
    replaces fields of it.
    """

    value_type: ClassVar[type | None] = None

    if not TYPE_CHECKING:

        def __class_getitem__(cls, value_type: object) -> object:
            """Return the subclass for a dataclass, the same one each time."""
            if isinstance(value_type, TypeVar):
                return super().__class_getitem__(value_type)
            if not (isinstance(value_type, type) and dataclasses.is_dataclass(value_type)):
                raise TypeError(f"`{value_type}` is not a dataclass; quote the whole annotation, not the argument")
            if (cls, value_type) not in _subclasses:
                name = f"{cls.__name__}[{value_type.__name__}]"
                body = {"value_type": value_type, "__module__": cls.__module__}
                _subclasses[cls, value_type] = type(name, (cls,), body)
            return _subclasses[cls, value_type]

    def _create_value(self, item_name: str, fields: Mapping[str, Any]) -> None:
        """Create the value from field -> value.

        Raises:
            MissingInitialStateError: a field without default has no value.
            InvalidContentError: a value does not fit its field.
        """
        if missing := missing_fields(self._dataclass(), fields):
            raise missing_fields_error(item_name, missing)
        self._value: Value = convert(self._dataclass(), fields, "")

    def value(self) -> Value:
        return self._value

    def update(self, **changes: Any) -> None:
        """Replace fields of the value, in memory."""
        self._value = dataclasses.replace(cast("Any", self._value), **changes)

    def validate_object(self, path: Path, obj: Object) -> None:
        """Read the value.

        Raises:
            InvalidContentError: the content does not fit the dataclass; memory stays as it was.
        """
        try:
            self._value = self._decoded(obj.read_binary())
        except InvalidContentError as error:
            raise InvalidContentError(
                f"the content of `{obj.path()}` is not valid", causes=[error.message, *error.causes]
            ) from error

    def commit_object(self, path: Path, obj: Object) -> None:
        """Write the value.

        Raises:
            InvalidContentError: a field has a value that `sync` would not accept; nothing is written.
        """
        content = encode(self._value)
        self._decoded(content)
        obj.write_text(content)

    initialize_collection = unreachable(_ONLY_OBJECTS)
    validate_collection = unreachable(_ONLY_OBJECTS)
    commit_collection = unreachable(_ONLY_OBJECTS)

    def _decoded(self, content: str | bytes) -> Value:
        return decode(self._dataclass(), content)

    def _dataclass(self) -> type:
        if self.value_type is None:
            raise ArtifactError(
                f"`{type(self).__name__}` does not name the dataclass that it stores",
                hints=["to name it, annotate the item with `DataclassArtifact[YourDataclass]`"],
            )
        return self.value_type


_subclasses: dict[tuple[type, type], type] = {}
