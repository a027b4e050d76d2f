"""Compose files of services that start, get healthy and stop in no time; and the engine's view of what came of them."""

from collections.abc import Mapping
from typing import Any

from tests.e2e.harness import PROBES, QUICK, Stack
from wtc.labels import PROJECT, SERVICE

PROBED = f"healthcheck: {{test: [CMD, 'true'], {PROBES}}}"
NEVER_HEALTHY = "healthcheck: {test: [CMD, 'false'], interval: 200ms, retries: 1}"
NUMBER = "com.docker.compose.container-number"


def service(name: str, *lines: str, command: str = "sleep 1000") -> str:
    """One quick service, and after it its further `lines`."""
    quick = QUICK if not any(line.startswith("build:") for line in lines) else QUICK.partition("\n    ")[2]
    return f"  {name}:\n    {quick}\n    command: {command}\n" + "".join(f"    {line}\n" for line in lines)


def stackfile(*services: str, **sections: str) -> str:
    """A compose file; `sections` are the other top-level ones, in one line each."""
    rest = "".join(f"{name}: {text}\n" for name, text in sections.items())
    return "services:\n" + "".join(services) + rest


def replicas(stack: Stack, service: str) -> dict[int, str]:
    """Number -> container id, running or not."""
    labels = [f"{PROJECT}={stack.namespace}", f"{SERVICE}={service}"]
    found = stack.client.containers.list(all=True, ignore_removed=True, filters={"label": labels})
    return {int(c.labels[NUMBER]): c.id for c in found}


def states(stack: Stack) -> dict[str, str]:
    """Service -> the state of its only container."""
    found = stack.client.containers.list(
        all=True, ignore_removed=True, filters={"label": f"{PROJECT}={stack.namespace}"}
    )
    return {c.labels[SERVICE]: c.status for c in found}


def inspected(stack: Stack, service: str) -> Mapping[str, Any]:
    """What the engine says of the service's first container."""
    attributes: Mapping[str, Any] = stack.container(service).attrs
    return attributes
