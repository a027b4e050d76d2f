"""Stacks of the version before, which wrote no ids and no names into labels; and a wtc that runs under sudo."""

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.e2e.harness import Stack, Workshop
from tests.e2e.identity import STORE, mark, mark_of, objects
from wtc import labels as label

pytestmark = pytest.mark.engine

NEW_LABELS = (label.ID, label.HOST, label.GIT, label.DIRECTORY, label.PARENTS, label.NAME)
COMPOSE_FILE = STORE.replace('["3306:80"]', "[]")


def aged(workshop: Workshop, stack: Stack, *, project: str = "") -> None:
    """Make of the stack what the version before created: the same objects without the labels that it did not know."""
    api, name = workshop.client.api, f"{stack.namespace}_db"
    found = stack.container("db").attrs
    volume = workshop.client.volumes.get(f"{stack.namespace}_data")
    network = workshop.client.networks.get(f"{stack.namespace}_net")
    labels = {key: value for key, value in found["Config"]["Labels"].items() if key not in NEW_LABELS}
    if project:
        labels[label.COMPOSE_WORKING_DIR] = project
    endpoint = found["NetworkSettings"]["Networks"][network.name]
    stack.container("db").remove(force=True)
    old = {key: value for key, value in volume.attrs["Labels"].items() if key not in NEW_LABELS}
    volume.remove()
    workshop.client.volumes.create(volume.name, labels=old)
    old = {key: value for key, value in network.attrs["Labels"].items() if key not in NEW_LABELS}
    network.remove()
    workshop.client.networks.create(network.name, labels=old)
    aliases = [alias for alias in endpoint["Aliases"] or () if not found["Id"].startswith(alias)]
    created = api.create_container_from_config(
        {
            **found["Config"],
            "Labels": labels,
            "HostConfig": found["HostConfig"],
            "NetworkingConfig": {"EndpointsConfig": {network.name: {"Aliases": aliases}}},
        },
        name=name,
    )
    api.start(created["Id"])
    mark(stack, "old")


@pytest.fixture
def old(workshop: Workshop) -> Stack:
    """A stack of the version before in the main worktree, which has no id yet."""
    workshop.commit({"compose.yaml": COMPOSE_FILE})
    stack = workshop.up()
    aged(workshop, stack)
    for path in (workshop.main / ".git/wtc").rglob("*"):
        if path.is_file():
            path.unlink()
    return stack


@pytest.mark.parametrize("registry", [True, False], ids=["registry", "no-registry"])
def test_up_has_nothing_to_do_for_a_stack_of_the_version_before(
    workshop: Workshop, old: Stack, *, registry: bool
) -> None:
    if not registry:
        (workshop.config / "registry.json").unlink()
    before = old.ids()
    again = workshop.up()
    assert (again.answer["changed"], again.namespace, again.ids()) == (False, old.namespace, before)
    assert mark_of(again) == "old"


def test_recreated_container_of_the_version_before_keeps_its_volume(workshop: Workshop, old: Stack) -> None:
    before = old.ids()
    again = workshop.up("--recreate")
    assert again.ids() != before
    assert (again.namespace, mark_of(again)) == (old.namespace, "old")
    assert workshop.up().answer["changed"] is False


def test_down_and_clean_work_on_a_stack_of_the_version_before(workshop: Workshop, old: Stack) -> None:
    workshop.wtc("down", "-t", "0")
    assert objects(workshop, old.namespace) == [f"volume {old.namespace}_data"]
    assert mark_of(workshop.up()) == "old"
    workshop.wtc("clean", "-y", "-t", "0")
    assert objects(workshop, old.namespace) == []


def test_stack_of_the_version_before_is_not_gone(workshop: Workshop, old: Stack) -> None:
    workshop.wtc("clean", "--gone", "-y", "--all-gone", cwd=workshop.base)
    assert mark_of(old) == "old"


def test_container_of_another_project_of_the_version_before_is_left_alone(workshop: Workshop) -> None:
    """The version before gave every project of a worktree one namespace."""
    workshop.commit({"compose.yaml": COMPOSE_FILE})
    stack = workshop.up()
    aged(workshop, stack, project=str(workshop.main / "apps/other"))
    before = stack.ids()
    for command in (("down", "-t", "0"), ("clean", "-y", "-t", "0"), ("stop", "-t", "0")):
        workshop.wtc(*command, status=None)
        assert stack.ids() == before
        assert stack.container("db").status == "running"
    stack.container("db").remove(force=True)
    for volume in workshop.client.volumes.list(filters={"label": f"{label.PROJECT}={stack.namespace}"}):
        volume.remove()
    for network in workshop.client.networks.list(filters={"label": f"{label.PROJECT}={stack.namespace}"}):
        network.remove()


@pytest.mark.skipif(os.geteuid() != 0 and not os.environ.get("CI"), reason="changing the owner needs root")
def test_what_sudo_creates_in_the_git_folder_belongs_to_its_owner(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": COMPOSE_FILE})
    folder = workshop.worktree("linked")
    user = 65534
    subprocess.run(["chown", "-R", f"{user}:{user}", str(workshop.main), str(folder)], check=True)
    sudo = {"SUDO_UID": str(user), "SUDO_GID": str(user)}
    safe = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    stack = Stack(workshop.client, workshop.wtc("up", "--json", cwd=folder, env={**sudo, **safe}).json())
    created = [*(workshop.main / ".git").rglob("wtc"), *(workshop.main / ".git").rglob("wtc/**/*")]
    assert created
    assert {(path.lstat().st_uid, path.lstat().st_gid) for path in created} == {(user, user)}
    _open_up(workshop.base)
    as_user = ("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups")
    subprocess.run(
        [*as_user, "git", "-C", str(workshop.main), "worktree", "remove", "--force", str(folder)],
        check=True,
        env=workshop.env,
        capture_output=True,
    )
    workshop.wtc("clean", "-y", "-t", "0", "-w", str(folder), cwd=workshop.base, env={**sudo, **safe})
    assert objects(workshop, stack.namespace) == []


def _open_up(folder: Path) -> None:
    """Let every user reach the folder, which lies in a private one, and remove what lies in it."""
    folder.chmod(0o777)
    for above in folder.parents:
        if above == Path(tempfile.gettempdir()):
            break
        above.chmod(0o755)
