"""Secret values are in no output, argument, label, or file that others can read."""

import base64
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import Ended, Started, Workshop, write
from wtc.labels import PROJECT

pytestmark = pytest.mark.engine

USER, PASSWORD = "planted-user-7d1", "planted-credential-93e"
PLANTED = {
    "dotenv": "planted-dotenv-a11",
    "shell": "planted-shell-b22",
    "literal": "planted-literal-c33",
    "env_file": "planted-envfile-d44",
    "argument": "planted-argument-e55",
    "build secret": "planted-buildsecret-f66",
    "secret": "planted-secret-a77",
    "config": "planted-config-b88",
    "option": "planted-option-c99",
    "registry": PASSWORD,
    "registry header": base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode(),
}
SERVICE = """\
    init: true
    stop_grace_period: 0s
    command: sleep 1000
    environment: {{LITERAL: {literal}, DOTENV: "${{DOTENV}}", SHELL_ONE: "${{SHELL_ONE}}"}}
    env_file: [web.env]
    secrets: [one]
    configs: [two]
""".format(**PLANTED)
COMPOSE = """\
services:
  web:
    build:
      context: .
      args: {{ARGUMENT: {argument}, FROM_SHELL: "${{SHELL_ONE}}"}}
      secrets: [build]
{service}{more}  remote:
    image: registry.invalid/private:1
    profiles: [remote]
secrets: {{one: {{environment: SECRET}}, build: {{environment: BUILD_SECRET}}}}
configs: {{two: {{content: "{config}"}}}}
"""
DOCKERFILE = """\
FROM busybox:1.36
ARG ARGUMENT
ARG FROM_SHELL
RUN --mount=type=secret,id=build test -s /run/secrets/build && sleep 1 && {}
"""


def compose(*, more: str = "") -> str:
    return COMPOSE.format(**PLANTED, service=SERVICE, more=more)


