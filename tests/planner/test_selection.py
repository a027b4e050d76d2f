"""The desired state of a service does not depend on which services are selected."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import given, reject
from hypothesis import strategies as st

from tests.compose.memory import FOLDER, project
from wtc.compose.interpolation.port_variables import PortVariables
from wtc.compose.loader.decode import decode_project
from wtc.errors import ComposeFileError
from wtc.model.build import BuildInput
from wtc.model.desired import Desired
from wtc.model.namespace import Namespace
from wtc.model.project import Project
from wtc.planner.desired.resolve import Placement, resolve_desired
from wtc.ports.requests import port_requests
from wtc.ports.variables import leased_variables, named_ports

NAMES = ("a", "b", "c", "d", "e")
INCLUDED = "e"
"""This service is in a file of its own."""
PROFILES = ("x", "y")
CONDITIONS = ("service_started", "service_healthy", "service_completed_successfully")
FILES = {f"{name}.env": f"OF=http://localhost:${{P_{name}:-8080}}" for name in NAMES} | {"s": "secret"}


def one_of(names: Iterable[str]) -> st.SearchStrategy[str]:
    """Return a strategy without values if there are no names."""
    known = [*names]
    return st.sampled_from(known) if known else st.nothing()


def attributes(name: str) -> dict[str, st.SearchStrategy[Any]]:
    """Return attribute -> values. What makes a service depend on another one names one that comes later."""
    other = st.sampled_from(NAMES)
    following = NAMES[NAMES.index(name) + 1 :]
    later, beside = one_of(following), one_of(n for n in following if n != INCLUDED)
    dependency = st.fixed_dictionaries({"condition": st.sampled_from(CONDITIONS), "required": st.booleans()})
    port = st.builds("${{P_{}:-{}}}".format, other, st.sampled_from([8080, 8081]))
    contexts = st.one_of(other.map("docker-image://app-{}:dev".format), later.map("service:{}".format))
    return {
        "image": other.map("app-{}:dev".format),
        "build": st.one_of(
            contexts.map(lambda text: {"context": ".", "additional_contexts": {"x": text}}),
            other.map(lambda other: {"dockerfile_inline": f"FROM app-{other}:dev", "tags": [f"app-{name}:other"]}),
            port.map(lambda port: {"context": ".", "args": {"URL": f"http://localhost:{port}", "PORT": port}}),
        ),
        "depends_on": st.dictionaries(later, dependency),
        "extends": beside.map(lambda other: {"service": other}),
        "links": later.map(lambda other: [f"{other}:x"]),
        "network_mode": st.one_of(other.map("container:the-{}".format), later.map("service:{}".format)),
        "ipc": st.one_of(other.map("container:the-{}".format), later.map("service:{}".format)),
        "pid": other.map("container:the-{}".format),
        "external_links": other.map(lambda other: [f"the-{other}:x"]),
        "volumes_from": st.one_of(other.map("container:the-{}:ro".format), later).map(lambda text: [text]),
        "networks": st.sampled_from([["net"], ["default"], ["net", "default"]]),
        "volumes": other.map(lambda other: [f"data:/{other}", f"./{other}:/bound"]),
        "ports": st.builds("{}:{}".format, port, st.one_of(st.just("80"), port)).map(lambda text: [text]),
        "environment": port.map(lambda port: {"V": f"http://localhost:{port}", "PEER": f"a:{port}", "P": port}),
        "healthcheck": port.map(lambda port: {"test": f"wget localhost:{port}"}),
        "labels": port.map(lambda port: {"url": f"http://127.0.0.1:{port}"}),
        "env_file": other.map(lambda other: [f"{other}.env"]),
        "deploy": st.sampled_from([{"replicas": 2}, {"replicas": 0}, {"mode": "global", "replicas": 2}]),
        "secrets": st.just(["s"]),
        "profiles": st.sampled_from([["x"], ["y"], ["x", "y"]]),
    }


def decoded(
    files: Mapping[str, str], services: tuple[str, ...], profiles: tuple[str, ...], variables: PortVariables
) -> Project:
    request = {"services": services, "profiles": profiles, "port_variables": variables, "provisional": True}
    return decode_project(project(files, **request))


def resolved(files: Mapping[str, str], services: tuple[str, ...], profiles: tuple[str, ...]) -> Desired:
    """Return the desired state of the selected services, as a command does: ports first, then the project again.

    Each Dockerfile names the image of service `a`; a port is leased by its service and target.
    """
    first = decoded(files, services, profiles, PortVariables())
    requests = port_requests(first, {})
    ports = {r.id: 20_000 + 500 * NAMES.index(r.id.service) + 100 * r.id.number + r.id.target % 97 for r in requests}
    variables = leased_variables(first, named_ports(requests, ports))
    inputs = {name: BuildInput(hash=f"h-{name}", images=("app-a:dev",)) for name in NAMES}
    namespace = Namespace(name="accra-a1b2c3", worktree=FOLDER)
    place = Placement(namespace=namespace, bind="127.0.0.1", build_inputs=inputs, ports=ports)
    return resolve_desired(decoded(files, services, profiles, variables), place)


@st.composite
def projects(draw: st.DrawFn) -> dict[str, str]:
    """Return services that refer to each other in every way, with the container names `the-a` to `the-e`."""
    services: dict[str, Any] = {}
    for name in NAMES:
        known = {key: values for key, values in attributes(name).items() if not values.is_empty}
        keys = draw(st.sets(st.sampled_from(sorted(known)), max_size=5))
        without = {"networks", "ports", "links"} if "network_mode" in keys else set[str]()
        service = {key: draw(known[key]) for key in sorted(keys - without)}
        services[name] = {"image": f"pulled-{name}", "container_name": f"the-{name}", **service}
        if "deploy" in service:  # A container name allows one replica only.
            del services[name]["container_name"]
    sections: dict[str, Any] = {
        "networks": {"net": {}},
        "volumes": {"data": {}},
        "secrets": {"s": {"file": f"{FOLDER}/s"}},
    }
    apart = {"services": {INCLUDED: services.pop(INCLUDED)}, **sections}
    whole = {"include": ["apart.yaml"], "services": services, **sections}
    return {"compose.yaml": json.dumps(whole), "apart.yaml": json.dumps(apart), **FILES}


@given(projects(), st.sets(st.sampled_from(NAMES), min_size=1), st.sets(st.sampled_from(PROFILES)))
def test_selection_does_not_change_a_service(files: dict[str, str], some: set[str], profiles: set[str]) -> None:
    try:
        whole = resolved(files, (), ("*",))
    except ComposeFileError:  # services that need each other in a circle
        reject()
    try:
        selected = resolved(files, tuple(sorted(some)), tuple(sorted(profiles)))
    except ComposeFileError as error:
        if not all("which no active profile enables" in finding.message for finding in error.diagnostics):
            raise
        reject()
    assert selected.services.keys() >= some
    assert selected.services == {name: whole.services[name] for name in selected.services}
    assert selected.networks == {key: whole.networks[key] for key in selected.networks}
    assert selected.volumes == {key: whole.volumes[key] for key in selected.volumes}
    assert {*selected.services, *selected.undeclared} == set(NAMES)
