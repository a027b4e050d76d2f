"""The published side of ports in their long form, which Docker Compose leaves to the engine. Pure."""

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.transform.ports import published_ports
from wtc.compose.tree.accessors import get_child, get_fields, get_items, get_string
from wtc.compose.tree.node import Mapping


def check_published_ports(services: Mapping, diagnostics: Diagnostics) -> None:
    """Report each host port of the services that the engine would refuse."""
    for name, service in services.items.items():
        for index, port in enumerate(get_items(get_fields(service).get("ports"))):
            published = get_child(port, "published")
            text = get_string(published)
            if published is None or text is None:
                continue
            try:
                published_ports(text)
            except ValueError:
                diagnostics.error(
                    f"service `{name}` publishes `{text}`, which is not a valid port or range of ports within 0-65535",
                    published.position if published.position.file else port.position,
                    ("services", name, "ports", index, "published"),
                    hint="to have wtc choose a host port, leave out `published`",
                )
