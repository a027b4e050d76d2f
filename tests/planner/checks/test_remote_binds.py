"""Binds of this machine's folders on an engine of another machine."""

import pytest

from wtc.model.diagnostic import Severity
from wtc.model.mounts import Mount
from wtc.model.position import Path, Position
from wtc.model.project import Project, Volume
from wtc.model.service import Service
from wtc.planner.checks.remote_binds import means_this_machine, remote_binds

PLACE: Path = ("services", "web", "volumes", 1)
POSITION = Position("compose.yaml", 5, 7)


def project() -> Project:
    volumes = (
        Mount(type="volume", source="data", target="/data"),
        Mount(type="bind", source="/w/accra/src", target="/src"),
        Mount(type="bind", source="/var/run/docker.sock", target="/docker.sock"),
    )
    kept = Volume(key="kept", name="kept", driver_opts={"type": "none", "o": "bind", "device": "/w/accra/kept"})
    shared = Volume(key="shared", name="shared", driver_opts={"type": "nfs", "o": "addr=box", "device": "/w/accra/n"})
    return Project(
        name="p",
        working_dir="/w/accra",
        files=(),
        services={"web": Service(name="web", image="i", volumes=volumes)},
        volumes={"kept": kept, "shared": shared},
        positions={PLACE: POSITION},
    )


def test_bind_of_this_machine_is_unsupported_with_its_place() -> None:
    found = list(remote_binds(project(), lambda path: path.startswith("/w/")))
    assert [(f.severity, f.position, f.path) for f in found] == [
        (Severity.UNSUPPORTED, POSITION, (*PLACE, "source")),
        (Severity.UNSUPPORTED, None, ("volumes", "kept", "driver_opts", "device")),
    ]
    assert "`/w/accra/src` is on this machine" in found[0].message


@pytest.mark.parametrize(
    ("path", "exists", "expected"),
    [
        ("/w/accra", False, True),
        ("/w/accra/src", False, True),
        ("/w/accra-2/src", False, False),
        ("/home/me/.aws", True, True),
        ("/home/me/.aws", False, False),
        ("/var/run/docker.sock", True, False),
        ("/etc/localtime", True, False),
        ("/variable", True, True),
        ("/", True, False),
    ],
)
def test_path_means_this_machine(path: str, *, exists: bool, expected: bool) -> None:
    assert means_this_machine(path, folders=("/w/accra",), exists=exists) is expected


def test_worktree_below_a_system_folder_is_on_this_machine() -> None:
    assert means_this_machine("/var/work/accra/src", folders=("/var/work/accra",), exists=True)
