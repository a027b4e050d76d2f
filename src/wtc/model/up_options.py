"""The options of `up` that change the plan."""

from enum import StrEnum

from wtc.dataclass import dataclass


class Recreate(StrEnum):
    """Which existing containers to recreate."""

    DIVERGED = "diverged"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpOptions:
    """The options of `up` that change the plan."""

    recreate: Recreate = Recreate.DIVERGED
    """For the services that the user named, or for all if the user named none."""
    recreate_dependencies: Recreate = Recreate.DIVERGED
    """For the other ones."""
    services: tuple[str, ...] = ()
    """The services that the user named; empty: all."""
    build: bool = False
    """Build every image that has a `build`, even if it is up to date."""
    no_build: bool = False
    no_cache: bool = False
    pull_bases: bool = False
    """Pull newer base images when building."""
    no_start: bool = False
    no_deps: bool = False
    """Start only the named services, and do not wait for their dependencies."""
    pull: str = ""
    """A pull policy for all services: `always`, `missing`, `never`."""
    renew_anonymous_volumes: bool = False
    """Give new containers new anonymous volumes; the old volumes are kept, unused."""
    remove_orphans: bool = False
    no_wait: bool = False
    """Return when the containers are started; wait only for the conditions of `depends_on`."""
    wait_timeout_s: float | None = None
    stop_timeout_s: int | None = None

    def recreate_of(self, service: str) -> Recreate:
        """Return which containers of a service to recreate."""
        return self.recreate if not self.services or service in self.services else self.recreate_dependencies
