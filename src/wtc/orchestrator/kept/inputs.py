"""The inputs that a kept result follows from, and whether they are still the same.

Contents and values are kept as hashes alone, keyed with a random number of the file that keeps them. The disk is passed
in.
"""

import re
from collections.abc import Iterable, Mapping

from wtc.hashes import blake2b
from wtc.orchestrator.context.recording_reader import Seen
from wtc.static_typing import Any, Protocol

ALWAYS = ("COMPOSE_", "WTC_", "DOCKER_", "BUILDKIT_", "BUILDX_")
"""How the names of variables begin that count whether or not a file mentions them."""
_ALWAYS_NAMES = frozenset({"HOME"})
_WORD = rb"[A-Za-z0-9_]+"
_PLAIN_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_JOINED_LINES = rb"\\\r?\n[ \t]*"
_WRITTEN_CHARACTER = rb"\\[xuU]"
"""A YAML escape by which a text can spell the name of a variable without having it."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"\x00")
_SEARCHED_BYTES = 1 << 20
"""In more text than this, names are not looked for, and every variable counts."""


class Disk(Protocol):
    """What a match looks at: see `DiskReader`."""

    def read(self, path: str) -> bytes:
        """Return the file's content. Raises: OSError."""
        ...

    def kind(self, path: str) -> str:
        """Return `file`, `special`, `other` or `absent`."""
        ...

    def is_dir(self, path: str) -> bool:
        """Return whether the path is a folder."""
        ...

    def real_path(self, path: str) -> str:
        """Return the path with its symbolic links resolved, as far as it exists."""
        ...


def keyed_hash(key: bytes, data: bytes) -> str:
    """Return 32 hex digits from which the data cannot be guessed without the key (of at most 64 bytes)."""
    return blake2b(data, key=key, digest_size=16).hexdigest()


def record_inputs(seen: Seen, environment: Mapping[str, str], others: Mapping[str, object], key: bytes) -> Any:
    """Return the inputs as JSON: what was looked at, the variables that count, and `others`, compared as a whole."""
    contents = [content for content in seen.contents.values() if isinstance(content, bytes)]
    return {
        "files": {path: _content_hash(content, key) for path, content in seen.contents.items()},
        "kinds": dict(seen.kinds),
        "folders": dict(seen.folders),
        "links": dict(seen.links),
        "environment": _environment_hash(environment, contents, key),
        "others": _text_hash(repr(sorted(others.items())), key),
    }


def inputs_match(
    recorded: Any, disk: Disk, environment: Mapping[str, str], others: Mapping[str, object], key: bytes
) -> bool:
    """Return whether the inputs are the same now. False for what `record_inputs` did not return.

    The cheapest comparisons come first, so that a change is found before files are read.
    """
    try:
        if recorded["others"] != _text_hash(repr(sorted(others.items())), key):
            return False
        if any(disk.kind(path) != kind for path, kind in recorded["kinds"].items()):
            return False
        if any(disk.is_dir(path) != is_dir for path, is_dir in recorded["folders"].items()):
            return False
        if any(disk.real_path(path) != link for path, link in recorded["links"].items()):
            return False
        contents: list[bytes] = []
        for path, expected in recorded["files"].items():
            content = _read(disk, path)
            if _content_hash(content, key) != expected:
                return False
            if isinstance(content, bytes):
                contents.append(content)
        return bool(recorded["environment"] == _environment_hash(environment, contents, key))
    except (KeyError, TypeError, AttributeError, ValueError):
        return False


def counting_variables(environment: Mapping[str, str], contents: Iterable[bytes]) -> dict[str, str]:
    """Return the variables that an interpretation of these texts can look up; a few more than those that it does.

    A variable is looked up by a name that a text has as a word. If a text can spell a name in another way, all count.
    """
    texts = [*contents]
    hidden = any(text.startswith(_UTF_16) or b"\0" in text or re.search(_WRITTEN_CHARACTER, text) for text in texts)
    if hidden or sum(map(len, texts)) > _SEARCHED_BYTES:
        return dict(environment)
    words: set[bytes] = set()
    for text in texts:
        words.update(re.findall(_WORD, text))
        if b"\\" in text:
            words.update(re.findall(_WORD, re.sub(_JOINED_LINES, b"", text)))

    def counts(name: str) -> bool:
        if name in _ALWAYS_NAMES or name.startswith(ALWAYS):
            return True
        written = name.encode("utf-8", "surrogateescape")
        return written in words if re.fullmatch(_PLAIN_NAME, name) else any(written in text for text in texts)

    return {name: value for name, value in environment.items() if counts(name)}


def _read(disk: Disk, path: str) -> bytes | int:
    try:
        return disk.read(path)
    except OSError as error:
        return error.errno or 0


def _content_hash(content: bytes | int, key: bytes) -> str:
    return str(content) if isinstance(content, int) else keyed_hash(key, content)


def _environment_hash(environment: Mapping[str, str], contents: Iterable[bytes], key: bytes) -> str:
    return _text_hash(repr(sorted(counting_variables(environment, contents).items())), key)


def _text_hash(text: str, key: bytes) -> str:
    return keyed_hash(key, text.encode("utf-8", "surrogatepass"))
