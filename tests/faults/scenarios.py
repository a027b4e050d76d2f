"""The commands of the sweep, with the state before each and the state that the next `up` has to reach."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.e2e.harness import QUICK

FAILING = "{test: [CMD, 'false'], interval: 100ms, retries: 1, start_period: 0s}"


def files(*, colour: str = "red", check: str = "") -> Mapping[str, str]:
    """Return a project with a built image, a volume, a network and published ports."""
    healthcheck = f"\n    healthcheck: {check}" if check else ""
    return {
        "compose.yaml": f"""\
services:
  web:
    {QUICK.replace("image: busybox:1.36", "build: .")}
    command: sleep 1000
    ports: ["80", "443"]
    environment: {{COLOUR: {colour}}}
    depends_on: [db]{healthcheck}
  db:
    {QUICK}
    command: sh -c 'echo ready; exec sleep 1000'
    ports: ["3306"]
    volumes: ["rows:/data"]
volumes:
  rows: {{}}
""",
        "Dockerfile": "FROM busybox:1.36\nRUN echo built > /page\n",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A command. `before`: the files of the stack that is up before it; None: no stack.

    If it `is_down`, `down` ran since; what `up` keeps is there. `status` is that of the command without a fault. One
    that `follows` ends only by a signal.
    """

    command: tuple[str, ...]
    before: Mapping[str, str] | None
    at: Mapping[str, str]
    """The files while it runs."""
    after: Mapping[str, str]
    """Those of the next `up`."""
    colour: str = "red"
    status: int = 0
    refused: int = 1
    """The status if the engine refuses: that of the docker command, for a container that it did not start."""
    follows: bool = False
    is_down: bool = False
    removes_volumes: bool = False


RED, BLUE, SICK = files(), files(colour="blue"), files(check=FAILING)
UP = ("up", "--json")

SCENARIOS: Mapping[str, Scenario] = {
    "up (first)": Scenario(command=UP, before=None, at=RED, after=RED),
    "up (again)": Scenario(command=UP, before=RED, at=RED, after=RED, is_down=True),
    "up (changed)": Scenario(command=UP, before=RED, at=BLUE, after=BLUE, colour="blue"),
    "up --recreate": Scenario(command=(*UP, "--recreate"), before=RED, at=RED, after=RED),
    "up (unhealthy)": Scenario(command=UP, before=RED, at=SICK, after=RED, status=1),
    "down": Scenario(command=("down", "-t", "0"), before=RED, at=RED, after=RED),
    "clean": Scenario(command=("clean", "-y", "-t", "0"), before=RED, at=RED, after=RED, removes_volumes=True),
    "run --rm": Scenario(command=("run", "--rm", "-T", "web", "true"), before=RED, at=RED, after=RED, refused=125),
    "exec": Scenario(command=("exec", "-T", "web", "true"), before=RED, at=RED, after=RED),
    "restart": Scenario(command=("restart", "-t", "0"), before=RED, at=RED, after=RED),
    "logs -f": Scenario(command=("logs", "-f"), before=RED, at=RED, after=RED, status=130, follows=True),
}
