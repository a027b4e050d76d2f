"""A git repository with worktrees, wtc run in them as a user would, and the engine to look at what came of it."""

import json
import os
import secrets
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.proxy import engine_address
from tests.git_template import make_repository
from tests.wtc_process import start_wtc
from wtc.labels import MANAGED, PROJECT, SERVICE, WORKTREE

DEADLINE_S = 60.0

# What a service of busybox needs to start, get healthy and stop in no time.
QUICK = "image: busybox:1.36\n    init: true\n    stop_grace_period: 0s"
# A check starts a process in the container, which costs an engine more than a short `wtc` costs its client: it is often
# until the container is healthy, and rare from then on. An engine before 25 only knows `interval`.
PROBES = "start_period: 60s, start_interval: 200ms, interval: 2s, retries: 50"
HEALTHY = f"healthcheck: {{test: [CMD, wget, -qO, /dev/null, 'http://127.0.0.1/passwd'], {PROBES}}}"

SHOP = f"""\
services:
  web:
    {QUICK}
    container_name: shop-web
    command: httpd -f -p 80 -h /etc
    ports: ["8080:80"]
    environment: {{COLOUR: red}}
    depends_on: {{db: {{condition: service_healthy}}}}
    {HEALTHY}
  db:
    {QUICK}
    container_name: shop-db
    command: sh -c 'cp /etc/passwd /data/passwd && exec httpd -f -p 80 -h /data'
    ports: ["3306:80"]
    volumes: ["rows:/data"]
    {HEALTHY}
volumes:
  rows: {{}}
"""
"""Two services with fixed names and ports; `db` serves what lies in its volume."""


def until(condition: Callable[[], bool], what: str | Callable[[], str], *, deadline_s: float = DEADLINE_S) -> None:
    """Looks again and again until the condition holds; fails after `deadline_s`."""
    end = time.monotonic() + deadline_s
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < end, f"not within {deadline_s:g} s: {what if isinstance(what, str) else what()}"
        pause.wait(0.05)


def one_service(name: str = "web", *lines: str, command: str = "sleep 1000") -> str:
    """A compose file with one quick service and, after it, its further `lines`."""
    rest = "".join(f"    {line}\n" for line in lines)
    return f"services:\n  {name}:\n    {QUICK}\n    command: {command}\n{rest}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        """Standard output, which is one JSON document."""
        document: dict[str, Any] = json.loads(self.out)
        return document


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A command under way."""

    popen: "subprocess.Popen[str]"

    def end(self, *, deadline_s: float = DEADLINE_S * 2) -> Ended:
        """Wait until it has ended."""
        out, err = self.popen.communicate(timeout=deadline_s)
        return Ended(status=self.popen.returncode, out=out, err=err)


