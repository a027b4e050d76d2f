"""The environment of `docker buildx`: selected variables of the caller, and none of the compose file. Pure.

A variable can make docker run a program (`DOCKER_CONFIG` contains plugins, `PATH`, `LD_PRELOAD`), so a compose file
never sets one. buildx gets those of the caller's variables that docker, buildx and the programs they start read.
"""

from collections.abc import Mapping

_NAMES = frozenset(
    {
        # Programs, the user's folders and identity, on Linux and on Windows.
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TMP", "TEMP"),
        *("USERPROFILE", "USERNAME", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "PROGRAMW6432"),
        *("SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATHEXT", "WINDIR"),
        # Text and time.
        *("LANG", "LANGUAGE", "TZ", "TERM", "NO_COLOR"),
        # Proxies and certificates, in both spellings that Go and curl support.
        *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "FTP_PROXY"),
        *("http_proxy", "https_proxy", "no_proxy", "all_proxy", "ftp_proxy"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR"),
        # An engine over ssh, and `build.ssh`.
        *("SSH_AUTH_SOCK", "SSH_AGENT_PID", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "DISPLAY", "WAYLAND_DISPLAY"),
        # Credential helpers: secretservice, pass, and the registries of the cloud providers.
        *("DBUS_SESSION_BUS_ADDRESS", "GNUPGHOME", "GPG_TTY", "GPG_AGENT_INFO", "GOOGLE_APPLICATION_CREDENTIALS"),
        # Kubernetes builders, and reproducible builds.
        *("KUBECONFIG", "SOURCE_DATE_EPOCH"),
        # `cache_to: type=gha`.
        *("ACTIONS_CACHE_URL", "ACTIONS_RESULTS_URL", "ACTIONS_RUNTIME_TOKEN", "ACTIONS_CACHE_SERVICE_V2"),
    }
)
_PREFIXES = (
    *("DOCKER_", "BUILDX_", "BUILDKIT_", "LC_", "XDG_", "PASSWORD_STORE_"),
    # `cache_to: type=s3` and `type=azblob`, and credential helpers.
    *("AWS_", "AZURE_", "CLOUDSDK_"),
)
_EXCEPT_PREFIX = "BUILDX_BAKE_"
"""These configure the caller's bake files; wtc's definition has no file name and no relative paths."""


def caller_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of the caller that `docker buildx` gets."""
    return {
        name: value
        for name, value in environment.items()
        if (name in _NAMES or name.startswith(_PREFIXES)) and not name.startswith(_EXCEPT_PREFIX)
    }


def build_environment(environment: Mapping[str, str], *, engine: str) -> dict[str, str]:
    """Return the variables for a build on the engine at an address."""
    # The compose file defines the paths: bake must not ask to confirm each path outside of the current folder.
    return {**caller_environment(environment), "DOCKER_HOST": engine, "BUILDX_BAKE_ENTITLEMENTS_FS": "0"}
