"""The worktree whose stack an engine of these tests has."""

import json
from collections.abc import Mapping
from pathlib import Path

from tests.wtc_process import run_wtc
from wtc.worktrees.host_identity import host_id
from wtc.worktrees.worktree_id import read_id

COMPOSE = {
    "compose.yaml": """\
services:
  web:
    image: busybox:1.36
    init: true
    command: httpd -f -p 80
    ports: ["8080:80"]
    environment: {COLOUR: "${COLOUR:-red}"}
    stop_grace_period: 0s
    volumes: ["rows:/data", ".:/src", "/cache"]
    depends_on: {job: {condition: service_completed_successfully}}
    healthcheck: {test: [CMD, "true"], interval: 1s, start_interval: 100ms, start_period: 10s}
  job: {image: "busybox:1.36", command: echo done}
  built: {build: {dockerfile_inline: "FROM busybox:1.36"}, command: sleep 1000, init: true, networks: [back]}
networks: {back: {}}
volumes: {rows: {}}
""",
}


def worktree_values(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return placeholder -> value of a worktree that wtc has registered; see `tests.mutations.recording`."""
    known = json.loads(run_wtc("ports", "--json", cwd=folder, env=environment, data=b"").stdout)
    identity = read_id(str(folder / ".git"))
    assert identity is not None
    return {
        "@NAMESPACE@": known["namespace"],
        "@WORKTREE@": known["worktree"],
        "@WORKTREE_ID@": identity.id,
        "@HOST_ID@": host_id(environment),
    }
