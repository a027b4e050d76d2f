"""What a user made from a stack's things, or gave wtc's labels, is never changed, removed or counted."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import QUICK, Stack, Workshop
from tests.e2e.identity import STORE, mark, mark_of, succeeds
from wtc.labels import COMPOSE_PROJECT, MANAGED, PROJECT, SERVICE, WORKTREE

pytestmark = pytest.mark.engine

BUILT = f"""\
services:
  app:
    build: {{dockerfile_inline: "FROM busybox:1.36\\nRUN touch /built"}}
    {QUICK.split(chr(10), 1)[1].strip()}
    command: sleep 1000
    volumes: ["data:/data", /cache]
volumes:
  data: {{}}
"""

EVERY_COMMAND = (
    ("up",),
    ("up", "--recreate"),
    ("up", "--remove-orphans"),
    ("up", "--scale", "app=2"),
    ("up", "--scale", "app=1"),
    ("restart", "-t", "0"),
    ("kill",),
    ("stop", "-t", "0"),
    ("down", "-t", "0"),
    ("clean", "-y", "-t", "0"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """What the user made: running and stopped containers, images, a volume and a network."""

    containers: tuple[Any, ...]
    images: tuple[str, ...]
    volumes: tuple[Any, ...]
    network: Any
    started: tuple[str, ...]


@pytest.fixture
def stack(workshop: Workshop) -> Stack:
    workshop.commit({"compose.yaml": BUILT})
    return workshop.up()


@pytest.fixture
def mine(workshop: Workshop, stack: Stack) -> Iterator[Mine]:
    client, token = workshop.client, workshop.token
    image = f"{stack.namespace}-app"
    app = stack.container("app")
    labels = {key: value for key, value in app.labels.items() if "wtc" in key or "compose" in key}
    app.commit(repository=f"backup-{token}", tag="v1")
    client.images.build(
        fileobj=io.BytesIO(f"FROM {image}\nRUN touch /more\n".encode()), tag=f"derived-{token}:v1", rm=True
    )
    made = [
        client.containers.run(image, ["sleep", "1000"], name=f"mine-{token}", detach=True, volumes=["/own"], init=True),
        client.containers.run(f"backup-{token}:v1", ["sleep", "1000"], name=f"backup-{token}", detach=True, init=True),
        client.containers.create(f"derived-{token}:v1", ["true"], name=f"derived-{token}"),
        # Even all labels of the stack's own container do not make it wtc's.
        client.containers.run(
            "busybox:1.36", ["sleep", "1000"], name=f"copied-{token}", labels=labels, detach=True, init=True
        ),
    ]
    for container in made:
        container.reload()
    mounts = [mount for container in made for mount in container.attrs["Mounts"] if mount["Type"] == "volume"]
    # The engine does not name a volume that it created for a bind without a source.
    anonymous = [client.volumes.get(Path(mount["Source"]).parent.name) for mount in mounts]
    assert anonymous
    volumes = [client.volumes.create(f"{stack.namespace}_more", labels=labels), *anonymous]
    network = client.networks.create(f"{stack.namespace}_more", labels=labels)
    started = tuple(c.attrs["State"]["StartedAt"] for c in made)
    yield Mine(
        containers=tuple(made),
        images=(f"backup-{token}:v1", f"derived-{token}:v1"),
        volumes=tuple(volumes),
        network=network,
        started=started,
    )
    for container in made:
        container.remove(v=True, force=True)
    for name in (f"backup-{token}:v1", f"derived-{token}:v1"):
        client.images.remove(name, force=True)
    client.volumes.get(f"{stack.namespace}_more").remove()
    network.remove()
    if workshop.client.images.list(filters={"label": f"{PROJECT}={stack.namespace}"}):
        client.images.remove(image, force=True)


def untouched(workshop: Workshop, mine: Mine) -> bool:
    """Whether all of it is as it was; an object that is missing raises."""
    for one in (*mine.containers, *mine.volumes, mine.network):
        one.reload()
    for name in mine.images:
        workshop.client.images.get(name)
    return tuple(c.attrs["State"]["StartedAt"] for c in mine.containers) == mine.started and [
        c.status for c in mine.containers
    ] == ["running", "running", "created", "running"]


def test_what_a_user_made_from_a_stack_is_untouched_by_every_command(
    workshop: Workshop, stack: Stack, mine: Mine
) -> None:
    for command in EVERY_COMMAND:
        workshop.wtc(*command)
        assert untouched(workshop, mine), command
    assert stack.ids().keys() <= {"app"}
    own = workshop.client.containers.list(
        all=True, ignore_removed=True, filters={"label": f"{PROJECT}={stack.namespace}"}
    )
    assert {c.name for c in own} == {c.name for c in mine.containers}
    assert [v.name for v in workshop.client.volumes.list(filters={"label": f"{PROJECT}={stack.namespace}"})] == [
        f"{stack.namespace}_more"
    ]


def test_containers_of_a_user_are_not_counted_as_replicas(workshop: Workshop, stack: Stack, mine: Mine) -> None:
    del mine
    assert workshop.up().answer["changed"] is False
    workshop.wtc("up", "--scale", "app=2")
    shown = workshop.wtc("status", "--json").json()["services"]
    assert {row["container"] for row in shown} == {f"{stack.namespace}_app", f"{stack.namespace}_app_2"}


def test_what_is_left_alone_is_reported_once(workshop: Workshop, stack: Stack, mine: Mine) -> None:
    said = workshop.wtc("up", "--recreate").err
    for name in (*(c.name for c in mine.containers[:2]), f"{stack.namespace}_more"):
        assert len([line for line in said.splitlines() if f"`{name}`" in line]) <= 2, said
    assert f"`{mine.containers[0].name}`" in said


def test_foreign_volume_with_the_labels_of_a_live_stack_changes_nothing(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": STORE})
    stack = workshop.up()
    mark(stack, "precious")
    foreign = workshop.client.volumes.create(
        f"foreign-{workshop.token}",
        labels={
            MANAGED: "true",
            PROJECT: stack.namespace,
            COMPOSE_PROJECT: stack.namespace,
            WORKTREE: f"{workshop.base}/elsewhere",
            SERVICE: "db",
        },
    )
    try:
        listed = workshop.wtc("clean", "--gone", "--dry-run", "--json").json()["cleaned"]
        assert stack.namespace not in {c["namespace"] for c in listed}
        workshop.wtc("clean", "--gone", "-y", cwd=workshop.base)
        assert mark_of(stack) == "precious"
        ended = workshop.wtc("clean", "-y", "-t", "0")
        assert "nothing to clean" not in ended.err
        assert f"foreign-{workshop.token}" in ended.err
        assert (
            workshop.client.containers.list(
                all=True, ignore_removed=True, filters={"label": f"{PROJECT}={stack.namespace}"}
            )
            == []
        )
        foreign.reload()
    finally:
        foreign.remove()


@pytest.mark.parametrize("command", [("up", "--recreate"), ("clean", "-y", "-t", "0")], ids=["up", "clean"])
def test_running_foreign_container_that_writes_into_a_volume_is_a_conflict(
    workshop: Workshop, command: tuple[str, ...]
) -> None:
    workshop.commit({"compose.yaml": STORE})
    stack = workshop.up()
    before = stack.ids()
    name = f"writer-{workshop.token}"
    mount = {f"{stack.namespace}_data": {"bind": "/data", "mode": "rw"}}
    writer = workshop.client.containers.run(
        "busybox:1.36", ["sleep", "1000"], name=name, volumes=mount, detach=True, init=True
    )
    try:
        ended = workshop.refused(*command, status=5)
        assert f"`{name}`" in ended.err
        assert f"docker stop {name}" in ended.err
        assert stack.ids() == before
        assert stack.container("db").status == "running"
        writer.stop(timeout=0)
        if command[0] == "clean":
            ended = workshop.wtc(*command)
            assert f"volume `{stack.namespace}_data` is kept" in ended.err
    finally:
        writer.remove(force=True)
    workshop.wtc(*command)


def test_foreign_container_that_only_reads_a_volume_is_not_a_conflict(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": STORE})
    stack = workshop.up()
    mount = {f"{stack.namespace}_data": {"bind": "/data", "mode": "ro"}}
    reader = workshop.client.containers.run(
        "busybox:1.36", ["sleep", "1000"], name=f"reader-{workshop.token}", volumes=mount, detach=True, init=True
    )
    try:
        workshop.wtc("up", "--recreate")
        reader.reload()
        assert reader.status == "running"
    finally:
        reader.remove(force=True)


@pytest.mark.parametrize("command", [("up", "-d"), ("create", "-y"), ("down",)], ids=["up", "create", "down"])
def test_docker_compose_by_project_name_keeps_the_data(workshop: Workshop, command: tuple[str, ...]) -> None:
    workshop.commit({"compose.yaml": STORE.replace('["3306:80"]', "[]")})
    stack = workshop.up()
    mark(stack, "precious")
    created = workshop.client.volumes.get(f"{stack.namespace}_data").attrs["CreatedAt"]
    compose = ("docker", "compose", "-p", stack.namespace)
    assert f"{stack.namespace}_db" in succeeds(*compose, "ps", "-a", cwd=workshop.main)
    succeeds(*compose, *command, cwd=workshop.main)
    assert workshop.client.volumes.get(f"{stack.namespace}_data").attrs["CreatedAt"] == created
    succeeds(*compose, "down", cwd=workshop.main)
    for network in workshop.client.networks.list(names=[f"{stack.namespace}_default"]):
        network.remove()  # `docker compose down` leaves the network that it created beside the stack's
    assert mark_of(workshop.up()) == "precious"


def test_clean_of_one_volume_leaves_the_rest(workshop: Workshop) -> None:
    file = STORE.replace('["data:/data"]', '["data:/data", "cache:/cache"]') + "  cache: {}\n"
    workshop.commit({"compose.yaml": file})
    stack = workshop.up()
    mark(stack, "precious")
    assert f"`{stack.namespace}_db`" in workshop.refused("clean", "-y", "--volume", "cache", status=5).err
    workshop.wtc("down", "-t", "0")
    workshop.refused("clean", "-y", "--volume", "other", status=2)
    workshop.wtc("clean", "-y", "--volume", "cache")
    names = [v.name for v in workshop.client.volumes.list(filters={"label": f"{PROJECT}={stack.namespace}"})]
    assert names == [f"{stack.namespace}_data"]
    assert mark_of(workshop.up()) == "precious"
