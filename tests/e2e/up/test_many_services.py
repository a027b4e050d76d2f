"""The time of a command grows with the number of services, not with its square."""

import time

import pytest

from tests.e2e.harness import Workshop, write

pytestmark = pytest.mark.engine

FEW, MANY = 300, 3000
MOST = 3 * MANY // FEW
"""With its square, the time grows by a hundred."""
SERVICE = """\
  s{n}:
    image: busybox:1.36
    depends_on: [{before}]
    ports: ["80"]
    volumes: ["v{n}:/v"]
    environment: {{A: "${{B:-1}}"}}
"""


def compose(count: int) -> str:
    services = "".join(SERVICE.format(n=n, before=f"s{n - 1}" if n % 10 else "") for n in range(count))
    return f"services:\n{services}volumes:\n" + "".join(f"  v{n}:\n" for n in range(count))


@pytest.mark.parametrize("command", [("inspect",), ("up", "--dry-run")], ids=" ".join)
def test_time_for_many_services_is_in_proportion(workshop: Workshop, command: tuple[str, ...]) -> None:
    def seconds(count: int) -> float:
        write(workshop.main, {"compose.yaml": compose(count)})
        began_s = time.monotonic()
        workshop.wtc(*command)
        return time.monotonic() - began_s

    assert seconds(MANY) < MOST * seconds(FEW)
