"""Which items a class declares: by annotations, its own and inherited ones, and by inner classes."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from inspect import get_annotations
from types import UnionType, new_class
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from wtc.artifacts.errors import ArtifactError
from wtc.artifacts.items import Syncable


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One declared item."""

    name: str
    item_type: type[Syncable]
    create: Callable[..., Syncable]
    """The class; for a generic alias such as `Box[Settings]`, a subclass that has these arguments."""


@cache
def declarations_of(owner: type) -> tuple[Declaration, ...]:
    """Return the items that a class declares: those of its bases first, those of inner classes last.

    An annotation with a type that is not an item declares nothing. An inner class that no annotation uses declares an
    item under its name in snake case.

    Raises:
        ArtifactError: an annotation cannot be evaluated, a type variable has no argument, or a declaration is not
            possible.
    """
    try:
        hints = get_type_hints(owner)
    except NameError as error:
        raise ArtifactError(
            f"cannot evaluate the annotations of `{owner.__qualname__}`",
            causes=[str(error)],
            hints=["to make a name visible to annotations, define it in the module or in the class"],
        ) from error
    arguments = _type_arguments(owner)
    declared: dict[str, Declaration] = {}
    for name, annotation in hints.items():
        declaring = next(base for base in owner.__mro__ if name in get_annotations(base))
        hint = _with_arguments(annotation, arguments.get(declaring, {}))
        item_type = _item_type(hint)
        if isinstance(hint, TypeVar):
            raise ArtifactError(
                f"`{owner.__qualname__}.{name}` has type variable `{hint}`, which has no argument",
                hints=[f"to give it one, write `{declaring.__qualname__}[TYPE]`"],
            )
        if item_type is not None:
            declared[name] = Declaration(name=name, item_type=item_type, create=concrete_class(hint))
        elif get_origin(hint) in {Union, UnionType} and any(map(_item_type, get_args(hint))):
            raise ArtifactError(
                f"`{owner.__qualname__}.{name}` has a choice of types", causes=["an item has exactly one type"]
            )
    used = {declaration.item_type for declaration in declared.values()}
    for name, inner in _inner_classes(owner):
        if inner in used:
            continue
        if name in declared:
            raise ArtifactError(f"`{owner.__qualname__}` declares `{name}` by an annotation and by an inner class")
        declared[name] = Declaration(name=name, item_type=inner, create=inner)
    for name in declared:
        _check_name(owner, name)
    return tuple(declared.values())


def _item_type(hint: object) -> type[Syncable] | None:
    """Return the class of the items that an annotation declares, None if it declares none."""
    candidate = get_origin(hint) or hint
    if isinstance(candidate, type) and issubclass(candidate, Syncable):
        return candidate
    return None


@cache
def concrete_class(hint: Any) -> Any:
    """Return the class itself, or for a generic alias a subclass that has its arguments, the same one each time.

    An instance that is made through an alias knows the arguments only after its constructor, which is too late for an
    item that creates its children.
    """
    origin = get_origin(hint)
    if origin is None:
        return hint
    names = ", ".join(getattr(argument, "__qualname__", str(argument)) for argument in get_args(hint))
    return new_class(
        f"{origin.__qualname__}[{names}]", (hint,), exec_body=lambda body: body.update(__module__=origin.__module__)
    )


def _type_arguments(owner: type) -> dict[type, dict[object, object]]:
    """Return class -> type variable -> argument, for the generic bases of a class.

    Two bases can use one type variable for different arguments.
    """
    found: dict[type, dict[object, object]] = {}
    for base in owner.__mro__:
        for alias in cast("tuple[Any, ...]", vars(base).get("__orig_bases__", ())):
            origin = get_origin(alias)
            parameters = getattr(origin, "__parameters__", ())
            if parameters:
                given = [_with_arguments(one, found.get(base, {})) for one in get_args(alias)]
                found.setdefault(origin, dict(zip(parameters, given, strict=False)))
    return found


def _with_arguments(hint: Any, arguments: Mapping[object, object]) -> Any:
    """Return an annotation with arguments in place of type variables: of itself, of an item's alias, of a choice."""
    if isinstance(hint, TypeVar):
        return arguments.get(hint, hint)
    origin = get_origin(hint)
    if not getattr(hint, "__parameters__", ()) or not (_item_type(origin) or origin in {Union, UnionType}):
        return hint
    given = [_with_arguments(one, arguments) for one in get_args(hint)]
    # A class that defines `__class_getitem__` gets a single argument as it is, not in a tuple.
    return cast("Any", Union if origin is UnionType else origin)[tuple(given) if len(given) > 1 else given[0]]


def _inner_classes(owner: type) -> Iterator[tuple[str, type[Syncable]]]:
    """Yield (name in snake case, class) of the item classes that are defined in the body of a class or of a base."""
    for base in reversed(owner.__mro__):
        for name, inner in vars(base).items():
            item_type = _item_type(inner)
            if item_type is not None and item_type.__qualname__ == f"{base.__qualname__}.{name}":
                yield re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower(), item_type


def _check_name(owner: type, name: str) -> None:
    """Refuse the names that the base classes need."""
    framework = [base for base in owner.__mro__ if base.__module__.startswith("wtc.artifacts.")]
    if name.startswith("_") or any(name in vars(base) for base in framework):
        raise ArtifactError(f"`{owner.__qualname__}` cannot declare an item `{name}`", causes=["the name is reserved"])
