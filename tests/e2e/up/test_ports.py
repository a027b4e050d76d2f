"""Host ports: kept, moved where something else took them, and published as the file and the user want it."""

import os
import socket
import urllib.request
from pathlib import Path

import pytest

from tests.e2e.harness import HEALTHY, PROBES, QUICK, SHOP, Workshop, one_service, ports_of, write
from tests.e2e.ports import free_ports, holding

pytestmark = pytest.mark.engine

WEB = one_service("web", 'ports: ["8080:80"]', HEALTHY, command="httpd -f -p 80 -h /etc")


def published(workshop: Workshop) -> dict[str, int]:
    return ports_of(workshop.wtc("ports", "--json").json()["endpoints"])


def test_lease_that_a_program_took_moves_and_is_reported(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": WEB})
    before = workshop.up().ports["web/80/tcp"]
    workshop.wtc("down", "-t", "0")
    with holding(before):
        ended = workshop.wtc("up")
    after = published(workshop)["web/80/tcp"]
    assert after != before
    assert str(before) in ended.err
    assert str(after) in ended.out
    assert workshop.up().ports["web/80/tcp"] == after


def test_lease_that_a_foreign_container_took_moves_and_is_reported(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": WEB})
    before = workshop.up().ports["web/80/tcp"]
    workshop.wtc("down", "-t", "0")
    foreign = workshop.client.containers.run(
        "busybox:1.36", "sleep 1000", init=True, detach=True, ports={"80/tcp": ("127.0.0.1", before)}
    )
    try:
        ended = workshop.wtc("up")
        assert published(workshop)["web/80/tcp"] != before
        assert str(before) in ended.err
    finally:
        foreign.remove(force=True)


def test_the_port_of_a_stopped_container_that_a_program_took_moves(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": WEB})
    stack = workshop.up()
    stack.container("web").stop(timeout=0)
    with holding(stack.ports["web/80/tcp"]):
        after = workshop.up()
    assert after.ports != stack.ports
    assert published(workshop) == after.ports


HOST_PORT = WEB.replace("services:", "x-wtc: {ports: [dev]}\nservices:", 1)


DEV = "    environment: {DEV: 'http://host.docker.internal:${WTC_PORT_DEV}'}\n    ports:"


def test_port_of_a_host_process_is_in_the_file_the_environment_and_the_status(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": HOST_PORT.replace("    ports:", DEV)})
    stack = workshop.up()
    (port,) = workshop.wtc("status", "--json").json()["host_ports"]
    assert (port["name"], port["variable"]) == ("dev", "WTC_PORT_DEV")
    assert port["port"] not in stack.ports.values()
    assert stack.variable("web", "DEV") == f"http://host.docker.internal:{port['port']}"
    assert workshop.wtc("env", "--", "printenv", "WTC_PORT_DEV").out == f"{port['port']}\n"
    with holding(port["port"]):
        # The second one finds what the first one keeps.
        for _ in range(2):
            again = workshop.wtc("up", "--json").json()
            assert (again["changed"], again["host_ports"]) == (False, [port])
    assert workshop.wtc("up").out.splitlines()[-1].split() == ["dev", "WTC_PORT_DEV", f"127.0.0.1:{port['port']}"]
    assert f"WTC_PORT_DEV  127.0.0.1:{port['port']}" in workshop.wtc("ports").out
    workshop.wtc("down", "-t", "0")
    assert workshop.wtc("status", "--json").json()["host_ports"] == [port]


def test_ports_fixed_publishes_the_files_own(workshop: Workshop) -> None:
    [port] = free_ports(1)
    workshop.commit({"compose.yaml": WEB.replace("8080", str(port))})
    leased = workshop.up().ports
    fixed = workshop.up("--ports", "fixed")
    assert fixed.ports == {"web/80/tcp": port}
    assert fixed.container("web").ports["80/tcp"] == [{"HostIp": "127.0.0.1", "HostPort": str(port)}]
    assert published(workshop) == fixed.ports
    assert not workshop.wtc("status", "--json").json()["services"][0]["diverged"]
    assert workshop.up().ports == leased


def test_ports_fixed_leases_a_port_for_a_process_on_the_host(workshop: Workshop) -> None:
    [port] = free_ports(1)
    workshop.commit({"compose.yaml": HOST_PORT.replace("8080", str(port)).replace("    ports:", DEV)})
    workshop.wtc("up", "--ports", "fixed", "--dry-run")
    assert workshop.wtc("status", "--json").json()["host_ports"] == []
    stack = workshop.up("--ports", "fixed")
    [leased] = workshop.wtc("status", "--json").json()["host_ports"]
    assert stack.ports == {"web/80/tcp": port}
    assert stack.variable("web", "DEV") == f"http://host.docker.internal:{leased['port']}"
    assert workshop.wtc("env", "--", "printenv", "WTC_PORT_DEV").out == f"{leased['port']}\n"
    again = workshop.wtc("up", "--ports", "fixed", "--json").json()
    assert (again["changed"], again["host_ports"]) == (False, [leased])


def test_ranges_udp_and_several_ports_each_get_one(workshop: Workshop) -> None:
    lines = 'ports: ["7000-7002:7000-7002", "53:53/udp", "53:53/tcp", "127.0.0.1::9000"]'
    workshop.commit({"compose.yaml": one_service("web", lines)})
    stack = workshop.up()
    assert set(stack.ports) == {
        "web/7000/tcp", "web/7001/tcp", "web/7002/tcp", "web/53/udp", "web/53/tcp", "web/9000/tcp"
    }  # fmt: skip
    assert stack.ports["web/53/udp"] == stack.ports["web/53/tcp"]
    assert len(set(stack.ports.values())) == 5
    bound = stack.container("web").ports
    assert {k: int(v[0]["HostPort"]) for k, v in bound.items()} == {
        key.removeprefix("web/"): port for key, port in stack.ports.items()
    }
    assert workshop.up().answer["changed"] is False


def test_a_taken_udp_port_moves(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service("dns", 'ports: ["53:53/udp"]')})
    before = workshop.up().ports["dns/53/udp"]
    workshop.wtc("down", "-t", "0")
    with holding(before, socket.SOCK_DGRAM):
        assert workshop.up().ports["dns/53/udp"] != before


def test_wtc_bind_is_the_address(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": WEB})
    stack = workshop.up(env={"WTC_BIND": "0.0.0.0"})
    assert {b["HostIp"] for b in stack.container("web").ports["80/tcp"]} == {"0.0.0.0"}


def test_an_address_in_the_file_is_kept(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": WEB.replace("8080", "127.0.0.2:8080")})
    stack = workshop.up()
    assert stack.container("web").ports["80/tcp"][0]["HostIp"] == "127.0.0.2"
    assert stack.answer["endpoints"][0]["url"] == f"http://127.0.0.2:{stack.ports['web/80/tcp']}"


def test_the_files_own_port_variable_is_the_leased_port(workshop: Workshop) -> None:
    text = one_service(
        "web",
        'ports: ["${WEB_PORT:-8080}:80"]',
        "environment:",
        "  URL: http://localhost:${WEB_PORT:-8080}",
        "  OWN: ${WTC_NAMESPACE} ${WTC_PORT_WEB} ${WTC_PORT_WEB_80} ${WTC_URL_WEB}",
    )
    workshop.commit({"compose.yaml": text, ".env": "WEB_PORT=9090\n"})
    stack = workshop.up()
    port = stack.ports["web/80/tcp"]
    assert stack.variable("web", "URL") == f"http://localhost:{port}"
    assert stack.variable("web", "OWN") == f"{stack.namespace} {port} {port} http://127.0.0.1:{port}"


API = f"""\
services:
  api:
    {QUICK}
    command: sh -c 'mkdir /www && echo "$$NAME" >/www/index.html && exec httpd -f -p 8000 -h /www'
    environment: {{NAME: "${{WTC_NAMESPACE}}"}}
    ports: ["${{API_PORT:-8000}}:8000"]
    healthcheck: {{test: [CMD, wget, -qO, /dev/null, 'http://127.0.0.1:8000/'], {PROBES}}}
  frontend:
    {QUICK}
    command: sleep 1000
    network_mode: host
    environment: {{API_URL: "http://localhost:${{API_PORT:-8000}}"}}
    depends_on: {{api: {{condition: service_healthy}}}}
"""
"""`api` answers with its namespace; `frontend` has to reach it as a browser on this machine would."""


def test_each_worktrees_frontend_reaches_the_api_of_its_own_worktree(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": API})
    stacks = [workshop.up(), workshop.up(cwd=workshop.worktree("linked"))]
    urls = [stack.variable("frontend", "API_URL") for stack in stacks]
    assert urls == [f"http://localhost:{stack.ports['api/8000/tcp']}" for stack in stacks]
    assert len(set(urls)) == 2
    for stack, url in zip(stacks, urls, strict=True):
        assert stack.run("frontend", "sh", "-c", 'wget -qO- "$API_URL/"') == f"{stack.namespace}\n"
        with urllib.request.urlopen(url, timeout=30) as answer:
            assert answer.read().decode() == f"{stack.namespace}\n"


def test_literal_address_of_a_moved_port_is_a_warning(workshop: Workshop) -> None:
    lines = (
        'ports: ["8080:80"]',
        "environment:",
        "  URL: http://user:s3cret@localhost:8080/x",
        "  OTHER: localhost:80",
    )
    workshop.commit({"compose.yaml": one_service("web", *lines)})
    ended = workshop.wtc("up", "--no-start")
    assert ended.err.count("warning:") == 1
    assert "`URL` of service `web` names `localhost:8080`" in ended.err
    assert "--> compose.yaml:9:" in ended.err
    assert "s3cret" not in ended.err
    assert "warning:" not in workshop.wtc("up", "--no-start", "--ports", "fixed").err


def test_the_port_range_is_the_users(workshop: Workshop, tmp_path: Path) -> None:
    workshop.commit({"compose.yaml": WEB})
    stack = workshop.up(env={"WTC_PORT_RANGE": "31000-31099"})
    assert 31000 <= stack.ports["web/80/tcp"] <= 31099


def test_no_port_left_is_an_error(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SHOP})
    ended = workshop.refused("up", status=1, env={"WTC_PORT_RANGE": "31100-31100"})
    assert "31100-31100" in ended.err
    assert workshop.leftovers() == []


def test_a_new_port_leaves_the_others_as_they_are(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": WEB})
    before = workshop.up().ports
    write(workshop.main, {"compose.yaml": WEB.replace('["8080:80"', '["9999:99", "8080:80"')})
    after = workshop.up().ports
    assert after["web/80/tcp"] == before["web/80/tcp"]
    assert set(after) == {"web/80/tcp", "web/99/tcp"}


def fixed_web(workshop: Workshop, port: int) -> None:
    workshop.commit({"compose.yaml": WEB.replace("8080", str(port))})


def refused_untouched(workshop: Workshop, *arguments: str, cwd: Path | None = None) -> str:
    """The error of `up --ports fixed`, which ends with status 5 and leaves the running stack as it is."""
    before = workshop.up(cwd=cwd)
    ids, ports = before.ids(), before.container("web").ports
    ended = workshop.refused("up", "--ports", "fixed", *arguments, status=5, cwd=cwd)
    assert before.ids() == ids
    assert before.container("web").status == "running"
    assert before.container("web").ports == ports
    return ended.err


def test_fixed_port_that_a_process_has_is_refused_before_anything_stops(workshop: Workshop) -> None:
    with holding() as port:
        fixed_web(workshop, port)
        error = refused_untouched(workshop)
    assert f"host port `{port}/tcp` at `127.0.0.1` of service `web` is taken by process {os.getpid()}" in error
    assert "--> compose.yaml:7:13  services.web.ports[0]" in error
    assert "hint: to publish this worktree's own ports instead, run `wtc up`" in error


def test_fixed_port_that_another_worktree_has_is_refused_and_names_it(workshop: Workshop) -> None:
    [port] = free_ports(1)
    fixed_web(workshop, port)
    other = workshop.worktree("other")
    assert workshop.up("--ports", "fixed", cwd=other).ports == {"web/80/tcp": port}
    error = refused_untouched(workshop)
    assert f"_web` of the worktree `{other}`" in error
    assert f"run `wtc down -w {other}`" in error
    # The worktree that has the port keeps it, also when its container is recreated.
    assert workshop.up("--ports", "fixed", "--recreate", cwd=other).ports == {"web/80/tcp": port}
    workshop.wtc("down", cwd=other)
    assert workshop.up("--ports", "fixed").ports == {"web/80/tcp": port}


def test_fixed_port_that_a_foreign_container_has_is_refused_and_names_it(workshop: Workshop) -> None:
    [port] = free_ports(1)
    fixed_web(workshop, port)
    foreign = workshop.client.containers.run(
        "busybox:1.36", "sleep 1000", init=True, detach=True, ports={"80/tcp": ("127.0.0.1", port)}
    )
    try:
        error = refused_untouched(workshop)
        assert f"container `{foreign.name}`, which wtc did not create" in error
        assert workshop.refused("up", "--ports", "fixed", "--dry-run", status=5).err == error
    finally:
        foreign.remove(force=True)


def test_fixed_port_that_a_service_outside_the_selection_has_is_refused(workshop: Workshop) -> None:
    [port] = free_ports(1)
    fixed_web(workshop, port)
    workshop.up("--ports", "fixed")
    write(workshop.main, {"compose.yaml": WEB.replace("8080", str(port)).replace("  web:", "  next:")})
    error = workshop.refused("up", "--ports", "fixed", "next", status=5).err
    assert "_web` of this stack" in error
    assert "run `wtc stop web`" in error
    assert workshop.up("--ports", "fixed", "--remove-orphans").ports == {"next/80/tcp": port}
