"""The position in the file that an error is about, found by the values of the file."""

from dataclasses import replace

import pytest

from wtc.model import plan as op
from wtc.model.build import Build, BuildSecret
from wtc.model.desired import DesiredImage
from wtc.model.diagnostic import Diagnostic
from wtc.model.mounts import FileGrant, FileSource, Mount
from wtc.model.observed import ContainerRef
from wtc.model.plan import PlanNode
from wtc.model.position import Path, Position
from wtc.model.project import IpamPool, Network, Project, Volume
from wtc.model.service import Attachment, BlkioConfig, DeviceMapping, Hook, Logging, Port, Service, ThrottleDevice
from wtc.planner.error_positions import node_path, with_position

WEB = Service(
    name="web",
    image="registry.test/web:1",
    build=Build(context="/w/web", dockerfile="Dev", secrets=(BuildSecret(source="token"),), args={"KEY": "/w/args"}),
    command=("serve-all", "--now", "1000"),
    hostname="web",
    sysctls={"net.nope.thing": "1"},
    cap_add=("NOPE",),
    security_opt=("seccomp=profile.json",),
    ipc="container:gone",
    pid="container:the-database",
    blkio_config=BlkioConfig(device_read_bps=(ThrottleDevice(path="/dev/disk"),)),
    ports=(Port(target=80, host_ip="10.9.9.9"),),
    logging=Logging(driver="json-file", options={"colour": "x"}),
    post_start=(Hook(command=("warm",)),),
    user="nosuchuser:nosuchgroup",
    runtime="nope",
    devices=(DeviceMapping(source="/dev/nope", target="/dev/nope"),),
    environment={"PATH_TO": "/w/environment"},
    networks={"back": Attachment()},
    volumes=(
        Mount(type="bind", source="/w/data", target="/data"),
        Mount(type="bind", source="/w/data/deep", target="/deep"),
        Mount(type="volume", source="rows", target="/rows"),
    ),
    secrets=(FileGrant(source="token", target="/etc/passwd/key"),),
    configs=(FileGrant(source="conf"),),
)
BACK = Network(key="back", name="p_back", driver="nodriver", ipam_pools=(IpamPool(subnet="10.0.0.0/33"),))
PROJECT = Project(
    name="p",
    working_dir="/w",
    files=("/w/compose.yaml",),
    services={"web": WEB},
    networks={"back": BACK},
    container_names={"the-database": "database"},
    volumes={"rows": Volume(key="rows", name="p_rows", driver_opts={"device": "/w/disk"})},
    secrets={"token": FileSource(name="token", file="/w/token")},
    configs={"conf": FileSource(name="conf", file="/w/conf")},
)
SERVICE: Path = ("services", "web")
BUILD: Path = ("services", "web", "build")


@pytest.mark.parametrize(
    ("path", "complaint", "expected"),
    [
        (SERVICE, "bind source path does not exist: /w/data", (*SERVICE, "volumes", 0, "source")),
        (SERVICE, "bind source path does not exist: /w/data/deep", (*SERVICE, "volumes", 1, "source")),
        (SERVICE, "bind source path does not exist: /w/token", ("secrets", "token", "file")),
        (SERVICE, "bind source path does not exist: /w/conf", ("configs", "conf", "file")),
        (SERVICE, "failed to mount local volume: mount /w/disk:/x", ("volumes", "rows", "driver_opts", "device")),
        (SERVICE, 'custom device "/dev/nope": no such file', (*SERVICE, "devices", 0, "source")),
        (SERVICE, "unknown or invalid runtime name: nope", (*SERVICE, "runtime")),
        (SERVICE, 'exec: "serve-all": executable file not found', (*SERVICE, "command", 0)),
        (SERVICE, "unable to find user nosuchuser: no matching entries", (*SERVICE, "user")),
        (SERVICE, "unable to find group nosuchgroup: no matching entries", (*SERVICE, "user")),
        (SERVICE, "No such image: registry.test/web:1", (*SERVICE, "image")),
        (SERVICE, "cannot open /w/data: not a folder like /w/data/deep", (*SERVICE, "volumes", 0, "source")),
        (SERVICE, "service `web` is not running", SERVICE),
        # As the engine spells them.
        (SERVICE, "open /proc/sys/net/nope/thing: no such file", (*SERVICE, "sysctls", "net.nope.thing")),
        (SERVICE, 'unknown capability: "CAP_NOPE"', (*SERVICE, "cap_add", 0)),
        (SERVICE, "cannot read `profile.json`", (*SERVICE, "security_opt", 0)),
        (SERVICE, "container `gone` does not exist", (*SERVICE, "ipc")),
        (SERVICE, "service `database` has no container", (*SERVICE, "pid")),
        (SERVICE, "openat etc/passwd/key: not a directory", (*SERVICE, "secrets", 0, "target")),
        (SERVICE, "stat /dev/disk: no such device", (*SERVICE, "blkio_config", "device_read_bps", 0, "path")),
        (SERVICE, "cannot bind 10.9.9.9:2000", (*SERVICE, "ports", 0, "host_ip")),
        (SERVICE, "unknown log opt 'colour' for json-file", (*SERVICE, "logging", "options", "colour")),
        ((*SERVICE, "post_start"), "hook `warm` failed", (*SERVICE, "post_start", 0, "command", 0)),
        # Not a part of a longer path, the value of a variable, a number in a command, or the type of a mount.
        (SERVICE, "no such file: /w/data2", SERVICE),
        (SERVICE, "no such file: /other/w/data", SERVICE),
        (SERVICE, "no such file: /w/environment", SERVICE),
        (SERVICE, "not less than 1000", SERVICE),
        (SERVICE, 'invalid mount config for type "volume"', SERVICE),
        (SERVICE, "out of memory", SERVICE),
        (BUILD, "the build context `/w/web` does not exist", (*BUILD, "context")),
        (BUILD, "the Dockerfile `/w/web/Dev` does not exist", (*BUILD, "dockerfile")),
        (BUILD, "failed to stat /w/token: no such file", ("secrets", "token", "file")),
        (BUILD, "no such file: /w/args", BUILD),
        (("networks", "back"), 'plugin "nodriver" not found', ("networks", "back", "driver")),
        (
            ("networks", "back"),
            "invalid subnet 10.0.0.0/33: invalid",
            ("networks", "back", "ipam", "config", 0, "subnet"),
        ),
        (("volumes", "rows"), "no such device: /w/disk", ("volumes", "rows", "driver_opts", "device")),
        (("services", "gone"), "bind source path does not exist: /w/data", ("services", "gone")),
    ],
)
def test_engine_error_gets_the_position_of_the_value_that_it_names(path: Path, complaint: str, expected: Path) -> None:
    place = Position("/w/compose.yaml", 7, 9)
    project = with_positions({expected: place})
    found = with_position(Diagnostic(message="cannot", path=path), complaint, project)
    assert (found.path, found.position) == (expected, place)


