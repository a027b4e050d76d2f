"""The names of `typing` that wtc uses: `typing`'s own for a type checker, names that do nothing at run time.

The import of `typing` takes a tenth of the time of a short call. A module that reads types at run time imports it.
"""

# pyright: reportUnusedImport=false

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import (
        IO,
        Annotated,
        Any,
        ClassVar,
        Generic,
        Literal,
        NamedTuple,
        NoReturn,
        ParamSpec,
        Protocol,
        Self,
        TextIO,
        TypeAlias,
        TypedDict,
        TypeGuard,
        TypeVar,
        Unpack,
        cast,
        dataclass_transform,
        overload,
    )
else:
    from collections import namedtuple

    class _Type:
        """Takes the place of each type in annotations and aliases; as a base class it adds nothing."""

        def __call__(self, *_, **__):
            return self

        def __getitem__(self, _):
            return self

        def __or__(self, _):
            return self

        __ror__ = __or__

        def __mro_entries__(self, _):
            return (_Base,)

    class _Base:
        __slots__ = ()

        def __init_subclass__(cls, **_):
            super().__init_subclass__()

        def __class_getitem__(cls, _):
            return cls

    class Annotated:
        """Has the attributes of an instance of `typing.Annotated`."""

        __slots__ = ("__metadata__", "__origin__")

        def __class_getitem__(cls, given):
            annotated = cls()
            annotated.__origin__, *metadata = given
            annotated.__metadata__ = tuple(metadata)
            return annotated

    class _NamedTupleType(type):
        def __new__(cls, name, bases, members):
            declared = super().__new__(cls, name, (), members)
            if not bases:
                return declared
            fields = tuple(declared.__annotations__)
            defaults = [members[field] for field in fields if field in members]
            made = namedtuple(name, fields, defaults=defaults, module=declared.__module__)
            for key, member in members.items():
                if key not in {*fields, "__module__", "__qualname__", "__annotations__"}:
                    setattr(made, key, member)
            return made

    class NamedTuple(metaclass=_NamedTupleType):
        """Makes a subclass a named tuple, as `typing.NamedTuple` does."""

    IO = Any = ClassVar = Generic = Literal = NoReturn = ParamSpec = _Type()
    Protocol = Self = TextIO = TypeAlias = TypedDict = TypeGuard = TypeVar = Unpack = IO

    def cast(_, value):
        return value

    def overload(function):
        return function

    def dataclass_transform(**_):
        return overload
