"""`top`, `events`, `wait`, `port`, `images`, `build` and `pull` on a real stack."""

import json
import signal

import pytest

from tests.e2e.harness import QUICK, Stack, Workshop, one_service
from tests.wtc_process import start_wtc

pytestmark = pytest.mark.engine

STACK = f"""\
services:
  web:
    {QUICK}
    command: httpd -f -p 80
    ports: ["80:80", "53:53/udp"]
    scale: 2
  job:
    {QUICK}
    command: sh -c 'exit 7'
  done:
    {QUICK}
    command: "true"
"""
BUILT = f"""\
services:
  app:
    build: {{context: ., dockerfile_inline: "FROM busybox:1.36\\nARG V=1\\nRUN echo $$V > /v"}}
    command: sleep 1000
    init: true
    stop_grace_period: 0s
    depends_on: [db]
  db:
    {QUICK}
    command: sleep 1000
"""


@pytest.fixture(scope="module")
def stack(shared: Workshop) -> Stack:
    shared.commit({"compose.yaml": STACK})
    shared.wtc("up", "--json", status=None)
    document = shared.wtc("ports", "--json").json()
    return Stack(shared.client, document)


def test_top_lists_what_runs_in_each_container(shared: Workshop, stack: Stack) -> None:
    lines = shared.wtc("top").out.splitlines()
    assert lines[0].split()[:3] == ["SERVICE", "#", "UID"]
    assert sorted(tuple(line.split()[:2]) for line in lines[1:] if line.endswith(" httpd -f -p 80")) == [
        ("web", "1"),
        ("web", "1"),
        ("web", "2"),
        ("web", "2"),
    ]
    document = shared.wtc("top", "--json", "web").json()
    assert [c["replica"] for c in document["containers"]] == [1, 2]
    assert any(p["CMD"] == "httpd -f -p 80" for p in document["containers"][0]["processes"])


def test_top_of_what_does_not_run_is_empty(shared: Workshop, stack: Stack) -> None:
    ended = shared.wtc("top", "job")
    assert (ended.out, ended.err) == ("", "nothing runs\n")


@pytest.mark.parametrize(
    ("arguments", "key"),
    [(["web", "80"], "web/80/tcp"), (["--protocol", "udp", "web", "53"], "web/53/udp")],
)
def test_port_is_where_it_answers(shared: Workshop, stack: Stack, arguments: list[str], key: str) -> None:
    assert shared.wtc("port", *arguments).out == f"127.0.0.1:{stack.ports[key]}\n"


def test_port_of_a_replica_is_its_own(shared: Workshop, stack: Stack) -> None:
    ports = {shared.wtc("port", "--index", n, "web", "80").out for n in ("1", "2")}
    assert len(ports) == 2


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["web", "81"], 1, "it publishes `53/udp`, `80/tcp`"),
        (["job", "80"], 1, "does not run"),
        (["--index", "3", "web", "80"], 1, "has no replica 3"),
        (["wbe", "80"], 2, "no such service"),
        (["--protocol", "ip", "web", "80"], 2, "`--protocol` is `ip`"),
        (["web", "0"], 2, ""),
    ],
)
def test_port_that_is_not_there_is_one_clear_error(
    shared: Workshop, stack: Stack, arguments: list[str], status: int, said: str
) -> None:
    assert said in shared.refused("port", *arguments, status=status).err


def test_images_are_those_of_the_containers(shared: Workshop, stack: Stack) -> None:
    image = shared.client.images.get("busybox:1.36").id
    rows = [line.split()[:3] for line in shared.wtc("images", "web").out.splitlines()[1:]]
    assert rows == [[f"{stack.namespace}_web{n}", "busybox", "1.36"] for n in ("", "_2")]
    assert shared.wtc("images", "-q").out == image.removeprefix("sha256:") + "\n"
    found = shared.wtc("images", "--json").json()["images"]
    assert {i["id"] for i in found} == {image}
    assert len(found) == 4


@pytest.mark.parametrize(
    ("services", "status", "said"),
    [(["job"], 7, ["job  7"]), (["done"], 0, ["done  0"]), (["done", "job"], 7, ["done  0", "job  7"])],
)
def test_wait_tells_and_returns_how_it_ended(
    shared: Workshop, stack: Stack, services: list[str], status: int, said: list[str]
) -> None:
    assert sorted(shared.wtc("wait", *services, status=status).out.splitlines()) == said


def test_wait_lasts_until_the_end_and_takes_the_stack_down(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service("job", command="sh -c 'sleep 1000'")})
    stack = workshop.up()
    waiting = workshop.start("wait", "--down-project", "--json", "job")
    stack.container("job").kill(signal="TERM")
    ended = waiting.end()
    assert ended.status == 143
    assert ended.json()["endings"] == [
        {"service": "job", "replica": 1, "container": f"{stack.namespace}_job", "exit_status": 143}
    ]
    assert stack.ids() == {}


def test_events_tell_what_happens_until_ctrl_c(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service()})
    stack = workshop.up()
    with start_wtc("events", "--json", "--since", "1m", "web", cwd=workshop.main, env=workshop.env) as popen:
        assert popen.stdout
        assert popen.stderr
        workshop.wtc("restart", "-t", "0")
        seen: list[str] = []
        while seen.count("start") < 1 or "die" not in seen or seen[-1] != "start":
            event = json.loads(popen.stdout.readline())
            seen.append(event["action"])
            assert (event["service"], event["id"]) == ("web", stack.ids()["web"])
            assert not any(key.startswith(("com.wtc", "com.docker")) for key in event["attributes"])
        popen.send_signal(signal.SIGINT)
        assert popen.wait() == 130
        assert popen.stderr.read() == ""


def test_events_up_to_now_end_by_themselves(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service()})
    workshop.up()
    assert "container start" in workshop.wtc("events", "--since", "1m", "--until", "0s").out


def test_build_builds_and_touches_no_container(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": BUILT})
    document = workshop.wtc("build", "--json").json()
    assert [n["text"] for n in document["plan"]] == [f"build image {document['namespace']}-app"]
    assert [one for one in workshop.leftovers() if not one.startswith("image")] == []
    assert workshop.wtc("up", "--dry-run").out.count("build image") == 0


def test_build_arguments_win_over_the_files_and_up_takes_what_was_built(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": BUILT})
    workshop.wtc("build", "-q", "--build-arg", "V=7", "app")
    assert workshop.up().run("app", "cat", "/v") == "7\n"
    workshop.wtc("build", "-q", "--build-arg", "V", env={"V": "8"})
    assert workshop.up().run("app", "cat", "/v") == "8\n"


def test_a_build_that_fails_is_one_clear_error(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": BUILT.replace("echo $$V > /v", "exit 3")})
    assert "could not be built" in workshop.refused("build", status=1).err


def test_pull_leaves_what_is_there_and_what_is_built(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": BUILT})
    ended = workshop.wtc("pull", "--policy", "missing")
    assert "service `app` is built, not pulled" in ended.err
    assert "nothing to pull" in ended.err
    quiet = workshop.wtc("pull", "--policy", "missing", "--ignore-buildable")
    assert quiet.err == "nothing to pull\n"


def test_pull_of_what_no_registry_has_is_one_clear_error(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": "services:\n  web:\n    image: localhost:1/nope\n"})
    assert "could not be pulled" in workshop.refused("pull", status=1).err
