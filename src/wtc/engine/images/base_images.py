"""Find the base images of a Dockerfile. Pure.

BuildKit asks its client for credentials, even for public images, and a plain API call cannot answer it. So wtc pulls
the missing base images before the build.
Source: Dockerfile reference: FROM, ARG, COPY --from, RUN --mount, here-documents, the `syntax` directive.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_DIRECTIVE = re.compile(r"#\s*(\w+)\s*=\s*(\S+)\s*")
_HEREDOC = re.compile(r"<<-?\s*([\"']?)([A-Za-z_][A-Za-z0-9_]*)\1")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?:(:?[-+])([^}]*))?\})")
_STARTS = re.compile(r"(FROM|ARG|COPY|ADD|RUN)\s+(.*)", re.IGNORECASE)
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
    frontend = arguments.get("BUILDKIT_SYNTAX") or _frontend(dockerfile)
    images = {frontend: None} if frontend else dict[str, None]()
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


def _frontend(dockerfile: str) -> str:
    """Return the image of `# syntax=...`, a directive, which must come before everything else."""
    for line in dockerfile.splitlines():
        found = _DIRECTIVE.fullmatch(line.strip())
        if not found:
            return ""
        if found[1].lower() == "syntax":
            return found[2]
    return ""


def _index(stages: list[_Stage], name: str, *, before: int) -> int | None:
    """Return the index of the stage of a name or number; of several with the name, the last."""
    for at in reversed(range(before)):
        if stages[at].name == name:
            return at
    return int(name) if name.isdecimal() and int(name) < before else None


def _stages(dockerfile: str, arguments: Mapping[str, str]) -> list[_Stage]:
    known: dict[str, str] = {}
    stages: list[_Stage] = []
    for name, rest in _instructions(dockerfile):
        if name == "FROM":
            words = [word for word in rest.split() if not word.startswith("--")]
            named = len(words) > 2 and words[1].lower() == "as"
            stages.append(_Stage(words[2].lower() if named else ""))
            stages[-1].uses.extend(_expanded(word, known) for word in words[:1])
        elif name == "ARG" and not stages:
            for one in rest.split():
                key, _equals, default = one.partition("=")
                known[key] = arguments.get(key, _expanded(default.strip("\"'"), known))
        elif stages and name in _USES:
            stages[-1].uses.extend(_USES[name].findall(rest))
    return stages


def _expanded(text: str, known: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        name, how, other = found[1] or found[2], found[3] or "", found[4] or ""
        given = known.get(name, "")
        if how.endswith("+"):
            return other if given else ""
        return given or (other if how else found[0])

    return _VARIABLE.sub(value, text)


def _instructions(dockerfile: str) -> Iterator[tuple[str, str]]:
    """Yield (name in upper case, arguments); join continued lines, skip comments and contents of here-documents."""
    waiting: list[str] = []
    joined = ""
    for line in dockerfile.splitlines():
        if waiting:
            if line.strip() == waiting[0]:
                waiting.pop(0)
            continue
        if line.lstrip().startswith("#"):
            continue
        if line.rstrip().endswith("\\"):
            joined += line.rstrip()[:-1] + " "
            continue
        found = _STARTS.match((joined + line).strip())
        joined = ""
        if not found:
            continue
        name = found[1].upper()
        if name in _USES:
            waiting = [word for _quote, word in _HEREDOC.findall(found[2])]
        yield name, found[2]
