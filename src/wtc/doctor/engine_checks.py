"""The engine: which it is, whether it answers, and what it has left."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from wtc.doctor.finding import Finding, error_findings, failed, passed
from wtc.engine.client.connection import NEWEST_API, OLDEST_API, Engine, open_engine
from wtc.engine.client.endpoint import Endpoint, choose_endpoint
from wtc.errors import EngineUnreachableError, WtcError
from wtc.orchestrator.context.target import Target

if TYPE_CHECKING:
    from wtc.engine.observe.engine_info import EngineInfo

FEW_NETWORKS = 3
LITTLE_DISK_BYTES = 5 << 30
_GIB = 1 << 30


def check_engine(target: Target) -> tuple[list[Finding], Engine | None]:
    """The findings, and the engine where it answers; the caller closes it."""
    try:
        endpoint = choose_endpoint(context=target.context, environment=target.environment)
    except EngineUnreachableError as error:
        return error_findings("context", error, "to see all contexts, run `docker context ls`"), None
    chosen = passed("context", f"{endpoint.address}, chosen by {endpoint.chosen_by}")
    try:
        engine = open_engine(endpoint)
    except WtcError as error:
        return [chosen, *error_findings("engine", error, _start_hint(endpoint))], None
    try:
        return [chosen, *_check_answering(engine, target.environment)], engine
    except WtcError as error:
        return [chosen, *error_findings("engine", error, _start_hint(endpoint))], engine


def _start_hint(endpoint: Endpoint) -> str:
    if endpoint.scheme == "unix":
        return "to start it, run `sudo systemctl start docker`, or open Docker Desktop, OrbStack or `colima start`"
    return f"to see whether the way there is open, run `docker -H {endpoint.address} version`"


def _check_answering(engine: Engine, environment: Mapping[str, str]) -> Iterator[Finding]:
    from wtc.engine.observe.engine_info import read_engine_info

    found = read_engine_info(engine)
    yield passed("engine", f"{found.version} on {found.system}, {found.memory_bytes / _GIB:.1f} GiB of memory")
    yield passed(
        "API version",
        f"{_version_text(engine.api_version)}, of {_version_text(OLDEST_API)} to {_version_text(NEWEST_API)}",
    )
    yield _check_builder(found, environment)
    yield _check_address_pools(found)
    yield _check_disk(engine, found)


def _version_text(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))


def _check_builder(found: "EngineInfo", environment: Mapping[str, str]) -> Finding:
    if environment.get("DOCKER_BUILDKIT", "").lower() in {"0", "false"}:
        return failed("BuildKit", "`DOCKER_BUILDKIT` turns it off", "to build with it, unset `DOCKER_BUILDKIT`")
    if found.builder == "1":
        hint = 'to build with it, set `"features": {"buildkit": true}` in the engine\'s `daemon.json`'
        return failed("BuildKit", "the engine builds with its legacy builder", hint)
    return passed("BuildKit", "the engine builds with it")


def _check_address_pools(found: "EngineInfo") -> Finding:
    text = f"{found.networks_left} more networks fit beside the {found.networks} there are"
    if found.networks_left < FEW_NETWORKS:
        hint = "to free some, run `wtc clean --gone`, `docker network prune`, or widen `default-address-pools`"
        return failed("address pools", text, hint)
    return passed("address pools", text)


def _check_disk(engine: Engine, found: "EngineInfo") -> Finding:
    """The engine does not tell; its folder does where it is one of this machine's."""
    subject = "disk"
    if engine.host_is_local and found.root and os.path.isdir(found.root):
        with suppress(OSError):
            there = os.statvfs(found.root)
            free = there.f_bavail * there.f_frsize
            text = f"{free / _GIB:.1f} GiB are free in `{found.root}`"
            if free < LITTLE_DISK_BYTES:
                return failed(subject, text, "to free some, run `docker system df`, then `docker system prune`")
            return passed(subject, text)
    return passed(subject, "how much is free cannot be told from here")
