"""Pulls from a registry with a password, over ways that fail: each as the user would want it."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import opened
from tests.e2e.harness import DEADLINE_S, Ended, Workshop, assert_one_error, one_service
from tests.e2e.registry import PASSWORD, USER, Door, Registry, auth

pytestmark = pytest.mark.engine

WRONG = "battery-staple"
IMAGE = "shop:1"
SIZE = 3_000_000

OpenDoor = Callable[..., Door]


@pytest.fixture(scope="module")
def registry(client: Any) -> Iterator[Registry]:
    with Registry(client) as found:
        found.push(IMAGE, size=SIZE)
        yield found


@pytest.fixture
def door(registry: Registry, client: Any) -> Iterator[OpenDoor]:
    """Opens doors; what was pulled through them is removed at the end."""
    made: list[Door] = []

    def make(**faults: Any) -> Door:
        made.append(Door(registry, **faults))
        return made[-1].__enter__()

    yield make
    for one in made:
        one.__exit__()
        for image in pulled(client, one):
            client.images.remove(image, force=True)


@pytest.fixture
def fresh(registry: Registry) -> str:
    """An image of which the engine has never had the last layer: its build cache keeps what was built upon."""
    registry.push("fresh:1", size=SIZE)
    return "fresh:1"


@pytest.fixture
def workshop(door: OpenDoor, tmp_path: Path, client: Any) -> Iterator[Workshop]:
    """A repository of the test's own; its containers go before the images that they were made from."""
    with opened(tmp_path, client) as made:
        yield made


def pulled(client: Any, door: Door) -> list[str]:
    """The references on the engine that came through a door."""
    # `images.list` would inspect each image, also those that other tests remove meanwhile.
    return [tag for image in client.api.images() for tag in image["RepoTags"] or () if tag.startswith(door.host)]


def project(image: str, *lines: str) -> dict[str, str]:
    text = one_service("web", *lines)
    return {"compose.yaml": text.replace("image: busybox:1.36", f"image: {image}")}


def log_in(workshop: Workshop, door: Door, password: str = PASSWORD) -> None:
    configure(workshop.home / ".docker", {"auths": {door.host: {"auth": auth(password)}}})


def configure(folder: Path, content: dict[str, Any]) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(content))


def no_password(ended: Ended, *passwords: str) -> None:
    for password in passwords or (PASSWORD, WRONG):
        assert password not in ended.out + ended.err
        assert auth(password) not in ended.out + ended.err


def refused(workshop: Workshop, *arguments: str) -> Ended:
    """One clear error; nothing is created, and no password is printed."""
    ended = workshop.refused(*arguments, status=1)
    no_password(ended)
    assert workshop.leftovers() == []
    return ended


def in_the_home(workshop: Workshop, door: Door) -> dict[str, str]:
    log_in(workshop, door)
    return {}


def in_a_folder_that_the_environment_names(workshop: Workshop, door: Door) -> dict[str, str]:
    log_in(workshop, door, WRONG)
    configure(workshop.base / "docker", {"auths": {door.host: {"auth": auth()}}})
    return {"DOCKER_CONFIG": str(workshop.base / "docker")}


def helper(workshop: Workshop) -> dict[str, str]:
    """A credential helper that knows the password for whatever host it is asked for."""
    program = workshop.base / "bin" / "docker-credential-e2e"
    program.parent.mkdir()
    answer = json.dumps({"ServerURL": "HOST", "Username": USER, "Secret": PASSWORD})
    program.write_text(f"#!/bin/sh\nread -r host\necho '{answer}' | sed \"s,HOST,$host,\"\n")
    program.chmod(0o755)
    return {"PATH": f"{program.parent}{os.pathsep}{workshop.env['PATH']}"}


def by_the_helper_of_the_registry(workshop: Workshop, door: Door) -> dict[str, str]:
    configure(workshop.home / ".docker", {"credHelpers": {door.host: "e2e"}})
    return helper(workshop)


def by_the_helper_for_all(workshop: Workshop, door: Door) -> dict[str, str]:
    # So `docker login` leaves it behind: an empty entry, and the password in the store.
    configure(workshop.home / ".docker", {"credsStore": "e2e", "auths": {door.host: {}}})
    return helper(workshop)


