"""`ports`, `status` and `env` print what the engine publishes, or what is leased; never a port that is neither."""

import pytest

from tests.e2e.harness import QUICK, Workshop, ports_of, write
from tests.e2e.ports import free_ports

pytestmark = pytest.mark.engine

Ports = dict[str, int]


def two_services(web: str, db: str, *, web_more: str = "") -> str:
    return f"""\
services:
  web:
    {QUICK}
    command: sleep 1000
    ports: ["{web}"]{web_more}
  db:
    {QUICK}
    command: sleep 1000
    ports: ["{db}"]
"""


def printed(workshop: Workshop) -> tuple[Ports, Ports, Ports]:
    """The ports by `ports`, `status` and `env`, in this order: service -> host port."""
    from_ports = ports_of(workshop.wtc("ports", "--json").json()["endpoints"])
    services = workshop.wtc("status", "--json").json()["services"]
    from_status = {s["service"]: s["endpoints"][0]["port"] for s in services if s["endpoints"]}
    variables = workshop.wtc("env", "--json").json()["variables"]
    names = {"web": "WTC_PORT_WEB", "db": "WTC_PORT_DB"}
    from_env = {service: int(variables[name]) for service, name in names.items() if name in variables}
    return {key.partition("/")[0]: port for key, port in from_ports.items()}, from_status, from_env


def all_three(ports: Ports) -> tuple[Ports, Ports, Ports]:
    return ports, ports, ports


def on_engine(workshop: Workshop, namespace: str) -> Ports:
    """Service -> host port, of the running containers."""
    running = workshop.client.containers.list(ignore_removed=True, filters={"label": f"com.wtc.project={namespace}"})
    return {
        c.labels["com.wtc.service"]: int(bindings[0]["HostPort"])
        for c in running
        for bindings in c.ports.values()
        if bindings
    }


def test_no_port_is_printed_before_any_is_leased(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": two_services("80:80", "81:80")})
    assert printed(workshop) == all_three({})
    assert "http" not in workshop.wtc("status").out


@pytest.mark.slow
def test_fixed_ports_of_one_service_leave_the_others_lease_in_place(workshop: Workshop) -> None:
    web, db = free_ports(2)
    workshop.commit({"compose.yaml": two_services(f"{web}:80", f"{db}:80")})
    stack = workshop.up()
    leased = {"web": stack.ports["web/80/tcp"], "db": stack.ports["db/80/tcp"]}
    assert printed(workshop) == all_three(leased)

    workshop.up("--ports", "fixed", "web")
    assert on_engine(workshop, stack.namespace) == {"web": web, "db": leased["db"]}
    assert printed(workshop) == all_three({"web": web, "db": leased["db"]})
    assert not [s for s in workshop.wtc("status", "--json").json()["services"] if s["diverged"]]

    # A service that is not part of a later `up` keeps what it publishes.
    workshop.up("--ports", "fixed", "db")
    assert printed(workshop) == all_three({"web": web, "db": db})
    workshop.up("db")
    assert printed(workshop) == all_three({"web": web, "db": leased["db"]})

    workshop.wtc("stop", "web")
    assert printed(workshop) == all_three(leased)
    workshop.wtc("start", "web")
    assert printed(workshop) == all_three({"web": web, "db": leased["db"]})
    workshop.wtc("kill", "web")
    assert printed(workshop) == all_three(leased)
    workshop.wtc("start", "web")

    workshop.wtc("down", "web")
    assert printed(workshop) == all_three(leased)
    workshop.up("--ports", "fixed")
    assert printed(workshop) == all_three({"web": web, "db": db})
    workshop.wtc("down")
    assert printed(workshop) == all_three(leased)
    workshop.up("--ports", "fixed")
    workshop.up()
    assert printed(workshop) == all_three(leased)


def test_fixed_ports_alone_are_printed_with_their_address_until_the_stack_is_down(workshop: Workshop) -> None:
    web, db = free_ports(2)
    workshop.commit({"compose.yaml": two_services(f"127.0.0.2:{web}:80", f"{db}:80")})
    workshop.up("--ports", "fixed", "web")
    assert printed(workshop) == all_three({"web": web})
    assert workshop.wtc("ports", "--json").json()["endpoints"][0]["host"] == "127.0.0.2"
    workshop.wtc("down")
    assert printed(workshop) == all_three({})


def test_fixed_port_of_a_container_that_exited_by_itself_is_not_printed(workshop: Workshop) -> None:
    web, db = free_ports(2)
    workshop.commit({"compose.yaml": two_services(f"{web}:80", f"{db}:80")})
    stack = workshop.up()
    leased = {"web": stack.ports["web/80/tcp"], "db": stack.ports["db/80/tcp"]}
    workshop.up("--ports", "fixed")
    container = stack.container("web")
    container.kill()
    container.wait()
    assert printed(workshop) == all_three({"web": leased["web"], "db": db})
    stack.container("db").kill()
    (listed,) = workshop.wtc("worktree", "list", "--json").json()["worktrees"][0]["stacks"]
    assert {e["service"]: e["port"] for e in listed["endpoints"]} == leased
    assert '"fixed"' in (workshop.config / "registry.json").read_text()
    assert workshop.wtc("ports", env={"DOCKER_HOST": "unix:///nowhere.sock"}).out.count(str(web)) == 1


def test_fixed_port_that_the_engine_chooses_is_printed(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": two_services("80", "81")})
    stack = workshop.up("--ports", "fixed")
    assert printed(workshop) == all_three(on_engine(workshop, stack.namespace))
    assert not [s for s in workshop.wtc("status", "--json").json()["services"] if s["diverged"]]


def test_containers_that_were_only_created_publish_nothing(workshop: Workshop) -> None:
    web, db = free_ports(2)
    workshop.commit({"compose.yaml": two_services(f"{web}:80", f"{db}:80")})
    workshop.up("--ports", "fixed", "--no-start")
    assert printed(workshop) == all_three({})
    workshop.wtc("start")
    assert printed(workshop) == all_three({"web": web, "db": db})


def test_up_that_fails_half_way_records_what_runs(workshop: Workshop) -> None:
    web, db = free_ports(2)
    text = two_services(f"{web}:80", f"{db}:80")
    workshop.commit({"compose.yaml": text})
    stack = workshop.up()
    leased_db = stack.ports["db/80/tcp"]
    failing = "\n    healthcheck: {test: [CMD, 'false'], interval: 100ms, retries: 1}"
    write(workshop.main, {"compose.yaml": two_services(f"{web}:80", f"{db}:80", web_more=failing)})
    workshop.wtc("up", "--ports", "fixed", "web", status=1)
    assert printed(workshop) == all_three({"web": web, "db": leased_db})


def test_registry_that_was_lost_shows_what_the_engine_publishes(workshop: Workshop) -> None:
    web, db = free_ports(2)
    workshop.commit({"compose.yaml": two_services(f"{web}:80", f"{db}:80")})
    workshop.up()
    workshop.up("--ports", "fixed", "web")
    running = printed(workshop)[0]
    (workshop.config / "registry.json").unlink()
    assert printed(workshop)[:2] == (running, running)
    # Containers that do not run hold leases at most.
    workshop.wtc("stop")
    assert set(printed(workshop)[0]) == {"db"}
