"""Resolve relative paths.

Source: compose-spec, the attributes that are paths.
"""

import re
from posixpath import join, normpath

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.loader.request import Reader
from wtc.compose.tree.accessors import get_child, get_fields, get_string, with_entry
from wtc.compose.tree.apply_rules import Rule, apply_rules
from wtc.compose.tree.node import Mapping, Node, Scalar
from wtc.compose.tree.path_patterns import Table
from wtc.model.position import Path, dotted

REMOTE = r"[a-zA-Z][a-zA-Z0-9+.-]*://|git@|github\.com/|service:"
DRIVE = r"[a-zA-Z]:[\\/]|\\\\"


def resolve_paths(root: Node, folder: str, *, home: str, reader: Reader, diagnostics: Diagnostics) -> Node:
    """Return the tree with its relative paths joined to `folder`."""
    return apply_rules(root, _rules(folder, home, reader), diagnostics)


def absolute_path(path: str, folder: str, home: str) -> str:
    """Return the path joined to `folder` and normalized. An absolute path is returned unchanged."""
    path = expand_home(path, home)
    return path if path.startswith("/") else clean_path(join(folder, path))


def clean_path(path: str) -> str:
    """Return the path without `.`, `..` and double slashes."""
    cleaned = normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def expand_home(path: str, home: str) -> str:
    """Return the path with a leading `~` replaced by the home folder."""
    return clean_path(join(home, path[1:].lstrip("/"))) if path.startswith("~") and home else path


def is_remote(path: str) -> bool:
    """Return whether the path refers to something that is not a local file."""
    return re.match(REMOTE, path) is not None


class _Resolver:
    """The rules for one folder."""

    def __init__(self, folder: str, home: str, reader: Reader) -> None:
        self.folder = folder
        self.home = home
        self.reader = reader

    def plain(self, node: Node, path: Path, diagnostics: Diagnostics) -> Node:  # noqa: ARG002 (a row of the table)
        text = get_string(node)
        return _set_text(node, absolute_path(text, self.folder, self.home)) if text else node

    def context(self, node: Node, path: Path, diagnostics: Diagnostics) -> Node:
        return node if is_remote(get_string(node) or "") else self.plain(node, path, diagnostics)

    def foreign(self, node: Node, path: Path, diagnostics: Diagnostics) -> Node:  # noqa: ARG002 (a row of the table)
        """Resolve a path on the engine's host, which may be a Windows path."""
        text = get_string(node)
        return (
            node
            if text is None or re.match(DRIVE, text)
            else _set_text(node, absolute_path(text, self.folder, self.home))
        )

    def linked(self, node: Node, path: Path, diagnostics: Diagnostics) -> Node:
        node = self.plain(node, path, diagnostics)
        text = get_string(node)
        return _set_text(node, self.reader.real_path(text)) if text and text.startswith("/") else node

    def mount(self, node: Node, path: Path, diagnostics: Diagnostics) -> Node:
        if not isinstance(node, Mapping) or get_string(node.items.get("type")) != "bind":
            return node
        source = node.items.get("source")
        if source is None:
            diagnostics.error(
                f"`{dotted(path)}` is a bind mount with no `source`",
                node.position,
                path,
                hint="to mount a host path, add `source`; to mount an anonymous volume, write `type: volume`",
            )
            return node
        return with_entry(node, "source", self.foreign(source, (*path, "source"), diagnostics))

    def volume(self, node: Node, path: Path, diagnostics: Diagnostics) -> Node:
        """Resolve the device of a local volume with the option `o: bind`."""
        options = get_fields(node).get("driver_opts")
        local = get_string(get_fields(node).get("driver")) == "local" and get_string(get_child(options, "o")) == "bind"
        device = get_child(options, "device")
        if not isinstance(node, Mapping) or not isinstance(options, Mapping) or not local or device is None:
            return node
        resolved = self.foreign(device, (*path, "driver_opts", "device"), diagnostics)
        return with_entry(node, "driver_opts", with_entry(options, "device", resolved))


def _set_text(node: Node, path: str) -> Node:
    return Scalar(path, node.position, node.raw) if isinstance(node, Scalar) and node.value != path else node


def _rules(folder: str, home: str, reader: Reader) -> Table[Rule]:
    resolver = _Resolver(folder, home, reader)
    return Table(
        {
            "configs.*.file": resolver.foreign,
            "secrets.*.file": resolver.foreign,
            "services.*.build.additional_contexts.*": resolver.context,
            "services.*.build.context": resolver.context,
            "services.*.develop.watch.*.path": resolver.linked,
            "services.*.env_file.*.path": resolver.plain,
            "services.*.extends.file": resolver.context,
            "services.*.label_file.*": resolver.plain,
            "services.*.volumes.*": resolver.mount,
            "volumes.*": resolver.volume,
        }
    )
