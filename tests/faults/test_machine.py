"""Faults of the machine: a clock that jumps, a full or closed state folder, an engine that is restarted."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from typing import Any

import pytest
from docker.errors import APIError

from tests.e2e.harness import DEADLINE_S, Ended, Stack, Started, Workshop, one_service, write
from tests.e2e.proxy import Proxy
from wtc.labels import PROJECT

pytestmark = pytest.mark.engine

DAYS_S = 10 * 24 * 3600
CLOCK = f"""\
import itertools, sys, time
ahead_s = {{"behind": [-{DAYS_S}], "ahead": [{DAYS_S}], "jumps": [{DAYS_S}, -{DAYS_S}]}}
shifts = itertools.cycle(ahead_s[sys.argv.pop(1)])
seconds, nanoseconds = time.time, time.time_ns
time.time = lambda: seconds() + next(shifts)
time.time_ns = lambda: nanoseconds() + next(shifts) * 10**9
from wtc.cli.main import main
main()
"""
"""Runs wtc with a clock that differs from that of the files and of the engine; `jumps`: at each look at it."""
CLOCKS = ["behind", "ahead", "jumps"]

PORTS = ('ports: ["80"]', "volumes: [rows:/data]")
STACK = one_service("web", *PORTS) + "volumes: {rows: {}}\n"
IS_ROOT = os.geteuid() == 0

FULL = """\
cp -a "$WTC_CONFIG_DIR" "$COPY"
mount -t tmpfs -o size=1m,nr_inodes="${INODES}" tmpfs "$WTC_CONFIG_DIR"
cp -a "$COPY/." "$WTC_CONFIG_DIR"
"""
FAULTS = {
    "no space": FULL + 'cat /dev/zero >"$WTC_CONFIG_DIR/fill" 2>/dev/null\n',
    "no inodes": FULL + 'n=0; while true >"$WTC_CONFIG_DIR/$n"; do n=$((n+1)); done 2>/dev/null\n',
    "read-only": FULL + 'mount -o remount,ro "$WTC_CONFIG_DIR"\n',
    "file size": "ulimit -f 0\n",
    "another user's": 'chmod 0 "$WTC_CONFIG_DIR"\n',
}
"""What a shell does before it runs wtc. All but the last two need a mount namespace, so they need root."""
NAMESPACED = {"no space", "no inodes", "read-only"}
BEFALLING = [fault for fault in FAULTS if IS_ROOT or fault not in NAMESPACED]
WITHOUT = "--bounding-set=-dac_override,-dac_read_search,-fowner,-chown"
"""The capabilities by which root may read and write what is another user's."""


def run_program(workshop: Workshop, words: list[str], env: Mapping[str, str]) -> Ended:
    pipe = subprocess.PIPE
    popen = subprocess.Popen(words, cwd=workshop.main, env={**workshop.env, **env}, stdout=pipe, stderr=pipe, text=True)
    ended = Started(popen=popen).end()
    assert "Traceback" not in ended.err, ended.err
    return ended


def with_clock(workshop: Workshop, clock: str, *arguments: str) -> Ended:
    ended = run_program(workshop, [sys.executable, "-c", CLOCK, clock, *arguments], {})
    assert ended.status == 0, ended.err
    return ended


@pytest.mark.parametrize("clock", CLOCKS)
def test_clock_that_differs_changes_nothing(workshop: Workshop, clock: str) -> None:
    workshop.commit({"compose.yaml": STACK})
    stack = workshop.up()
    ids = stack.ids()
    for _ in range(2):
        answer = with_clock(workshop, clock, "up", "--json").json()
        assert (answer["changed"], answer["endpoints"]) == (False, stack.answer["endpoints"])
    lines = ["ps", "ls", "status", "stats", "images", "volumes", "inspect", "logs --since 1m"]
    for line in [*lines, "restart -t 0", "exec -T web true", "run --rm -T web true"]:
        with_clock(workshop, clock, *line.split())
    assert stack.ids() == ids
    with_clock(workshop, clock, "down", "-t", "0")
    assert workshop.up().ports == stack.ports


@pytest.mark.parametrize("clock", CLOCKS)
def test_changed_build_context_is_built_with_any_clock(workshop: Workshop, clock: str) -> None:
    build = "services: {web: {build: ., init: true, stop_grace_period: 0s, command: sleep 1000}}\n"
    dockerfile = "FROM busybox:1.36\nCOPY data /data\n"
    workshop.commit({"compose.yaml": build, "Dockerfile": dockerfile, "data": "1"})
    stack = Stack(workshop.client, with_clock(workshop, clock, "up", "--json").json())
    for content, run in (("2", workshop.up), ("3", lambda: with_clock(workshop, clock, "up"))):
        write(workshop.main, {"data": content})
        run()
        assert stack.run("web", "cat", "/data") == content


