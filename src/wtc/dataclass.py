"""`dataclass`, `field` and `replace` of the standard library, for a short start-up.

The standard library compiles the methods of each dataclass when it is defined, and imports `inspect`: two thirds of the
time of a short call. Here the methods are shared, and `__init__` is compiled only for a class with many instances.

The functions of the module `dataclasses` work on these classes too. A class has the fields of its base class, then its
own. What wtc does not use is missing: fields declared again in a subclass, `__post_init__`, `InitVar` and `ClassVar`.
"""

from collections.abc import Callable
from operator import attrgetter

from wtc.static_typing import Any, NoReturn, TypeVar, dataclass_transform, overload

T = TypeVar("T")

_FIELDS = "__wtc_fields__"
MISSING: Any = object()
"""The default of a required field."""
COMPILED_AFTER = 300
"""A class with fewer instances than this would lose more time by the compilation than it gains."""


class Field:
    """What a dataclass knows of a field. The dataclass sets `name` and `type`."""

    __slots__ = ("compare", "default", "default_factory", "name", "repr", "type")

    def __init__(self, default: Any, default_factory: Any, *, repr: bool, compare: bool) -> None:  # noqa: A002
        self.name = ""
        self.type: Any = None
        self.default = default
        self.default_factory = default_factory
        self.repr = repr
        self.compare = compare

    def settings(self) -> dict[str, Any]:
        """Return the arguments for `dataclasses.field`."""
        defaults = {"default": self.default, "default_factory": self.default_factory}
        given = {name: value for name, value in defaults.items() if value is not MISSING}
        return {**given, "repr": self.repr, "compare": self.compare}


@overload
def field(*, default: T, repr: bool = True, compare: bool = True) -> T: ...
@overload
def field(*, default_factory: Callable[[], T], repr: bool = True, compare: bool = True) -> T: ...
@overload
def field(*, repr: bool = True, compare: bool = True) -> Any: ...
def field(
    *,
    default: Any = MISSING,
    default_factory: Any = MISSING,
    repr: bool = True,  # noqa: A002 - the names of the standard library
    compare: bool = True,
) -> Any:
    """Describe a field, as `dataclasses.field` does."""
    return Field(default, default_factory, repr=repr, compare=compare)


@dataclass_transform(field_specifiers=(field,))
def dataclass(
    *, frozen: bool = False, slots: bool = False, kw_only: bool = False, order: bool = False
) -> Callable[[type[T]], type[T]]:
    """Make a class a dataclass, as `dataclasses.dataclass` does."""

    def decorate(cls: type[T]) -> type[T]:
        declared = _Declaration(cls)
        members = {
            **_shared_members(declared, frozen=frozen, order=order),
            "__init__": _init(declared, frozen=frozen, kw_only=kw_only),
            "__match_args__": () if kw_only else tuple(one.name for one in declared.fields()),
            "__dataclass_fields__": _StandardFields(kw_only=kw_only),
            _FIELDS: declared,
        }
        # What the class defines itself stays.
        added = {name: member for name, member in members.items() if name not in cls.__dict__}
        return (_with_slots if slots else _with_members)(cls, declared, added)

    return decorate


def is_dataclass(value: object) -> bool:
    """Return whether the value is an instance of a class that `dataclass` of this module made."""
    return hasattr(type(value), _FIELDS)


def fields(value: Any) -> tuple[Field, ...]:
    """Return the fields of a dataclass or of its instance, in the order of their declaration."""
    return getattr(value, _FIELDS)


def replace(value: T, /, **changes: Any) -> T:
    """Return a copy of a dataclass's instance with other values for some fields."""
    return type(value)(**{**{one.name: getattr(value, one.name) for one in fields(value)}, **changes})


class _Declaration:
    """What a class declares. Its fields are made when they are first needed: half of the classes have no instance."""

    __slots__ = ("_base", "_fields", "given", "hints")

    def __init__(self, cls: type) -> None:
        self.hints: dict[str, Any] = cls.__annotations__
        members = cls.__dict__
        self.given = {name: members[name] for name in self.hints if name in members}
        """Field -> its default, or the result of `field`."""
        self._base: Any = cls.__base__
        self._fields: tuple[Field, ...] | None = None

    def __get__(self, _instance: object, _owner: type) -> tuple[Field, ...]:
        return self.fields()

    def fields(self) -> tuple[Field, ...]:
        """Return the fields: those of the base class, then the class's own."""
        if self._fields is None:
            self._fields = (*getattr(self._base, _FIELDS, ()), *map(self._field, self.hints))
        return self._fields

    def compared(self) -> list[str]:
        """Return the names of the fields by which two instances are compared."""
        given = [value for value in self.given.values() if isinstance(value, Field)]
        if not given and self._base is object:
            return [*self.hints]
        return [one.name for one in self.fields() if one.compare]

    def _field(self, name: str) -> Field:
        given = self.given.get(name, MISSING)
        found = given if isinstance(given, Field) else Field(given, MISSING, repr=True, compare=True)
        found.name, found.type = name, self.hints[name]
        return found


