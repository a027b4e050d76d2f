"""An image registry of the tests' own, with a password, and doors to it that can be made to fail."""

import base64
import contextlib
import io
import os
import shutil
import socket
import subprocess
import tarfile
import tempfile
import threading
from pathlib import Path
from typing import Any, Self

import pytest

from tests.e2e.harness import DEADLINE_S, until
from tests.listener import Listener, shut

PROGRAM = "docker-registry"
USER, PASSWORD = "ada", "correct-horse"
_HTPASSWD = f"{USER}:$2b$04$j6R1XMSaJwwBKkYosYRdz.ApBna.Gj9/pgxxU27FxfcFQipYhDQpi\n"
"""bcrypt of the password."""
_CONFIG = """\
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {folder}/data}}}}
http: {{net: unix, addr: {folder}/socket}}
auth: {{htpasswd: {{realm: tests, path: {folder}/htpasswd}}}}
"""
_PIECE = 1 << 14
NEVER = 1 << 62


def program() -> str:
    """The path of Debian's `docker-registry`, on PATH or where `tests/run` unpacks it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    unpacked = cache / "wtc-quickstart" / PROGRAM / "usr/bin" / PROGRAM
    found = shutil.which(PROGRAM) or (str(unpacked) if unpacked.is_file() else "")
    if not found and not os.environ.get("CI"):
        pytest.skip(f"`{PROGRAM}` is not here; on Debian and Ubuntu `tests/run` unpacks it")
    assert found, f"`{PROGRAM}` is neither on PATH nor at {unpacked}"
    return found


class Registry:
    """A registry that listens on a Unix socket: what leads there from the engine are doors."""

    def __init__(self, client: Any) -> None:
        self.client, self._program = client, program()
        # A socket's path has to be short.
        self.folder = Path(tempfile.mkdtemp(prefix="wtc-registry-"))

    def __enter__(self) -> Self:
        (self.folder / "htpasswd").write_text(_HTPASSWD)
        (self.folder / "config.yml").write_text(_CONFIG.format(folder=self.folder))
        with (self.folder / "log").open("wb") as log:
            self._running = subprocess.Popen(
                [self._program, "serve", str(self.folder / "config.yml")],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        until(self._answers, "the registry answers")
        return self

    def __exit__(self, *_: object) -> None:
        self._running.terminate()
        self._running.wait(DEADLINE_S)
        shutil.rmtree(self.folder)

    def connect(self) -> socket.socket:
        """A connection to it."""
        found = socket.socket(socket.AF_UNIX)
        found.connect(str(self.folder / "socket"))
        return found

    def push(self, name: str, *, size: int) -> None:
        """An image that runs as busybox does, with a layer of random bytes of its own."""
        content = io.BytesIO()
        with tarfile.open(fileobj=content, mode="w") as tar:
            info = tarfile.TarInfo("random")
            info.size = size
            tar.addfile(info, io.BytesIO(os.urandom(size)))
        with Door(self) as door:
            repository, _, tag = f"{door.host}/{name}".rpartition(":")
            container = self.client.containers.create("busybox:1.36")
            try:
                container.put_archive("/", content.getvalue())
                image = container.commit(repository, tag)
            finally:
                container.remove()
            try:
                login = {"username": USER, "password": PASSWORD}
                pushed = self.client.images.push(repository, tag, auth_config=login)
                assert "errorDetail" not in pushed, pushed
            finally:
                self.client.images.remove(image.id, force=True)

    def _answers(self) -> bool:
        assert self._running.poll() is None, (self.folder / "log").read_text()
        with contextlib.suppress(OSError), self.connect():
            return True
        return False


class Door(Listener):
    """A port of this machine behind which the registry is, with all that can go wrong on the way.

    Once `cut_after` bytes of a connection's answers are through, it is cut, `cuts` times in all. While `silent`, a
    connection is taken and nothing ever comes of it.
    """

    def __init__(self, registry: Registry, *, cut_after: int = NEVER, cuts: int = NEVER, silent: bool = False) -> None:
        self._registry, self.cut_after, self._left, self.silent = registry, cut_after, cuts, silent
        self.connections = 0
        self.cut = 0
        self.came = threading.Event()
        self._lock = threading.Lock()
        listener = socket.create_server(("127.0.0.1", 0))
        super().__init__(listener)
        self.host = f"127.0.0.1:{listener.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self.refuse()
        self.cut_all()

    def serve(self, client: socket.socket) -> None:
        """Pass a connection on to the registry."""
        with self._lock:
            self.connections += 1
        self.came.set()
        if not self.silent:
            registry = self._registry.connect()
            threading.Thread(target=self._pump, args=(registry, client, self.cut_after), daemon=True).start()
            self._pump(client, registry, NEVER)

    def _pump(self, source: socket.socket, sink: socket.socket, cut_after: int) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while piece := source.recv(_PIECE):
                if passed + len(piece) > cut_after and self._cuts():
                    break
                sink.sendall(piece)
                passed += len(piece)
        shut(source)
        shut(sink)

    def _cuts(self) -> bool:
        with self._lock:
            if self._left <= 0:
                return False
            self._left -= 1
            self.cut += 1
            return True


def auth(password: str = PASSWORD) -> str:
    """User and password as docker's `config.json` keeps them."""
    return base64.b64encode(f"{USER}:{password}".encode()).decode()
