"""What two worktrees share is reported with its position, and nothing else is."""

import pytest

from tests.compose.memory import FOLDER, project
from wtc.compose.loader.decode import decode_project
from wtc.planner.checks.isolation import isolation_findings


def found(attributes: str, top: str = "") -> list[str]:
    """Return `LINE:COLUMN PATH` of each finding."""
    text = f"services:\n  a:\n    image: x\n    {attributes}\n  b: {{image: y}}\n{top}"
    own = isolation_findings(decode_project(project(text)), lambda path: path.startswith(f"{FOLDER}/"))
    return [f"{d.position.line}:{d.position.column} {'.'.join(map(str, d.path))}" for d in own if d.position]


@pytest.mark.parametrize(
    ("attributes", "place"),
    [
        ("network_mode: host", "4:19 services.a.network_mode"),
        ("network_mode: 'container:db'", "4:19 services.a.network_mode"),
        ("pid: host", "4:10 services.a.pid"),
        ("ipc: host", "4:10 services.a.ipc"),
        ("ipc: 'container:db'", "4:10 services.a.ipc"),
        ("uts: host", "4:10 services.a.uts"),
        ("privileged: true", "4:17 services.a.privileged"),
        ("use_api_socket: true", "4:21 services.a.use_api_socket"),
        ("volumes_from: ['container:db:ro']", "4:20 services.a.volumes_from.0"),
        ("external_links: ['db:database']", "4:22 services.a.external_links.0"),
        ("volumes: ['./own:/o', '/var/run/docker.sock:/var/run/docker.sock:ro']", "4:27 services.a.volumes.1.source"),
        ("volumes: ['/srv/data:/data']", "4:15 services.a.volumes.0.source"),
        ("volumes: [{type: bind, source: ../other, target: /o}]", "4:36 services.a.volumes.0.source"),
        ("mac_address: 02:42:ac:11:00:02", "4:18 services.a.mac_address"),
        ("networks: {default: {ipv4_address: 10.1.1.2}}", "4:40 services.a.networks.default.ipv4_address"),
        ("networks: {default: {mac_address: '02:42:ac:11:00:02'}}", "4:39 services.a.networks.default.mac_address"),
    ],
)
def test_service_that_shares_something_between_worktrees_is_reported(attributes: str, place: str) -> None:
    assert found(attributes) == [place]


@pytest.mark.parametrize(
    ("use", "top", "place"),
    [
        ("networks: [n]", "networks: {n: {external: true}}", "6:26 networks.n.external"),
        ("volumes: ['vol:/v']", "volumes: {vol: {external: true}}", "6:27 volumes.vol.external"),
        (
            "networks: [n]",
            "networks: {n: {ipam: {config: [{subnet: 10.1.0.0/16}]}}}",
            "6:41 networks.n.ipam.config.0.subnet",
        ),
        (
            "networks: [n]",
            "networks: {n: {driver_opts: {com.docker.network.bridge.name: br7}}}",
            "6:62 networks.n.driver_opts.com.docker.network.bridge.name",
        ),
        (
            "volumes: ['vol:/v']",
            "volumes: {vol: {driver_opts: {type: nfs, o: addr=10.0.0.9, device: ':/data'}}}",
            "6:68 volumes.vol.driver_opts.device",
        ),
        (
            "volumes: ['vol:/v']",
            "volumes: {vol: {driver: local, driver_opts: {type: none, o: bind, device: /srv/v}}}",
            "6:75 volumes.vol.driver_opts.device",
        ),
    ],
)
def test_resource_that_all_worktrees_share_is_reported(use: str, top: str, place: str) -> None:
    assert found(use, top) == [place]


@pytest.mark.parametrize(
    ("attributes", "top"),
    [
        ("ports: ['80:80']", ""),
        ("container_name: fixed", ""),
        ("network_mode: 'service:b'", ""),
        ("network_mode: none", ""),
        ("pid: 'service:b'", ""),
        ("ipc: shareable", ""),
        (
            "volumes: ['./data:/d', 'vol:/v', '/anonymous', '/etc/localtime:/etc/localtime:ro']",
            "volumes: {vol: {name: fixed}}",
        ),
        ("volumes: ['vol:/v']", "volumes: {vol: {driver_opts: {type: tmpfs, device: tmpfs}}}"),
        ("volumes: ['vol:/v']", "volumes: {vol: {driver: local, driver_opts: {type: none, o: bind, device: ./v}}}"),
        ("networks: [n]", "networks: {n: {name: fixed, internal: true}}"),
        ("privileged: false", ""),
    ],
)
def test_isolated_attributes_are_not_reported(attributes: str, top: str) -> None:
    assert found(attributes, top) == []
