"""Check that services refer to defined resources and do not contradict themselves."""

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.tree.accessors import get_child, get_fields, get_items, get_string
from wtc.compose.tree.node import Mapping, Node, Scalar
from wtc.compose.validation import dependency_cycles
from wtc.compose.validation.undefined_references import undefined_references
from wtc.model.position import Path, dotted

DUPLICATE_LIMITS = (
    ("cpus", ("limits", "cpus")),
    ("mem_limit", ("limits", "memory")),
    ("mem_reservation", ("reservations", "memory")),
    ("pids_limit", ("limits", "pids")),
)
"""Service attribute -> the attribute of `deploy.resources` with the same meaning."""
MAX_FINDINGS = 200
"""With this many findings, the remaining services are not checked."""


def check_consistency(
    root: Mapping, checked: Mapping, disabled: Mapping, diagnostics: Diagnostics, *, builders: Mapping
) -> None:
    """Report undefined references, contradictions and dependency cycles among the services `checked` of `root`.

    `builders` are the services whose images other services may build from.
    """
    services = checked.items
    for name, service in services.items():
        if isinstance(service, Mapping) and len(diagnostics.found) < MAX_FINDINGS:
            _Service(name, service, root, disabled, diagnostics, builders).check()
    _container_names(services, diagnostics)
    for name, secret in get_fields(root.items.get("secrets")).items():
        external = get_child(secret, "external")
        if (
            not (isinstance(external, Scalar) and external.value is True)
            and not {"file", "environment"} & get_fields(secret).keys()
        ):
            message = f"secret `{name}` has no content, expected `file` or `environment`"
            diagnostics.error(message, secret.position, ("secrets", name))
    dependency_cycles.check_cycles(services, diagnostics)


