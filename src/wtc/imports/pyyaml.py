"""Import PyYAML without the compilation of its patterns, which only its parser in Python uses.

The pattern of `yaml.reader`, a set of almost all characters of Unicode, takes 57 of the 437 million instructions of an
`up` of ten services, more than to read the files. Here PyYAML's modules get patterns that are compiled on first use.
"""

import builtins
import re
import sys

# `importlib.machinery` has the same classes, and takes longer to import than ten modules of wtc.
from _frozen_importlib_external import PathFinder, SourceFileLoader

from wtc.static_typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType


def load_pyyaml() -> None:
    """Import the package `yaml`, if it is not imported yet.

    Raises: ImportError.
    """
    if "yaml" in sys.modules:
        return
    finder = _PyYamlFinder()
    sys.meta_path.insert(0, finder)
    try:
        import yaml  # pyright: ignore[reportUnusedImport]  # noqa: F401
    finally:
        sys.meta_path.remove(finder)


class _LazyPattern:
    """A pattern that is compiled when it is used."""

    def __init__(self, *arguments: Any, **flags: Any) -> None:
        self._arguments, self._flags = arguments, flags

    def __getattr__(self, name: str) -> Any:
        return getattr(re.compile(*self._arguments, **self._flags), name)


class _LazyRe:
    """The module `re`, whose patterns are compiled on first use."""

    compile = _LazyPattern

    def __getattr__(self, name: str) -> Any:
        return getattr(re, name)


class _PyYamlFinder:
    def find_spec(
        self, fullname: str, path: "Sequence[str] | None" = None, _target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        if not fullname.startswith("yaml."):
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = _Loader(fullname, spec.loader.path)
        return spec


class _Loader(SourceFileLoader):
    def exec_module(self, module: "ModuleType") -> None:
        vars(module)["__builtins__"] = {**vars(builtins), "__import__": _import}
        super().exec_module(module)


def _import(name: str, *arguments: Any, **more: Any) -> Any:
    return _LazyRe() if name == "re" else builtins.__import__(name, *arguments, **more)
