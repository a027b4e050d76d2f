"""Find and replace the base images of a Dockerfile. Pure.

BuildKit asks its client for credentials, even for public images, and a plain API call cannot answer it. So wtc pulls
the missing base images before the build.
Source: Dockerfile reference: FROM, ARG, COPY --from, RUN --mount.
"""

import re
from collections.abc import Mapping

from wtc.dataclass import dataclass, field
from wtc.engine.images.dockerfile import Instruction, frontend, instructions, words

_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?:(:?[-+])([^}]*))?\})")
_USES = {
    "COPY": re.compile(r"--from=(\S+)"),
    "ADD": re.compile(r"--from=(\S+)"),
    "RUN": re.compile(r"--mount=\S*\bfrom=([^,\s]+)"),
}


@dataclass(frozen=True, slots=True)
class _Stage:
    name: str
    uses: list[str] = field(default_factory=list[str])
    """Stages, by name or number, and images; the base of the stage is the first."""


def base_images(dockerfile: str, *, arguments: Mapping[str, str], target: str) -> tuple[str, ...]:
    """Return the images that the target needs, each once; skip references with an unknown variable."""
    syntax = arguments.get("BUILDKIT_SYNTAX") or frontend(dockerfile)
    images = {syntax: None} if syntax else dict[str, None]()
    stages = _stages(dockerfile, arguments)
    found = _index(stages, target.lower(), before=len(stages)) if target else len(stages) - 1
    waiting = [found] if stages and found is not None else []
    visited: set[int] = set()
    while waiting:
        at = waiting.pop()
        if at in visited:
            continue
        visited.add(at)
        for use in stages[at].uses:
            other = _index(stages, use.lower(), before=at)
            if other is not None:
                waiting.append(other)
            elif use.lower() != "scratch" and "$" not in use:
                images[use] = None
    return tuple(images)


def with_images(dockerfile: str, replaced: Mapping[str, str], *, arguments: Mapping[str, str]) -> str:
    """Return the Dockerfile with references replaced in `FROM`, `COPY --from`, `ADD --from` and `RUN --mount=from`.

    `replaced`: reference, with its arguments expanded -> its replacement. A stage of that name is not replaced.
    """
    lines = dockerfile.splitlines(keepends=True)
    known: dict[str, str] = {}
    stages: set[str] = set()
    for instruction in instructions(dockerfile):
        if instruction.name == "ARG" and not stages:
            _declare(instruction.rest, arguments, known)
        for written in _references(instruction):
            own = replaced.get(_expanded(written, known) if instruction.name == "FROM" else written)
            if own is None or written.lower() in stages:
                continue
            token = re.compile(rf"(?<![^\s=,]){re.escape(written)}(?![^\s,])")
            for number in range(instruction.first, instruction.last + 1):
                lines[number] = token.sub(lambda _found, own=own: own, lines[number])
        if instruction.name == "FROM":
            stages.add(_stage_name(instruction.rest) or "FROM")
    return "".join(lines)


def _index(stages: list[_Stage], name: str, *, before: int) -> int | None:
    """Return the index of the stage of a name or number; of several with the name, the last."""
    for at in reversed(range(before)):
        if stages[at].name == name:
            return at
    return int(name) if name.isdecimal() and int(name) < before else None


def _stages(dockerfile: str, arguments: Mapping[str, str]) -> list[_Stage]:
    known: dict[str, str] = {}
    stages: list[_Stage] = []
    for instruction in instructions(dockerfile):
        if instruction.name == "FROM":
            stages.append(_Stage(_stage_name(instruction.rest)))
            stages[-1].uses.extend(_expanded(word, known) for word in _references(instruction))
        elif instruction.name == "ARG" and not stages:
            _declare(instruction.rest, arguments, known)
        elif stages:
            stages[-1].uses.extend(_references(instruction))
    return stages


def _references(instruction: Instruction) -> list[str]:
    """Return the stages and images to which an instruction refers, as written."""
    if instruction.name == "FROM":
        return words(instruction.rest)[:1]
    return _USES[instruction.name].findall(instruction.rest) if instruction.name in _USES else []


def _stage_name(rest: str) -> str:
    """Return the stage's name in a `FROM`, in lower case; empty if it has none."""
    parts = words(rest)
    return parts[2].lower() if len(parts) > 2 and parts[1].lower() == "as" else ""


def _declare(rest: str, arguments: Mapping[str, str], known: dict[str, str]) -> None:
    """Add the arguments of an `ARG` before the first stage."""
    for one in rest.split():
        key, _equals, default = one.partition("=")
        known[key] = arguments.get(key, _expanded(default.strip("\"'"), known))


def _expanded(text: str, known: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        name, how, other = found[1] or found[2], found[3] or "", found[4] or ""
        given = known.get(name, "")
        if how.endswith("+"):
            return other if given else ""
        return given or (other if how else found[0])

    return _VARIABLE.sub(value, text)
