"""Request bodies of mounts, networks and volumes, compared with Docker Compose 2.40."""

from typing import Any

import pytest

from tests.engine.engine_specs import creation, spec
from wtc.engine.translate.container import container_body
from wtc.engine.translate.networks import endpoint_settings, network_body
from wtc.engine.translate.unsupported import unsupported_attributes
from wtc.engine.translate.volumes import volume_body
from wtc.model.mounts import Mount
from wtc.model.plan import CreateContainer
from wtc.model.project import IpamPool, Network, Volume
from wtc.model.service import Attachment, CredentialSpec, DeviceMapping, Healthcheck, Service

NEW, OLD = (1, 51), (1, 41)


def body(api_version: tuple[int, int] = NEW, **attributes: Any) -> dict[str, Any]:
    return container_body(creation(**attributes), api_version, read=str)


@pytest.mark.parametrize(
    ("mount", "expected"),
    [
        (Mount(type="bind", source="/a", target="/b", create_host_path=True), "/a:/b:rw"),
        (Mount(type="bind", source="/a", target="/b", create_host_path=True, read_only=True), "/a:/b:ro"),
        (Mount(type="bind", source="/a", target="/b", create_host_path=True, selinux="z"), "/a:/b:rw,z"),
        (
            Mount(type="bind", source="/a", target="/b", create_host_path=True, propagation="rshared"),
            "/a:/b:rw,rshared",
        ),
        (Mount(type="volume", source="ns_v", target="/v"), "ns_v:/v:rw"),
        (Mount(type="volume", source="ns_v", target="/v", selinux="z"), "ns_v:/v:rw,z"),
        (Mount(type="volume", source="ns_v", target="/v", nocopy=True, read_only=True), "ns_v:/v:ro,nocopy"),
    ],
)
def test_simple_mount_is_a_bind(mount: Mount, expected: str) -> None:
    host = body(volumes=(mount,))["HostConfig"]
    assert (host["Binds"], host.get("Mounts")) == ([expected], None)


