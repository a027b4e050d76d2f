"""Recorded answers of an engine, in which placeholders stand for what differs between worktrees."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

RECORDED = Path(__file__).with_name("answers.json")


KEPT = 4
"""How many answers of a route and a status are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One response of the engine. `route`: `METHOD /path`, in which `*` is a name or an id."""

    route: str
    status: int
    media_type: str
    body: str


def route_of(method: str, target: str) -> str:
    """Return `GET /containers/*/json` for `GET /v1.51/containers/web/json?size=0`."""
    path = re.sub(r"^/v\d+\.\d+", "", target.partition("?")[0])
    parts = path.split("/")
    if parts[1] in {"containers", "networks", "volumes", "images", "exec", "distribution"} and len(parts) > 2:
        fixed = ("json", "create", "prune", "search")
        last = parts[-1:] if len(parts) > 3 else []
        if len(parts) > 3 or parts[2] not in fixed:
            parts = [*parts[:2], "*", *last]
    return f"{method} {'/'.join(parts)}"


def read_answers(values: Mapping[str, str]) -> dict[str, list[Answer]]:
    """Return route -> its answers, for a worktree. `values`: placeholder -> value."""
    text = RECORDED.read_text(encoding="utf-8")
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    found: dict[str, list[Answer]] = {}
    for row in json.loads(text):
        answer = Answer(**row)
        found.setdefault(answer.route, []).append(answer)
    return found


def write_answers(answers: list[Answer], values: Mapping[str, str]) -> None:
    """Write the shortest and the longest answers of each route. `values`: placeholder -> value."""
    of_route: dict[tuple[str, int], set[Answer]] = {}
    for answer in answers:
        of_route.setdefault((answer.route, answer.status), set()).add(answer)
    kept = [one for found in of_route.values() for one in _extremes(sorted(found, key=lambda one: len(one.body)))]
    text = json.dumps([asdict(answer) for answer in kept], indent=1)
    for placeholder, value in values.items():
        text = text.replace(value, placeholder)
    RECORDED.write_text(text + "\n", encoding="utf-8")


def _extremes(answers: list[Answer]) -> list[Answer]:
    return answers if len(answers) <= KEPT else [answers[0], *answers[1 - KEPT :]]
