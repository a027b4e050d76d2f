"""Decoding the canonical tree into the typed model."""

import pytest

from tests.compose import memory
from wtc.compose.diagnostics import Diagnostics
from wtc.compose.interpolation.port_variables import PortVariables
from wtc.compose.loader.decode import decode, decode_project
from wtc.compose.loader.loaded_project import LoadedProject
from wtc.compose.source.yaml import parse_yaml
from wtc.compose.tree.node import Mapping, Node
from wtc.model.build import Build, BuildUlimit
from wtc.model.deploy import Deploy, DeviceRequest, GenericResource, Resources, RestartPolicy
from wtc.model.mounts import FileGrant, FileSource, Mount
from wtc.model.position import Position
from wtc.model.project import IpamPool, Network, PortVariable
from wtc.model.service import Attachment, Dependency, Healthcheck, ModelGrant, Port, Service, Ulimit


def tree(text: str) -> Node:
    (document,) = parse_yaml(text.encode(), "f", Diagnostics())
    return document


def project(text: str) -> LoadedProject:
    root = tree(text)
    assert isinstance(root, Mapping)
    return LoadedProject(
        root=root,
        name="p",
        working_dir="/w",
        files=("/w/f",),
        environment={"TOKEN": "t0k"},
        disabled=Mapping({"off": Mapping()}),
        port_variables={("a", 1): "WEB_PORT"},
    )


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("{}", Service(name="a")),
        ("{command: [], entrypoint: [x]}", Service(name="a", command=(), entrypoint=("x",))),
        ("{mem_limit: '1024', memswap_limit: '-1'}", Service(name="a", mem_limit_bytes=1024, memswap_limit_bytes=-1)),
        ("{mem_swappiness: '0'}", Service(name="a", mem_swappiness=0)),
        ("{stop_grace_period: 1m30s}", Service(name="a", stop_grace_period_ns=90_000_000_000)),
        ("{environment: {A: '1', B: null}}", Service(name="a", environment={"A": "1", "B": None})),
        ("{extra_hosts: [h=1, h=::1]}", Service(name="a", extra_hosts={"h": ("1", "::1")})),
        ("{init: false, tty: true}", Service(name="a", init=False, tty=True)),
        (
            "{ulimits: {nproc: 3, nofile: {soft: 1, hard: 2}}}",
            Service(name="a", ulimits={"nproc": Ulimit(single=3), "nofile": Ulimit(soft=1, hard=2)}),
        ),
        (
            "{networks: {n: {aliases: [x], priority: 3}, m: null}}",
            Service(name="a", networks={"n": Attachment(aliases=("x",), priority=3), "m": Attachment()}),
        ),
        (
            "{models: {m: null, n: {model_var: M}}}",
            Service(name="a", models={"m": None, "n": ModelGrant(model_var="M")}),
        ),
        (
            "{depends_on: {b: {condition: service_healthy, required: false}}}",
            Service(name="a", depends_on={"b": Dependency(condition="service_healthy", required=False)}),
        ),
        (
            "{ports: [{target: 80, published: '8000-8010', protocol: udp}]}",
            Service(name="a", ports=(Port(target=80, published=range(8000, 8011), protocol="udp"),)),
        ),
        (
            "{healthcheck: {test: [CMD, x], interval: 5s, retries: 3}}",
            Service(name="a", healthcheck=Healthcheck(test=("CMD", "x"), interval_ns=5_000_000_000, retries=3)),
        ),
        ("{gpus: [{count: -1}]}", Service(name="a", gpus=(DeviceRequest(count=-1),))),
        ("{secrets: [{source: s, mode: '0440'}]}", Service(name="a", secrets=(FileGrant(source="s", mode=0o440),))),
    ],
)
def test_a_service_is_decoded(attribute: str, expected: Service) -> None:
    assert decode(tree(attribute), Service, name="a") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "{type: bind, source: /a, target: /b, bind: {create_host_path: true, selinux: z}}",
            Mount(type="bind", source="/a", target="/b", create_host_path=True, selinux="z"),
        ),
        (
            "{type: volume, target: /b, volume: {nocopy: true, subpath: s}}",
            Mount(type="volume", target="/b", nocopy=True, subpath="s"),
        ),
        ("{type: image, target: /b, image: {subpath: s}}", Mount(type="image", target="/b", subpath="s")),
        (
            "{type: tmpfs, target: /b, tmpfs: {size: '10', mode: 448}}",
            Mount(type="tmpfs", target="/b", tmpfs_size_bytes=10, tmpfs_mode=0o700),
        ),
        ("{type: tmpfs}", Mount(type="tmpfs", target="")),
    ],
)
def test_a_mount_is_decoded_flat(text: str, expected: Mount) -> None:
    assert decode(tree(text), Mount) == expected


