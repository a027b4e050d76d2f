"""Print the result of `wtc inspect` as text and as JSON: positions in the file, but never its values."""

import sys
from collections.abc import Iterable

from wtc.cli.render.error_documents import diagnostic_document
from wtc.cli.render.errors import shown_path
from wtc.cli.terminal.output import print_columns, print_json
from wtc.model.ports import format_ports
from wtc.model.position import Position, dotted
from wtc.orchestrator.inspect import AttributeReport, InspectResult, Reference
from wtc.static_typing import Any


def show_text(result: InspectResult) -> None:
    """Print a block for each service, network and volume, then what is not isolated."""
    _line(f"{result.namespace.name}  {result.namespace.worktree}")
    for name in result.services:
        _line(f"\nservice {name}{_names(result, name)}")
        print_columns(_rows(result.attributes("services", name), 2))
        print_columns(
            ["  ", f"{p.target}/{p.protocol}", "->", _host_port(leased)] for p, leased in result.published(name)
        )
        print_columns(_git_rows(result, name))
    for network in result.desired.networks.values():
        _line(f"\nnetwork {network.key}: {network.name}{' (external)' if network.external else ''}")
        print_columns(_rows(result.attributes("networks", network.key), 2))
    for volume in result.desired.volumes.values():
        _line(f"\nvolume {volume.key}: {volume.name}{' (external)' if volume.external else ''}")
        print_columns(_rows(result.attributes("volumes", volume.key), 2))
    rest = [t for t in result.attribute_reports if t.path[0] not in {"services", "networks", "volumes", "name"}]
    if rest:
        _line("\nthe rest of the file")
        print_columns(_rows(rest))
    if result.references:
        _line("\nreferences")
        print_columns(
            ["  ", dotted(r.path), _place(_position(result, r)), ", ".join(r.becomes)] for r in result.references
        )
    if result.uses:
        _line("\nport variables")
        print_columns(["  ", u.name, dotted(u.path), _place(u.position), result.port_meaning(u)] for u in result.uses)
    if result.isolation_findings:
        _line("\nnot isolated")
        print_columns(["  ", dotted(b.path), _place(b.position), b.message] for b in result.isolation_findings)


def show_json(result: InspectResult) -> None:
    """Print the result as one JSON document."""
    print_json(
        {
            "worktree": result.namespace.worktree,
            "namespace": result.namespace.name,
            "files": list(result.project.files),
            "services": [_service(result, name) for name in result.services],
            "networks": [
                {
                    "network": n.key,
                    "name": n.name,
                    "external": n.external,
                    "attributes": _documents(result.attributes("networks", n.key)),
                }
                for n in result.desired.networks.values()
            ],
            "volumes": [
                {
                    "volume": v.key,
                    "name": v.name,
                    "external": v.external,
                    "attributes": _documents(result.attributes("volumes", v.key)),
                }
                for v in result.desired.volumes.values()
            ],
            "attributes": _documents(
                t
                for t in result.attribute_reports
                if t.path[0] not in {"services", "networks", "volumes"} or len(t.path) == 1
            ),
            "references": [
                {"path": dotted(r.path), "becomes": list(r.becomes), **_place_document(_position(result, r))}
                for r in result.references
            ],
            "port_variables": [
                {
                    "variable": u.name,
                    "path": dotted(u.path),
                    "value": result.port_meaning(u),
                    **_place_document(u.position),
                }
                for u in result.uses
            ],
            "isolation": [diagnostic_document(b) for b in result.isolation_findings],
        }
    )


def _service(result: InspectResult, name: str) -> dict[str, Any]:
    desired = result.service(name)
    config = desired.containers[0].config if desired and desired.containers else None
    return {
        "service": name,
        "containers": [c.name for c in desired.containers] if desired else [],
        "image": desired.image.reference if desired else None,
        "built": desired is not None and desired.image.build is not None,
        "networks": {key: list(a.aliases) for key, a in config.networks.items()} if config else {},
        "ports": [
            {
                "target": p.target,
                "protocol": p.protocol,
                "published": format_ports(p.published) or None,
                "host": p.host_ip or None,
                "port": leased or None,
            }
            for p, leased in result.published(name)
        ],
        "git": _git(result, name),
        "attributes": _documents(result.attributes("services", name)),
    }


def _git(result: InspectResult, name: str) -> dict[str, Any] | None:
    found = result.git.get(name)
    if found is None:
        return None
    mounts = [{"source": m.source, "target": m.target, "read_only": m.read_only} for m in found.added.mounts]
    return {"access": found.access, "mounts": mounts}


def _git_rows(result: InspectResult, name: str) -> list[list[str]]:
    """Return a row for each folder in which git works. The mounts are only in the JSON."""
    found = result.git.get(name)
    if found is None:
        return []
    access = found.access or "rw or ro, as the user of the container decides"
    return [["  ", "git", "->", folder, access] for folder in found.added.works]


def _documents(reports: Iterable[AttributeReport]) -> list[dict[str, Any]]:
    return [
        {
            "path": dotted(t.path),
            "status": str(t.case.status),
            "reason": t.case.reason or None,
            **_place_document(t.position),
        }
        for t in reports
    ]


def _place_document(position: Position | None) -> dict[str, Any]:
    known = position if position and position.file else None
    return {
        "file": known.file if known else None,
        "line": known.line if known else None,
        "column": known.column if known else None,
    }


def _position(result: InspectResult, reference: Reference) -> Position | None:
    positions, path = result.project.positions, reference.path
    return next((found for n in range(len(path), 1, -1) if (found := positions.get(path[:n]))), None)


def _names(result: InspectResult, name: str) -> str:
    desired = result.service(name)
    if desired is None:
        return ": no container"
    return f": {', '.join(c.name for c in desired.containers) or 'no container'}, image {desired.image.reference}"


def _rows(reports: Iterable[AttributeReport], depth: int = 0) -> list[list[str]]:
    """Return rows of attributes. Nested ones are included if they have a reason or are not honoured."""
    return [
        ["  ", dotted(t.path[depth:]), str(t.case.status), _place(t.position), t.case.reason]
        for t in reports
        if len(t.path) == depth + 1 or t.case.reason or not t.is_honoured
    ]


def _host_port(leased: int) -> str:
    return str(leased) if leased else "leased by the first `wtc up` or `wtc setup`"


def _place(position: Position | None) -> str:
    if position is None or not position.file:
        return "-"
    return f"{shown_path(position.file)}:{position.line}:{position.column}"


def _line(text: str) -> None:
    sys.stdout.write(text + "\n")
