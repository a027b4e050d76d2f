"""`wtc.dataclass` makes what `dataclasses` of the standard library makes."""

import copy
import dataclasses
import importlib
import pickle
import pkgutil
import subprocess
import sys
from typing import Any

import pytest

import wtc
from wtc.dataclass import COMPILED_AFTER, MISSING, dataclass, field, fields, is_dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Port:
    """A frozen class."""

    number: int
    protocol: str = "tcp"
    names: tuple[str, ...] = field(default_factory=tuple[str, ...])
    note: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound(Port):
    """A class with the fields of another one and more."""

    address: str
    options: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(slots=True)
class Count:
    """A class that changes, with positional fields."""

    name: str
    seen: list[int] = field(default_factory=list[int])


@dataclass(frozen=True)
class Folder:
    """A class without slots that defines one of its methods."""

    path: str = "/"

    def __repr__(self) -> str:
        return f"<{self.path}>"


def standard(cls: Any, **settings: Any) -> Any:
    """The same class, made by the standard library."""
    declared = [(f.name, f.type, dataclasses.field(**_settings(f))) for f in dataclasses.fields(cls)]
    return dataclasses.make_dataclass(cls.__name__, declared, **settings)


def _settings(f: "dataclasses.Field[Any]") -> dict[str, Any]:
    return {name: getattr(f, name) for name in ("default", "default_factory", "repr", "compare")}


StandardPort = standard(Port, frozen=True, slots=True, kw_only=True, order=True)
VALUES: tuple[dict[str, Any], ...] = (
    {"number": 80},
    {"number": 80, "note": "not compared"},
    {"number": 80, "protocol": "udp"},
    {"number": 443, "names": ("web",)},
)


