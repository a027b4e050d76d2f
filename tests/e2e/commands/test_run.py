"""`run`: a command in a container of its own."""

import hashlib
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.conftest import opened
from tests.e2e.harness import PROBES, QUICK, Workshop, one_service, until
from tests.e2e.proxy import Proxy
from tests.e2e.terminal import LOOP, Terminal
from tests.wtc_process import run_wtc, start_wtc
from wtc.labels import PROJECT, SERVICE

pytestmark = pytest.mark.engine

BYTES = 10_000_000
APP = f"""\
services:
  app:
    {QUICK}
    command: sleep 1000
    ports: ["8080:80"]
    environment: {{COLOUR: red, SHAPE: round}}
    env_file: app.env
    volumes: ["rows:/rows", "/scratch"]
    labels: {{team: blue}}
    depends_on: {{db: {{condition: service_healthy}}, job: {{condition: service_completed_successfully}}}}
  db:
    {QUICK}
    command: sleep 1000
    healthcheck: {{test: "true", {PROBES}}}
  job: {{image: "busybox:1.36", command: "true"}}
  bare: {{image: "busybox:1.36", command: echo from the file}}
volumes: {{rows: }}
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, client: Any) -> Iterator[Workshop]:
    """A stack that was not brought up yet."""
    with opened(tmp_path_factory.mktemp("run"), client) as workshop:
        workshop.commit({"compose.yaml": APP, "app.env": "SHAPE=square\nSIZE=large\n"})
        yield workshop


@pytest.fixture
def stack(whole: Workshop) -> Iterator[Workshop]:
    """The same, without what the test before has left."""
    yield whole
    for container in oneoffs(whole):
        container.remove(force=True, v=True)


def piped(workshop: Workshop, *arguments: str, data: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    """`wtc run ...` between two pipes."""
    return run_wtc("run", *arguments, cwd=workshop.main, env=workshop.env, data=data)


def oneoffs(workshop: Workshop) -> list[Any]:
    """The containers of `run` that are there."""
    label = "com.docker.compose.oneoff=True"
    there = workshop.client.containers.list(all=True, ignore_removed=True, filters={"label": label})
    mine = os.path.realpath(workshop.main)
    return [c for c in there if c.labels.get("com.wtc.worktree") == mine]


def created(workshop: Workshop, *arguments: str) -> Any:
    """The container of `wtc run -d ...`."""
    ended = piped(workshop, "-d", *arguments)
    assert ended.returncode == 0, ended.stderr
    return workshop.client.containers.get(ended.stdout.decode().strip())


@pytest.mark.parametrize("service", ["app", "bare"])
@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["true"], 0),
        (["sh", "-c", "exit 3"], 3),
        (["/etc"], 126),
        (["no-such-command"], 127),
        (["sh", "-c", "kill -INT $$; sleep 1"], 130),
    ],
)
def test_the_commands_exit_status_is_wtcs(stack: Workshop, service: str, command: list[str], status: int) -> None:
    # As process 1 a shell is deaf to its own SIGINT; with an init of the engine's it is not.
    command = ["sh", "-c", "sh -c 'kill -INT $$'"] if (service, status) == ("bare", 130) else command
    assert piped(stack, "--rm", "--no-deps", service, *command).returncode == status
    assert oneoffs(stack) == []


def test_bytes_go_both_ways_unchanged(stack: Workshop) -> None:
    data = os.urandom(BYTES)
    ended = piped(stack, "--rm", "--no-deps", "-T", "app", "cat", data=data)
    assert ended.returncode == 0
    assert hashlib.sha256(ended.stdout).digest() == hashlib.sha256(data).digest()


def test_outputs_are_separate_and_narration_is_not_output(stack: Workshop) -> None:
    ended = piped(stack, "--rm", "--no-deps", "-q", "bare", "sh", "-c", "echo out; echo err >&2")
    assert (ended.stdout, ended.stderr) == (b"out\n", b"err\n")


def test_without_a_command_the_services_own_runs(stack: Workshop) -> None:
    assert piped(stack, "--rm", "bare").stdout == b"from the file\n"


def test_entrypoint_option_replaces_the_command_too(stack: Workshop) -> None:
    assert piped(stack, "--rm", "--entrypoint", "echo 'a b'", "bare").stdout == b"a b\n"
    assert piped(stack, "--rm", "--entrypoint", "echo a", "bare", "b").stdout == b"a b\n"


def test_what_it_depends_on_is_brought_up_as_far_as_it_asks(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": APP, "app.env": ""})
    assert piped(workshop, "--rm", "app", "true").returncode == 0
    listed = workshop.client.containers.list(
        all=True, ignore_removed=True, filters={"label": f"com.wtc.worktree={workshop.main}"}
    )
    there = {c.labels[SERVICE]: c for c in listed}
    assert there.keys() == {"db", "job"}
    assert there["db"].attrs["State"]["Health"]["Status"] == "healthy"
    assert there["job"].status == "exited"


def test_no_deps_leaves_them_alone(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": APP, "app.env": ""})
    assert piped(workshop, "--rm", "--no-deps", "app", "true").returncode == 0
    assert not [n for n in workshop.leftovers() if n.startswith("container")]


def test_it_has_the_services_labels_volumes_and_networks_but_not_its_ports_and_names(stack: Workshop) -> None:
    container = created(stack, "--no-deps", "-l", "mine=yes", "app", "sleep", "1000")
    namespace = container.labels[PROJECT]
    assert container.name.startswith(f"{namespace}_app_run_")
    assert container.labels["com.docker.compose.oneoff"] == "True"
    assert (container.labels["team"], container.labels["mine"]) == ("blue", "yes")
    assert "com.docker.compose.container-number" not in container.labels
    assert container.attrs["HostConfig"]["PortBindings"] in ({}, None)
    assert container.attrs["HostConfig"]["RestartPolicy"]["Name"] in {"", "no"}
    mounts = {m["Destination"]: m["Name"] for m in container.attrs["Mounts"]}
    assert mounts["/rows"] == f"{namespace}_rows"
    network = container.attrs["NetworkSettings"]["Networks"][f"{namespace}_net"]
    assert "app" not in (network["Aliases"] or [])


def test_options_say_how_it_runs(stack: Workshop) -> None:
    (stack.main / "notes").mkdir()
    (stack.main / "notes" / "page").write_text("a page")
    said = "echo $COLOUR $SHAPE $SIZE $LANG ${NOT_THERE-unset} $(id -u) $PWD; cat /notes/page"
    options = ("-e", "COLOUR=blue", "-e", "LANG", "-e", "NOT_THERE", "-u", "1000", "-w", "/etc")
    ended = piped(stack, "--rm", "--no-deps", *options, "-v", "./notes:/notes:ro", "app", "sh", "-c", said)
    assert ended.stdout == b"blue round large C.UTF-8 unset 1000 /etc\na page"


def test_variables_come_from_env_files_and_from_the_command_line_before_them(stack: Workshop) -> None:
    (stack.main / "notes.env").write_text("COLOUR=green\nTASTE='sweet $COLOUR'\n")
    options = ("--env-from-file", "notes.env", "-e", "COLOUR=blue")
    ended = piped(stack, "--rm", *options, "bare", "sh", "-c", "echo $COLOUR $TASTE")
    assert ended.stdout == b"blue sweet $COLOUR\n"
    stack.refused("run", "--env-from-file", "missing.env", "bare", "true", status=2)


def test_a_container_whose_resources_it_would_share_has_to_be_there(workshop: Workshop) -> None:
    text = one_service("base") + one_service("sharing", "network_mode: 'service:base'").removeprefix("services:\n")
    workshop.commit({"compose.yaml": text})
    ended = workshop.refused("run", "--no-deps", "sharing", "true", status=1)
    assert "wtc up base" in ended.err
    assert workshop.leftovers() == []
    workshop.wtc("run", "--rm", "sharing", "true")


def test_a_name_is_taken_once(stack: Workshop) -> None:
    name = f"mine-{stack.token}"
    assert created(stack, "--name", name, "bare", "true").name == name
    stack.refused("run", "--name", name, "bare", "true", status=5)


def test_ports_are_published_where_that_is_asked_for(stack: Workshop) -> None:
    published = created(stack, "--no-deps", "-p", "127.0.0.1::80", "app", "sleep", "1000")
    assert published.attrs["HostConfig"]["PortBindings"] == {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}]}
    published.remove(force=True, v=True)
    own = created(stack, "--no-deps", "--service-ports", "app", "sleep", "1000")
    bound = own.attrs["HostConfig"]["PortBindings"]["80/tcp"]
    own.remove(force=True, v=True)
    assert str(stack.up("--no-deps", "app").ports["app/80/tcp"]) == bound[0]["HostPort"]
    assert "taken by" in stack.refused("run", "--no-deps", "-P", "app", "true", status=5).err
    stack.wtc("down", "-t", "0")


def test_up_takes_it_neither_for_a_replica_nor_for_an_orphan(workshop: Workshop, witness: Callable[..., Proxy]) -> None:
    workshop.commit({"compose.yaml": one_service("web")})
    before = workshop.up().ids()
    container = created(workshop, "web", "sleep", "1000")
    proxy = witness()
    again = workshop.up("--remove-orphans", env={"DOCKER_HOST": proxy.address})
    assert proxy.changes == []
    container.reload()
    assert container.status == "running"
    container.remove(force=True)
    assert again.ids() == before


@pytest.mark.parametrize("command", ["down", "clean"])
def test_down_and_clean_take_it_away(workshop: Workshop, command: str) -> None:
    workshop.commit({"compose.yaml": one_service("web")})
    created(workshop, "web", "sleep", "1000")
    workshop.wtc(command, "-t", "0", *(["-y"] if command == "clean" else []))
    assert oneoffs(workshop) == []


def test_at_a_terminal_the_command_has_it(stack: Workshop) -> None:
    with Terminal(stack, ["run", "--rm", "--no-deps", "app", "sh"], size=(31, 101)) as terminal:
        terminal.type("stty size\r")
        terminal.see("31 101")
        terminal.resize(17, 53)
        # Of the size the command learns a moment later than the terminal.
        terminal.type("until stty size | grep '17 5[3]'; do :; done\r")
        terminal.see("17 53")
        terminal.type("vi /tmp/note\r")
        terminal.see("/tmp/note")
        terminal.type("ihello from vi\x1b")
        terminal.see("- /tmp/note [Modified]")
        terminal.type(":wq\r")
        terminal.type(f"cat /tmp/note; {LOOP}\r")
        terminal.see("ready")
        terminal.type("\x03")
        terminal.see("caught")
        terminal.type("exit 3\r")
        assert terminal.end() == 3
        assert terminal.is_as_before()
    assert oneoffs(stack) == []


def test_ctrl_c_at_a_terminal_ends_with_130(stack: Workshop) -> None:
    with Terminal(stack, ["run", "--rm", "--no-deps", "app", "sh", "-c", "echo ready; sleep 1000"]) as terminal:
        terminal.see("ready\r\n")
        terminal.type("\x03")
        assert terminal.end() == 130
        assert terminal.is_as_before()
    assert oneoffs(stack) == []


def test_ctrl_p_ctrl_q_leaves_it_running(stack: Workshop) -> None:
    with Terminal(stack, ["run", "--no-deps", "app", "sh", "-c", "echo ready; sleep 1000"]) as terminal:
        terminal.see("ready\r\n")
        terminal.type("\x10\x11")
        assert terminal.end() == 0
        assert terminal.is_as_before()
    (container,) = oneoffs(stack)
    assert container.status == "running"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_it_and_leaves_the_terminal_as_it_was(stack: Workshop, number: signal.Signals) -> None:
    with Terminal(stack, ["run", "--rm", "--no-deps", "app", "sh", "-c", "echo ready; sleep 1000"]) as terminal:
        terminal.see("ready\r\n")
        terminal.popen.send_signal(number)
        assert terminal.end() == 128 + number
        assert terminal.is_as_before()
    assert oneoffs(stack) == []


def test_without_a_terminal_sigint_goes_to_the_command(stack: Workshop) -> None:
    running = _started(stack, "sh", "-c", "trap 'echo caught; exit 7' INT; echo ready; while :; do sleep 0.1; done")
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=60)
    assert (out, running.returncode) == ("caught\n", 7)
    assert oneoffs(stack) == []


def test_stop_continues_when_wtc_is_killed_right_after_the_signal(stack: Workshop) -> None:
    script = "trap 'sleep 1; exit 0' TERM; echo ready; while :; do sleep 0.1; done"
    # Of the time to stop it has as much as the engine gives by itself.
    running = _started(stack, "sh", "-c", script, service="bare")
    running.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        running.wait(0.2)
    running.kill()
    running.communicate()
    until(lambda: oneoffs(stack) == [], "the engine has removed the container")


def test_killed_it_leaves_a_container_that_clean_removes(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service("app")})
    running = _started(workshop, "sh", "-c", "echo ready; sleep 1000")
    running.kill()
    running.communicate()
    assert len(oneoffs(workshop)) == 1
    workshop.wtc("clean", "-y", "-t", "0")
    assert oneoffs(workshop) == []


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("nope", "true"), 2),
        (("-e", "=x", "app"), 2),
        (("-v", "./a::/b", "app"), 2),
        (("-p", "80:seventy", "app"), 2),
        (("--entrypoint", "'", "app"), 2),
        (("--pull", "often", "app"), 2),
        (("--no-deps", "--user", "nobody-here", "app", "true"), 125),
    ],
)
def test_what_cannot_be_is_refused(stack: Workshop, arguments: tuple[str, ...], status: int) -> None:
    stack.refused("run", *arguments, status=status)
    assert oneoffs(stack) == []


def _started(workshop: Workshop, *command: str, service: str = "app") -> "subprocess.Popen[str]":
    """`wtc run --rm SERVICE ...` without a terminal, that has said `ready`."""
    options = ("--rm", "--no-deps", "-q")
    running = start_wtc("run", *options, service, *command, cwd=workshop.main, env=workshop.env)
    assert running.stdout is not None
    assert running.stdout.readline() == "ready\n"
    return running