@pytest.mark.parametrize(
    ("mount", "expected"),
    [
        (
            Mount(type="bind", source="/a", target="/b", propagation="rshared", recursive="disabled"),
            {
                "Type": "bind",
                "Source": "/a",
                "Target": "/b",
                "BindOptions": {"Propagation": "rshared", "NonRecursive": True},
            },
        ),
        (
            Mount(type="bind", source="/a", target="/b", recursive="readonly", read_only=True),
            {
                "Type": "bind",
                "Source": "/a",
                "Target": "/b",
                "ReadOnly": True,
                "BindOptions": {"ReadOnlyForceRecursive": True},
            },
        ),
        (
            Mount(type="bind", source="/a:b", target="/b", create_host_path=True),
            {"Type": "bind", "Source": "/a:b", "Target": "/b", "BindOptions": {"CreateMountpoint": True}},
        ),
        (Mount(type="volume", target="/anon"), {"Type": "volume", "Target": "/anon"}),
        (
            Mount(type="volume", source="ns_v", target="/v", nocopy=True, subpath="x/y"),
            {
                "Type": "volume",
                "Source": "ns_v",
                "Target": "/v",
                "VolumeOptions": {"NoCopy": True, "Subpath": "x/y"},
            },
        ),
        (
            Mount(type="tmpfs", target="/t", tmpfs_size_bytes=10, tmpfs_mode=0o755),
            {"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"SizeBytes": 10, "Mode": 493}},
        ),
        (Mount(type="tmpfs", target="/t"), {"Type": "tmpfs", "Target": "/t"}),
        (
            Mount(type="image", source="alpine", target="/i", subpath="/etc"),
            {"Type": "image", "Source": "alpine", "Target": "/i", "ImageOptions": {"Subpath": "/etc"}},
        ),
    ],
)
def test_mount_that_binds_cannot_express_is_sent_as_mount(mount: Mount, expected: dict[str, Any]) -> None:
    host = body(volumes=(mount,))["HostConfig"]
    assert (host["Mounts"], host.get("Binds")) == ([expected], None)


def test_last_mount_of_a_target_is_used() -> None:
    first = Mount(type="volume", source="a", target="/x")
    assert body(volumes=(first, Mount(type="volume", source="b", target="/x")))["HostConfig"]["Binds"] == ["b:/x:rw"]


def test_replacement_inherits_anonymous_volumes_except_at_declared_targets() -> None:
    made = spec(
        volumes=(
            Mount(type="volume", target="/anon", read_only=True),
            Mount(type="volume", source="v", target="/named"),
        )
    )
    create = CreateContainer(
        name="x", spec=made, inherited_volumes=(("old1", "/anon"), ("old2", "/named"), ("old3", "/of-the-image"))
    )
    host = container_body(create, NEW, read=str)["HostConfig"]
    assert host["Binds"] == ["old1:/anon:ro", "v:/named:rw", "old3:/of-the-image:rw"]


NETWORKS = {
    "ns_a": Attachment(aliases=("web", "q"), priority=10, ipv4_address="172.16.238.10", gw_priority=3),
    "ns_b": Attachment(aliases=("web",), priority=20),
    "ns_c": Attachment(aliases=("web",), mac_address="02:42:ac:11:65:01"),
}


def test_all_networks_are_attached_at_creation_with_the_first_by_priority_as_network_mode() -> None:
    made = body(networks=NETWORKS, mac_address="02:42:ac:11:65:43", links=("ns_db:db",), external_links=("redis",))
    assert made["HostConfig"]["NetworkMode"] == "ns_b"
    assert "MacAddress" not in made
    linked = ["ns_db:db", "redis:redis"]
    assert made["NetworkingConfig"]["EndpointsConfig"] == {
        "ns_a": {
            "Aliases": ["web", "q"],
            "IPAMConfig": {"IPv4Address": "172.16.238.10"},
            "IPAddress": "172.16.238.10",
            "GwPriority": 3,
            "Links": linked,
        },
        "ns_b": {"Aliases": ["web"], "MacAddress": "02:42:ac:11:65:43", "Links": linked},
        "ns_c": {"Aliases": ["web"], "MacAddress": "02:42:ac:11:65:01", "Links": linked},
    }


def test_old_engine_gets_one_network_and_the_mac_address_of_the_container() -> None:
    made = body(OLD, networks=NETWORKS, mac_address="02:42:ac:11:65:43")
    assert made["MacAddress"] == "02:42:ac:11:65:43"
    assert made["NetworkingConfig"]["EndpointsConfig"] == {"ns_b": {"Aliases": ["web"]}}


def test_container_on_an_old_engine_is_created_on_the_network_of_the_plan() -> None:
    made = spec(networks=NETWORKS)
    body = container_body(CreateContainer(name="x", spec=made, networks=("ns_a",)), OLD, read=str)
    assert body["HostConfig"]["NetworkMode"] == "ns_a"
    assert list(body["NetworkingConfig"]["EndpointsConfig"]) == ["ns_a"]


@pytest.mark.parametrize("mode", ["host", "none", "bridge", "container:ns_db"])
def test_network_mode_excludes_networks(mode: str) -> None:
    made = body(network_mode=mode)
    assert (made["HostConfig"]["NetworkMode"], "NetworkingConfig" in made) == (mode, False)


def test_endpoint_has_all_values_of_the_attachment() -> None:
    place = Attachment(
        ipv6_address="2001::10",
        link_local_ips=("57.123.22.11",),
        driver_opts={"a": "b"},
        interface_name="eth7",
        gw_priority=3,
    )
    full = {
        "IPAMConfig": {"IPv6Address": "2001::10", "LinkLocalIPs": ["57.123.22.11"]},
        "IPv6Gateway": "2001::10",
        "DriverOpts": {"a": "b", "com.docker.network.endpoint.ifname": "eth7"},
        "GwPriority": 3,
    }
    assert endpoint_settings(place, NEW) == full
    assert endpoint_settings(place, OLD) == {k: v for k, v in full.items() if k != "GwPriority"} | {
        "DriverOpts": {"a": "b"}
    }


def test_network_has_all_values_of_the_file() -> None:
    network = Network(
        key="n1",
        name="ns_n1",
        driver="bridge",
        driver_opts={"x": "1"},
        attachable=True,
        internal=True,
        enable_ipv4=False,
        enable_ipv6=True,
        labels={"a": "b"},
        ipam_driver="default",
        ipam_pools=(
            IpamPool(subnet="10.0.0.0/24", gateway="10.0.0.1", ip_range="10.0.0.0/25", aux_addresses={"h": "10.0.0.5"}),
        ),
        ipam_options={"o": "p"},
    )
    assert network_body(network, NEW) == {
        "Name": "ns_n1",
        "Driver": "bridge",
        "Options": {"x": "1"},
        "Internal": True,
        "Attachable": True,
        "EnableIPv4": False,
        "EnableIPv6": True,
        "IPAM": {
            "Driver": "default",
            "Config": [
                {
                    "Subnet": "10.0.0.0/24",
                    "IPRange": "10.0.0.0/25",
                    "Gateway": "10.0.0.1",
                    "AuxiliaryAddresses": {"h": "10.0.0.5"},
                }
            ],
            "Options": {"o": "p"},
        },
        "Labels": {"a": "b"},
    }


def test_old_engine_gets_check_duplicate() -> None:
    assert network_body(Network(key="n", name="n"), OLD) == {"Name": "n", "CheckDuplicate": True, "Labels": {}}
    assert network_body(Network(key="n", name="n"), NEW) == {"Name": "n", "Labels": {}}


def test_volume_has_all_values_of_the_file() -> None:
    volume = Volume(key="v", name="ns_v", driver="local", driver_opts={"type": "tmpfs"}, labels={"a": "b"})
    assert volume_body(volume) == {
        "Name": "ns_v",
        "Driver": "local",
        "DriverOpts": {"type": "tmpfs"},
        "Labels": {"a": "b"},
    }


@pytest.mark.parametrize(
    ("attributes", "attribute", "since"),
    [
        ({"annotations": {"a": "b"}}, "annotations", (1, 43)),
        ({"healthcheck": Healthcheck(start_interval_ns=1)}, "healthcheck.start_interval", (1, 44)),
        ({"devices": (DeviceMapping(source="v.com/gpu=all"),)}, "devices (CDI)", (1, 44)),
        (
            {"networks": {"a": Attachment(mac_address="1"), "b": Attachment(mac_address="2")}},
            "networks.mac_address (more than one)",
            (1, 44),
        ),
        ({"networks": {"a": Attachment(gw_priority=1)}}, "networks.gw_priority", (1, 48)),
        ({"networks": {"a": Attachment(interface_name="e")}}, "networks.interface_name", (1, 49)),
        ({"volumes": (Mount(type="volume", source="v", target="/v", subpath="s"),)}, "volumes.volume.subpath", (1, 45)),
        ({"volumes": (Mount(type="image", source="v", target="/v"),)}, "volumes (type `image`)", (1, 48)),
        ({"volumes": (Mount(type="bind", target="/v", recursive="readonly"),)}, "volumes.bind.recursive", (1, 44)),
    ],
)
def test_unsupported_attribute_is_reported_with_both_versions(
    attributes: dict[str, Any], attribute: str, since: tuple[int, int]
) -> None:
    service = Service(name="web", **attributes)
    before = (since[0], since[1] - 1)
    (sentence,) = unsupported_attributes(service, before)
    assert sentence.startswith(f"`{attribute}` of service `web` needs API {since[0]}.{since[1]} ")
    assert sentence.endswith(f"supports {before[0]}.{before[1]}")
    assert unsupported_attributes(service, since) == []


@pytest.mark.parametrize(
    ("attributes", "attribute"),
    [
        ({"credential_spec": CredentialSpec(file="x")}, "credential_spec"),
        ({"mac_address": "1", "network_mode": "bridge"}, "mac_address"),
        ({"volumes": (Mount(type="bind", source="/a", target="/v", selinux="Z"),)}, "volumes.bind.selinux"),
    ],
)
def test_attribute_without_effect_is_reported(attributes: dict[str, Any], attribute: str) -> None:
    (sentence,) = unsupported_attributes(Service(name="web", **attributes), NEW)
    assert sentence.startswith(f"`{attribute}` of service `web` has no effect: ")
