"""Ownership: the labels of an object must match each other, its name, and the identity of the worktree."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.planner.listing import ANONYMOUS, container, container_labels, image, network, volume
from tests.planner.world import IDENTITY, NAMESPACE
from wtc import labels as label
from wtc.model.identity import Ancestor, Identity
from wtc.model.namespace import Namespace
from wtc.model.observed import ContainerRef, EngineListing, MountedVolume, ObservedContainer
from wtc.model.plan import RemoveContainer, RemoveVolume
from wtc.model.project import Volume
from wtc.planner.down import plan_clean
from wtc.planner.observed.labelled_stacks import labelled_stacks
from wtc.planner.observed.observed_stack import observed_stack
from wtc.planner.observed.ownership import Object, foreign_use, is_left_by_copy, ownership
from wtc.planner.volumes.copy_marker import copy_helper

OTHER = replace(NAMESPACE, worktree="/w/berne", identity=replace(IDENTITY, id="f" * 32))
"""The same namespace, for another worktree."""
BY_PATH = replace(NAMESPACE, identity=replace(IDENTITY, id=""))
"""The same folder, without an id."""
LEGACY = replace(NAMESPACE, identity=replace(IDENTITY, legacy=True))
"""Objects of an older wtc count: the engine is on this machine."""
NEW_KEYS = {label.ID, label.HOST, label.GIT, label.DIRECTORY, label.PARENTS, label.NAME}


def without(labels: Mapping[str, str], *keys: str) -> dict[str, str]:
    return {key: value for key, value in labels.items() if key not in keys}


def older(labels: Mapping[str, str], **more: str) -> dict[str, str]:
    """Return the labels that an older wtc wrote."""
    return {**without(labels, *NEW_KEYS), **more}


OF_IMAGE = dict(image().labels)
COMMITTED = container_labels()
MOUNT = MountedVolume(name=ANONYMOUS, target="/data", anonymous=True)
USER = container("mine", labels={}, volumes=(MOUNT,))
"""A container of the user that mounts an anonymous volume and runs the stack's image."""
APART = replace(IDENTITY, id="", parents=(Ancestor(inode=99, filesystem="f"),))

CONTAINERS: dict[str, tuple[ObservedContainer, str]] = {
    "as `up` creates it": (container(), ""),
    "a replacement that is not renamed yet": (container("next_accra-a1b2c3_app"), ""),
    "a one-off with a name that the user chose": (container("mine", labels=container_labels("mine")), ""),
    "docker run --name mine IMAGE": (container("mine", labels=OF_IMAGE), "its labels come from its image"),
    "docker run --name IMAGE IMAGE": (container("accra-a1b2c3-app", labels=OF_IMAGE), "its labels come from its image"),
    "docker run of a committed container": (
        container("mine", labels=COMMITTED),
        "its labels are those of `accra-a1b2c3_app`",
    ),
    "docker run --name next_mine of a committed container": (
        container("next_mine", labels=COMMITTED),
        "its labels are those of `accra-a1b2c3_app`",
    ),
    "without any label": (container(labels={}), "wtc did not create it"),
    "`com.wtc.managed` is not `true`": (
        container(labels={**container_labels(), label.MANAGED: "yes"}),
        "wtc did not create it",
    ),
    "a Docker Compose project with an image of wtc": (
        container(labels={**container_labels(), label.COMPOSE_PROJECT: "shop"}),
        "its labels name two projects",
    ),
    "a name label that is empty": (
        container(labels={**container_labels(), label.NAME: ""}),
        "its labels have no name",
    ),
    "of another worktree": (
        container(labels=container_labels(of=OTHER)),
        "it belongs to another worktree, created at `/w/berne`",
    ),
    "of another stack": (
        container("berne-1_app", labels=container_labels("berne-1_app", of=replace(NAMESPACE, name="berne-1"))),
        "it belongs to stack `berne-1`",
    ),
    "`com.wtc.id` from the compose file": (
        container(labels={**container_labels(), label.ID: "mine"}),
        "it belongs to another worktree, created at `/w/accra`",
    ),
    "without an id, of the same folder and host": (container(labels=container_labels(of=BY_PATH)), ""),
    "without an id, of another folder at this path": (
        container(labels=container_labels(of=replace(NAMESPACE, identity=APART))),
        "it was created for another folder or host at `/w/accra`",
    ),
    "without an id, of another host": (
        container(labels=container_labels(of=replace(NAMESPACE, identity=replace(IDENTITY, id="", host="e" * 32)))),
        "it was created for another folder or host at `/w/accra`",
    ),
    "without an id, and its labels record no folder": (
        container(labels=container_labels(of=replace(NAMESPACE, identity=replace(IDENTITY, id="", parents=())))),
        "it was created for another folder or host at `/w/accra`",
    ),
}


