"""Choose the engine's endpoint as the docker command does: command line, environment, docker contexts."""

import json
import os
from collections.abc import Mapping

from wtc.dataclass import dataclass, field, replace
from wtc.errors import EngineUnreachableError
from wtc.regular_file import read_regular_file
from wtc.static_typing import Any, cast

DEFAULT_ADDRESS = "unix:///var/run/docker.sock"
DEFAULT_CONTEXT = "default"
PLAIN_PORT, TLS_PORT = 2375, 2376
LOOPBACK = "127.0.0.1"
CONFIG_FILE, META_FILE = "config.json", "meta.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """The certificate files of a TLS connection; the path of a missing file is empty."""

    ca: str = ""
    certificate: str = ""
    key: str = ""
    verify: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An engine's address, and the setting that chose it (`--context`, `DOCKER_HOST` ...)."""

    address: str
    chosen_by: str
    tls: Tls | None = None
    api_version: str = ""
    """The API version to use; if empty, it is negotiated."""
    proxy: str = field(default="", repr=False)
    """The URL of the proxy; it can contain a password."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """Headers of each request, from the docker configuration; they can contain a password."""

    @property
    def scheme(self) -> str:
        """`unix`, `npipe`, `tcp` or `ssh`."""
        return self.address.partition("://")[0]

    @property
    def host(self) -> str:
        """The host on which published ports are reachable."""
        if self.scheme not in {"tcp", "ssh"}:
            return LOOPBACK
        # It takes 5 ms to import, and a Unix socket does not need it.
        from urllib.parse import urlsplit

        name = urlsplit(self.address).hostname
        return LOOPBACK if name in {None, "localhost", "::1", "0.0.0.0"} else str(name)

    @property
    def is_local(self) -> bool:
        """Whether published ports are ports of the local machine."""
        return self.scheme != "ssh" and self.host.startswith("127.")


def choose_endpoint(*, context: str, environment: Mapping[str, str]) -> Endpoint:
    """Return the endpoint that the docker command would use.

    Raises: EngineUnreachableError if the chosen context does not exist or cannot be read.
    Source: docker's command line reference, "Option types" and "Environment variables"; `docker context`.
    """
    folder = config_folder(environment)
    config = read_config(folder)
    endpoint = _choose(context, folder, config, environment)
    version = environment.get("DOCKER_API_VERSION", "").removeprefix("v")
    return replace(
        endpoint, api_version=version, proxy=_proxy(endpoint, environment), headers=_strings(config.get("HttpHeaders"))
    )


def _choose(context: str, folder: str, config: Mapping[str, Any], environment: Mapping[str, str]) -> Endpoint:
    if context:
        return _context_endpoint(context, "`--context`", folder, environment)
    if environment.get("DOCKER_HOST"):
        return _default_endpoint("`DOCKER_HOST`", folder, environment)
    if name := environment.get("DOCKER_CONTEXT", ""):
        return _context_endpoint(name, "`DOCKER_CONTEXT`", folder, environment)
    if name := str(config.get("currentContext") or ""):
        chosen_by = f"the current docker context in `{os.path.join(folder, CONFIG_FILE)}`"
        return _context_endpoint(name, chosen_by, folder, environment)
    return _default_endpoint("docker's default", folder, environment)


def _proxy(endpoint: Endpoint, environment: Mapping[str, str]) -> str:
    if endpoint.scheme != "tcp":
        return ""
    from urllib.parse import urlsplit

    from wtc.engine.client.proxies import proxy_for

    parts = urlsplit(endpoint.address)
    return proxy_for("https" if endpoint.tls else "http", parts.hostname or "", parts.port or 0, environment)


def config_folder(environment: Mapping[str, str]) -> str:
    """Return the folder of the docker command's configuration."""
    if chosen := environment.get("DOCKER_CONFIG"):
        return chosen
    return os.path.join(environment.get("HOME") or os.path.expanduser("~"), ".docker")


def read_config(folder: str) -> dict[str, Any]:
    """Return the docker command's configuration; empty if it is missing or damaged, as for the docker command."""
    try:
        return _read_object(os.path.join(folder, CONFIG_FILE))
    except (OSError, ValueError, TypeError):
        return {}


