"""`create`, `scale`, and `ps` and `ports` of single services on a real stack."""

from typing import Any

import pytest

from tests.e2e.harness import SHOP, Stack, Workshop, one_service

pytestmark = pytest.mark.engine


def present(workshop: Workshop) -> Stack:
    """The stack that is there."""
    return Stack(workshop.client, workshop.wtc("ports", "--json").json())


def containers(workshop: Workshop) -> list[dict[str, Any]]:
    """The stack's containers, by replica."""
    stacks = workshop.wtc("ps", "-a", "--format", "json", "-w", ".").json()["stacks"]
    return sorted((c for stack in stacks for c in stack["containers"]), key=lambda c: c["replica"])


def test_create_starts_nothing_and_up_keeps_its_containers(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SHOP})
    workshop.wtc("create")
    stack = present(workshop)
    assert {stack.container(s).status for s in ("web", "db")} == {"created"}
    ids = stack.ids()
    assert workshop.up().ids() == ids


def test_scale_adds_and_removes_replicas_and_keeps_the_first(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service("web")})
    workshop.up()
    first = containers(workshop)[0]["container"]
    workshop.wtc("scale", "web=2")
    assert [(c["replica"], c["state"]) for c in containers(workshop)] == [(1, "running"), (2, "running")]
    workshop.wtc("scale", "web=1")
    assert [c["container"] for c in containers(workshop)] == [first]
    plan = workshop.wtc("scale", "web=3", "--dry-run").out
    assert plan.count("create container") == 2
    assert len(containers(workshop)) == 1


def test_ps_and_ports_list_only_the_named_services(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SHOP})
    stack = workshop.up()
    ids = stack.ids()
    assert workshop.wtc("ps", "-q", "-w", ".", "db").out.split() == [ids["db"]]
    assert sorted(workshop.wtc("ps", "-q", "-w", ".").out.split()) == sorted(ids.values())
    ports = workshop.wtc("ports", "--json").json()["endpoints"]
    services = {e["service"] for e in ports}
    for service in ("web", "db"):
        named = workshop.wtc("ports", service, "--json").json()["endpoints"]
        assert named == [e for e in ports if e["service"] == service]
    assert services
    assert "no such service: `nonsense`" in workshop.refused("ports", "nonsense", status=2).err
