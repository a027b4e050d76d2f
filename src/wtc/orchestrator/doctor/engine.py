"""The engine: which it is, whether it answers, and what it has left."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from wtc.engine.connection import NEWEST_API, OLDEST_API, Engine, open_engine
from wtc.engine.endpoint import Endpoint, choose
from wtc.errors import EngineUnreachableError, WtcError
from wtc.orchestrator.doctor.finding import Finding, ill, of_error, well
from wtc.orchestrator.target import Target

if TYPE_CHECKING:
    from wtc.engine.survey import Survey

FEW_NETWORKS = 3
LITTLE_DISK_BYTES = 5 << 30
_GIB = 1 << 30


def examine(target: Target) -> tuple[list[Finding], Engine | None]:
    """The findings, and the engine where it answers; the caller closes it."""
    try:
        endpoint = choose(context=target.context, environment=target.environment)
    except EngineUnreachableError as error:
        return of_error("context", error, "to see all contexts, run `docker context ls`"), None
    chosen = well("context", f"{endpoint.address}, chosen by {endpoint.chosen_by}")
    try:
        engine = open_engine(endpoint)
    except WtcError as error:
        return [chosen, *of_error("engine", error, _start(endpoint))], None
    try:
        return [chosen, *_answering(engine, target.environment)], engine
    except WtcError as error:
        return [chosen, *of_error("engine", error, _start(endpoint))], engine


def _start(endpoint: Endpoint) -> str:
    if endpoint.scheme == "unix":
        return "to start it, run `sudo systemctl start docker`, or open Docker Desktop, OrbStack or `colima start`"
    return f"to see whether the way there is open, run `docker -H {endpoint.address} version`"


def _answering(engine: Engine, environment: Mapping[str, str]) -> Iterator[Finding]:
    from wtc.engine.survey import survey

    found = survey(engine)
    yield well("engine", f"{found.version} on {found.system}, {found.memory_bytes / _GIB:.1f} GiB of memory")
    yield well("API version", f"{_dotted(engine.api_version)}, of {_dotted(OLDEST_API)} to {_dotted(NEWEST_API)}")
    yield _builder(found, environment)
    yield _pools(found)
    yield _disk(engine, found)


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))


def _builder(found: "Survey", environment: Mapping[str, str]) -> Finding:
    if environment.get("DOCKER_BUILDKIT", "").lower() in {"0", "false"}:
        return ill("BuildKit", "`DOCKER_BUILDKIT` turns it off", "to build with it, unset `DOCKER_BUILDKIT`")
    if found.builder == "1":
        hint = 'to build with it, set `"features": {"buildkit": true}` in the engine\'s `daemon.json`'
        return ill("BuildKit", "the engine builds with its legacy builder", hint)
    return well("BuildKit", "the engine builds with it")


def _pools(found: "Survey") -> Finding:
    text = f"{found.networks_left} more networks fit beside the {found.networks} there are"
    if found.networks_left < FEW_NETWORKS:
        hint = "to free some, run `wtc clean --gone`, `docker network prune`, or widen `default-address-pools`"
        return ill("address pools", text, hint)
    return well("address pools", text)


def _disk(engine: Engine, found: "Survey") -> Finding:
    """The engine does not tell; its folder does where it is one of this machine's."""
    subject = "disk"
    if engine.host_is_local and found.root and os.path.isdir(found.root):
        with suppress(OSError):
            there = os.statvfs(found.root)
            free = there.f_bavail * there.f_frsize
            text = f"{free / _GIB:.1f} GiB are free in `{found.root}`"
            if free < LITTLE_DISK_BYTES:
                return ill(subject, text, "to free some, run `docker system df`, then `docker system prune`")
            return well(subject, text)
    return well(subject, "how much is free cannot be told from here")
