"""The desired state of a service does not depend on which services are selected."""

import json
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
from wtc.planner.desired.resolve import Placement, resolve_desired

NAMES = ("a", "b", "c", "d")
OTHERS = st.sampled_from(NAMES)
ATTRIBUTES: dict[str, st.SearchStrategy[Any]] = {
    "image": OTHERS.map("app-{}:dev".format),
    "build": OTHERS.map(lambda name: {"context": ".", "additional_contexts": {"x": f"docker-image://app-{name}:dev"}}),
    "network_mode": OTHERS.map("container:the-{}".format),
    "pid": OTHERS.map("container:the-{}".format),
    "external_links": OTHERS.map(lambda name: [f"the-{name}:x"]),
    "volumes_from": OTHERS.map(lambda name: [f"container:the-{name}:ro"]),
    "networks": st.sampled_from([["net"], ["default"], ["net", "default"]]),
    "volumes": OTHERS.map(lambda name: [f"data:/{name}"]),
    "ports": OTHERS.map(lambda name: [f"${{P_{name}:-8080}}:80"]),
    "environment": OTHERS.map(lambda name: {"V": f"http://localhost:${{P_{name}:-8080}}"}),
    "profiles": st.sampled_from([["x"], ["y"]]),
}


def resolved(text: str, services: tuple[str, ...], profiles: tuple[str, ...]) -> Desired:
    """Return the desired state of the selected services. Each Dockerfile names the image of service `a`."""
    loaded = project(text, services=services, profiles=profiles, port_variables=PortVariables(ports={"P_a": "20001"}))
    inputs = {name: BuildInput(hash=f"h-{name}", images=("app-a:dev",)) for name in NAMES}
    place = Placement(namespace=Namespace(name="accra-a1b2c3", worktree=FOLDER), bind="127.0.0.1", build_inputs=inputs)
    return resolve_desired(decode_project(loaded), place)


@st.composite
def projects(draw: st.DrawFn) -> str:
    """Return four services that refer to each other in every way, with the container names `the-a` to `the-d`."""
    services: dict[str, Any] = {}
    for name in NAMES:
        keys = draw(st.sets(st.sampled_from(sorted(ATTRIBUTES)), max_size=4))
        without = {"networks", "ports"} if "network_mode" in keys else set[str]()
        service = {key: draw(ATTRIBUTES[key]) for key in sorted(keys - without)}
        services[name] = {"image": f"pulled-{name}", "container_name": f"the-{name}", **service}
    return json.dumps({"services": services, "networks": {"net": {}}, "volumes": {"data": {}}})


@given(projects(), st.sets(OTHERS, min_size=1), st.sets(st.sampled_from(["x", "y"])))
def test_selection_does_not_change_a_service(text: str, some: set[str], profiles: set[str]) -> None:
    try:
        whole = resolved(text, (), ("*",))
    except ComposeFileError:  # services that need each other in a circle
        reject()
    selected = resolved(text, tuple(sorted(some)), tuple(profiles))
    assert selected.services.keys() >= some
    assert selected.services == {name: whole.services[name] for name in selected.services}
    assert selected.networks == {key: whole.networks[key] for key in selected.networks}
    assert selected.volumes == {key: whole.volumes[key] for key in selected.volumes}
    assert {*selected.services, *selected.undeclared} == set(NAMES)
