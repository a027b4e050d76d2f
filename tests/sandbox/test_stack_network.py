"""A sandbox that reaches services by name: what it reaches, what it does not, and as whom."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

import wtc
from tests.sandbox.conftest import Sandboxed
from wtc.errors import UsageError
from wtc.sandbox import BwrapSandbox, SandboxRunner, Stack, StackService, StackUnreachableError
from wtc.sandbox.stack import MOST_SERVICES

ASK = 'ask() { exec 3<>"/dev/tcp/$1/$2" && cat <&3; }; '
"""`ask HOST PORT` prints what a service says."""


@contextmanager
def saying(text: str) -> Generator[int]:
    """The port of a service on this machine that says a text to each connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client:
                    client.sendall(text.encode())

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def stack(ports: dict[str, int]) -> Stack:
    """Services `web` and `db` with port 80, which are at `ports` on this machine."""

    async def addresses(service: str, port: int) -> Sequence[tuple[str, int]]:
        return [("127.0.0.1", ports[service])] if port == 80 and service in ports else []

    services = (
        StackService(name="web", aliases=("shop-web",), ports=(80, 81)),
        StackService(name="db", ports=(80,)),
    )
    return Stack(services=services, addresses=addresses)


def bash(sandboxed: Sandboxed, script: str) -> tuple[int, str]:
    return sandboxed.run(f"exec bash -c '{ASK}{script}' 2>&1")


def test_services_are_reached_by_name_on_equal_ports(sandboxed: Sandboxed) -> None:
    with saying("I am web\n") as web, saying("I am db\n") as db:
        sandboxed.stack = stack({"web": web, "db": db})
        script = "ask web 80; ask shop-web 80; ask db 80; exit 7"
        assert bash(sandboxed, script) == (7, "I am web\nI am web\nI am db\n")


@pytest.mark.parametrize(
    ("peer", "why"),
    [
        ("web 81", "Connection reset by peer"),
        ("web 82", "Connection refused"),
        ("127.0.0.1 {port}", "Connection refused"),
        ("192.0.2.1 80", "Network is unreachable"),
        ("2001:db8::1 80", "Network is unreachable"),
    ],
)
def test_nothing_else_is_reached(sandboxed: Sandboxed, peer: str, why: str) -> None:
    with saying("I am web\n") as port:
        sandboxed.stack = stack({"web": port})
        assert why in bash(sandboxed, f"ask {peer.format(port=port)}")[1]
    assert sandboxed.run("cat /proc/net/dev | tail -n +3 | cut -d: -f1 | tr -d ' '") == (0, "lo\n")


def test_command_inherits_no_descriptor(sandboxed: Sandboxed) -> None:
    sandboxed.stack = stack({})
    # The last one is the folder that `ls` reads.
    assert sandboxed.run("ls /proc/self/fd") == (0, "0\n1\n2\n3\n")


