"""Compose files of services that do nothing, as data."""

import json
from typing import Any

IDLE: dict[str, Any] = {"init": True, "stop_grace_period": "0s", "command": "sleep 1000"}


def file_of(**services: dict[str, Any]) -> dict[str, str]:
    """A compose file of idle services, of busybox unless they say otherwise."""
    return file_with(services)


def file_with(services: dict[str, dict[str, Any]], **sections: Any) -> dict[str, str]:
    """A compose file of idle services and further top-level sections."""
    image = {"image": "busybox:1.36"}
    whole = {n: {**IDLE, **({} if {"image", "build"} & s.keys() else image), **s} for n, s in services.items()}
    return {"compose.yaml": json.dumps({"services": whole, **sections})}


def built(*dockerfile: str, **more: Any) -> dict[str, Any]:
    """The `build:` of a service."""
    return {"build": {"dockerfile_inline": "\n".join(dockerfile), **more}}
