"""One-off containers: what they take from the service, and what they leave to it."""

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
from wtc.model.service import Attachment, Dependency, Port, Service
from wtc.planner.desired.resolve import Placement, resolve_desired
from wtc.planner.images.plan_images import plan_images
from wtc.planner.oneoff import OneoffOptions, oneoff_name, oneoff_spec, plan_oneoff, plan_waits, without_dependencies
from wtc.planner.plan_text import plan_text
from wtc.planner.up import plan_up
from wtc.planner.up_options import UpOptions

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
    """The stack of `web` and what it depends on."""
    return resolve_desired(
        project(web, *OTHERS, volumes=("rows", "unused")), Placement(namespace=NAMESPACE, bind="127.0.0.1")
    )


def made(oneoff: OneoffOptions | None = None, web: Service = WEB) -> ContainerSpec:
    """The one-off container of `web`."""
    name = oneoff_name(NAMESPACE, "web", "0f3a9c1e")
    return oneoff_spec(stack(web).services["web"].containers[0], oneoff or OneoffOptions(), name=name, slug="0f3a9c1e")


def test_it_has_a_name_and_labels_by_which_nothing_takes_it_for_the_service() -> None:
    spec = made()
    assert spec.name == "accra-a1b2c3_web_run_0f3a9c1e"
    assert spec.labels[label.COMPOSE_ONEOFF] == "True"
    assert spec.labels[label.SERVICE] == "web"
    assert spec.labels["team"] == "blue"
    assert label.COMPOSE_NUMBER not in spec.labels
    assert spec.labels[label.CONFIG_HASH] != stack().services["web"].containers[0].config_hash


def test_it_ends_with_its_command_publishes_nothing_and_leaves_addresses_to_the_service() -> None:
    config = made().config
    assert config.restart == ""
    assert config.deploy is not None
    assert config.deploy.restart_policy is None
    assert config.ports == ()
    assert config.mac_address == ""
    assert config.networks == {"accra-a1b2c3_net": Attachment(aliases=("accra-a1b2c3_web_run_0f3a9c1e",))}


def test_the_services_names_and_ports_are_its_own_where_that_is_asked_for() -> None:
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
def test_command_and_entrypoint(said: dict[str, Any], command: tuple[str, ...], entrypoint: tuple[str, ...]) -> None:
    config = made(OneoffOptions(**said), replace(WEB, entrypoint=("sh",))).config
    assert (config.command, config.entrypoint) == (command, entrypoint)


def test_what_is_said_goes_over_what_the_file_says() -> None:
    mount = Mount(type="bind", source="/here", target="/rows")
    said = OneoffOptions(
        environment={"COLOUR": "blue"}, user="7", working_dir="/w", mounts=(mount,), labels={"team": "red"}
    )
    spec = made(said)
    assert spec.config.environment == {"COLOUR": "blue", "SIZE": "large"}
    assert (spec.config.user, spec.config.working_dir, spec.config.volumes) == ("7", "/w", (mount,))
    assert spec.labels["team"] == "red"


def test_labels_by_which_wtc_goes_are_not_the_users_to_set() -> None:
    spec = made(OneoffOptions(labels={label.PROJECT: "another", label.COMPOSE_ONEOFF: "False"}))
    assert spec.labels[label.PROJECT] == NAMESPACE.name
    assert spec.labels[label.COMPOSE_ONEOFF] == "True"


def test_only_what_it_stands_on_is_made() -> None:
    spec = made()
    wanted = without_dependencies(stack(), spec)
    assert set(wanted.services) == {"web"}
    assert set(wanted.volumes) == {"rows"}
    plan = plan_oneoff(wanted, Observed(api_version=(1, 51)), spec)
    assert plan_text(plan).splitlines() == [
        "1 create network accra-a1b2c3_net: not there yet",
        "2 create volume accra-a1b2c3_rows: not there yet",
        "3 create container accra-a1b2c3_web_run_0f3a9c1e: a container for one command (after 1, 2)",
    ]


def test_what_it_depends_on_is_waited_for() -> None:
    assert plan_text(plan_waits(stack(), "web")).splitlines() == [
        "1 wait for accra-a1b2c3_db to be healthy: `web` depends on it",
        "2 wait for accra-a1b2c3_job to be completed: `web` depends on it",
    ]


@pytest.mark.parametrize("state", ["running", "exited"])
def test_up_leaves_it_alone_and_its_network_too_while_it_runs(state: str) -> None:
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
