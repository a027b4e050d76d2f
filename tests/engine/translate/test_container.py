"""The body of `POST /containers/create`, attribute by attribute, compared with Docker Compose 2.40."""

from typing import Any

import pytest

from tests.engine.engine_specs import creation
from wtc import labels as label
from wtc.engine.translate.container import container_body
from wtc.errors import WtcError
from wtc.model.deploy import Deploy, DeviceRequest, Resources, RestartPolicy
from wtc.model.observed import ContainerRef
from wtc.model.plan import CreateContainer
from wtc.model.service import (
    BlkioConfig,
    DeviceMapping,
    Healthcheck,
    Logging,
    Port,
    ThrottleDevice,
    Ulimit,
    WeightDevice,
)

NEW, OLD = (1, 51), (1, 41)
SECOND = 1_000_000_000


def unread(path: str) -> str:
    raise AssertionError(path)


def body(api_version: tuple[int, int] = NEW, **attributes: Any) -> dict[str, Any]:
    return container_body(creation(**attributes), api_version, read=unread)


def limited(**attributes: Any) -> Deploy:
    return Deploy(limits=Resources(**attributes))


def test_empty_service_sets_nothing_of_the_image() -> None:
    assert body() == {
        "AttachStdout": True,
        "AttachStderr": True,
        "Image": "busybox:1.36",
        "Labels": {},
        "HostConfig": {"NetworkMode": "none"},
    }


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"hostname": "h", "domainname": "foo.com"}, {"Hostname": "h", "Domainname": "foo.com"}),
        ({"user": "0:1", "working_dir": "/w"}, {"User": "0:1", "WorkingDir": "/w"}),
        ({"tty": True, "stdin_open": True}, {"Tty": True, "OpenStdin": True}),
        ({"command": ("echo", "x"), "entrypoint": ("/x",)}, {"Cmd": ["echo", "x"], "Entrypoint": ["/x"]}),
        ({"command": (), "entrypoint": ()}, {"Cmd": [], "Entrypoint": []}),
        (
            {"stop_signal": "SIGUSR1", "stop_grace_period_ns": 90 * SECOND + SECOND // 2},
            {"StopSignal": "SIGUSR1", "StopTimeout": 90},
        ),
        ({"stop_grace_period_ns": 0}, {"StopTimeout": 0}),
        ({"environment": {"A": "b", "C": None, "D": "", "E": "1=2"}}, {"Env": ["A=b", "C", "D=", "E=1=2"]}),
        (
            {"expose": ("3000", "8000-8001", "53/udp"), "ports": (Port(target=80),)},
            {"ExposedPorts": {"3000/tcp": {}, "8000/tcp": {}, "8001/tcp": {}, "53/udp": {}, "80/tcp": {}}},
        ),
        (
            {
                "healthcheck": Healthcheck(
                    test=("CMD", "true"),
                    interval_ns=90 * SECOND,
                    timeout_ns=10 * SECOND,
                    start_period_ns=40 * SECOND,
                    start_interval_ns=5 * SECOND,
                    retries=3,
                )
            },
            {
                "Healthcheck": {
                    "Test": ["CMD", "true"],
                    "Interval": 90 * SECOND,
                    "Timeout": 10 * SECOND,
                    "StartPeriod": 40 * SECOND,
                    "StartInterval": 5 * SECOND,
                    "Retries": 3,
                }
            },
        ),
        ({"healthcheck": Healthcheck(disable=True, test=("CMD", "x"))}, {"Healthcheck": {"Test": ["NONE"]}}),
        ({"healthcheck": Healthcheck(retries=2)}, {"Healthcheck": {"Retries": 2}}),
    ],
)
def test_container_attribute_is_sent(attributes: dict[str, Any], expected: dict[str, Any]) -> None:
    assert {k: v for k, v in body(**attributes).items() if k in expected} == expected


