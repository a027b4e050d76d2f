"""Translate exposed and published ports. Source: Engine API, `ExposedPorts` and `HostConfig.PortBindings`."""

from wtc.engine.translate.body_table import Body
from wtc.model.desired import ResolvedService
from wtc.model.ports import format_ports


def exposed_ports(config: ResolvedService) -> Body | None:
    """Return `ExposedPorts`: `80/tcp` -> `{}`; ranges of `expose:` are expanded."""
    keys = [key for text in config.expose for key in _keys(text)]
    keys += [f"{port.target}/{port.protocol}" for port in config.ports]
    return {key: {} for key in keys} or None


def port_bindings(config: ResolvedService) -> Body | None:
    """Return `PortBindings`; with an empty host port, the engine chooses a free one."""
    found: dict[str, list[Body]] = {}
    for port in config.ports:
        key = f"{port.target}/{port.protocol}"
        found.setdefault(key, []).append({"HostIp": port.host_ip, "HostPort": format_ports(port.published)})
    return found or None


def _keys(text: str) -> list[str]:
    ports, _, protocol = text.partition("/")
    first, _, last = ports.partition("-")
    if not first.isdigit() or (last and not last.isdigit()):
        return [text]
    return [f"{n}/{protocol or 'tcp'}" for n in range(int(first), int(last or first) + 1)]
