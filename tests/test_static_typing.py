"""`wtc.static_typing` takes the place of `typing` at run time."""

import subprocess
import sys
import typing

from wtc import static_typing
from wtc.dataclass import dataclass
from wtc.static_typing import Annotated, Any, Generic, NamedTuple, Protocol, TypeVar, cast

T = TypeVar("T")


class Size(NamedTuple):
    """A named tuple."""

    width: int
    height: int = 1

    def area(self) -> int:
        """Return the area."""
        return self.width * self.height


class Sized(Protocol):
    """A protocol."""

    def size(self) -> Size: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Box(Generic[T]):
    """A generic class."""

    item: T
    label: "str | Any" = ""


def test_its_import_does_not_import_typing() -> None:
    show = "import sys, wtc.static_typing; print('typing' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_every_name_is_one_of_typing() -> None:
    names = {name for name in vars(static_typing) if not name.startswith("_")} - {"namedtuple"}
    assert [name for name in names if not hasattr(typing, name)] == []


def test_named_tuple_is_a_tuple_with_names_defaults_and_methods() -> None:
    assert Size(3) == (3, 1)
    assert Size(width=3, height=2).area() == 6
    assert repr(Size(3)) == "Size(width=3, height=1)"
    assert (Size.__module__, Size.__doc__, Size._fields) == (__name__, "A named tuple.", ("width", "height"))


def test_base_classes_can_be_subscripted() -> None:
    assert Box[int](item=3) == Box(item=3)
    assert [one.__name__ for one in type.mro(Sized)][-1] == "object"


def test_types_can_be_joined_and_subscripted() -> None:
    form: Any = Any
    assert form | None is form["a"] | int is None | form is form


def test_cast_returns_the_value() -> None:
    value = object()
    assert cast("int", value) is value


def test_annotated_has_its_type_and_metadata() -> None:
    hint: Any = Annotated[int, "pixels", 2]
    assert (hint.__origin__, hint.__metadata__) == (int, ("pixels", 2))
