"""Every command's JSON, from real runs, against the written schemas: full, empty and failing."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import HEALTHY, QUICK, Ended, Workshop, one_service, write
from tests.schemas import ERROR, EVENTS, SCHEMAS, SHARED, Contract
from wtc.cli.command_table import GROUPS

pytestmark = pytest.mark.engine

STACK = f"""\
services:
  web:
    {QUICK}
    container_name: shop-web
    command: httpd -f -p 80 -h /etc
    ports: ["127.0.0.1:${{WEB_PORT:-8080}}:80", "53:53/udp"]
    mem_limit: 64m
    cpus: 0.5
    volumes: ["rows:/rows", "/var/run/docker.sock:/docker.sock"]
    depends_on: {{app: {{condition: service_started}}}}
    credential_spec: {{file: none.json}}
    {HEALTHY}
  app:
    build: .
    init: true
    stop_grace_period: 0s
    command: sleep 1000
  job:
    {QUICK}
    command: "true"
    volumes: [".:/src:ro"]
    external_links: ["shop-web:web.test"]
volumes:
  rows: {{}}
x-note: {{}}
x-wtc: {{ports: [dev]}}
"""
DOCKERFILE = "FROM busybox:1.36\nRUN echo built\n"
FAILING = f"""\
services:
  web:
    {QUICK}
    command: sleep 1000
    depends_on: {{broken: {{condition: service_completed_successfully}}}}
  broken:
    {QUICK}
    command: sh -c 'echo why; exit 3'
  sick:
    {QUICK}
    network_mode: host
    command: sleep 1000
    healthcheck: {{test: "echo ill; exit 1", interval: 100ms, retries: 1}}
"""


DEAD = 2**22 + 1
"""A process id above the kernel's limit."""


