"""Check the engine: context, connection, API version, BuildKit, address pools and disk space."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress

from wtc.doctor.finding import Finding, error_findings, failed, passed
from wtc.engine.client.connection import NEWEST_API, OLDEST_API, Engine, open_engine
from wtc.engine.client.endpoint import Endpoint, choose_endpoint
from wtc.errors import EngineUnreachableError, WtcError
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.observe.engine_info import EngineInfo

FEW_NETWORKS = 3
LITTLE_DISK_BYTES = 5 << 30
_GIB = 1 << 30


def check_engine(context: str, environment: Mapping[str, str]) -> tuple[list[Finding], Engine | None]:
    """Return the findings and, if it responds, the engine, which the caller closes. `context`: of `--context`."""
    try:
        endpoint = choose_endpoint(context=context, environment=environment)
    except EngineUnreachableError as error:
        return error_findings("context", error, "to see all contexts, run `docker context ls`"), None
    chosen = passed("context", f"{endpoint.address}, chosen by {endpoint.chosen_by}")
    try:
        engine = open_engine(endpoint)
    except WtcError as error:
        return [chosen, *error_findings("engine", error, _start_hint(endpoint))], None
    try:
        return [chosen, *_check_answering(engine, environment)], engine
    except WtcError as error:
        return [chosen, *error_findings("engine", error, _start_hint(endpoint))], engine


def _start_hint(endpoint: Endpoint) -> str:
    if endpoint.scheme == "unix":
        return "to start it, run `sudo systemctl start docker`, or open Docker Desktop, OrbStack or `colima start`"
    return f"to check the connection, run `docker -H {endpoint.address} version`"


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
        return failed("BuildKit", "disabled by `DOCKER_BUILDKIT`", "to build with BuildKit, unset `DOCKER_BUILDKIT`")
    if found.builder == "1":
        hint = 'to build with BuildKit, set `"features": {"buildkit": true}` in the engine\'s `daemon.json`'
        return failed("BuildKit", "the engine builds with its legacy builder", hint)
    return passed("BuildKit", "the engine builds with BuildKit")


def _check_address_pools(found: "EngineInfo") -> Finding:
    text = f"room for {found.networks_left} more networks; {found.networks} exist"
    if found.networks_left < FEW_NETWORKS:
        hint = "to free some, run `wtc clean --gone` or `docker network prune`, or enlarge `default-address-pools`"
        return failed("address pools", text, hint)
    return passed("address pools", text)


def _check_disk(engine: Engine, found: "EngineInfo") -> Finding:
    """Check the free disk space. The engine does not report it, so its data folder is read if it is on this machine."""
    subject = "disk"
    if engine.host_is_local and found.root and os.path.isdir(found.root):
        with suppress(OSError):
            stats = os.statvfs(found.root)
            free = stats.f_bavail * stats.f_frsize
            text = f"{free / _GIB:.1f} GiB are free in `{found.root}`"
            if free < LITTLE_DISK_BYTES:
                return failed(subject, text, "to free some, run `docker system df`, then `docker system prune`")
            return passed(subject, text)
    return passed(subject, "free space unknown: the engine's data folder is not accessible from here")
