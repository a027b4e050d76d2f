"""Choose the proxy for an engine over TCP, as the docker command does. Pure.

Source: Go's net/http, ProxyFromEnvironment, and golang.org/x/net/http/httpproxy, which the docker command uses.
"""

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

_PORT = re.compile(r":\d+$")


def proxy_for(scheme: str, host: str, port: int, environment: Mapping[str, str]) -> str:
    """Return the proxy's URL; empty if no proxy is set, or if the host is local or listed in `NO_PROXY`."""
    name = f"{scheme}_proxy"
    proxy = _variable(name, environment)
    # In a CGI program, a client can set this variable with a header.
    if not proxy or (name == "http_proxy" and environment.get("REQUEST_METHOD")):
        return ""
    if _is_local(host) or _is_excepted(host.lower().rstrip("."), port, _variable("no_proxy", environment)):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


def redact_proxy(proxy: str) -> str:
    """Return a proxy's URL without the user name and password."""
    parts = urlsplit(proxy)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _variable(name: str, environment: Mapping[str, str]) -> str:
    return environment.get(name.upper(), "") or environment.get(name, "")


def _is_local(host: str) -> bool:
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _is_excepted(host: str, port: int, exceptions: str) -> bool:
    return any(_excepts(one.strip().lower(), host, port) for one in exceptions.split(",") if one.strip())


def _excepts(one: str, host: str, port: int) -> bool:
    """Match `*`, an address, a CIDR block, `example.com` with subdomains, or `.example.com` (only the subdomains)."""
    if one == "*":
        return True
    address = _address(host)
    if "/" in one:
        try:
            return address is not None and address in ipaddress.ip_network(one, strict=False)
        except ValueError:
            return False
    name, _colon, given = one.rpartition(":") if _PORT.search(one) and not _address(one) else (one, "", "")
    if given and given != str(port):
        return False
    if (named := _address(name)) or address:
        return named == address
    name = name.removeprefix("*")
    return host.endswith(name) if name.startswith(".") else host == name or host.endswith(f".{name}")


def _address(text: str) -> "ipaddress.IPv4Address | ipaddress.IPv6Address | None":
    try:
        return ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None
