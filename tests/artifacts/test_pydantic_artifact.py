"""Pydantic models as artifacts."""

# Pyright derives the constructor of a pydantic model from its fields, and does not see the one of `PydanticArtifact`.
# pyright: reportCallIssue=false

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from tests.artifacts.trees import Login, Settings, memory_root
from wtc.artifacts import (
    ArtifactError,
    Collection,
    MissingInitialStateError,
    NotMountedError,
    PydanticArtifact,
    UnreachableWorktreeAction,
)


def stored(root: Collection, name: str) -> str:
    found = root.find_object(name)
    assert found is not None
    return found.read_text()


def test_it_is_kept_as_json_under_the_name_of_the_item() -> None:
    root = memory_root()
    settings = Settings("settings", root)
    assert settings.artifact_mount_path == "settings.json"
    assert not root.exists("settings.json")
    settings.sync()
    assert json.loads(stored(root, "settings.json")) == {"user": "nobody", "port": 8080}
    assert settings.value() is settings


def test_fields_come_from_keywords_then_initial_states_then_defaults() -> None:
    settings = Settings("settings", None, {"user": "state", "port": 1}, port=2)
    assert (settings.user, settings.port) == ("state", 2)


def test_a_field_without_default_needs_an_initial_state() -> None:
    assert Login("login", initial_states={"token": "t"}).token == "t"
    with pytest.raises(MissingInitialStateError, match="missing required fields: token") as error:
        Login("login", memory_root())
    assert error.value.item_name == "login"
    assert isinstance(error.value.__cause__, ValidationError)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"user": 5}', '{"port": "x"}'])
def test_content_that_does_not_validate_leaves_memory_as_it_was(content: str) -> None:
    root = memory_root()
    settings = Settings("settings", root, user="kept", port=7)
    root.touch("settings.json").write_text(content)
    with pytest.raises(ValidationError):
        settings.sync()
    assert (settings.user, settings.port) == ("kept", 7)
    assert stored(root, "settings.json") == content


def test_content_that_is_not_utf_8_is_a_validation_error() -> None:
    root = memory_root()
    root.touch("settings.json").write_binary(b'{"user": "\xff"}')
    with pytest.raises(ValidationError):
        Settings("settings", root).sync()


def test_a_value_that_would_not_be_read_is_not_written() -> None:
    root = memory_root()
    settings = Settings("settings", root)
    settings.sync()
    before = stored(root, "settings.json")
    settings.port = "x"  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(ValidationError):
        settings.commit()
    assert stored(root, "settings.json") == before


class Ordered(PydanticArtifact):
    low: int = 0
    high: int = 9

    @model_validator(mode="after")
    def check(self) -> "Ordered":
        if self.low > self.high:
            raise ValueError("low is above high")
        return self


def test_a_validator_of_the_whole_model_leaves_memory_as_it_was() -> None:
    root = memory_root()
    ordered = Ordered("ordered", root)
    root.touch("ordered.json").write_text('{"low": 5, "high": 1}')
    with pytest.raises(ValidationError, match="low is above high"):
        ordered.sync()
    assert (ordered.low, ordered.high) == (0, 9)


class Address(BaseModel):
    host: str
    port: int = 80


class Nested(PydanticArtifact):
    model_config = ConfigDict(frozen=True, extra="allow")

    address: Address = Address(host="localhost")
    tags: list[str] = Field(default_factory=list[str])
    seconds: float = Field(default=1.5, alias="timeoutSeconds")


def test_nested_models_aliases_and_extra_fields_survive_a_round_trip() -> None:
    root = memory_root()
    root.touch("nested.json").write_text(
        '{"address": {"host": "db"}, "tags": ["a"], "timeoutSeconds": 2, "more": {"kept": true}}'
    )
    nested = Nested("nested", root)
    nested.sync()
    assert (nested.address, nested.tags, nested.seconds) == (Address(host="db"), ["a"], 2.0)
    nested.commit()
    assert json.loads(stored(root, "nested.json")) == {
        "address": {"host": "db", "port": 80},
        "tags": ["a"],
        "timeoutSeconds": 2.0,
        "more": {"kept": True},
    }


def test_a_field_of_a_nested_model_that_is_missing_is_named() -> None:
    with pytest.raises(MissingInitialStateError, match=r"nested: missing required fields: address\.host$") as error:
        Nested("nested", initial_states={"address": {}})
    assert error.value.item_name == "nested"


@pytest.mark.parametrize("name", ["sync", "commit", "value", "item_name", "memory_snapshot"])
@pytest.mark.filterwarnings("ignore:Field name .* shadows")
def test_a_field_that_would_hide_a_method_is_refused(name: str) -> None:
    with pytest.raises(ArtifactError, match=f"`Hiding` cannot have a field `{name}`"):
        type(PydanticArtifact)("Hiding", (PydanticArtifact,), {"__annotations__": {name: str}, "__module__": __name__})


@pytest.mark.parametrize("method", ["initialize_collection", "validate_collection", "commit_collection"])
def test_it_has_no_methods_for_collections(method: str) -> None:
    root = memory_root()
    settings = Settings("settings", root)
    reason = "PydanticArtifact only claims objects, not collections"
    with pytest.raises(UnreachableWorktreeAction, match=reason):
        getattr(settings, method)(Path("settings.json"), root)
    documentation = getattr(settings, method).__doc__
    assert f"Unreachable method since {reason}" in documentation
    assert ":raise UnreachableWorktreeAction:" in documentation


def test_what_the_item_keeps_for_itself_is_not_part_of_the_model() -> None:
    settings = Settings("settings", memory_root())
    assert settings.model_dump() == {"user": "nobody", "port": 8080}
    assert set(Settings.model_fields) == {"user", "port"}
    assert settings.model_copy(update={"port": 1}).item_name == "settings"


class Profile(BaseModel):
    """A plain model with an artifact as a field."""

    login: Login


@pytest.mark.parametrize(
    "create",
    [
        lambda: Login.model_validate({"token": "t"}),
        lambda: Login.model_validate_json('{"token": "t"}'),
        lambda: Login.model_validate_strings({"token": "t"}),
        lambda: TypeAdapter(Login).validate_python({"token": "t"}),
        lambda: Profile.model_validate({"login": {"token": "t"}}).login,
        lambda: Profile(login=Login("other", token="t")).login,
    ],
    ids=["python", "json", "strings", "adapter", "field", "instance"],
)
def test_validation_gives_a_model(create: Callable[[], Login]) -> None:
    assert create().model_dump() == {"token": "t", "user": "nobody"}


def test_a_validated_model_is_not_mounted_and_reports_its_own_faults() -> None:
    with pytest.raises(NotMountedError):
        Login.model_validate({"token": "t"}).sync()
    with pytest.raises(ValidationError, match="token"):
        Login.model_validate({})