HOST_ROWS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"annotations": {"x": "y"}}, {"Annotations": {"x": "y"}}),
    ({"cap_add": ("ALL",), "cap_drop": ("net_admin",)}, {"CapAdd": ["ALL"], "CapDrop": ["CAP_NET_ADMIN"]}),
    ({"cap_add": ("SYS_ADMIN", "CAP_CHOWN", "sys_admin")}, {"CapAdd": ["CAP_CHOWN", "CAP_SYS_ADMIN"]}),
    ({"cgroup": "host", "cgroup_parent": "m-exec"}, {"CgroupnsMode": "host", "CgroupParent": "m-exec"}),
    (
        {"cpu_count": 2, "cpu_percent": 50.0, "cpu_shares": 3, "cpu_period": 1000, "cpu_quota": 2000},
        {"CpuCount": 2, "CpuPercent": 5000, "CpuShares": 3, "CpuPeriod": 1000, "CpuQuota": 2000},
    ),
    (
        {"cpu_rt_runtime": 400, "cpu_rt_period": 1400, "cpus": 1.7, "cpuset": "0,1"},
        {
            "CpuRealtimeRuntime": 400,
            "CpuRealtimePeriod": 1400,
            "NanoCpus": 1_700_000_000,
            "CpusetCpus": "0,1",
        },
    ),
    ({"device_cgroup_rules": ("c 1:3 mr",)}, {"DeviceCgroupRules": ["c 1:3 mr"]}),
    (
        {
            "devices": (
                DeviceMapping(source="/dev/sda", target="/dev/xvda", permissions="rw"),
                DeviceMapping(source="vendor1.com/device=gpu", target="vendor1.com/device=gpu"),
            )
        },
        {
            "Devices": [{"PathOnHost": "/dev/sda", "PathInContainer": "/dev/xvda", "CgroupPermissions": "rw"}],
            "DeviceRequests": [{"Driver": "cdi", "DeviceIDs": ["vendor1.com/device=gpu"]}],
        },
    ),
    (
        {"gpus": (DeviceRequest(driver="nvidia", count=2, capabilities=("x",)),)},
        {"DeviceRequests": [{"Capabilities": [["x", "gpu"]], "Driver": "nvidia", "Count": 2}]},
    ),
    (
        {"dns": ("8.8.8.8",), "dns_opt": ("use-vc",), "dns_search": ("x.com",)},
        {"Dns": ["8.8.8.8"], "DnsOptions": ["use-vc"], "DnsSearch": ["x.com"]},
    ),
    (
        {"extra_hosts": {"x": ("1.1.1.1", "::2"), "gw": ("host-gateway",)}},
        {"ExtraHosts": ["x:1.1.1.1", "x:::2", "gw:host-gateway"]},
    ),
    ({"group_add": ("mail",), "init": False}, {"GroupAdd": ["mail"], "Init": False}),
    (
        {"ipc": "shareable", "pid": "host", "uts": "host"},
        {"IpcMode": "shareable", "PidMode": "host", "UTSMode": "host"},
    ),
    ({"userns_mode": "host", "isolation": "default"}, {"UsernsMode": "host", "Isolation": "default"}),
    (
        {"logging": Logging(driver="json-file", options={"max-size": "1m"})},
        {"LogConfig": {"Type": "json-file", "Config": {"max-size": "1m"}}},
    ),
    (
        {"mem_limit_bytes": 100, "mem_reservation_bytes": 50, "memswap_limit_bytes": 200, "mem_swappiness": 10},
        {"Memory": 100, "MemoryReservation": 50, "MemorySwap": 200, "MemorySwappiness": 10},
    ),
    (
        {"oom_kill_disable": True, "oom_score_adj": 500, "pids_limit": 10},
        {"OomKillDisable": True, "OomScoreAdj": 500, "PidsLimit": 10},
    ),
    ({"privileged": True, "read_only": True, "runtime": "runc"}, {"Privileged": True, "ReadonlyRootfs": True}),
    ({"restart": "on-failure:3"}, {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}}),
    ({"restart": "no"}, {"RestartPolicy": {"Name": "no", "MaximumRetryCount": 0}}),
    (
        {"restart": "no", "deploy": Deploy(restart_policy=RestartPolicy(condition="any", max_attempts=3))},
        {"RestartPolicy": {"Name": "always", "MaximumRetryCount": 3}},
    ),
    ({"shm_size_bytes": 64, "storage_opt": {"size": "1G"}}, {"ShmSize": 64, "StorageOpt": {"size": "1G"}}),
    ({"sysctls": {"net.core.somaxconn": "1024"}}, {"Sysctls": {"net.core.somaxconn": "1024"}}),
    ({"tmpfs": ("/run", "/tmp:mode=755,uid=1009")}, {"Tmpfs": {"/run": "", "/tmp": "mode=755,uid=1009"}}),
    (
        {"ulimits": {"nproc": Ulimit(single=65535), "nofile": Ulimit(soft=20000, hard=40000)}},
        {
            "Ulimits": [
                {"Name": "nofile", "Soft": 20000, "Hard": 40000},
                {"Name": "nproc", "Soft": 65535, "Hard": 65535},
            ]
        },
    ),
    ({"volumes_from": ("ns_db:ro", "ext")}, {"VolumesFrom": ["ns_db:ro", "ext"]}),
    (
        {"security_opt": ("label=level:s0", "no-new-privileges")},
        {"SecurityOpt": ["label=level:s0", "no-new-privileges"]},
    ),
    ({"security_opt": ("systempaths=unconfined",)}, {"MaskedPaths": [], "ReadonlyPaths": []}),
    (
        {
            "blkio_config": BlkioConfig(
                weight=300,
                weight_device=(WeightDevice(path="/dev/sda", weight=400),),
                device_read_bps=(ThrottleDevice(path="/dev/sdb", rate=12),),
                device_write_iops=(ThrottleDevice(path="/dev/sdb", rate=30),),
            )
        },
        {
            "BlkioWeight": 300,
            "BlkioWeightDevice": [{"Path": "/dev/sda", "Weight": 400}],
            "BlkioDeviceReadBps": [{"Path": "/dev/sdb", "Rate": 12}],
            "BlkioDeviceWriteIOps": [{"Path": "/dev/sdb", "Rate": 30}],
        },
    ),
    (
        {"cpus": 1.0, "mem_limit_bytes": 1, "pids_limit": 1, "deploy": limited(cpus=0.5, memory_bytes=50, pids=3)},
        {"NanoCpus": 500_000_000, "Memory": 50, "PidsLimit": 3},
    ),
    (
        {
            "deploy": Deploy(
                reservations=Resources(
                    cpus=0.2,
                    memory_bytes=20,
                    devices=(
                        DeviceRequest(capabilities=("gpu",), count=-1, driver="nvidia", options={"o": "p"}),
                        DeviceRequest(capabilities=("tpu",), device_ids=("0",)),
                    ),
                )
            )
        },
        {
            "MemoryReservation": 20,
            "DeviceRequests": [
                {"Capabilities": [["gpu"]], "Driver": "nvidia", "Count": -1, "Options": {"o": "p"}},
                {"Capabilities": [["tpu"]], "DeviceIDs": ["0"]},
            ],
        },
    ),
    (
        {
            "ports": (
                Port(target=80, published=range(80, 81)),
                Port(target=80, published=range(8080, 8082), host_ip="1.2.3.4"),
                Port(target=82),
                Port(target=81, published=range(81, 82), protocol="udp", host_ip="127.0.0.1"),
            )
        },
        {
            "PortBindings": {
                "80/tcp": [{"HostIp": "", "HostPort": "80"}, {"HostIp": "1.2.3.4", "HostPort": "8080-8081"}],
                "82/tcp": [{"HostIp": "", "HostPort": ""}],
                "81/udp": [{"HostIp": "127.0.0.1", "HostPort": "81"}],
            }
        },
    ),
]