def _with_members(cls: type[T], declared: _Declaration, added: dict[str, Any]) -> type[T]:
    for name, member in added.items():
        setattr(cls, name, member)
    for name, given in declared.given.items():
        if isinstance(given, Field):
            if given.default is MISSING:
                delattr(cls, name)
            else:
                setattr(cls, name, given.default)
    return cls


def _with_slots(cls: type[T], declared: _Declaration, added: dict[str, Any]) -> type[T]:
    """Create the class again: slots cannot be added to a class, nor share a name with a default."""
    left = {*declared.hints, "__dict__", "__weakref__"}
    kept = {name: member for name, member in cls.__dict__.items() if name not in left}
    slots = tuple(declared.hints)
    created = type(cls)(cls.__name__, cls.__bases__, {**kept, **added, "__slots__": slots})
    created.__qualname__ = cls.__qualname__
    return created


def _shared_members(declared: _Declaration, *, frozen: bool, order: bool) -> dict[str, Any]:
    key = _key(declared.compared())

    def equals(self: Any, other: object) -> bool:
        return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

    def represent(self: Any) -> str:
        shown = [one.name for one in declared.fields() if one.repr]
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    members: dict[str, Any] = {"__eq__": equals, "__repr__": represent, "__hash__": None}
    if frozen:
        members |= {
            "__hash__": lambda self: hash(key(self)),  # pyright: ignore[reportUnknownLambdaType]
            "__setattr__": _refuse,
            "__delattr__": _refuse,
            "__getstate__": _get_state,
            "__setstate__": _set_state,
        }
    if order:
        members |= _order(key)
    return members


def _key(names: list[str]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else lambda _: ()


def _order(key: Callable[[Any], Any]) -> dict[str, Any]:
    def ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, object], bool]:
        return lambda self, other: (
            compare(key(self), key(other)) if other.__class__ is self.__class__ else NotImplemented
        )

    return {
        "__lt__": ordered(lambda a, b: a < b),
        "__le__": ordered(lambda a, b: a <= b),
        "__gt__": ordered(lambda a, b: a > b),
        "__ge__": ordered(lambda a, b: a >= b),
    }


def _refuse(self: Any, name: str, *_: object) -> NoReturn:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot change field `{name}` of {type(self).__qualname__}")


def _get_state(self: Any) -> list[Any]:
    return [getattr(self, one.name) for one in fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for one, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, one.name, value)


def _init(declaration: _Declaration, *, frozen: bool, kw_only: bool) -> Callable[..., None]:
    """Return an `__init__` that works without compilation, and gives way to a compiled one after some instances."""
    left = COMPILED_AFTER

    def init(self: Any, *arguments: Any, **given: Any) -> None:
        nonlocal left
        declared = declaration.fields()
        left -= 1
        if left < 0 or arguments or not _assign(self, declared, given):
            # With arguments that are not valid, it raises the error.
            compiled = _compile_init(type(self).__qualname__, declared, frozen=frozen, kw_only=kw_only)
            type(self).__init__ = compiled
            compiled(self, *arguments, **given)

    return init


def _assign(instance: Any, declared: tuple[Field, ...], given: dict[str, Any]) -> bool:
    """Set the fields of a new instance; return False if a field is missing or unknown."""
    unused = len(given)
    for one in declared:
        name = one.name
        if name in given:
            value = given[name]
            unused -= 1
        elif one.default is not MISSING:
            value = one.default
        elif one.default_factory is not MISSING:
            value = one.default_factory()
        else:
            return False
        object.__setattr__(instance, name, value)
    return not unused


def _compile_init(owner: str, declared: tuple[Field, ...], *, frozen: bool, kw_only: bool) -> Callable[..., None]:
    names: dict[str, Any] = {"set_": object.__setattr__, "missing_": MISSING}
    parameters: list[str] = ["self", "*"] if kw_only and declared else ["self"]
    body: list[str] = []
    for one in declared:
        name = value = one.name
        if one.default_factory is not MISSING:
            names[f"factory_{name}"] = one.default_factory
            parameters.append(f"{name}=missing_")
            value = f"factory_{name}() if {name} is missing_ else {name}"
        elif one.default is not MISSING:
            names[f"default_{name}"] = one.default
            parameters.append(f"{name}=default_{name}")
        else:
            parameters.append(name)
        body.append(f"set_(self, {name!r}, {value})" if frozen else f"self.{name} = {value}")
    lines = "\n ".join(body or ["pass"])
    exec(f"def __init__({', '.join(parameters)}):\n {lines}", names)  # noqa: S102 - as the standard library does
    init: Callable[..., None] = names["__init__"]
    init.__qualname__ = f"{owner}.__init__"
    return init


class _StandardFields:
    """The attribute `__dataclass_fields__`, built when a function of the module `dataclasses` reads it."""

    def __init__(self, *, kw_only: bool) -> None:
        self._kw_only = kw_only

    def __get__(self, _instance: object, owner: type) -> dict[str, Any]:
        import dataclasses

        declared = [(one.name, one.type, dataclasses.field(**one.settings())) for one in fields(owner)]
        made = dataclasses.make_dataclass(owner.__name__, declared, kw_only=self._kw_only)
        found: dict[str, Any] = {one.name: one for one in dataclasses.fields(made)}
        setattr(owner, "__dataclass_fields__", found)  # noqa: B010 - the attribute of the protocol
        return found