class Runs:
    """Runs wtc and holds what it prints against the command's schema."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop, self.contract = workshop, Contract()
        self.wrong: list[str] = []

    def __call__(
        self, line: str, *, status: int | None = 0, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """One document; of an error where `ok` is false."""
        ended = self._run(line, status, cwd, env)
        document = ended.json()
        self._hold(line, _schema(line) if document["ok"] else ERROR, document)
        return document

    def lines(self, line: str, *, status: int = 0, env: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """The lines of `events`."""
        found = [json.loads(text) for text in self._run(line, status, None, env).out.splitlines()]
        for document in found:
            self._hold(line, line.split(maxsplit=1)[0], document)
        return found

    def telling(self, line: str, *, status: int = 0, cwd: Path | None = None) -> list[dict[str, Any]]:
        """The events of `up` on standard error, and the document on standard output."""
        ended = self._run(f"{line} --events json", status, cwd, None)
        document = ended.json()
        self._hold(line, "up" if document["ok"] else ERROR, document)
        found = [json.loads(text) for text in ended.err.splitlines()]
        for event in found:
            self._hold(line, EVENTS, event)
        return found

    def _run(self, line: str, status: int | None, cwd: Path | None, env: Mapping[str, str] | None) -> Ended:
        return self.workshop.wtc(*line.split(), "--json", status=status, cwd=cwd, env=env)

    def _hold(self, line: str, name: str, document: dict[str, Any]) -> None:
        self.wrong += [f"wtc {line}: {wrong}" for wrong in self.contract.violations(name, document)]


@pytest.mark.slow
def test_documents_keep_to_their_schemas_and_show_every_property(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    workshop.commit(
        {
            "compose.yaml": STACK,
            "Dockerfile": DOCKERFILE,
            ".env.example": "A=1\n",
            ".gitignore": ".env\nsecret\n",
            ".worktreeinclude": "secret\n",
            ".claude/settings.json": '{"hooks": {"SessionStart": "theirs"}}',
        }
    )
    write(workshop.main, {"secret": "s"})
    run = Runs(workshop)
    nothing_is_there(run)
    failures(run)
    a_stack_is_up(run)
    it_comes_and_goes(run)
    a_worktree_moves(run)
    an_up_that_fails(run)
    what_no_engine_here_tells(run, capsys)
    assert run.wrong == []
    assert run.contract.documents.keys() == SCHEMAS.keys() - {SHARED}
    assert run.contract.unseen() == []


def nothing_is_there(run: Runs) -> None:
    for line in (
        "ports",
        "env",
        "images",
        "top",
        "status",
        "stats",
        "down",
        "stop",
        "clean -y",
        "inspect",
        "volumes",
        "rm -f",
        "ls -a",
    ):
        run(line)
    for line in ("start", "wait web", "port web 80"):
        run(line, status=1)
    assert run.lines("events --since 1s --until 0s") == []
    linked = run.workshop.worktree("linked")
    assert run("setup", cwd=linked)["env"]
    assert run("setup", cwd=linked)["env"] is None
    run.workshop.git("worktree", "lock", "--reason", f"pid={DEAD}", str(linked))
    (_, listed) = run("worktree list")["worktrees"]
    assert (listed["lock"]["stale"], bool(listed["stacks"])) == (True, True)
    run.workshop.git("worktree", "unlock", str(linked))
    run("init claude codex --dry-run")
    run("init claude codex")
    assert not any(file["changed"] for file in run("init claude codex")["files"])
    run("clean -y", cwd=linked)


def failures(run: Runs) -> None:
    nowhere = {"DOCKER_HOST": f"unix://{run.workshop.base}/none.sock"}
    run("ps --nope", status=2)
    run("ps", status=4, env=nowhere)
    run("doctor", status=1, env=nowhere)
    assert run.lines("events", status=4, env=nowhere)[0]["ok"] is False
    wrong = run.workshop.folder("wrong", {"compose.yaml": "services: {web: {imag: x, image: y, port: []}}\n"})
    (first, *_) = run("up", status=3, cwd=wrong)["error"]["diagnostics"]
    assert (first["line"], bool(first["hint"])) == (1, True)
    taken = run.workshop.folder("taken", {"compose.yaml": one_service()})
    (name,) = run("inspect", cwd=taken)["services"][0]["containers"]
    other = run.workshop.client.containers.create("busybox:1.36", name=name)
    try:
        run("up", status=5, cwd=taken)
    finally:
        other.remove()
    run("clean -y", cwd=taken)


def a_stack_is_up(run: Runs) -> None:
    assert run("build --dry-run")["changed"]
    assert not run("pull --policy missing --ignore-buildable")["changed"]
    assert run("up --dry-run")["changed"]
    assert {e["event"] for e in run.telling("up")} >= {"planned", "started", "progress", "done", "warning"}
    assert run("create --dry-run")["dry_run"]
    assert run("scale web=1")["endpoints"]
    assert run("version")["version"]
    document = run("up")
    ids = [node["id"] for node in document["plan"]]
    assert ids == list(range(1, len(ids) + 1))
    run("wait job")
    for line in ("ports", "env", "images", "top", "stats", "stats -a", "inspect", "port web 80", "ls"):
        run(line)
    assert [v["key"] for v in run("volumes -a")["volumes"]] == ["rows"]
    # Other stacks of this machine may give it something to say.
    run("doctor", status=None)
    assert any(s["endpoints"] for s in run("status")["services"])
    assert all(c["memory_bytes"] is None for c in _own(run, "ps")["containers"])
    assert any(c["memory_bytes"] for c in _own(run, "ps -a -s")["containers"])
    assert run.lines("events --since 5m --until 0s")
    write(run.workshop.main, {"compose.yaml": STACK.replace("cpus: 0.5", "cpus: 0.4")})
    assert any(s["diverged"] for s in run("status")["services"])


def it_comes_and_goes(run: Runs) -> None:
    for line in ("pause app", "unpause app", "kill app", "start app", "restart -t 0 app", "stop -t 0 app"):
        assert run(line)["changed"], line
    assert run("rm -fs app")["changed"]
    run("down --dry-run")
    run("down -t 0")
    run("clean --dry-run")
    assert run("clean --gone --dry-run")["left"]
    run("clean", status=2)
    run("clean -y")


def a_worktree_moves(run: Runs) -> None:
    linked = run.workshop.worktree("moving")
    namespace = run("up --no-start", cwd=linked)["namespace"]
    assert [s["git"] is None for s in run("inspect", cwd=linked)["services"]] == [True, True, False]
    away = linked.rename(f"{linked}-away")
    (stack,) = (s for s in run("ps -a")["stacks"] if s["namespace"] == namespace)
    assert (stack["place"], stack["gone"], stack["path"]) == ("prunable", False, None)
    away.rename(linked)


def an_up_that_fails(run: Runs) -> None:
    folder = run.workshop.folder("failing", {"compose.yaml": FAILING})
    events = run.telling("up", status=1, cwd=folder)
    assert {e["event"] for e in events} >= {"node_failed", "skipped"}
    assert events[-1]["event"] == "failed"
    error = events[-1]["error"]
    assert error["code"] == "container_failed"
    found = {c["service"]: (c["state"], c["exit_status"], c["health"], c["log_lines"]) for c in error["containers"]}
    assert found == {"broken": ("exited", 3, None, ["why"]), "sick": ("running", None, "unhealthy", [])}
    assert [warning["path"] for warning in error["warnings"]] == ["services.sick.network_mode"]
    checks = {c["service"]: c["health_check"] for c in error["containers"]}
    assert checks["broken"] is None
    assert (checks["sick"]["retries"], checks["sick"]["output"]) == (1, "ill")


def what_no_engine_here_tells(run: Runs, capsys: pytest.CaptureFixture[str]) -> None:
    """How many bytes of an image have come takes an image to pull; a note takes a port that is taken meanwhile."""
    from wtc.cli.render.json_reporter import JsonReporter
    from wtc.events import Note, Progress
    from wtc.model.desired import DesiredImage
    from wtc.model.plan import PlanNode, PullImage

    pull = PullImage(image=DesiredImage(service="web", reference="busybox:1.36"))
    node = PlanNode(id=1, operation=pull, cause="it does not exist", service="web")
    report = JsonReporter()
    report(Progress(node=node, item="0123", text="Downloading", current=1, total=2))
    report(Note(text="host port 20000 is taken: looking for another"))
    for line in capsys.readouterr().err.splitlines():
        run.wrong += run.contract.violations(EVENTS, json.loads(line))


def _schema(line: str) -> str:
    command, *rest = line.split()
    return f"{command}-{rest[0]}" if command in GROUPS else command


def _own(run: Runs, line: str) -> dict[str, Any]:
    (own,) = [s for s in run(line)["stacks"] if s["worktree"] == str(run.workshop.main.resolve())]
    return own
