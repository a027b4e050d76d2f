"""Print, merge and validate one attribute or resource. Paths in the project folder are printed as `./x`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.compose.memory import FOLDER, project, refused
from wtc.compose.format.config import config_json

ABSENT = "<absent>"
"""Stands for a value that is not printed."""


class Attribute:
    """An attribute of service `a`. `top` and `beside` are other top-level elements and attributes that it needs."""

    def __init__(self, name: str, *, top: str = "", beside: str = "") -> None:
        self.name = self.label = name
        self.top = top
        self.beside = f", {beside}" if beside else ""

    def printed(self, written: str) -> Any:
        """Return the value in `config --format json`."""
        return self._value({"compose.yaml": self._file(written)})

    def merged(self, base: str, over: str) -> Any:
        """Return the value after one file is merged over another."""
        later = f"services: {{a: {{{self.name}: {over}}}}}"
        texts: dict[str, str | bytes] = {"compose.yaml": self._file(base), "over.yaml": later}
        return self._value(texts, files=tuple(texts))

    def refused(self, written: str) -> list[str]:
        """Return `LINE:COLUMN MESSAGE` for each problem."""
        return [line.removeprefix("compose.yaml:").replace(FOLDER, ".") for line in refused(self._file(written))]

    def _file(self, written: str) -> str:
        image = "" if self.name == "image" else "image: x, "
        return f"services: {{a: {{{image}{self.name}: {written}{self.beside}}}, b: {{image: y}}}}\n{self.top}"

    def _value(self, texts: dict[str, str | bytes], **request: Any) -> Any:
        text = config_json(project(texts, **request)).replace(FOLDER, ".")
        return json.loads(text)["services"]["a"].get(self.name, ABSENT)


class Resource:
    """A resource `res` at the top of a file (`networks`, `volumes`, `secrets`, `configs`), used by service `a`."""

    def __init__(self, kind: str, *, use: str) -> None:
        self.kind = kind
        self.label = f"top-level {kind}"
        self.use = use

    def printed(self, written: str) -> Any:
        """Return the resource in `config --format json`."""
        return self._value({"compose.yaml": self._file(written)})

    def merged(self, base: str, over: str) -> Any:
        """Return the resource after one file is merged over another."""
        texts: dict[str, str | bytes] = {"compose.yaml": self._file(base), "over.yaml": f"{self.kind}: {{res: {over}}}"}
        return self._value(texts, files=tuple(texts))

    def refused(self, written: str) -> list[str]:
        """Return `LINE:COLUMN MESSAGE` for each problem."""
        return [line.removeprefix("compose.yaml:").replace(FOLDER, ".") for line in refused(self._file(written))]

    def _file(self, written: str) -> str:
        return f"services: {{a: {{image: x, {self.use}}}}}\n{self.kind}: {{res: {written}}}"

    def _value(self, texts: dict[str, str | bytes], **request: Any) -> Any:
        text = config_json(project(texts, **request)).replace(FOLDER, ".")
        return json.loads(text)[self.kind]["res"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """The test cases of one attribute or resource."""

    of: Attribute | Resource
    printed: Sequence[tuple[str, Any]] = ()
    """(value in the file, value in `config --format json`)."""
    merged: Sequence[tuple[str, str, Any]] = ()
    """(value in the first file, value in the second file, merged value)."""
    refused: Sequence[tuple[str, list[str]]] = ()
    """(invalid value, `LINE:COLUMN MESSAGE` of each problem)."""
