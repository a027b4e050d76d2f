"""Read the instructions of a Dockerfile. Pure.

Source: Dockerfile reference: FROM, ARG, COPY, ADD, RUN --mount, here-documents, the `syntax` directive.
"""

import json
import posixpath
import re
from collections.abc import Iterator, Mapping

from wtc.static_typing import NamedTuple, cast

_DIRECTIVE = re.compile(r"#\s*(\w+)\s*=\s*(\S+)\s*")
_HEREDOC = re.compile(r"<<-?\s*([\"']?)([A-Za-z_][A-Za-z0-9_]*)\1")
_STARTS = re.compile(r"(FROM|ARG|COPY|ADD|RUN)\s+(.*)", re.IGNORECASE)
_FLAG = re.compile(r"--[\w-]+")
_UNKNOWN = re.compile(r"[*?\[\]\\$]")
"""Characters with which a source can be any path of the context."""
_LEGACY_FLAGS = {"--from", "--chown"}
_BUILDKIT_VALUE = re.compile(r"\b(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)\b|\$\{\w+(?:[#%/]|:?\?)")
"""Arguments and expansions that only BuildKit has."""
COPYING = frozenset({"COPY", "ADD"})
WITH_HEREDOC = frozenset({*COPYING, "RUN"})


class Instruction(NamedTuple):
    """An instruction: its name in upper case, its arguments, and the numbers of its first and last line, from 0."""

    name: str
    rest: str
    first: int
    last: int


def instructions(dockerfile: str) -> Iterator[Instruction]:
    """Yield the relevant instructions; join continued lines, skip comments and contents of here-documents."""
    waiting: list[str] = []
    joined, first = "", 0
    for number, line in enumerate(dockerfile.splitlines()):
        if waiting:
            if line.strip() == waiting[0]:
                waiting.pop(0)
            continue
        if line.lstrip().startswith("#"):
            continue
        if not joined:
            first = number
        if line.rstrip().endswith("\\"):
            joined += line.rstrip()[:-1] + " "
            continue
        found = _STARTS.match((joined + line).strip())
        joined = ""
        if not found:
            continue
        name = found[1].upper()
        if name in WITH_HEREDOC:
            waiting = [word for _quote, word in _HEREDOC.findall(found[2])]
        yield Instruction(name, found[2], first, number)


def words(rest: str) -> list[str]:
    """Return the words of an instruction's arguments, without its flags."""
    return [word for word in rest.split() if not word.startswith("--")]


def frontend(dockerfile: str) -> str:
    """Return the image of `# syntax=...`, a directive, which must come before everything else."""
    for line in dockerfile.splitlines():
        found = _DIRECTIVE.fullmatch(line.strip())
        if not found:
            return ""
        if found[1].lower() == "syntax":
            return found[2]
    return ""


def may_copy(dockerfile: str, path: str) -> bool:
    """Return whether an instruction may read a path of the build context: by name, with its folder, or by a pattern."""
    return any(_may_include(source, path) for one in instructions(dockerfile) for source in _sources(one))


def needs_buildkit(dockerfile: str, *, arguments: Mapping[str, str]) -> bool:
    """Return whether the Dockerfile has what the legacy builder does not support."""
    if frontend(dockerfile) or any(name.startswith("BUILDKIT_") for name in arguments):
        return True
    return any(
        bool(_BUILDKIT_VALUE.search(one.rest))
        or (one.name in WITH_HEREDOC and (bool(_HEREDOC.search(one.rest)) or not _flags(one) <= _LEGACY_FLAGS))
        for one in instructions(dockerfile)
    )


def _flags(instruction: Instruction) -> set[str]:
    """Return the names of the flags, which come before all other words."""
    found: set[str] = set()
    for word in instruction.rest.split():
        flag = _FLAG.match(word)
        if flag is None:
            break
        found.add(flag[0])
    return found


def _sources(instruction: Instruction) -> Iterator[str]:
    """Yield the paths of the context that an instruction reads, as written."""
    if instruction.name == "RUN":
        for word in instruction.rest.split():
            if word.startswith("--mount="):
                yield from _mounted(word.removeprefix("--mount="))
    elif instruction.name in COPYING and "--from" not in _flags(instruction):
        yield from (word for word in _arguments(instruction)[:-1] if not word.startswith("<<"))


def _mounted(options: str) -> Iterator[str]:
    """Yield the source of a `RUN --mount` that binds a folder of the context; the default type is `bind`."""
    fields: dict[str, str] = {}
    for option in options.split(","):
        key, _equals, value = option.strip("\"'").partition("=")
        fields[key] = value
    if fields.get("type", "bind") == "bind" and "from" not in fields:
        yield fields.get("source", fields.get("src", "."))


def _arguments(instruction: Instruction) -> list[str]:
    """Return the arguments in either form: `COPY a b` or `COPY ["a", "b"]`."""
    plain = " ".join(words(instruction.rest))
    try:
        return (
            [str(word) for word in cast("list[object]", json.loads(plain))] if plain.startswith("[") else plain.split()
        )
    except json.JSONDecodeError:
        return plain.split()


def _may_include(source: str, path: str) -> bool:
    if _UNKNOWN.search(source):
        return True
    clean = posixpath.normpath(f"/{source.strip(chr(34))}").lstrip("/")
    return not clean or f"{path}/".startswith(f"{clean}/")
