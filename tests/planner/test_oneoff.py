"""One-off containers: which attributes they take from the service."""

from dataclasses import replace
from typing import Any

import pytest

from tests.planner.world import NAMESPACE, World, desired, project
from wtc import labels as label
from wtc.model.deploy import Deploy, RestartPolicy
from wtc.model.desired import ContainerSpec, Desired
from wtc.model.mounts import Mount
from wtc.model.observed import Observed
from wtc.model.plan import RemoveNetwork
from wtc.model.plan_text import plan_text
from wtc.model.service import Attachment, Dependency, Port, Service
from wtc.model.up_options import UpOptions
from wtc.planner.desired.resolve import Placement, resolve_desired
from wtc.planner.images.plan_images import plan_images
from wtc.planner.oneoff import OneoffOptions, oneoff_name, oneoff_spec, plan_oneoff, plan_waits, without_dependencies
from wtc.planner.up import plan_up

WEB = Service(
    name="web",
    image="web:1",
    command=("serve",),
    environment={"COLOUR": "red", "SIZE": "large"},
    restart="always",
    deploy=Deploy(restart_policy=RestartPolicy(condition="any")),
    ports=(Port(target=80, published=range(8080, 8081)),),
    volumes=(Mount(type="volume", source="rows", target="/rows"),),
    networks={"default": Attachment(aliases=("www",), ipv4_address="172.30.0.9", mac_address="02:00:00:00:00:01")},
    mac_address="02:00:00:00:00:02",
    labels={"team": "blue"},
    depends_on={
        "db": Dependency(condition="service_healthy"),
        "job": Dependency(condition="service_completed_successfully", required=False),
        "log": Dependency(),
    },
)
OTHERS = [Service(name=name, image=f"{name}:1") for name in ("db", "job", "log")]


def stack(web: Service = WEB) -> Desired:
    """Return the stack of `web` and its dependencies."""
    return resolve_desired(
        project(web, *OTHERS, volumes=("rows", "unused")), Placement(namespace=NAMESPACE, bind="127.0.0.1")
    )


def made(oneoff: OneoffOptions | None = None, web: Service = WEB) -> ContainerSpec:
    """Return a one-off container of `web`."""
    name = oneoff_name(NAMESPACE, "web", "0f3a9c1e")
    return oneoff_spec(stack(web).services["web"].containers[0], oneoff or OneoffOptions(), name=name, slug="0f3a9c1e")


def test_one_off_has_a_name_and_labels_other_than_the_service() -> None:
    spec = made()
    assert spec.name == "accra-a1b2c3_web_run_0f3a9c1e"
    assert spec.labels[label.COMPOSE_ONEOFF] == "True"
    assert spec.labels[label.SERVICE] == "web"
    assert spec.labels["team"] == "blue"
    assert label.COMPOSE_NUMBER not in spec.labels
    assert spec.labels[label.CONFIG_HASH] != stack().services["web"].containers[0].config_hash


def test_one_off_does_not_restart_and_has_no_ports_or_fixed_addresses() -> None:
    config = made().config
    assert config.restart == ""
    assert config.deploy is not None
    assert config.deploy.restart_policy is None
    assert config.ports == ()
    assert config.mac_address == ""
    assert config.networks == {"accra-a1b2c3_net": Attachment(aliases=("accra-a1b2c3_web_run_0f3a9c1e",))}


def test_one_off_gets_aliases_and_ports_of_the_service_on_request() -> None:
    port = Port(target=9000, published=range(9000, 9001))
    config = made(OneoffOptions(service_ports=True, use_aliases=True, ports=(port,))).config
    assert config.networks["accra-a1b2c3_net"].aliases == ("www", "web", "accra-a1b2c3_web_run_0f3a9c1e")
    assert [p.target for p in config.ports] == [80, 9000]


@pytest.mark.parametrize(
    ("said", "command", "entrypoint"),
    [
        ({}, ("serve",), ("sh",)),
        ({"command": ("test",)}, ("test",), ("sh",)),
        ({"entrypoint": ("env",)}, (), ("env",)),
        ({"entrypoint": ()}, (), ()),
        ({"entrypoint": ("env",), "command": ("test",)}, ("test",), ("env",)),
    ],
)
def test_another_entrypoint_drops_the_command_of_the_service(
    said: dict[str, Any], command: tuple[str, ...], entrypoint: tuple[str, ...]
) -> None:
    config = made(OneoffOptions(**said), replace(WEB, entrypoint=("sh",))).config
    assert (config.command, config.entrypoint) == (command, entrypoint)


def test_options_of_a_one_off_override_the_file() -> None:
    mount = Mount(type="bind", source="/here", target="/rows")
    said = OneoffOptions(
        environment={"COLOUR": "blue"}, user="7", working_dir="/w", mounts=(mount,), labels={"team": "red"}
    )
    spec = made(said)
    assert spec.config.environment == {"COLOUR": "blue", "SIZE": "large"}
    assert (spec.config.user, spec.config.working_dir, spec.config.volumes) == ("7", "/w", (mount,))
    assert spec.labels["team"] == "red"


def test_one_off_options_cannot_set_labels_of_wtc() -> None:
    spec = made(OneoffOptions(labels={label.PROJECT: "another", label.COMPOSE_ONEOFF: "False"}))
    assert spec.labels[label.PROJECT] == NAMESPACE.name
    assert spec.labels[label.COMPOSE_ONEOFF] == "True"


def test_one_off_creates_only_its_networks_and_volumes() -> None:
    spec = made()
    wanted = without_dependencies(stack(), spec)
    assert set(wanted.services) == {"web"}
    assert set(wanted.volumes) == {"rows"}
    plan = plan_oneoff(wanted, Observed(api_version=(1, 51)), spec)
    assert plan_text(plan).splitlines() == [
        "1 create network accra-a1b2c3_net: it does not exist",
        "2 create volume accra-a1b2c3_rows: it does not exist",
        "3 create container accra-a1b2c3_web_run_0f3a9c1e: a container for one command (after 1, 2)",
    ]


def test_one_off_waits_for_its_dependencies() -> None:
    assert plan_text(plan_waits(stack(), "web")).splitlines() == [
        "1 wait for accra-a1b2c3_db to be healthy: `web` depends on it",
        "2 wait for accra-a1b2c3_job to be completed: `web` depends on it",
    ]


@pytest.mark.parametrize("state", ["running", "exited"])
def test_up_keeps_a_running_one_off_and_its_network(state: str) -> None:
    world = World()
    service = Service(name="web", image="web:1")
    before = desired(project(service))
    world.run(plan_images(before, world.observed(), UpOptions()))
    world.run(plan_up(before, world.observed(), UpOptions()))
    first = before.services["web"].containers[0]
    spec = oneoff_spec(first, OneoffOptions(), name="mine", slug="0f3a9c1e")
    world.run(plan_oneoff(without_dependencies(before, spec), world.observed(), spec))
    world.change("mine", state=state, oneoff=True)
    assert not plan_up(before, world.observed(), UpOptions(remove_orphans=True))
    plan = plan_up(desired(project(service, driver="other")), world.observed(), UpOptions())
    touched = [node for node in plan if getattr(getattr(node.operation, "container", None), "name", "") == "mine"]
    assert touched == []
    assert any(isinstance(node.operation, RemoveNetwork) for node in plan) is (state != "running")