def normalize_address(address: str, *, tls: bool) -> str:
    """Return the full form of an address: `host:1234` is TCP, and a missing port is the default port."""
    address = address.strip()
    if address in {"", "unix://"}:
        return DEFAULT_ADDRESS
    if "://" not in address:
        address = f"tcp://{address}"
    scheme, _, rest = address.partition("://")
    if scheme.lower() == "unix":
        # The rest is a path, not a part of a URL.
        return f"unix://{rest}"
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(address)
    except ValueError:
        raise _malformed_address(address) from None
    parts = parts._replace(scheme=parts.scheme.lower())
    if parts.scheme in {"http", "https"}:
        parts = parts._replace(scheme="tcp")
    if parts.scheme == "tcp":
        try:
            port = parts.port
        except ValueError:
            raise _malformed_address(address) from None
        host = parts.netloc.rpartition("@")[2] if port is None else ""
        netloc = parts.netloc if port is not None else f"{host or 'localhost'}:{TLS_PORT if tls else PLAIN_PORT}"
        return f"tcp://{netloc}{parts.path}".rstrip("/")
    if parts.scheme not in {"npipe", "ssh"} or (parts.scheme == "ssh" and not parts.hostname):
        raise _malformed_address(address)
    return address


def _malformed_address(address: str) -> EngineUnreachableError:
    return EngineUnreachableError(
        f"`{address}` is not the address of an engine",
        hints=("to set one, write `unix:///path/docker.sock`, `tcp://host:2375` or `ssh://user@host`",),
    )


def _default_endpoint(chosen_by: str, folder: str, environment: Mapping[str, str]) -> Endpoint:
    verify = bool(environment.get("DOCKER_TLS_VERIFY"))
    tls: Tls | None = None
    if verify or environment.get("DOCKER_TLS"):
        chosen = environment.get("DOCKER_CERT_PATH")
        tls = _certificates(chosen or folder, verify=verify)
    address = normalize_address(environment.get("DOCKER_HOST", ""), tls=tls is not None)
    return Endpoint(address=address, chosen_by=chosen_by, tls=tls if address.startswith("tcp:") else None)


def _context_endpoint(name: str, chosen_by: str, folder: str, environment: Mapping[str, str]) -> Endpoint:
    if name == DEFAULT_CONTEXT:
        return _default_endpoint(chosen_by, folder, environment)
    from hashlib import sha256

    contexts = os.path.join(folder, "contexts")
    digest = sha256(name.encode(errors="surrogateescape")).hexdigest()
    meta = os.path.join(contexts, "meta", digest, META_FILE)
    try:
        endpoint = dict[str, Any](_read_object(meta)["Endpoints"]["docker"])
    except FileNotFoundError:
        names = ", ".join(f"`{n}`" for n in context_names(environment))
        raise EngineUnreachableError(
            f"docker context `{name}` does not exist",
            causes=(f"it is set by {chosen_by}; existing contexts: {names}",),
            hints=("to see all contexts, run `docker context ls`",),
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise EngineUnreachableError(
            f"cannot read the docker context `{name}`",
            causes=(f"`{meta}` is damaged, or this user may not read it",),
            hints=(f"to inspect it, run `docker context inspect {name}`",),
        ) from None
    skip = bool(endpoint.get("SkipTLSVerify"))
    tls = _certificates(os.path.join(contexts, "tls", digest, "docker"), verify=not skip)
    used = tls if tls.ca or tls.certificate or skip else None
    address = normalize_address(str(endpoint.get("Host") or ""), tls=used is not None)
    return Endpoint(
        address=address,
        chosen_by=f"context `{name}` ({chosen_by})",
        tls=used if address.startswith("tcp:") else None,
    )


def _read_object(path: str) -> dict[str, Any]:
    """Return the object of a JSON file. Raises: OSError, ValueError, TypeError."""
    return dict(json.loads(read_regular_file(path)))


def _strings(found: object) -> dict[str, str]:
    """Return the entries of an object whose values are strings; no entries if it is not an object."""
    entries = cast("dict[str, object]", found).items() if isinstance(found, dict) else ()
    return {name: value for name, value in entries if isinstance(value, str)}


def context_names(environment: Mapping[str, str]) -> list[str]:
    """Return the names of the existing docker contexts, the default context first."""
    names: list[str] = []
    folder = os.path.join(config_folder(environment), "contexts", "meta")
    try:
        digests = os.listdir(folder)
    except OSError:
        digests = []
    for digest in digests:
        try:
            names.append(str(_read_object(os.path.join(folder, digest, META_FILE))["Name"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return [DEFAULT_CONTEXT, *sorted(names)]


def _certificates(folder: str, *, verify: bool) -> Tls:
    paths = [os.path.join(folder, name) for name in ("ca.pem", "cert.pem", "key.pem")]
    ca, certificate, key = (path if os.path.isfile(path) else "" for path in paths)
    return Tls(ca=ca, certificate=certificate, key=key, verify=verify)
