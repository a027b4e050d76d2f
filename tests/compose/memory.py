"""Load projects from memory: files are a dictionary, not on disk."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from wtc.compose.format.config import config_json
from wtc.compose.loader.load import load_project
from wtc.compose.loader.loaded_project import LoadedProject
from wtc.compose.loader.request import LoadRequest
from wtc.errors import ComposeFileError

FOLDER = "/srv/app"


class Memory:
    """Files below `/srv/app`, by relative path."""

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        self.files = {path if path == "-" else f"{FOLDER}/{path}": text for path, text in files.items()}

    def read(self, path: str) -> bytes:
        if self.is_dir(path):
            raise IsADirectoryError(21, "is a directory", path)
        if path not in self.files:
            raise FileNotFoundError(2, "no such file", path)
        text = self.files[path]
        return text if isinstance(text, bytes) else text.encode()

    def exists(self, path: str) -> bool:
        return path in self.files

    def is_dir(self, path: str) -> bool:
        return any(name.startswith(path.rstrip("/") + "/") for name in self.files)

    def real_path(self, path: str) -> str:
        return path

    def files_below(self, folder: str, wanted: Callable[[str], bool]) -> list[str]:
        inside = (path for path in self.files if path.startswith(folder.rstrip("/") + "/"))
        return sorted((p for p in inside if wanted(p.rpartition("/")[2])), key=lambda p: (p.count("/"), p))


def project(files: str | Mapping[str, str | bytes], /, **request: Any) -> LoadedProject:
    """Load the project of the files; a single text is `compose.yaml`."""
    given = {"compose.yaml": files} if isinstance(files, str) else files
    request = {"cwd": FOLDER, "environment": {"HOME": "/home/me"}, "project_name": "p", **request}
    return load_project(LoadRequest(**request), Memory(given))


def config(files: str | Mapping[str, str | bytes], /, **request: Any) -> dict[str, Any]:
    """Return the parsed output of `config --format json`."""
    return json.loads(config_json(project(files, **request)))


def service(attributes: str, top: str = "", **request: Any) -> dict[str, Any]:
    """Return service `a` of `config`, given its attributes (flow style) besides `image`."""
    return config(f"services: {{a: {{image: x, {attributes}}}, b: {{image: y}}}}\n{top}", **request)["services"]["a"]


def merged(base: str, over: str) -> dict[str, Any]:
    """Return service `a` of `config`, with the attributes `over` merged over those of `base`."""
    files = {
        "compose.yaml": f"services: {{a: {{image: x, {base}}}, b: {{image: y}}}}",
        "o.yaml": f"services: {{a: {{{over}}}}}",
    }
    return config(files, files=("compose.yaml", "o.yaml"))["services"]["a"]


def refused(files: str | Mapping[str, str | bytes], /, **request: Any) -> list[str]:
    """Return `POSITION MESSAGE` for each error of an invalid project, in order."""
    with pytest.raises(ComposeFileError) as caught:
        project(files, **request)
    findings = caught.value.diagnostics
    if not findings:
        return [caught.value.message]
    return [f"{str(d.position).removeprefix(FOLDER + '/')} {d.message}" for d in findings if d.severity == "error"]
