"""The programs that are compared, and their versions."""

import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PREFIXES = ("/usr/local/lib", "/usr/local/libexec", "/usr/lib", "/usr/libexec", "/opt/homebrew/lib")


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """Absolute paths."""

    wtc: str
    docker: str
    plugin: str
    """The plugin that `docker compose` starts."""


def docker_config() -> str:
    """The folder with the user's configuration and plugins of Docker."""
    return os.environ.get("DOCKER_CONFIG") or os.path.expanduser("~/.docker")


def find_programs() -> Programs:
    """Find what is compared.

    Raises:
        SystemExit: `docker` or its compose plugin is not installed.
    """
    docker = shutil.which("docker")
    folders = (docker_config(), *(f"{prefix}/docker" for prefix in PREFIXES))
    plugins = (f"{folder}/cli-plugins/docker-compose" for folder in folders)
    plugin = next((path for path in plugins if os.access(path, os.X_OK)), None)
    if not docker or not plugin:
        raise SystemExit(f"error: {'the plugin `docker-compose`' if docker else '`docker`'} is not installed")
    return Programs(wtc=str(Path(sys.executable).with_name("wtc")), docker=docker, plugin=plugin)


def describe_machine(programs: Programs, client: Any) -> dict[str, str]:
    """What a reader needs to compare figures: term -> value."""
    commit = _output("git", "rev-parse", "--short=10", "HEAD")
    is_changed = bool(_output("git", "status", "--porcelain", "--untracked-files=no"))
    return {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "engine": str(client.version()["Version"]),
        "docker compose": _output(programs.plugin, "version", "--short"),
        "wtc": f"{commit}{', with changes' if is_changed else ''}",
    }


def _output(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
