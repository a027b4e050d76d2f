"""Every `up` of a scenario that succeeds is repeated, and its repetition asks the engine for nothing that changes."""

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import opened
from tests.e2e.harness import Ended, Workshop
from tests.e2e.proxy import Proxy
from wtc.labels import SERVICE, WORKTREE

ALWAYS_CHANGE = frozenset({"--recreate", "--build", "--rebuild"})
"""Options with which each `up` changes something."""


class RepeatingWorkshop(Workshop):
    """A workshop that repeats each `up` in front of a proxy, and fails if the repetition changes something.

    `jobs` are services that end, and whose end no service waits for: as in Docker Compose, each `up` starts them again.
    """

    def __init__(self, base: Path, client: Any, *, proxy: Proxy, jobs: frozenset[str]) -> None:
        super().__init__(base, client)
        self.proxy, self.jobs = proxy, jobs

    def wtc(
        self, *arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None, status: int | None = 0
    ) -> Ended:
        """Run `wtc ...`, and the same command again if it is an `up` that succeeded."""
        ended = super().wtc(*arguments, cwd=cwd, env=env, status=status)
        if arguments[0] != "up" or ended.status != 0:
            return ended
        repeated = [argument for argument in arguments if argument not in ALWAYS_CHANGE]
        self.proxy.requests.clear()
        again = super().wtc(*repeated, cwd=cwd, env={**(env or {}), "DOCKER_HOST": self.proxy.address})
        assert self.proxy.requests
        changes = {change.partition("/containers/")[2] or change for change in self.proxy.changes}
        assert changes == self._starts_of_jobs(), f"{repeated} again\n{again.out}\n{again.err}"
        return ended

    def _starts_of_jobs(self) -> set[str]:
        found = self.client.api.containers(all=True, filters={"label": f"{WORKTREE}={os.path.realpath(self.main)}"})
        return {f"{container['Id']}/start" for container in found if container["Labels"].get(SERVICE) in self.jobs}


@pytest.fixture
def workshop(
    tmp_path: Path, client: Any, witness: Callable[..., Proxy], request: pytest.FixtureRequest
) -> Iterator[Workshop]:
    """A repository of the test's own, in which each `up` is repeated."""
    marker = request.node.get_closest_marker("jobs")
    jobs = frozenset(marker.args if marker else ())
    with opened(tmp_path, client, partial(RepeatingWorkshop, proxy=witness(), jobs=jobs)) as made:
        yield made