@pytest.mark.parametrize(
    ("complaint", "attribute"),
    [
        ("error setting rlimit type 7: invalid argument", "ulimits"),
        ("Minimum memory limit allowed is 6MB", "mem_limit"),
        ("Minimum memory limit can not be less than memory reservation limit", "mem_reservation"),
        ("Requested CPUs are not available", "cpuset"),
        ("SHM size can not be less than 0", "shm_size"),
        ('could not select device driver "" with capabilities: [[gpu]]', "gpus"),
        ("Interval in Healthcheck cannot be less than 1ms", "healthcheck"),
        ("container `p_web` is unhealthy", "healthcheck"),
        ("Address already in use", "networks"),
    ],
)
def test_engine_error_without_a_value_gets_the_position_of_its_subject(complaint: str, attribute: str) -> None:
    place, whole = Position("/w/compose.yaml", 7, 9), Position("/w/compose.yaml", 2, 1)
    known = with_positions({SERVICE: whole, (*SERVICE, attribute): place})
    found = with_position(Diagnostic(message="cannot", path=SERVICE), complaint, known)
    assert (found.path, found.position) == ((*SERVICE, attribute), place)
    unset = with_position(Diagnostic(message="cannot", path=SERVICE), complaint, with_positions({SERVICE: whole}))
    assert (unset.path, unset.position) == (SERVICE, whole)


def test_value_inside_the_subject_is_more_likely_than_another_one() -> None:
    positions = {(*SERVICE, "cap_add"): Position("/w/compose.yaml", 7, 9)}
    complaint = 'nosuchuser: invalid CapAdd: unknown capability: "CAP_NOPE"'
    found = with_position(Diagnostic(message="cannot", path=SERVICE), complaint, with_positions(positions))
    assert found.path == (*SERVICE, "cap_add")


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ((*SERVICE, "image"), "web"),
        (("networks", "back"), "web"),
        (("volumes", "rows"), "web"),
        (("networks", "gone"), ""),
        (("x-wtc", "mem_limit"), ""),
    ],
)
def test_finding_has_its_service(path: Path, service: str) -> None:
    assert with_position(Diagnostic(message="cannot", path=path), "cannot", PROJECT).service == service


def test_value_without_a_position_gets_that_of_its_parent() -> None:
    place = Position("/w/compose.yaml", 7, 9)
    project = with_positions({(*SERVICE, "volumes"): place})
    found = with_position(Diagnostic(message="cannot", path=SERVICE), "no such file: /w/data", project)
    assert (found.path, found.position) == ((*SERVICE, "volumes"), place)


def test_existing_position_is_kept() -> None:
    known = Diagnostic(message="cannot", path=SERVICE, position=Position("/w/other.yaml", 1, 1))
    assert with_position(known, "no such file: /w/data", with_positions({})) is known


@pytest.mark.parametrize(
    ("operation", "cause", "expected"),
    [
        (op.PullImage(image=DesiredImage(service="web", reference="i")), "", (*SERVICE, "image")),
        (op.BuildImage(image=DesiredImage(service="web", reference="i")), "", BUILD),
        (op.CreateNetwork(network=Network(key="back", name="n")), "", ("networks", "back")),
        (op.CreateVolume(volume=Volume(key="rows", name="v")), "", ("volumes", "rows")),
        (op.StartContainer(container=ContainerRef(name="c")), "it does not exist", SERVICE),
        (op.RunHook(container=ContainerRef(name="c"), hook=Hook()), "post_start", (*SERVICE, "post_start")),
        (op.StopContainer(container=ContainerRef(name="c")), "`stop`", ()),
        (op.WaitContainer(container=ContainerRef(name="c"), condition=op.Condition.READY), "", SERVICE),
    ],
)
def test_node_has_a_path_in_the_file(operation: op.Operation, cause: str, expected: Path) -> None:
    assert node_path(PlanNode(id=1, operation=operation, cause=cause, service="web")) == expected


def with_positions(positions: dict[Path, Position]) -> Project:
    return replace(PROJECT, positions=positions)
