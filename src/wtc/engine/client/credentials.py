"""Read the user's docker configuration: registry credentials, credential helpers, and proxies for builds.

Source: docker's command line reference, "config.json properties"; Engine API, Authentication.
"""

import base64
import json
import os
import re
from collections.abc import Collection

from wtc.dataclass import dataclass, field
from wtc.engine.client.endpoint import CONFIG_FILE, config_folder, read_config
from wtc.static_typing import Any, cast

DOCKER_HUB = "docker.io"
_PROXIES = {"httpProxy": "HTTP_PROXY", "httpsProxy": "HTTPS_PROXY", "ftpProxy": "FTP_PROXY", "noProxy": "NO_PROXY"}

# Patterns of errors that the engine passes on; compiled only after a failure.
# Source: Go, net (OpError, DNSError), net/http and crypto/x509.
_UNREACHABLE = (
    r"\b(?:dial|proxyconnect) (?:tcp|udp)|\blookup \S+|no such host|TLS handshake|tls: |\bx509: |Client\.Timeout"
    r"|context deadline exceeded|connection (?:refused|reset)|request canceled while waiting"
)
# Source: distribution/distribution, registry/api/errcode (UNAUTHORIZED, DENIED); moby and containerd, remotes/docker.
_NOT_AUTHORIZED = (
    r"(?i)unauthori[sz]ed|authori[sz]ation|authentication|credentials|docker login"
    r"|(?<!permission )denied|forbidden|\b40[13]\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The credentials for a registry; empty if the user is not logged in to it."""

    header: str = field(default="", repr=False)
    """The value of `X-Registry-Auth`."""
    problem: str = ""
    """Why the credentials could not be read."""


def registry_of(reference: str) -> str:
    """Return the registry host of an image reference."""
    first, slash, _rest = reference.partition("/")
    named = bool(slash) and ("." in first or ":" in first or first == "localhost")
    return first if named and first != f"index.{DOCKER_HUB}" else DOCKER_HUB


def login_command(reference: str) -> str:
    """Return the command that signs in to the registry of an image reference."""
    host = registry_of(reference)
    return "docker login" if host == DOCKER_HUB else f"docker login {host}"


def failed_request_hints(reference: str, causes: Collection[str], credentials: Credentials) -> tuple[str, ...]:
    """Return the hints of a request to a registry that failed for a reason that its status does not show.

    Engines report missing credentials with the status of a registry that cannot be reached, so that only the words of
    the causes distinguish them.
    """
    if any(re.search(_UNREACHABLE, cause) for cause in causes):
        return ("to reach the registry, check its name, and the DNS and proxy settings of the engine's machine",)
    if credentials.header or not any(re.search(_NOT_AUTHORIZED, cause) for cause in causes):
        return ()
    return (f"to sign in if the registry requires it, run `{login_command(reference)}`",)


def credentials_for(reference: str) -> Credentials:
    """Return the user's credentials for the registry of an image. May run a credential helper, which can be slow."""
    import docker.errors

    try:
        found = _auths().resolve_authconfig(registry_of(reference))
        return Credentials(header=_header(found) if found else "")
    except (docker.errors.DockerException, OSError, ValueError) as error:
        return Credentials(problem=f"cannot read credentials from the docker configuration: {_helper_message(error)}")


def any_configured() -> bool:
    """Return whether the user has credentials for any registry; does not run a credential helper."""
    import docker.errors

    try:
        return not _auths().is_empty
    except (docker.errors.DockerException, OSError, ValueError):
        return False


def all_credentials() -> str:
    """Return `X-Registry-Config`: all credentials, for the legacy builder, which pulls base images itself."""
    import docker.errors

    try:
        found = _auths().get_all_credentials()
        return _header(found) if found else ""
    except (docker.errors.DockerException, OSError, ValueError):
        return ""


def proxy_variables(address: str) -> dict[str, str]:
    """Return the variables that the docker command sets in builds and containers, for the proxies of its configuration.

    Source: docker's command line reference, "Configure the Docker client to use a proxy server".
    """
    try:
        proxies = read_config(config_folder(os.environ))["proxies"]
        chosen = dict(proxies.get(address) or proxies.get("default") or {})
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
    pairs = [(name, str(chosen[key])) for key, name in _PROXIES.items() if chosen.get(key)]
    return {spelled: value for name, value in pairs for spelled in (name, name.lower())}


def detach_keys() -> str:
    """Return the keys that detach from a terminal, as the docker configuration writes them; empty if it has none."""
    return str(read_config(config_folder(os.environ)).get("detachKeys") or "")


def _auths() -> Any:
    import warnings

    import docker.auth

    # A missing helper is reported as a cause of a failed pull.
    warnings.filterwarnings("ignore", module=r"docker\.credentials")
    # docker-py uses the environment at import; the current one counts.
    return cast("Any", docker.auth).load_config(config_path=os.path.join(config_folder(os.environ), CONFIG_FILE))


def _header(found: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(found).encode()).decode()


def _helper_message(error: BaseException) -> str:
    # docker-py wraps the error; its cause has the helper's message, or the name of a helper that is not installed.
    cause = error.__cause__ or error
    return str(cause) or type(cause).__name__