def test_stack_without_services_has_no_network(sandboxed: Sandboxed) -> None:
    sandboxed.stack = Stack(services=(), addresses=stack({}).addresses)
    assert sandboxed.run("echo ran") == (0, "ran\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_reach_the_command(sandboxed: Sandboxed, number: signal.Signals) -> None:
    sandboxed.stack = stack({})
    script = f"trap 'echo caught; exit 9' {int(number)}; echo ready; while :; do sleep 0.01; done"

    async def go() -> tuple[bytes, int]:
        async with sandboxed.started(script) as running:
            assert running.process.stdout is not None
            assert await running.process.stdout.readline() == b"ready\n"
            running.send_signal(number)
            return await running.process.stdout.read(), (await running.wait()).status

    assert asyncio.run(go()) == (b"caught\n", 9)


def test_nothing_stays_open_when_the_command_has_ended(sandboxed: Sandboxed) -> None:
    sandboxed.stack = stack({})
    sandboxed.run("true")
    before = len(os.listdir("/proc/self/fd"))
    sandboxed.run("true")
    assert len(os.listdir("/proc/self/fd")) == before


def test_command_does_not_start_if_the_sockets_cannot_be_created(
    sandboxed: Sandboxed, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandboxed.stack = stack({})
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(StackUnreachableError, match="cannot listen in the network of the sandbox"):
        sandboxed.run("touch made")
    assert not (sandboxed.workspace / "made").exists()


def test_more_services_than_addresses_are_refused(sandboxed: Sandboxed) -> None:
    services = tuple(StackService(name=f"s{number}", ports=()) for number in range(MOST_SERVICES + 1))
    sandboxed.stack = Stack(services=services, addresses=stack({}).addresses)
    with pytest.raises(StackUnreachableError, match="more than 64516 services"):
        sandboxed.run("true")


def test_command_on_the_host_has_no_stack(workspace: Path) -> None:
    sandbox = BwrapSandbox(workspace, [], [], None)
    runner = SandboxRunner(sandbox=sandbox, environment={}, stack=stack({}), unsandboxed=True)
    with pytest.raises(UsageError, match="by its published ports"):
        asyncio.run(runner.run(["true"]))


AS_USER = """
import asyncio, json, os, sys
from pathlib import Path
from wtc.sandbox import BwrapSandbox, SandboxRunner, Stack, StackService, StackUnreachableError
workspace, port, script = json.loads(sys.argv[1])
async def addresses(service, number): return [("127.0.0.1", port)]
stack = Stack(services=(StackService(name="web", ports=(80,)),), addresses=addresses)
runner = SandboxRunner(
    sandbox=BwrapSandbox(Path(workspace), [], [], None), environment=dict(os.environ), stack=stack
)
assert os.getuid() == 65534
try:
    sys.exit(asyncio.run(runner.run(["bash", "-c", script])).status)
except StackUnreachableError as error:
    sys.exit(": ".join([error.message, *error.causes]))
"""
NEW_ENOUGH = "import sys; sys.exit(sys.version_info < (3, 11))"


def python_of_others() -> str:
    """A Python that an unprivileged user can run; that of the tests may be in root's home folder."""
    for program in (sys.executable, "/usr/local/bin/python3", "/usr/bin/python3"):
        try:
            if subprocess.run([program, "-c", NEW_ENOUGH], user=65534, check=False).returncode == 0:
                return program
        except OSError:
            continue
    pytest.skip("there is no Python 3.11 that an unprivileged user can run")


AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="another user's sandbox is started by root")


def as_user(workspace: Path, script: str, *, path: str = "/usr/bin:/bin") -> "subprocess.CompletedProcess[str]":
    """Run a script in a sandbox of an unprivileged user who finds bubblewrap in `path`."""
    workspace.parent.chmod(0o755)
    package = workspace.parent / "package" / "wtc"
    shutil.copytree(Path(wtc.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    with saying("I am web\n") as port:
        return subprocess.run(
            [python_of_others(), "-c", AS_USER, json.dumps([str(workspace), port, f"{ASK}{script}"])],
            user=65534,
            group=65534,
            extra_groups=[],
            cwd=workspace,
            env={"PATH": path, "PYTHONPATH": str(package.parent)},
            capture_output=True,
            text=True,
            check=False,
        )


@AS_ROOT
def test_unprivileged_user_reaches_ports_below_1024(bubblewrap: None, workspace: Path) -> None:
    ended = as_user(workspace, "ask web 80")
    assert (ended.returncode, ended.stdout) == (0, "I am web\n"), ended.stderr


@AS_ROOT
def test_setuid_bubblewrap_is_named_as_the_reason(bubblewrap: None, workspace: Path) -> None:
    program = shutil.which("bwrap")
    assert program is not None
    copy = Path(shutil.copy(program, workspace.parent))
    copy.chmod(0o4755)
    ended = as_user(workspace, "true", path=f"{copy.parent}:/usr/bin:/bin")
    assert "is setuid root, so that the network belongs to root" in ended.stderr
    assert ended.returncode == 1
