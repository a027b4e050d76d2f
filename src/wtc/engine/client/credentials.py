"""What the user's docker configuration says for registries: passwords, credential helpers, proxies for builds.

Source: docker's command line reference, "config.json properties"; Engine API, Authentication.
"""

import base64
import json
import os
from dataclasses import dataclass, field
from typing import Any, cast

from wtc.engine.client.endpoint import config_folder

DOCKER_HUB = "docker.io"
_PROXIES = {"httpProxy": "HTTP_PROXY", "httpsProxy": "HTTPS_PROXY", "ftpProxy": "FTP_PROXY", "noProxy": "NO_PROXY"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What is sent along to a registry; nothing where the user is not logged in there."""

    header: str = field(default="", repr=False)
    """`X-Registry-Auth`."""
    problem: str = ""
    """Why there is none, where the configuration could not be asked."""


def registry_of(reference: str) -> str:
    """The host that an image comes from."""
    first, slash, _rest = reference.partition("/")
    named = bool(slash) and ("." in first or ":" in first or first == "localhost")
    return first if named and first != f"index.{DOCKER_HUB}" else DOCKER_HUB


def credentials_for(reference: str) -> Credentials:
    """The user's credentials for the registry of an image. May run a credential helper, which takes its time."""
    import docker.errors

    try:
        found = _auths().resolve_authconfig(registry_of(reference))
        return Credentials(header=_header(found) if found else "")
    except (docker.errors.DockerException, OSError, ValueError) as error:
        return Credentials(problem=f"the docker configuration gives no credentials: {_helper_message(error)}")


def any_configured() -> bool:
    """Whether the user has credentials for some registry; runs nothing."""
    import docker.errors

    try:
        return not _auths().is_empty
    except (docker.errors.DockerException, OSError, ValueError):
        return False


def all_credentials() -> str:
    """`X-Registry-Config`: everything, for the legacy builder, which pulls base images itself."""
    import docker.errors

    try:
        found = _auths().get_all_credentials()
        return _header(found) if found else ""
    except (docker.errors.DockerException, OSError, ValueError):
        return ""


def proxy_arguments(address: str) -> dict[str, str]:
    """The build arguments that the docker command adds for the proxies of its configuration."""
    try:
        text = (config_folder(os.environ) / "config.json").read_text(encoding="utf-8")
        proxies = json.loads(text)["proxies"]
        chosen = dict(proxies.get(address) or proxies.get("default") or {})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    pairs = [(name, str(chosen[key])) for key, name in _PROXIES.items() if chosen.get(key)]
    return {spelled: value for name, value in pairs for spelled in (name, name.lower())}


def _auths() -> Any:
    import warnings

    import docker.auth

    # A missing helper is told where it matters, as a cause.
    warnings.filterwarnings("ignore", module=r"docker\.credentials")
    # A test's, or a harness's, environment counts, not the one that docker-py was imported in.
    return cast("Any", docker.auth).load_config(config_path=str(config_folder(os.environ) / "config.json"))


def _header(found: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(found).encode()).decode()


def _helper_message(error: BaseException) -> str:
    # docker-py wraps what a helper says; a helper that is not installed says which one it is.
    cause = error.__cause__ or error
    return str(cause) or type(cause).__name__
