"""Choose the engine's endpoint as the docker command does: command line, environment, docker contexts."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from wtc.dataclass import dataclass, field, replace
from wtc.engine.client.proxies import proxy_for
from wtc.errors import EngineUnreachableError

DEFAULT_ADDRESS = "unix:///var/run/docker.sock"
DEFAULT_CONTEXT = "default"
PLAIN_PORT, TLS_PORT = 2375, 2376
LOOPBACK = "127.0.0.1"


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

    @property
    def scheme(self) -> str:
        """`unix`, `npipe`, `tcp` or `ssh`."""
        return urlsplit(self.address).scheme

    @property
    def host(self) -> str:
        """The host on which published ports are reachable."""
        name = urlsplit(self.address).hostname if self.scheme in {"tcp", "ssh"} else None
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
    endpoint = _choose(context, environment)
    version = environment.get("DOCKER_API_VERSION", "").removeprefix("v")
    parts, proxy = urlsplit(endpoint.address), ""
    if parts.scheme == "tcp":
        scheme = "https" if endpoint.tls else "http"
        proxy = proxy_for(scheme, parts.hostname or "", parts.port or 0, environment)
    return replace(endpoint, api_version=version, proxy=proxy)


def _choose(context: str, environment: Mapping[str, str]) -> Endpoint:
    folder = config_folder(environment)
    if context:
        return _context_endpoint(context, "`--context`", folder, environment)
    if environment.get("DOCKER_HOST"):
        return _default_endpoint("`DOCKER_HOST`", folder, environment)
    if name := environment.get("DOCKER_CONTEXT", ""):
        return _context_endpoint(name, "`DOCKER_CONTEXT`", folder, environment)
    if name := _current_context(folder):
        return _context_endpoint(name, f"the current docker context in `{folder / 'config.json'}`", folder, environment)
    return _default_endpoint("docker's default", folder, environment)


def config_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder of the docker command's configuration."""
    if chosen := environment.get("DOCKER_CONFIG"):
        return Path(chosen)
    home = environment.get("HOME")
    return (Path(home) if home else Path.home()) / ".docker"


def normalize_address(address: str, *, tls: bool) -> str:
    """Return the full form of an address: `host:1234` is TCP, and a missing port is the default port."""
    address = address.strip()
    if address in {"", "unix://"}:
        return DEFAULT_ADDRESS
    if "://" not in address:
        address = f"tcp://{address}"
    parts = urlsplit(address)
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
    if parts.scheme not in {"unix", "npipe", "ssh"} or (parts.scheme == "ssh" and not parts.hostname):
        raise _malformed_address(address)
    return address


def _malformed_address(address: str) -> EngineUnreachableError:
    return EngineUnreachableError(
        f"`{address}` is not the address of an engine",
        hints=("to set one, write `unix:///path/docker.sock`, `tcp://host:2375` or `ssh://user@host`",),
    )


def _default_endpoint(chosen_by: str, folder: Path, environment: Mapping[str, str]) -> Endpoint:
    verify = bool(environment.get("DOCKER_TLS_VERIFY"))
    tls: Tls | None = None
    if verify or environment.get("DOCKER_TLS"):
        chosen = environment.get("DOCKER_CERT_PATH")
        tls = _certificates(Path(chosen) if chosen else folder, verify=verify)
    address = normalize_address(environment.get("DOCKER_HOST", ""), tls=tls is not None)
    return Endpoint(address=address, chosen_by=chosen_by, tls=tls if address.startswith("tcp:") else None)


def _context_endpoint(name: str, chosen_by: str, folder: Path, environment: Mapping[str, str]) -> Endpoint:
    if name == DEFAULT_CONTEXT:
        return _default_endpoint(chosen_by, folder, environment)
    contexts = folder / "contexts"
    digest = hashlib.sha256(name.encode()).hexdigest()
    try:
        endpoint = _read_context(contexts / "meta" / digest / "meta.json")
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
            causes=(f"`{contexts / 'meta' / digest / 'meta.json'}` is damaged, or this user may not read it",),
            hints=(f"to inspect it, run `docker context inspect {name}`",),
        ) from None
    skip = bool(endpoint.get("SkipTLSVerify"))
    tls = _certificates(contexts / "tls" / digest / "docker", verify=not skip)
    used = tls if tls.ca or tls.certificate or skip else None
    address = normalize_address(str(endpoint.get("Host") or ""), tls=used is not None)
    return Endpoint(
        address=address,
        chosen_by=f"context `{name}` ({chosen_by})",
        tls=used if address.startswith("tcp:") else None,
    )


def _read_context(meta: Path) -> dict[str, Any]:
    found = json.loads(meta.read_text(encoding="utf-8"))["Endpoints"]["docker"]
    return dict(found)


def context_names(environment: Mapping[str, str]) -> list[str]:
    """Return the names of the existing docker contexts, the default context first."""
    names: list[str] = []
    for meta in (config_folder(environment) / "contexts" / "meta").glob("*/meta.json"):
        try:
            names.append(str(json.loads(meta.read_text(encoding="utf-8"))["Name"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return [DEFAULT_CONTEXT, *sorted(names)]


def _certificates(folder: Path, *, verify: bool) -> Tls:
    ca, certificate, key = (str(p) if (p := folder / f).is_file() else "" for f in ("ca.pem", "cert.pem", "key.pem"))
    return Tls(ca=ca, certificate=certificate, key=key, verify=verify)


def _current_context(folder: Path) -> str:
    """Return an empty name if the configuration is missing or damaged: the docker command then uses its default."""
    try:
        found = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return str(found.get("currentContext") or "")
    except (OSError, ValueError, AttributeError):
        return ""