def test_a_build_is_decoded() -> None:
    text = """
    {context: /w, args: {A: '1'}, ssh: {default: null, k: /s}, ulimits: {a: 3, b: {soft: 1, hard: 2}}, shm_size: '5'}
    """
    assert decode(tree(text), Build) == Build(
        context="/w",
        args={"A": "1"},
        ssh={"default": "", "k": "/s"},
        ulimits={"a": BuildUlimit(soft=3, hard=3), "b": BuildUlimit(soft=1, hard=2)},
        shm_size_bytes=5,
    )


def test_a_deploy_is_decoded_flat() -> None:
    text = """
    replicas: 0
    resources:
      limits: {cpus: 0.5, memory: '1024', pids: 3}
      reservations: {generic_resources: [{discrete_resource_spec: {kind: k, value: 2}}]}
    restart_policy: {condition: any, delay: 5s, max_attempts: 3}
    """
    assert decode(tree(text), Deploy) == Deploy(
        replicas=0,
        limits=Resources(cpus=0.5, memory_bytes=1024, pids=3),
        reservations=Resources(generic_resources=(GenericResource(kind="k", value=2),)),
        restart_policy=RestartPolicy(condition="any", delay_ns=5_000_000_000, max_attempts=3),
    )


def test_a_project_is_decoded() -> None:
    decoded = decode_project(
        project("""
        services: {a: {image: i}}
        networks: {n: {name: p_n, external: true, ipam: {driver: d, config: [{subnet: s}], options: {a: b}}}}
        volumes: {v: {name: p_v}}
        secrets: {s: {name: p_s, environment: TOKEN}}
        configs: {c: {name: p_c, content: text}}
        models: {m: {model: x, context_size: 3}}
        x-wtc: {bind: 0.0.0.0, mem_limit: 1024}
        x-other: 1
        """)
    )
    assert decoded.services == {"a": Service(name="a", image="i")}
    assert decoded.networks["n"] == Network(
        key="n",
        name="p_n",
        external=True,
        ipam_driver="d",
        ipam_pools=(IpamPool(subnet="s"),),
        ipam_options={"a": "b"},
    )
    assert decoded.volumes["v"].name == "p_v"
    assert decoded.secrets["s"] == FileSource(name="p_s", environment="TOKEN", content="t0k")
    assert decoded.configs["c"].content == "text"
    assert decoded.models["m"].context_size == 3
    assert decoded.disabled == {"off"}
    assert decoded.port_variables == (PortVariable(service="a", index=1, name="WEB_PORT"),)
    assert decoded.extension == {"bind": "0.0.0.0", "mem_limit": 1024}
    assert decoded.positions["x-wtc", "bind"].line == 8
    assert decoded.positions["services", "a", "image"] == Position("f", 2, 31)


def test_service_that_is_not_selected_has_positions() -> None:
    text = "services:\n  web: {image: x, build: .}\n  worker: {image: x}\n"
    read = decode_project(memory.project(text, services=("worker",), port_variables=PortVariables()))
    assert list(read.services) == ["worker"]
    assert read.positions["services", "web", "build"][1:] == (2, 26)