@pytest.mark.parametrize("first", VALUES)
@pytest.mark.parametrize("second", VALUES)
def test_instances_compare_hash_and_print_as_those_of_the_standard_library(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    ours, theirs = (Port(**first), Port(**second)), (StandardPort(**first), StandardPort(**second))
    assert (ours[0] == ours[1]) == (theirs[0] == theirs[1])
    assert (hash(ours[0]) == hash(ours[1])) == (hash(theirs[0]) == hash(theirs[1]))
    assert [ours[0] < ours[1], ours[0] <= ours[1], ours[0] > ours[1], ours[0] >= ours[1]] == [
        theirs[0] < theirs[1],
        theirs[0] <= theirs[1],
        theirs[0] > theirs[1],
        theirs[0] >= theirs[1],
    ]
    assert repr(ours[0]) == repr(theirs[0])


def test_field_of_a_frozen_instance_cannot_be_changed_or_deleted() -> None:
    port = Port(number=80)
    with pytest.raises(dataclasses.FrozenInstanceError):
        port.number = 81  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del port.number  # pyright: ignore[reportAttributeAccessIssue]
    assert port.number == 80


def test_instance_with_slots_has_no_other_attributes() -> None:
    assert not hasattr(Count("web"), "__dict__")
    with pytest.raises(AttributeError):
        Count("web").other = 1  # type: ignore[attr-defined]


def test_each_instance_has_its_default_from_the_factory() -> None:
    first, second = Count("web"), Count("web")
    first.seen.append(1)
    assert (first.seen, second.seen) == ([1], [])


@pytest.mark.parametrize("given", [{}, {"number": 1, "other": 2}])
def test_missing_or_unknown_argument_is_rejected(given: dict[str, Any]) -> None:
    for _ in range(2):  # the second call finds the compiled `__init__`
        with pytest.raises(TypeError, match=r"number|other"):
            Port(**given)


def test_keyword_only_field_is_not_positional() -> None:
    with pytest.raises(TypeError):
        Port(80)  # type: ignore[misc]
    assert (Port.__match_args__, Count.__match_args__) == ((), ("name", "seen"))  # type: ignore[attr-defined]


def test_method_that_the_class_defines_stays() -> None:
    assert repr(Folder("/srv")) == "</srv>"


def test_other_type_is_not_equal() -> None:
    assert Folder("/") != "/"
    assert Folder("/") == Folder()


def test_replace_changes_the_given_fields_alone() -> None:
    assert replace(Port(number=80, note="kept"), protocol="udp") == Port(number=80, protocol="udp")
    assert replace(Port(number=80, note="kept")).note == "kept"


def test_fields_have_name_type_and_default() -> None:
    found = {one.name: (one.type, one.default, one.default_factory) for one in fields(Port)}
    assert found["number"] == (int, MISSING, MISSING)
    assert found["protocol"] == (str, "tcp", MISSING)
    assert found["names"] == (tuple[str, ...], MISSING, tuple[str, ...])
    assert fields(Port) == fields(Port(number=80))


@pytest.mark.parametrize(
    "value", [Port(number=80, names=("web",)), Bound(number=80, address="::1"), Count("web", [1]), Folder("/srv")]
)
def test_copy_and_pickle_keep_the_value(value: object) -> None:
    assert copy.deepcopy(value) == copy.copy(value) == pickle.loads(pickle.dumps(value)) == value


def test_subclass_has_the_fields_of_its_base_and_its_own() -> None:
    bound = Bound(number=80, address="::1")
    assert [f.name for f in fields(Bound)] == ["number", "protocol", "names", "note", "address", "options"]
    assert [f.name for f in fields(Port)] == ["number", "protocol", "names", "note"]
    assert [f.name for f in dataclasses.fields(Bound)] == [f.name for f in fields(Bound)]
    assert repr(bound) == "Bound(number=80, protocol='tcp', names=(), address='::1', options={})"
    assert replace(bound, number=81, note="n") == Bound(number=81, address="::1")
    assert bound != Bound(number=80, address="::2")
    assert bound != Port(number=80)
    assert not hasattr(bound, "__dict__")
    for name in ("number", "address"):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(bound, name, 1)
    with pytest.raises(TypeError):
        Bound(number=80)  # pyright: ignore[reportCallIssue]
    with pytest.raises(TypeError):
        Port(number=80, address="::1")  # pyright: ignore[reportCallIssue]


def test_functions_of_the_standard_library_accept_the_instances() -> None:
    port: Any = Port(number=80)
    assert (dataclasses.is_dataclass(Port), is_dataclass(port), is_dataclass(80)) == (True, True, False)
    assert [f.name for f in dataclasses.fields(port)] == ["number", "protocol", "names", "note"]
    assert dataclasses.replace(port, number=81) == Port(number=81)
    assert dataclasses.asdict(port) == {"number": 80, "protocol": "tcp", "names": (), "note": ""}


def test_definition_of_a_class_imports_neither_dataclasses_nor_inspect() -> None:
    source = (
        "import sys; import wtc.model.plan, wtc.model.service; print({'dataclasses', 'inspect'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_no_dataclass_of_wtc_uses_what_is_missing() -> None:
    """Fields declared again in a subclass, `__post_init__`, `InitVar` and `ClassVar`."""
    found = 0
    for module in pkgutil.walk_packages(wtc.__path__, "wtc."):
        if module.name.endswith("__main__"):
            continue
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and "__wtc_fields__" in value.__dict__:
                found += 1
                names = [one.name for one in fields(value)]
                assert len(names) == len(set(names)), value
                assert not hasattr(value, "__post_init__"), value
                hints = [str(one.type) for one in fields(value)]
                assert not [hint for hint in hints if "ClassVar" in hint or "InitVar" in hint], value
    assert found > 200


def test_init_gives_way_to_a_compiled_one_that_does_the_same() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Size:
        width: int
        unit: str = "px"
        notes: list[str] = field(default_factory=list[str])

    first = Size.__init__
    early = Size(width=1, notes=["a"])
    for width in range(COMPILED_AFTER):
        Size(width=width)
    assert Size.__init__ is not first
    assert Size(width=1, notes=["a"]) == early != Size(width=1)


@pytest.mark.parametrize(
    ("given", "message"), [({"width": 1}, "unexpected keyword argument 'width'"), ({}, "required .*argument: 'number'")]
)
def test_first_instance_with_arguments_that_are_not_valid_is_a_type_error(given: Any, message: str) -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Port:
        number: int

    with pytest.raises(TypeError, match=message):
        Port(**({"number": 1} if given else {}), **given)