@pytest.mark.parametrize(("attributes", "expected"), HOST_ROWS)
def test_host_attribute_is_sent(attributes: dict[str, Any], expected: dict[str, Any]) -> None:
    host = body(**attributes)["HostConfig"]
    assert {k: v for k, v in host.items() if k in expected} == expected


def test_seccomp_profile_is_sent_as_its_content() -> None:
    create = creation(security_opt=("seccomp=p.json", "seccomp:unconfined"))
    made = container_body(create, NEW, read={"p.json": '{\n "defaultAction": "SCMP_ACT_ALLOW" }'}.__getitem__)
    assert made["HostConfig"]["SecurityOpt"] == ['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}', "seccomp:unconfined"]


def test_unreadable_seccomp_profile_is_an_error_that_names_it() -> None:
    def read(path: str) -> str:
        raise FileNotFoundError(2, "no such file", path)

    with pytest.raises(WtcError, match=r"seccomp profile `p\.json` of service `web`"):
        container_body(creation(security_opt=("seccomp=p.json",)), NEW, read=read)


def test_service_overrides_the_users_proxy_variables() -> None:
    create = creation(environment={"HTTP_PROXY": "mine"})
    made = container_body(create, NEW, read=unread, environment={"HTTP_PROXY": "theirs", "NO_PROXY": "x"})
    assert sorted(made["Env"]) == ["HTTP_PROXY=mine", "NO_PROXY=x"]


def test_api_socket_is_mounted_with_its_configuration() -> None:
    made = body(use_api_socket=True)
    assert made["HostConfig"]["Binds"] == ["/var/run/docker.sock:/var/run/docker.sock:rw"]
    assert made["Env"] == ["DOCKER_CONFIG=/run/secrets/docker"]


def test_replacement_has_the_id_of_the_replaced_container() -> None:
    plain = creation(labels={"a": "b"})
    create = CreateContainer(name="ns_web.next", spec=plain.spec, replaces=ContainerRef(name="ns_web", id="0123"))
    assert container_body(create, NEW, read=unread)["Labels"] == {"a": "b", label.REPLACES: "0123"}


@pytest.mark.parametrize(
    ("attributes", "path"),
    [
        ({"annotations": {"x": "y"}}, ("HostConfig", "Annotations")),
        ({"healthcheck": Healthcheck(test=("CMD", "x"), start_interval_ns=1)}, ("Healthcheck", "StartInterval")),
    ],
)
def test_attribute_that_an_old_engine_does_not_support_is_not_sent(
    attributes: dict[str, Any], path: tuple[str, str]
) -> None:
    assert path[1] in body(NEW, **attributes)[path[0]]
    assert path[1] not in body(OLD, **attributes)[path[0]]
