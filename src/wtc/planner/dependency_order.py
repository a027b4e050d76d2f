"""Sort services so that dependencies come first. Pure."""

from collections.abc import Iterable, Mapping, Sequence


def dependency_order(edges: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the names, dependencies first; otherwise in the given order.

    Edges to unknown names are ignored. Names in a cycle (validation rejects cycles) keep the given order.
    """
    done: dict[str, None] = {}
    for root in edges:
        stack: list[tuple[str, Sequence[str]]] = [(root, list(edges[root]))]
        open_names = {root}
        while stack:
            name, rest = stack[-1]
            pending = [d for d in rest if d in edges and d not in done and d not in open_names]
            if pending:
                stack[-1] = (name, pending[1:])
                stack.append((pending[0], list(edges[pending[0]])))
                open_names.add(pending[0])
            else:
                stack.pop()
                done.setdefault(name)
    return list(done)