@pytest.mark.parametrize("command", ["up", "pull"])
@pytest.mark.parametrize(
    "known",
    [
        in_the_home,
        in_a_folder_that_the_environment_names,
        by_the_helper_of_the_registry,
        by_the_helper_for_all,
    ],
)
def test_the_users_password_opens_the_registry(
    workshop: Workshop, door: OpenDoor, client: Any, command: str, known: Callable[..., dict[str, str]]
) -> None:
    opened = door()
    workshop.commit(project(f"{opened.host}/{IMAGE}"))
    ended = workshop.wtc(command, env=known(workshop, opened))
    no_password(ended)
    assert pulled(client, opened) == [f"{opened.host}/{IMAGE}"]


def test_a_build_starts_from_a_private_image_without_the_docker_command(workshop: Workshop, door: OpenDoor) -> None:
    opened = door()
    log_in(workshop, opened)
    dockerfile = f"FROM {opened.host}/{IMAGE}\nRUN wc -c < /random > /size\n"
    built = one_service().replace("image: busybox:1.36", "build: .")
    workshop.commit({"compose.yaml": built, "Dockerfile": dockerfile})
    git_alone = workshop.base / "bin"
    git_alone.mkdir()
    stack = workshop.up(env={"PATH": str(git_alone)})
    assert stack.run("web", "cat", "/size") == f"{SIZE}\n"


@pytest.mark.parametrize("command", ["up", "pull"])
def test_a_wrong_password(workshop: Workshop, door: OpenDoor, client: Any, command: str) -> None:
    opened = door()
    log_in(workshop, opened, WRONG)
    workshop.commit(project(f"{opened.host}/{IMAGE}"))
    ended = refused(workshop, command)
    assert f"error: image `{opened.host}/{IMAGE}` of service `web` cannot be pulled" in ended.err
    assert "authentication required" in ended.err
    assert f"run `docker login {opened.host}`" in ended.err
    assert pulled(client, opened) == []


@pytest.mark.parametrize("command", ["up", "pull"])
def test_no_password(workshop: Workshop, door: OpenDoor, client: Any, command: str) -> None:
    opened = door()
    workshop.commit(project(f"{opened.host}/{IMAGE}"))
    ended = refused(workshop, command)
    assert f"image `{opened.host}/{IMAGE}` of service `web`" in ended.err
    assert f"run `docker login {opened.host}`" in ended.err
    assert pulled(client, opened) == []


def test_a_helper_that_is_missing(workshop: Workshop, door: OpenDoor) -> None:
    opened = door()
    configure(workshop.home / ".docker", {"credHelpers": {opened.host: "absent"}})
    workshop.commit(project(f"{opened.host}/{IMAGE}"))
    assert "docker-credential-absent" in refused(workshop, "up").err


@pytest.mark.parametrize("image", ["shop:2", "none:1"])
def test_a_tag_that_the_registry_does_not_have(workshop: Workshop, door: OpenDoor, image: str) -> None:
    opened = door()
    log_in(workshop, opened)
    workshop.commit(project(f"{opened.host}/{image}"))
    ended = refused(workshop, "up")
    assert f"error: image `{opened.host}/{image}` of service `web` was not found" in ended.err
    assert "docker login" not in ended.err


def test_what_failed_is_one_json_document_too(workshop: Workshop, door: OpenDoor) -> None:
    opened = door()
    log_in(workshop, opened)
    workshop.commit(project(f"{opened.host}/shop:2"))
    error = refused(workshop, "up", "--json").json()["error"]
    assert error["exit_status"] == 1
    assert "was not found" in error["message"]