class Workshop:
    """A repository `main` with a compose file, its worktrees, and a user of wtc with a home of their own."""

    def __init__(self, base: Path, client: Any) -> None:
        self.base, self.client = base, client
        self.token = secrets.token_hex(3)
        self.home, self.config = base / "home", base / "config"
        self.home.mkdir()
        self.env = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(self.home),
            "WTC_CONFIG_DIR": str(self.config),
            # Stacks of other tests run on the same machine; what memory they may use is none of this one's business.
            "WTC_OVERSUBSCRIBE": "true",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            **({"DOCKER_HOST": os.environ["DOCKER_HOST"]} if os.environ.get("DOCKER_HOST") else {}),
        }
        self.main = base / f"main-{self.token}"
        self.folders: list[Path] = [self.main]
        self.main.mkdir()
        make_repository(self.main)

    @property
    def is_old_engine(self) -> bool:
        """Whether the engine is older than 23: its BuildKit and its messages are others."""
        return tuple(map(int, self.client.api.api_version.split("."))) < (1, 42)

    def git(self, *arguments: str) -> None:
        """Git in the main worktree."""
        identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *arguments], cwd=self.main, env=self.env, check=True, capture_output=True)

    def commit(self, files: Mapping[str, str]) -> None:
        """Writes files in the main worktree and commits them."""
        write(self.main, files)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "a change")

    def worktree(self, name: str) -> Path:
        """A linked worktree."""
        folder = self.base / f"{name}-{self.token}"
        self.git("worktree", "add", "-q", "-b", f"b{len(self.folders)}", str(folder))
        self.folders.append(folder)
        return folder

    def folder(self, name: str, files: Mapping[str, str]) -> Path:
        """A folder that belongs to no repository."""
        folder = self.base / f"{name}-{self.token}"
        folder.mkdir()
        self.folders.append(folder)
        write(folder, files)
        return folder

    def start(self, *arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Started:
        """Begins `wtc ...`; `env` is laid over the user's environment."""
        return Started(popen=start_wtc(*arguments, cwd=cwd or self.main, env={**self.env, **(env or {})}))

    def wtc(
        self, *arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None, status: int | None = 0
    ) -> Ended:
        """Runs `wtc ...`, which has to end with `status`, whatever that is if it is None."""
        ended = self.start(*arguments, cwd=cwd, env=env).end()
        text = f"wtc {' '.join(arguments)} ended with {ended.status}\n{ended.out}\n{ended.err}"
        assert status is None or ended.status == status, text
        assert "Traceback" not in ended.err, text
        return ended

    def up(self, *arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> "Stack":
        """`wtc up --json`, which has to succeed."""
        return Stack(self.client, self.wtc("up", "--json", *arguments, cwd=cwd, env=env).json())

    def refused(
        self, *arguments: str, status: int, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> Ended:
        """Runs `wtc ...`, which has to end in exactly one clear error."""
        ended = self.wtc(*arguments, cwd=cwd, env=env, status=status)
        assert_one_error(ended)
        return ended

    def leftovers(self) -> list[str]:
        """What is on the engine with the labels of one of the worktrees."""
        folders = set(map(_real, self.folders))
        return [name for name, labels in _objects(self.client, f"{MANAGED}=true") if labels.get(WORKTREE) in folders]

    def tear_down(self) -> None:
        """`wtc clean` takes away all that the test has left, or this fails."""
        failed: list[str] = []
        missing = [f for f in map(_real, self.folders) if not os.path.isdir(f)]
        present = [f for f in map(_real, self.folders) if f not in missing]
        # Objects of a moved worktree have its old path on their labels, and are removed from its new one; a former
        # stack at a path goes before the worktree's own.
        for folders in (present, present, missing):
            if not folders:
                continue
            labelled_folders = {found.get(WORKTREE) for _, found in _objects(self.client, f"{MANAGED}=true")}
            chosen = [f for f in dict.fromkeys(folders) if (missing and f in present) or f in labelled_folders]
            cleaning = [self.start("clean", "-y", "-t", "0", "-w", folder, cwd=self.base) for folder in chosen]
            failed += [ended.err for ended in [one.end() for one in cleaning] if ended.status]
        left = self.leftovers()
        for folder in {found[WORKTREE] for _, found in _objects(self.client, WORKTREE)} & set(present + missing):
            _force_away(self.client, f"{WORKTREE}={folder}")
        assert not failed
        assert not left, f"left over after `wtc clean`: {left}"


class Stack:
    """What `up --json` answered, and the engine's side of it."""

    def __init__(self, client: Any, answer: dict[str, Any]) -> None:
        self.client, self.answer = client, answer
        self.namespace: str = answer["namespace"]

    @property
    def ports(self) -> dict[str, int]:
        """`service/target/protocol` -> host port, of first replicas."""
        return ports_of(self.answer["endpoints"])

    def container(self, service: str) -> Any:
        """The service's first container."""
        return self.client.containers.get(f"{self.namespace}_{service}")

    def ids(self) -> dict[str, str]:
        """Service -> its container's id, running or not."""
        there = self.client.containers.list(
            all=True, ignore_removed=True, filters={"label": f"{PROJECT}={self.namespace}"}
        )
        return {c.labels[SERVICE]: c.id for c in there}

    def run(self, service: str, *command: str) -> str:
        """The output of a command in the service's container; it has to succeed."""
        status, text = execute(self.client, self.container(service).id, command)
        assert status == 0, f"{command} in `{service}` ended with {status}: {text}"
        return text

    def variable(self, service: str, name: str) -> str:
        """An environment variable in the service's container."""
        return self.run(service, "sh", "-c", f'echo "${name}"').removesuffix("\n")


def execute(client: Any, container: str, command: Sequence[str]) -> tuple[int, str]:
    """Exit status and output of a command in a container.

    docker-py's own `exec_run` reads past what has come along with the answer's head, and so loses it now and then.
    """
    api = client.api
    made = api.exec_create(container, list(command))["Id"]
    begin = {"Detach": False, "Tty": False}
    with api.post(f"{api.base_url}/v{api._version}/exec/{made}/start", json=begin, stream=True) as answer:
        frames: bytes = answer.raw.read()
    text = b""
    while frames:
        size = int.from_bytes(frames[4:8], "big")
        text, frames = text + frames[8 : 8 + size], frames[8 + size :]
    until(lambda: not api.exec_inspect(made)["Running"], f"{command} has ended")
    return api.exec_inspect(made)["ExitCode"], text.decode()


def ports_of(endpoints: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """`service/target/protocol` -> host port, of first replicas."""
    return {f"{e['service']}/{e['target']}/{e['protocol']}": e["port"] for e in endpoints if e["replica"] == 1}


def assert_one_error(ended: Ended) -> None:
    """One error: its headline once, at most with causes, detail and hints."""
    heads = [line for line in ended.err.splitlines() if line.startswith("error:")]
    assert len(heads) == 1, ended.err
    assert heads[0][7:8].islower() or heads[0][7:8] in "`-0123456789", heads[0]
    assert not heads[0].endswith("."), heads[0]
    assert "internal error" not in ended.err


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Writes files, name -> content, with the folders that they lie in."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def engine_client() -> Any:
    """docker-py on the engine that wtc is going to use."""
    import docker

    return docker.DockerClient(base_url=engine_address(), timeout=120)


def labelled(client: Any, label: str) -> list[str]:
    """Containers, networks, volumes and images with a label: `kind name`."""
    return [name for name, _ in _objects(client, label, f"{MANAGED}=true")]


def _objects(client: Any, *labels: str) -> list[tuple[str, Mapping[str, str]]]:
    """`kind name` and labels of all objects with these labels: four requests, however many objects."""
    api, chosen = client.api, {"label": list(labels)}
    return [
        *((f"container {_container_name(c)}", c["Labels"]) for c in api.containers(all=True, filters=chosen)),
        *((f"network {n['Name']}", n["Labels"]) for n in api.networks(filters=chosen)),
        *((f"volume {v['Name']}", v["Labels"]) for v in api.volumes(filters=chosen)["Volumes"] or ()),
        *((f"image {(i['RepoTags'] or [i['Id'][7:19]])[0]}", i["Labels"]) for i in api.images(filters=chosen)),
    ]


def _container_name(listed: Mapping[str, Any]) -> str:
    # A container that is being removed has no name; one that others link to has more.
    names: list[str] = listed["Names"] or [f"/{listed['Id'][:12]}"]
    return min(names, key=lambda name: name.count("/")).removeprefix("/")


def _force_away(client: Any, label: str) -> None:
    for container in client.containers.list(all=True, ignore_removed=True, filters={"label": label}):
        container.remove(v=True, force=True)
    for network in client.networks.list(filters={"label": label}):
        network.remove()
    for volume in client.volumes.list(filters={"label": label}):
        volume.remove(force=True)
    for image in client.images.list(filters={"label": label}):
        client.images.remove(image.id, force=True)


def _real(folder: Path) -> str:
    return os.path.realpath(folder)
