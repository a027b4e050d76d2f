"""What the user asks of `up`."""

from dataclasses import dataclass
from enum import StrEnum


class Recreate(StrEnum):
    """Which containers that are there are made anew."""

    DIVERGED = "diverged"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpOptions:
    """The options of `up` that change the plan."""

    recreate: Recreate = Recreate.DIVERGED
    build: bool = False
    """Build what can be built, whether or not its image is up to date."""
    no_build: bool = False
    no_cache: bool = False
    pull_bases: bool = False
    """Ask the registry for newer base images when building."""
    no_start: bool = False
    no_deps: bool = False
    """Only the services named: what they depend on is neither started nor waited for."""
    pull: str = ""
    """A pull policy for all services: `always`, `missing`, `never`."""
    renew_anonymous_volumes: bool = False
    """Containers that are made get new anonymous volumes; those before them stay, unused."""
    remove_orphans: bool = False
    wait_timeout_s: float | None = None
    stop_timeout_s: int | None = None