def test_a_connection_that_is_cut_once_in_a_layer(workshop: Workshop, door: OpenDoor, fresh: str) -> None:
    opened = door(cut_after=SIZE // 3, cuts=1)
    log_in(workshop, opened)
    workshop.commit(project(f"{opened.host}/{fresh}"))
    stack = workshop.up()
    assert opened.cut == 1
    assert stack.run("web", "wc", "-c", "/random").split()[0] == str(SIZE)


@pytest.mark.slow
def test_a_connection_that_is_cut_in_every_layer(workshop: Workshop, door: OpenDoor, client: Any, fresh: str) -> None:
    """Engines try for most of a minute; wtc does not make it three."""
    opened = door(cut_after=20_000)
    log_in(workshop, opened)
    workshop.commit(project(f"{opened.host}/{fresh}"))
    ended = refused(workshop, "up")
    assert f"error: image `{opened.host}/{fresh}` of service `web` could not be pulled" in ended.err
    assert "EOF" in ended.err
    assert pulled(client, opened) == []


@pytest.mark.parametrize("command", ["up", "pull"])
def test_a_registry_that_is_not_there(workshop: Workshop, door: OpenDoor, command: str) -> None:
    opened = door()
    opened.__exit__()
    workshop.commit(project(f"{opened.host}/{IMAGE}"))
    ended = refused(workshop, command)
    assert f"error: image `{opened.host}/{IMAGE}` of service `web` could not be pulled" in ended.err
    assert "connection refused" in ended.err


def test_a_pull_from_a_registry_that_is_silent_ends_when_asked_to(workshop: Workshop, door: OpenDoor) -> None:
    opened = door(silent=True)
    workshop.commit(project(f"{opened.host}/{IMAGE}"))
    started = workshop.start("pull")
    assert opened.came.wait(DEADLINE_S)
    started.popen.send_signal(signal.SIGINT)
    # The engine itself would wait for a good while: the door is still closed to it.
    ended = started.end()
    assert ended.status == 130
    assert_one_error(ended)
    assert opened.connections == 1


def test_an_image_that_is_here_is_what_one_can_go_on_with(workshop: Workshop, door: OpenDoor) -> None:
    opened = door()
    log_in(workshop, opened)
    workshop.commit(project(f"{opened.host}/{IMAGE}", "pull_policy: always"))
    first = workshop.up().ids()
    opened.__exit__()
    ended = workshop.refused("up", status=1)
    assert "wtc up --pull missing" in ended.err
    assert workshop.up("--pull", "missing").ids() == first


@pytest.mark.parametrize(("policy", "pulls"), [("daily", 1), ("every_1w2d", 1), ("every_0s", 2)])
def test_a_pull_that_is_long_ago_is_made_again(workshop: Workshop, door: OpenDoor, policy: str, pulls: int) -> None:
    opened = door()
    log_in(workshop, opened)
    workshop.commit(project(f"{opened.host}/{IMAGE}", f"pull_policy: {policy}"))
    first = workshop.up().ids()
    came = opened.connections
    assert came
    assert workshop.up().ids() == first
    assert (opened.connections > came) is (pulls > 1)


def test_a_pull_by_hand_counts(workshop: Workshop, door: OpenDoor) -> None:
    opened = door()
    log_in(workshop, opened)
    workshop.commit(project(f"{opened.host}/{IMAGE}", "pull_policy: daily"))
    workshop.wtc("pull")
    came = opened.connections
    workshop.up()
    assert opened.connections == came


def test_config_pins_an_image_to_the_digest_in_its_registry(workshop: Workshop, door: OpenDoor, client: Any) -> None:
    way = door()
    image = f"{way.host}/{IMAGE}"
    login = {"username": USER, "password": PASSWORD}
    digest = client.api.inspect_distribution(image, auth_config=login)["Descriptor"]["digest"]
    log_in(workshop, way)
    workshop.commit(project(image, "labels: {a: b}"))
    assert f"\n    image: {image}@{digest}\n" in workshop.wtc("config", "--resolve-image-digests").out
    assert workshop.wtc("config", "--lock-image-digests").out == f"services:\n  web:\n    image: {image}@{digest}\n"


def test_digest_that_the_registry_refuses_is_an_error_with_its_place(workshop: Workshop, door: OpenDoor) -> None:
    way = door()
    workshop.commit(project(f"{way.host}/{IMAGE}"))
    ended = refused(workshop, "config", "--lock-image-digests")
    assert "services.web.image" in ended.err
    assert f"run `docker login {way.host}`" in ended.err
