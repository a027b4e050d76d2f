"""Which items a class declares: by annotations, its own and inherited ones, and by inner classes."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from wtc.artifacts.errors import ArtifactError
from wtc.artifacts.items import Syncable


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One declared item."""

    name: str
    item_type: type[Syncable]
    create: Callable[..., Syncable]
    """The class, or the generic alias of it, such as `DataclassArtifact[Settings]`."""


@cache
def declarations_of(owner: type) -> tuple[Declaration, ...]:
    """Return the items that a class declares: those of its bases first, those of inner classes last.

    An annotation with a type that is not an item declares nothing. An inner class that no annotation uses declares an
    item under its name in snake case.

    Raises:
        ArtifactError: an annotation cannot be evaluated, or a declaration is not possible.
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
        hint = _resolve_type_variable(annotation, arguments)
        item_type = _item_type(hint)
        if item_type is not None:
            declared[name] = Declaration(name=name, item_type=item_type, create=hint)
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


def _type_arguments(owner: type) -> dict[object, object]:
    """Return type variable -> argument, for the generic bases of a class."""
    found: dict[object, object] = {}
    for base in owner.__mro__:
        for alias in cast("tuple[Any, ...]", vars(base).get("__orig_bases__", ())):
            parameters = getattr(get_origin(alias), "__parameters__", ())
            found.update(zip(parameters, get_args(alias), strict=False))
    return found


def _resolve_type_variable(hint: Any, arguments: Mapping[object, object]) -> Any:
    """Return what a type variable stands for in the class."""
    while isinstance(hint, TypeVar) and hint in arguments:
        hint = arguments[hint]
    return hint


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
