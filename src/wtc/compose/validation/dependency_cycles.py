"""Find dependency cycles between services."""

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.loader.select_services import service_dependencies
from wtc.compose.tree.accessors import is_null
from wtc.compose.tree.node import Node


def check_cycles(services: dict[str, Node], diagnostics: Diagnostics) -> None:
    """Report the first dependency cycle with all its steps. The search is iterative, so its depth is not limited."""
    done: set[str] = set()
    for start, node in services.items():
        if start in done:
            continue
        trail = {start: iter(sorted(service_dependencies(node)))}
        while trail:
            name = next(reversed(trail))
            following = next(trail[name], None)
            if following is None:
                done.add(name)
                trail.popitem()
            elif following in trail:
                names = list(trail)
                cycle = [*names[names.index(following) :], following]
                chain = " -> ".join(f"`{step}`" for step in cycle)
                near = service_dependencies(services[name])[following]
                place = services[name].position if is_null(near) or not near.position.file else near.position
                diagnostics.error(
                    f"dependency cycle: {chain}",
                    place,
                    ("services", name, "depends_on", following),
                )
                return
            elif following in services and following not in done:
                trail[following] = iter(sorted(service_dependencies(services[following])))