@pytest.mark.parametrize("clock", CLOCKS)
def test_attached_up_prints_from_the_start_with_any_clock(workshop: Workshop, clock: str) -> None:
    workshop.commit({"compose.yaml": one_service(command="sh -c 'echo booted; sleep 0.1'")})
    assert "booted" in with_clock(workshop, clock, "up", "--foreground").out


def on_disk(workshop: Workshop, fault: str, *arguments: str) -> Ended:
    """Run wtc where the fault has befallen the state folder; afterwards it is as before."""
    script = f'{FAULTS[fault]}exec "$@"\n'
    words = ["sh", "-c", script, "sh", sys.executable, "-m", "wtc", *arguments]
    if fault in NAMESPACED:
        words = ["unshare", "--mount", "--propagation", "private", *words]
    elif IS_ROOT:
        words = ["setpriv", WITHOUT, *words]
    files = sum(1 for _ in workshop.config.rglob("*"))
    copy = workshop.base / "copy"
    try:
        return run_program(workshop, words, {"COPY": str(copy), "INODES": str(files + 10)})
    finally:
        workshop.config.chmod(0o700)
        shutil.rmtree(copy, ignore_errors=True)


@pytest.mark.parametrize("fault", BEFALLING)
def test_labels_suffice_on_a_disk_that_cannot_be_written(workshop: Workshop, fault: str) -> None:
    workshop.commit({"compose.yaml": STACK})
    stack = workshop.up()
    ids = stack.ids()
    ended = on_disk(workshop, fault, "up", "--json")
    assert (ended.status, ended.json()["endpoints"]) == (0, stack.answer["endpoints"]), ended.err
    assert stack.ids() == ids
    write(workshop.main, {"compose.yaml": STACK.replace("sleep 1000", "sleep 1001")})
    ended = on_disk(workshop, fault, "up", "--json")
    assert (ended.status, ended.json()["endpoints"]) == (0, stack.answer["endpoints"]), ended.err
    assert stack.ids() != ids
    reading = ["ps", "ls", "status", "ports", "env", "logs", "stats", "exec -T web true", "run --rm -T web true"]
    for line in [*reading, "restart -t 0", "stop -t 0", "start", "down -t 0", "clean -y -t 0"]:
        ended = on_disk(workshop, fault, *line.split())
        assert ended.status == 0, f"{line}: {ended.err}"
    assert workshop.leftovers() == []


@pytest.mark.parametrize("fault", BEFALLING)
def test_new_stack_is_refused_on_a_disk_that_cannot_be_written(workshop: Workshop, fault: str) -> None:
    workshop.commit({"compose.yaml": STACK})
    workshop.config.mkdir()
    ended = on_disk(workshop, fault, "up")
    assert ended.status == 1, ended.err
    assert f"`{workshop.config}" in ended.err
    assert workshop.leftovers() == []
    assert list(workshop.config.rglob("*.new")) == []


@pytest.mark.parametrize("number", range(1, 6))
def test_engine_that_is_restarted_during_an_up_loses_nothing(workshop: Workshop, client: Any, number: int) -> None:
    workshop.commit({"compose.yaml": STACK})
    stack = workshop.up()
    stack.run("web", "sh", "-c", "echo row >/data/rows")
    # A socket's path has to be short.
    with tempfile.TemporaryDirectory(prefix="wtc-") as folder:
        path = os.path.join(folder, "engine.sock")
        stopping, stopped = threading.Event(), threading.Event()

        def stop(change: int, _request: str) -> None:
            if change == number:
                stopping.set()
                proxy.leave()
                for container in client.containers.list(
                    ignore_removed=True, filters={"label": f"{PROJECT}={stack.namespace}"}
                ):
                    with contextlib.suppress(APIError):
                        container.kill()
                stopped.set()

        with Proxy(path, changing=stop) as proxy:
            ended = workshop.wtc("up", "--recreate", env={"DOCKER_HOST": proxy.address}, status=None)
        assert stopping.is_set()
        assert stopped.wait(DEADLINE_S)
        assert ended.status in {1, 4}, ended.err
        os.unlink(path)
        with Proxy(path) as started:
            again = workshop.up(env={"DOCKER_HOST": started.address})
    assert (again.namespace, again.ports) == (stack.namespace, stack.ports)
    assert again.run("web", "cat", "/data/rows") == "row\n"
    assert workshop.up().answer["changed"] is False
