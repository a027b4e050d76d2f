"""Next in line: environment, ports, start interval, one-off containers, and small whole stacks."""

import pytest

from tests.e2e.harness import Workshop
from tests.e2e.scenarios.stackfile import inspected, service, stackfile, states

pytestmark = pytest.mark.engine

WHEREAMI = {
    "Dockerfile": "FROM busybox:1.36\nENV WHEREAMI=image\n",
    "own.env": "WHEREAMI=env-file\n",
}


@pytest.mark.parametrize(
    ("lines", "arguments", "env", "expected"),
    [
        ((), (), {}, "image"),
        (("env_file: own.env",), (), {}, "env-file"),
        (("env_file: own.env", "environment: {WHEREAMI: compose}"), (), {}, "compose"),
        (("env_file: own.env", "environment: [WHEREAMI]"), (), {"WHEREAMI": "shell"}, "shell"),
        (("env_file: own.env", "environment: {WHEREAMI: '${WHEREAMI}'}"), (), {"WHEREAMI": "shell"}, "shell"),
        ((), (), {"WHEREAMI": "shell"}, "image"),
        (("environment: {WHEREAMI: compose}",), ("-e", "WHEREAMI=run"), {"WHEREAMI": "shell"}, "run"),
        (("environment: {WHEREAMI: compose}",), ("-e", "WHEREAMI"), {"WHEREAMI": "shell"}, "shell"),
    ],
    ids=["image", "env_file", "environment", "bare key", "interpolated", "shell alone", "run -e", "run -e bare"],
)
def test_the_environment_comes_from_the_nearest_place(
    workshop: Workshop, lines: tuple[str, ...], arguments: tuple[str, ...], env: dict[str, str], expected: str
) -> None:
    workshop.commit({"compose.yaml": stackfile(service("app", "build: .", *lines)), **WHEREAMI})
    ended = workshop.wtc("run", "--rm", "-T", *arguments, "app", "sh", "-c", "echo $WHEREAMI", env=env)
    assert ended.out.strip() == expected


def test_the_env_file_of_a_service_that_is_not_named_is_not_read(workshop: Workshop) -> None:
    text = stackfile(service("app"), service("other", "env_file: not-there.env"))
    workshop.commit({"compose.yaml": text})
    assert states(workshop.up("app")) == {"app": "running"}
    assert "not-there.env" in workshop.refused("up", status=3).err


def test_a_range_of_ports_gives_each_replica_its_own(workshop: Workshop) -> None:
    lines = ("ports: ['8100-8110:80']", "scale: 3")
    workshop.commit({"compose.yaml": stackfile(service("web", *lines, command="httpd -f -p 80 -h /etc"))})
    endpoints = workshop.up().answer["endpoints"]
    assert sorted({e["replica"] for e in endpoints}) == [1, 2, 3]
    assert len({e["port"] for e in endpoints}) == 3


def test_udp_is_published_as_udp(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": stackfile(service("web", "ports: ['8001:80/udp']"))})
    stack = workshop.up()
    assert set(inspected(stack, "web")["NetworkSettings"]["Ports"]) == {"80/udp"}
    assert "web/80/udp" in stack.ports


def test_start_interval_that_the_engine_ignores_is_a_warning(workshop: Workshop) -> None:
    check = "healthcheck: {test: [CMD, 'true'], interval: 1s, start_interval: 300ms, start_period: 10s, retries: 10}"
    workshop.commit({"compose.yaml": stackfile(service("web", check))})
    ended = workshop.wtc("up", "--json")
    (container,) = workshop.client.containers.list(
        ignore_removed=True, filters={"label": f"com.wtc.project={ended.json()['namespace']}"}
    )
    if tuple(map(int, workshop.client.api.api_version.split("."))) >= (1, 44):
        assert container.attrs["Config"]["Healthcheck"]["StartInterval"] == 300_000_000
    else:
        assert "start_interval" in ended.err
        assert "25.0" in ended.err


def test_run_leaves_a_one_off_container_that_down_takes(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": stackfile(service("web", "depends_on: [db]"), service("db"))})
    ended = workshop.wtc("run", "-T", "web", "echo", "hello")
    assert ended.out == "hello\n"
    one_off = [c for c in workshop.leftovers() if "web" in c]
    assert len(one_off) == 1
    workshop.wtc("down")
    assert workshop.leftovers() == []


def test_run_passes_the_exit_code_on_and_removes_when_asked(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": stackfile(service("web"))})
    workshop.wtc("run", "--rm", "-T", "--no-deps", "web", "sh", "-c", "exit 42", status=42)
    assert not [c for c in workshop.leftovers() if c.startswith("container")]


def test_a_small_stack_of_every_kind_comes_up_whole(workshop: Workshop) -> None:
    text = stackfile(
        service(
            "entry",
            "networks: [front, back]",
            "volumes: ['data:/data']",
            "configs: [c]",
            "secrets: [s]",
            "ports: ['8080:80', '5000:5000/udp']",
            "depends_on: [worker]",
            command="httpd -f -p 80 -h /etc",
        ),
        service("worker", "networks: [back]", "volumes: ['data:/data']", "scale: 2"),
        networks="{front: , back: {internal: true}}",
        volumes="{data: }",
        configs="{c: {content: shown}}",
        secrets="{s: {file: ./s.txt}}",
    )
    workshop.commit({"compose.yaml": text, "s.txt": "hidden"})
    stack = workshop.up()
    assert stack.run("entry", "cat", "/c", "/run/secrets/s") == "shownhidden"
    stack.run("entry", "touch", "/data/row")
    assert stack.run("worker", "ls", "/data") == "row\n"
    assert "root" in stack.run("worker", "wget", "-qO-", "http://entry/passwd")
    workshop.wtc("down")
    assert workshop.leftovers() == [f"volume {stack.namespace}_data"]