class _Service:
    """The checks of one service."""

    def __init__(
        self,
        name: str,
        node: Mapping,
        root: Mapping,
        disabled: Mapping,
        diagnostics: Diagnostics,
        builders: Mapping,
    ) -> None:
        self.builders = builders
        self.name = name
        self.path: Path = ("services", name)
        self.node = node
        self.items = node.items
        self.root = root
        self.disabled = disabled
        self.diagnostics = diagnostics

    def error(self, message: str, near: Node | None, *steps: str | int, hint: str = "") -> None:
        """Report an error at the attribute."""
        key = steps[0] if steps and isinstance(steps[0], str) else ""
        position = (
            near.position if near is not None and near.position.file else self.node.keys.get(key, self.node.position)
        )
        self.diagnostics.error(message, position, (*self.path, *steps), hint=hint)

    def check(self) -> None:
        """Run all checks."""
        self._origin()
        self._references()
        self._limits()
        self._container()
        self._mounts()

    def _origin(self) -> None:
        build, image = self.items.get("build"), get_string(self.items.get("image"))
        if not isinstance(build, Mapping) and not image and "provider" not in self.items:
            place = self.root.items["services"]
            near = place.keys.get(self.name) if isinstance(place, Mapping) else None
            self.diagnostics.error(
                f"service `{self.name}` has neither `image` nor `build`",
                near or self.node.position,
                self.path,
                hint="to run an image, set `image`; to build one, set `build`",
            )
        if not isinstance(build, Mapping):
            return
        if get_string(build.items.get("dockerfile")) and get_string(build.items.get("dockerfile_inline")):
            self.error(
                f"service `{self.name}` has both `dockerfile` and `dockerfile_inline`",
                build.items["dockerfile"],
                "build",
            )
        for key, context in get_fields(build.items.get("additional_contexts")).items():
            other = (get_string(context) or "").partition("service:")
            base = self.builders.items.get(other[2])
            if other[1] and not other[0] and not isinstance(get_child(base, "build"), Mapping):
                self.error(
                    f"service `{self.name}` builds from service `{other[2]}`, which has no `build`",
                    context,
                    "build",
                    "additional_contexts",
                    key,
                    hint=f"to build from an image, write `{key}: docker-image://IMAGE`",
                )
        platforms = [get_string(item) for item in get_items(build.items.get("platforms"))]
        platform = get_string(self.items.get("platform"))
        if platforms and platform and platform not in platforms:
            self.error(
                f"`build.platforms` of service `{self.name}` does not contain its `platform` `{platform}`",
                self.items["platform"],
                "platform",
            )

    def _references(self) -> None:
        mode = self.items.get("network_mode")
        if get_string(mode) and get_fields(self.items.get("networks")):
            self.error(
                f"service `{self.name}` has both `network_mode` and `networks`",
                mode,
                "network_mode",
                hint="keep one of them",
            )
        for found in undefined_references(self.name, self.node, self.root, self.disabled):
            self.diagnostics.report(found)

    def _limits(self) -> None:
        deploy = self.items.get("deploy")
        scale, replicas = self.items.get("scale"), get_child(deploy, "replicas")
        if isinstance(scale, Scalar) and isinstance(replicas, Scalar) and scale.value != replicas.value:
            self.error(
                f"service `{self.name}` sets `scale` to `{_text(scale)}` and `deploy.replicas` to `{_text(replicas)}`",
                scale,
                "scale",
            )
        for attribute, (group, key) in DUPLICATE_LIMITS:
            own, limits = self.items.get(attribute), get_child(deploy, "resources", group)
            if not isinstance(own, Scalar) or not isinstance(limits, Mapping) or own.value in {0, "0"}:
                continue
            other = limits.items.get(key)
            value = other.value if isinstance(other, Scalar) else None
            if value != own.value:
                duplicate = f"`deploy.resources.{group}.{key}`"
                text = _text(other) if isinstance(other, Scalar) and value is not None else ""
                conflict = f"and {duplicate} to `{text}`" if text else f"but not {duplicate}"
                message = f"service `{self.name}` sets `{attribute}` to `{_text(own)}` {conflict}"
                self.error(message, own, attribute, hint="to fix it, set one of them, or both to the same value")

    def _container(self) -> None:
        name = self.items.get("container_name")
        count = self.items.get("scale", get_child(self.items.get("deploy"), "replicas"))
        if isinstance(count, Scalar) and isinstance(count.value, int) and count.value > 1 and get_string(name):
            self.error(
                f"service `{self.name}` has a `container_name` but `{_text(count)}` containers",
                name,
                "container_name",
                hint="to run several containers, remove `container_name`",
            )
        test = get_items(get_child(self.items.get("healthcheck"), "test"))
        if test and get_string(test[0]) not in {"CMD", "CMD-SHELL", "NONE"}:
            self.error(
                f"`healthcheck.test` of service `{self.name}` starts with `{get_string(test[0])}`, "
                "expected `CMD`, `CMD-SHELL` or `NONE`",
                test[0],
                "healthcheck",
                "test",
            )
        for index, watch in enumerate(get_items(get_child(self.items.get("develop"), "watch"))):
            given = get_child(watch, "action")
            action = get_string(given)
            if action not in {"rebuild", "restart"} and not get_string(get_child(watch, "target")):
                self.error(
                    f"service `{self.name}` has a watch rule with the action `{action}` and no `target`",
                    given or watch,
                    "develop",
                    "watch",
                    index,
                )

    def _mounts(self) -> None:
        """Check that no two mounts have the same target."""
        tmpfs = [((get_string(item) or "").partition(":")[0], item) for item in get_items(self.items.get("tmpfs"))]
        mounts = [(get_string(get_child(item, "target")) or "", item) for item in get_items(self.items.get("volumes"))]
        taken: dict[str, Path] = {}
        for kind, entries in (("tmpfs", tmpfs), ("volumes", mounts)):
            for index, (target, item) in enumerate(entries):
                path = (*self.path, kind, index)
                if target in taken:
                    message = f"`{dotted(path)}` and `{dotted(taken[target])}` are both mounted at `{target}`"
                    self.error(message, get_child(item, "target") or item, kind, index, hint="remove one of them")
                taken.setdefault(target, path)


def _text(scalar: Scalar) -> str:
    """Return the value as written in the file."""
    return scalar.raw or str(scalar.value)


def _container_names(services: dict[str, Node], diagnostics: Diagnostics) -> None:
    taken: dict[str, str] = {}
    for service, node in services.items():
        given = get_fields(node).get("container_name")
        name = get_string(given)
        if given is None or not name:
            continue
        if name in taken:
            diagnostics.error(
                f"services `{taken[name]}` and `{service}` have the same `container_name` `{name}`",
                given.position,
                ("services", service, "container_name"),
                hint="remove it from one of them; a service can always be reached by its service name",
            )
        taken.setdefault(name, service)
