"""Networks: names, aliases, fixed addresses, changes under running containers, missing ones (scenarios 22 to 26)."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.harness import Workshop
from tests.e2e.scenarios.stackfile import inspected, service, stackfile

pytestmark = pytest.mark.engine

SERVING = "httpd -f -p 80 -h /etc"
SUBNET = "10.213.77"


def test_networks_are_made_reach_their_services_and_go_with_down(workshop: Workshop) -> None:
    text = stackfile(
        service("web", "networks: [dbs, public]", "ports: ['8080:80']", command=SERVING),
        service("db", "networks: [dbs]", command=SERVING),
        service("apart", "networks: [public]", command=SERVING),
        networks="{dbs: , public: {name: my-named-network, labels: {foo: bar}}}",
    )
    workshop.commit({"compose.yaml": text})
    stack = workshop.up()
    made = {n.name: n for n in workshop.client.networks.list() if n.name.startswith(stack.namespace)}
    assert set(made) == {f"{stack.namespace}_dbs", f"{stack.namespace}_public"}
    assert made[f"{stack.namespace}_public"].attrs["Labels"]["foo"] == "bar"
    for name, peer in (("web", "db"), ("web", "apart"), ("db", "web")):
        assert "root" in stack.run(name, "wget", "-qO-", f"http://{peer}/passwd")
    status, _ = stack.container("apart").exec_run(["nslookup", "db"])
    assert status != 0
    assert stack.ports["web/80/tcp"] == workshop.wtc("ports", "--json").json()["endpoints"][0]["port"]
    workshop.wtc("down")
    assert workshop.leftovers() == []


def test_alias_service_name_and_link_resolve(workshop: Workshop) -> None:
    text = stackfile(
        service("c1", "networks: {default: {aliases: [other-name]}}", "container_name: plain", command=SERVING),
        service("c2", "links: ['c1:linked']", "depends_on: [c1]"),
        service("c3", "links: [c1]"),
    )
    workshop.commit({"compose.yaml": text})
    stack = workshop.up()
    for client, hosts in (("c2", ("c1", "other-name", "plain", "linked", "c1-1")), ("c3", ("c1", "c1-1"))):
        for host in hosts:
            assert "root" in stack.run(client, "wget", "-qO-", f"http://{host}/passwd")
    status, _ = stack.container("c3").exec_run(["nslookup", "linked"])
    assert status != 0


def test_fixed_addresses_are_the_containers(workshop: Workshop) -> None:
    text = stackfile(
        service("fixed", f"networks: {{lan: {{ipv4_address: {SUBNET}.10}}}}", "mac_address: '02:42:0a:d5:4d:0a'"),
        service("free", "networks: [lan]"),
        networks=f"{{lan: {{ipam: {{config: [{{subnet: {SUBNET}.0/24, gateway: {SUBNET}.1}}]}}}}}}",
    )
    workshop.commit({"compose.yaml": text})
    stack = workshop.up()
    place = inspected(stack, "fixed")["NetworkSettings"]["Networks"][f"{stack.namespace}_lan"]
    assert (place["IPAddress"], place["MacAddress"]) == (f"{SUBNET}.10", "02:42:0a:d5:4d:0a")
    assert place["Gateway"] == f"{SUBNET}.1"
    assert stack.run("free", "nslookup", "-type=a", "fixed").count(f"{SUBNET}.10") == 1


def test_a_mac_address_of_a_network_is_the_containers(workshop: Workshop) -> None:
    text = stackfile(service("web", "networks: {default: {mac_address: '02:42:0a:d5:4d:0b'}}"))
    workshop.commit({"compose.yaml": text})
    stack = workshop.up()
    assert "02:42:0a:d5:4d:0b" in stack.run("web", "cat", "/sys/class/net/eth0/address")


def test_changed_network_is_recreated_and_its_containers_are_not(workshop: Workshop) -> None:
    text = stackfile(
        service("web", "networks: [test]", command=SERVING),
        service("other", "networks: [test, still]"),
        networks="{test: {labels: {foo: '${FOO:-foo}'}}, still: }",
    )
    workshop.commit({"compose.yaml": text})
    stack = workshop.up()
    ids = stack.ids()
    before = {n.name: n.id for n in workshop.client.networks.list(names=[stack.namespace])}
    workshop.up(env={"FOO": "bar"})
    after = {n.name: n for n in workshop.client.networks.list(names=[stack.namespace])}
    assert stack.ids() == ids
    assert after[f"{stack.namespace}_still"].id == before[f"{stack.namespace}_still"]
    assert after[f"{stack.namespace}_test"].id != before[f"{stack.namespace}_test"]
    assert after[f"{stack.namespace}_test"].attrs["Labels"]["foo"] == "bar"
    assert "root" in stack.run("other", "wget", "-qO-", "http://web/passwd")
    assert workshop.up(env={"FOO": "bar"}).answer["changed"] is False


def test_missing_external_network_fails_only_services_that_use_it(workshop: Workshop) -> None:
    text = stackfile(
        service("app", "networks: [far]"),
        service("test"),
        networks="{far: {external: true, name: wtc-e2e-not-there}}",
    )
    workshop.commit({"compose.yaml": text})
    ended = workshop.refused("up", status=1)
    assert "wtc-e2e-not-there" in ended.err
    assert workshop.leftovers() == []
    assert set(workshop.up("test").ids()) == {"test"}


@pytest.fixture
def external(workshop: Workshop) -> Iterator[Any]:
    """An external network, removed when the stack is gone."""
    network = workshop.client.networks.create(f"wtc-e2e-external-{workshop.token}")
    yield network
    workshop.tear_down()
    network.remove()


def test_an_external_network_is_used_by_its_own_name(workshop: Workshop, external: Any) -> None:
    text = stackfile(service("app", "networks: [far]"), networks=f"{{far: {{external: true, name: {external.name}}}}}")
    workshop.commit({"compose.yaml": text})
    stack = workshop.up()
    assert list(inspected(stack, "app")["NetworkSettings"]["Networks"]) == [external.name]
    workshop.wtc("down")
    external.reload()


def test_of_several_networks_the_highest_priority_is_the_first(workshop: Workshop) -> None:
    text = stackfile(
        service("web", "networks: {low: {priority: 1}, high: {priority: 1000}, middle: {priority: 10}}"),
        networks="{low: , middle: , high: }",
    )
    workshop.commit({"compose.yaml": text})
    stack = workshop.up()
    assert inspected(stack, "web")["HostConfig"]["NetworkMode"] == f"{stack.namespace}_high"
    own = f"{stack.namespace}_"
    assert set(inspected(stack, "web")["NetworkSettings"]["Networks"]) == {own + n for n in ("low", "middle", "high")}