@pytest.mark.parametrize("case", CONTAINERS)
def test_container_is_own_by_its_labels_name_and_identity(case: str) -> None:
    found, reason = CONTAINERS[case]
    assert ownership(found, NAMESPACE).reason == reason


OTHERS: dict[str, tuple[Object, str]] = {
    "network as `up` creates it": (network(), ""),
    "network with the labels of another one": (network("mine"), "its labels are those of `accra-a1b2c3_net`"),
    "network with the labels of another id": (
        network(labels=label.own(OTHER, "accra-a1b2c3_net")),
        "it belongs to another worktree, created at `/w/berne`",
    ),
    "network that is managed and not named": (
        network(labels={label.MANAGED: "true", label.PROJECT: "accra-a1b2c3", label.ID: IDENTITY.id}),
        "its labels do not name it",
    ),
    "volume as `up` creates it": (volume(), ""),
    "foreign volume with the labels of the stack": (volume("mine"), "its labels are those of `accra-a1b2c3_data`"),
    "volume with the labels of another id": (
        volume(labels=label.own(OTHER, "accra-a1b2c3_data")),
        "it belongs to another worktree, created at `/w/berne`",
    ),
    "volume without a project": (
        volume(labels={label.MANAGED: "true", label.NAME: "accra-a1b2c3_data"}),
        "its labels name two projects",
    ),
    "anonymous volume as `up` labels it": (volume(ANONYMOUS, labels=label.own(NAMESPACE)), ""),
    "anonymous volume with the labels of a named one": (
        volume(ANONYMOUS),
        "its labels are those of `accra-a1b2c3_data`",
    ),
    "anonymous volume of another id": (
        volume(ANONYMOUS, labels=label.own(OTHER)),
        "it belongs to another worktree, created at `/w/berne`",
    ),
    "image as `up` builds it": (image(), ""),
    "image without a tag": (image("sha256:app"), ""),
    "docker commit CONTAINER mybackup:v1": (
        replace(image("mybackup:v1"), labels=COMMITTED),
        "its labels are those of `accra-a1b2c3_app`",
    ),
    "docker build FROM the image": (image("mine:latest"), "its labels are those of `accra-a1b2c3-app`"),
    "docker tag IMAGE IMAGE:backup": (
        image("accra-a1b2c3-app:backup"),
        "its labels are those of `accra-a1b2c3-app`",
    ),
    "image of another id": (image(of=OTHER), "it belongs to another worktree, created at `/w/berne`"),
}


@pytest.mark.parametrize("case", OTHERS)
def test_network_volume_and_image_are_own_by_their_labels_name_and_identity(case: str) -> None:
    found, reason = OTHERS[case]
    assert ownership(found, NAMESPACE).reason == reason


@pytest.mark.parametrize(
    "found", [volume(ANONYMOUS, labels=label.own(NAMESPACE)), image("sha256:app")], ids=["anonymous volume", "image"]
)
def test_unnamed_object_that_a_foreign_container_uses_is_foreign(found: Object) -> None:
    assert ownership(found, NAMESPACE, foreign_use([USER])).reason == "container `mine` uses it"
    assert ownership(found, NAMESPACE, foreign_use([container(volumes=(MOUNT,))])).own


OLD_VOLUME = older(label.own(NAMESPACE))
OLD_CONTAINER = older(container_labels())
VERSION_BEFORE: dict[str, tuple[Object, str]] = {
    "container": (container(labels=OLD_CONTAINER), ""),
    "replacement": (container("next_accra-a1b2c3_app", labels=OLD_CONTAINER), ""),
    "container with a name that the user chose": (
        container("mine", labels=OLD_CONTAINER),
        "its labels are those of another container",
    ),
    "container of the same project folder": (
        container(labels={**OLD_CONTAINER, label.COMPOSE_WORKING_DIR: "/w/accra"}),
        "",
    ),
    "container of another project folder": (
        container(labels={**OLD_CONTAINER, label.COMPOSE_WORKING_DIR: "/w/accra/api"}),
        "an older wtc created it, for the project in `/w/accra/api`",
    ),
    "container of another path": (
        container(labels={**OLD_CONTAINER, label.WORKTREE: "/w/berne"}),
        "it belongs to another worktree, created at `/w/berne`",
    ),
    "volume": (volume(labels=OLD_VOLUME), ""),
    "volume with a foreign name": (volume("mine", labels=OLD_VOLUME), "its labels do not name it"),
    "network": (network(labels=OLD_VOLUME), ""),
    "image": (replace(image(), labels=older(OF_IMAGE)), ""),
    "image with a foreign tag": (
        replace(image("mine:latest"), labels=older(OF_IMAGE)),
        "its labels are those of another image",
    ),
}


