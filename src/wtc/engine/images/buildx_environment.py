"""The environment of `docker buildx`: chosen variables of the caller, and none of the compose file's. Pure.

A variable can make docker run a program (`DOCKER_CONFIG` has its plugins, `PATH`, `LD_PRELOAD`), so what a compose file
names never becomes one. Of the caller's, buildx gets those that docker, buildx and the programs they start read.
"""

from collections.abc import Mapping

_NAMES = frozenset(
    {
        # Programs, the user's folders and identity; Windows finds them by other names.
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TMP", "TEMP"),
        *("USERPROFILE", "USERNAME", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "PROGRAMW6432"),
        *("SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATHEXT", "WINDIR"),
        # Text and time.
        *("LANG", "LANGUAGE", "TZ", "TERM", "NO_COLOR"),
        # Proxies and certificates, in both spellings that Go and curl read.
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
"""They are about the caller's own bake files: wtc's has neither relative paths nor a file's name."""


def caller_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of the caller that `docker buildx` gets."""
    return {
        name: value
        for name, value in environment.items()
        if (name in _NAMES or name.startswith(_PREFIXES)) and not name.startswith(_EXCEPT_PREFIX)
    }


def build_environment(environment: Mapping[str, str], *, engine: str) -> dict[str, str]:
    """The same for a build on the engine at an address."""
    # The user asked for this compose file's build: bake is not to ask again for each path outside the current folder.
    return {**caller_environment(environment), "DOCKER_HOST": engine, "BUILDX_BAKE_ENTITLEMENTS_FS": "0"}
