"""Normalize the project: add the default network, implied dependencies, and names of resources.

Source: compose-spec, Services and Networks.
"""

from wtc.compose.dotenv.environment import look_up_values
from wtc.compose.interpolation.port_variables import Environments
from wtc.compose.transform.volumes import clean_target
from wtc.compose.tree.accessors import get_child, get_fields, get_items, get_string, is_null
from wtc.compose.tree.node import Mapping, Node, Scalar, Sequence

NAMESPACES = ("network_mode", "ipc", "pid", "uts", "cgroup")
NAMED = ("networks", "volumes", "configs", "secrets")


def normalize(root: Mapping, name: str, environments: Environments) -> Mapping:
    """Return the project with its name and all implied values set."""
    items = {**root.items, "name": Scalar(name, root.keys.get("name", root.position))}
    services = items.get("services")
    if isinstance(services, Mapping):
        complete = {key: _service(key, item, environments) for key, item in services.items.items()}
        items["services"] = Mapping(complete, services.position, services.keys)
        networks = items.get("networks")
        if any(
            "default" in get_fields(get_fields(s).get("networks")) for s in complete.values()
        ) and "default" not in get_fields(networks):
            near = networks or services
            keys = networks.keys if isinstance(networks, Mapping) else {}
            items["networks"] = Mapping(
                {**get_fields(networks), "default": Scalar(None, near.position)}, near.position, keys
            )
    for kind in NAMED:
        if isinstance(resources := items.get(kind), Mapping):
            named = {key: _with_name(key, item, name) for key, item in resources.items.items()}
            items[kind] = Mapping(named, resources.position, resources.keys)
    return Mapping(items, root.position, root.keys)


def _with_name(key: str, node: Node, project: str) -> Node:
    if not is_null(get_child(node, "name")):
        return node
    external = get_child(node, "external")
    is_external = isinstance(external, Scalar) and external.value is True
    name = Scalar(key if is_external else f"{project}_{key}", node.position)
    keys = node.keys if isinstance(node, Mapping) else {}
    return Mapping({**get_fields(node), "name": name}, node.position, keys)


def _service(name: str, node: Node, environments: Environments) -> Node:
    if not isinstance(node, Mapping):
        return node
    items = dict(node.items)
    networks = items.get("networks")
    if "network_mode" not in items and "provider" not in items and not get_fields(networks):
        near = networks or node
        items["networks"] = Mapping({"default": Scalar(None, near.position)}, near.position)
    policy = items.get("pull_policy")
    if isinstance(policy, Scalar) and policy.value == "if_not_present":
        items["pull_policy"] = Scalar("missing", policy.position, policy.raw)
    if isinstance(build := items.get("build"), Mapping):
        items["build"] = _build(name, build, environments)
    if "environment" in items:
        environment = environments.at(("services", name, "environment"))
        items["environment"] = look_up_values(items["environment"], environment, keep_unset=True)
    if isinstance(mounts := items.get("volumes"), Sequence):
        items["volumes"] = Sequence([_mount(item) for item in mounts.items], mounts.position)
    if implied := _implied_dependencies(items):
        known = items.get("depends_on")
        near = known or node
        keys = known.keys if isinstance(known, Mapping) else {}
        items["depends_on"] = Mapping({**implied, **get_fields(known)}, near.position, keys)
    return Mapping(items, node.position, node.keys)


def _build(name: str, build: Mapping, environments: Environments) -> Mapping:
    items = dict(build.items)
    if is_null(items.get("context")):
        items["context"] = Scalar(".", build.position)
    if is_null(items.get("dockerfile")) and is_null(items.get("dockerfile_inline")):
        items["dockerfile"] = Scalar("Dockerfile", build.position)
    if "args" in items:
        environment = environments.at(("services", name, "build", "args"))
        items["args"] = look_up_values(items["args"], environment, keep_unset=False)
    return Mapping(items, build.position, build.keys)


def _mount(node: Node) -> Node:
    target = get_child(node, "target")
    text = get_string(target)
    if (
        not isinstance(node, Mapping)
        or not isinstance(target, Scalar)
        or text is None
        or (cleaned := clean_target(text) or ".") == text
    ):
        return node
    return Mapping({**node.items, "target": Scalar(cleaned, target.position, target.raw)}, node.position, node.keys)


def _implied_dependencies(items: dict[str, Node]) -> dict[str, Node]:
    """Return the dependencies that follow from links, shared namespaces and `volumes_from`."""
    found: dict[str, Node] = {}

    def need(service: str, near: Node, *, restart: bool) -> None:
        values = {"condition": "service_started", "restart": restart, "required": True}
        found.setdefault(service, Mapping({k: Scalar(v, near.position) for k, v in values.items()}, near.position))

    for link in get_items(items.get("links")):
        parts = (get_string(link) or "").split(":")
        need(parts[0] if len(parts) == 2 else (get_string(link) or ""), link, restart=True)
    for namespace in NAMESPACES:
        shared = items.get(namespace)
        text = get_string(shared)
        if shared is not None and text is not None and text.startswith("service:"):
            need(text.removeprefix("service:"), shared, restart=True)
    for source in get_items(items.get("volumes_from")):
        text = get_string(source) or ""
        if not text.startswith("container:"):
            need(text.partition(":")[0], source, restart=False)
    return found