@pytest.mark.parametrize("case", VERSION_BEFORE)
def test_object_of_an_older_wtc_is_own_by_its_old_labels_and_computed_name(case: str) -> None:
    found, reason = VERSION_BEFORE[case]
    assert ownership(found, LEGACY).reason == reason


@pytest.mark.parametrize("case", VERSION_BEFORE)
def test_object_of_an_older_wtc_on_a_remote_engine_is_foreign(case: str) -> None:
    found, _ = VERSION_BEFORE[case]
    assert not ownership(found, NAMESPACE).own


@pytest.mark.parametrize("key", [label.ID, label.HOST, label.NAME])
def test_object_with_one_new_label_is_not_of_an_older_wtc(key: str) -> None:
    found = volume(labels={**OLD_VOLUME, key: "mine"})
    assert not ownership(found, LEGACY).own


def test_objects_of_an_older_wtc_at_a_former_path_are_own_after_a_recorded_move() -> None:
    moved = Namespace(
        name=NAMESPACE.name, worktree="/w/berne", identity=replace(LEGACY.identity, former_paths=("/w/accra",))
    )
    assert ownership(volume(labels=OLD_VOLUME), moved).own


def test_foreign_volume_with_the_labels_of_a_live_stack_makes_no_stack() -> None:
    """Only objects with consistent labels make a stack."""
    listing = EngineListing(
        containers=(container(),), volumes=(volume("mine"), volume("other", labels=label.own(OTHER, "x")))
    )
    (stack,) = labelled_stacks(listing)
    assert (stack.identity.id, stack.containers, stack.volumes) == (IDENTITY.id, 1, ())


BERNE = replace(NAMESPACE, name="berne-1", worktree="/w/berne", identity=replace(IDENTITY, id="f" * 32))
READER = copy_helper(Volume(key="rows", name="berne-1_rows", labels=label.own(BERNE, "berne-1_rows")), "reader")


@pytest.mark.parametrize(
    ("name", "state", "labels", "left"),
    [
        pytest.param(READER.name, "created", {}, True, id="as a copy creates it"),
        pytest.param(READER.name, "created", {label.HOST: "0" * 32}, False, id="on another host"),
        pytest.param(READER.name, "created", {label.HOST: ""}, False, id="on an unknown host"),
        pytest.param(READER.name, "running", {}, False, id="started by a user"),
        pytest.param("mine", "created", {}, False, id="docker create of a committed one"),
        pytest.param("berne-1_app", "created", {label.COPY: ""}, False, id="another container of that stack"),
    ],
)
def test_container_that_a_killed_copy_left_is_not_a_foreign_user_of_the_source(
    name: str, state: str, labels: Mapping[str, str], *, left: bool
) -> None:
    source = "accra-a1b2c3_data"
    reader = container(name, labels={**READER.labels, **labels}, state=state, volumes=(mounted(source),))
    listing = EngineListing(containers=(reader,), volumes=(volume(source),))
    observed = observed_stack(listing, NAMESPACE)
    assert is_left_by_copy(reader, NAMESPACE) is left
    assert (source in observed.foreign_use.volumes) is not left
    removed = [node.operation for node in plan_clean(NAMESPACE, observed)] if state == "created" else []
    assert (RemoveContainer(container=ContainerRef(name=name, id=reader.id), volumes=True) in removed) is left
    assert (RemoveVolume(name=source) in removed) is left


def mounted(source: str) -> MountedVolume:
    return MountedVolume(name=source, target="/data", writable=False)


def test_foreign_objects_are_reported_with_the_reason() -> None:
    listing = EngineListing(
        containers=(container(), container("mine", labels=OF_IMAGE)),
        networks=(network("mine"),),
        volumes=(volume("mine"), volume("unlabelled", labels={})),
    )
    observed = observed_stack(listing, NAMESPACE)
    assert observed.left_alone == {
        "container `mine`": "its labels come from its image",
        "network `mine`": "its labels are those of `accra-a1b2c3_net`",
        "volume `mine`": "its labels are those of `accra-a1b2c3_data`",
    }
    assert [c.name for c in observed.containers] == ["accra-a1b2c3_app"]


def test_keys_of_wtc_in_the_compose_file_are_not_labels_of_the_object() -> None:
    assert label.of_user({label.ID: "mine", label.NAME: "x", "com.wtcx": "1", "team": "blue"}) == {
        "com.wtcx": "1",
        "team": "blue",
    }


def test_every_object_records_which_worktree_it_was_created_for() -> None:
    recorded = label.namespace_of(label.own(NAMESPACE, "accra-a1b2c3_net"))
    assert recorded == NAMESPACE
    assert recorded.identity == Identity(
        id=IDENTITY.id,
        host=IDENTITY.host,
        git=IDENTITY.git,
        git_inode=IDENTITY.git_inode,
        directory=IDENTITY.directory,
        parents=IDENTITY.parents,
    )