class Vault:
    """A workshop in which all inputs have planted values, and wtc runs with the widest umask."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self.temporary = workshop.base / "temporary"
        self.temporary.mkdir(mode=0o700)
        docker = workshop.home / ".docker"
        docker.mkdir()
        (docker / "cli-plugins").symlink_to(Path.home() / ".docker/cli-plugins")
        write(
            docker, {"config.json": json.dumps({"auths": {"registry.invalid": {"auth": PLANTED["registry header"]}}})}
        )
        write(workshop.main, {".env": f"DOTENV={PLANTED['dotenv']}\n", "web.env": f"FILE={PLANTED['env_file']}\n"})
        # Its parent does not exist either.
        workshop.config = workshop.base / "private/wtc"
        workshop.env["WTC_CONFIG_DIR"] = str(workshop.config)
        self.env = {
            **workshop.env,
            "SHELL_ONE": PLANTED["shell"],
            "SECRET": PLANTED["secret"],
            "BUILD_SECRET": PLANTED["build secret"],
            "TMPDIR": str(self.temporary),
        }
        self.seen: dict[str, str] = {}
        """Where a planted value was found -> which one."""

    def run(self, *arguments: str) -> Ended:
        words = ["sh", "-c", 'umask 000; exec "$@"', "sh", sys.executable, "-m", "wtc", *arguments]
        pipe = subprocess.PIPE
        popen = subprocess.Popen(words, cwd=self.workshop.main, env=self.env, stdout=pipe, stderr=pipe, text=True)
        ended = Started(popen=popen).end()
        self.search(ended.out, f"standard output of {arguments}")
        self.search(ended.err, f"standard error of {arguments}")
        return ended

    def search(self, text: str, where: str, *, but: tuple[str, ...] = ()) -> None:
        for name, value in PLANTED.items():
            if value in text and name not in but:
                self.seen[where] = name

    @contextmanager
    def watched(self) -> Generator[None]:
        """Search the arguments of all processes, and what others can read of the temporary files, all the time."""
        done, pause = threading.Event(), threading.Event()

        def watch() -> None:
            while not done.is_set():
                for path, words in arguments_of_processes():
                    # The command line of wtc itself is the user's.
                    self.search(words, f"{path}: {words[:60]}", but=("option",))
                for path in exposed(self.temporary):
                    self.search(content(path), str(path))
                pause.wait(0.02)

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()

    def search_files(self) -> None:
        """Search the files of wtc: other users cannot read them, and they contain no value."""
        config = self.workshop.config
        for path in (config.parent, config, *config.rglob("*")):
            mode = path.lstat().st_mode
            assert not mode & 0o077, f"{path}: {stat.filemode(mode)}"
            if stat.S_ISREG(mode):
                self.search(content(path), str(path))
        for path in (self.workshop.main / ".git/wtc").rglob("*"):
            if path.is_file():
                self.search(content(path), str(path))
        assert list(self.temporary.iterdir()) == []

    def search_labels(self, client: Any) -> None:
        chosen = {"label": PROJECT}
        found = [
            *client.api.containers(all=True, filters=chosen),
            *client.api.networks(filters=chosen),
            *(client.api.volumes(filters=chosen)["Volumes"] or ()),
            *client.api.images(filters=chosen),
        ]
        assert found
        for one in found:
            self.search(json.dumps(one["Labels"]), f"labels of {one.get('Names') or one.get('Name') or one['Id']}")


def arguments_of_processes() -> Iterator[tuple[str, str]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and int(folder.name) != os.getpid():
            yield str(folder), content(folder / "cmdline").replace("\0", " ")


def exposed(folder: Path) -> Iterator[Path]:
    """Files below a folder that others can reach and read, as if they could reach the folder itself."""
    try:
        entries = list(folder.iterdir())
    except OSError:
        return
    for path in entries:
        try:
            mode = path.lstat().st_mode
        except OSError:
            continue
        if stat.S_ISDIR(mode) and mode & 0o011:
            yield from exposed(path)
        elif stat.S_ISREG(mode) and mode & 0o044:
            yield path


def content(path: Path) -> str:
    try:
        return path.read_bytes().decode(errors="replace")
    except OSError:
        return ""


def test_secret_values_are_shown_nowhere(workshop: Workshop, client: Any) -> None:
    workshop.commit(
        {"compose.yaml": compose(), "Dockerfile": DOCKERFILE.format("true"), ".gitignore": ".env\nweb.env\n"}
    )
    vault = Vault(workshop)
    with vault.watched():
        for line in (
            "setup --debug",
            "up --dry-run --debug",
            "up --debug --json",
            "up --debug",
            "up --recreate --debug",
        ):
            assert vault.run(*line.split()).status == 0, line
        option = f"X={PLANTED['option']}"
        assert vault.run("exec", "-T", "-e", option, "web", "true").status == 0
        assert vault.run("run", "--rm", "-T", "-e", option, "web", "true").status == 0
        for line in (
            "inspect",
            "inspect --json",
            "doctor",
            "ps --json",
            "status --json",
            "ports --json",
            "images --json",
        ):
            vault.run(*line.split(), "--debug")
        vault.run("pull", "remote", "--debug")
        vault.run("--profile", "remote", "up", "remote", "--debug", "--json")
        vault.search_labels(client)
        vault.search_files()

        # Builds, starts and files that fail.
        write(workshop.main, {"Dockerfile": DOCKERFILE.format("false")})
        assert vault.run("up", "--debug").status == 1
        assert vault.run("build", "--debug").status == 1
        write(workshop.main, {"Dockerfile": DOCKERFILE.format("true")})
        for more in ("    devices: [/dev/none]\n", "    healthcheck: {test: 'exit 1', interval: 1s, retries: 1}\n"):
            write(workshop.main, {"compose.yaml": compose(more=more)})
            assert vault.run("up", "--debug", "--json").status == 1
        write(workshop.main, {"compose.yaml": compose(), ".env": f"DOTENV='{PLANTED['dotenv']}\n"})
        assert vault.run("up", "--debug").status == 3
        vault.search_files()
    assert vault.seen == {}
