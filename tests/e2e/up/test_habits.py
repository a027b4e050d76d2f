"""What people type at Docker Compose out of habit: taken where it means the same, and answered where it does not."""

import pytest

from tests.e2e.harness import Workshop, one_service

pytestmark = pytest.mark.engine


def test_up_takes_what_it_does_anyway_and_tells_how_long_a_stop_may_take(workshop: Workshop) -> None:
    deaf = one_service("web").replace("0s", "1h").replace("init: true", "init: false")
    workshop.commit({"compose.yaml": deaf})
    before = workshop.up("-d", "--wait").ids()
    assert workshop.up("-d", "--wait", "-y", "--force-recreate", "-t", "0").ids() != before
    workshop.refused("up", "-d", "--foreground", status=2)


def test_down_takes_orphans_along_and_leaves_volumes_to_clean(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service("web") + one_service("old").removeprefix("services:\n")})
    stack = workshop.up()
    workshop.commit({"compose.yaml": one_service("web")})
    for option in (["-v"], ["--volumes"], ["--rmi", "all"]):
        assert "wtc clean" in workshop.refused("down", *option, status=2).err
    assert set(stack.ids()) == {"web", "old"}
    workshop.wtc("kill", "--remove-orphans")
    assert stack.container("old").status == "exited"
    workshop.wtc("down", "--remove-orphans", "-t", "0")
    assert stack.ids() == {}


def test_pull_ignores_failures_on_request(workshop: Workshop) -> None:
    # Nothing listens there.
    missing = f"services:\n  web: {{image: '127.0.0.1:1/none-{workshop.token}'}}\n"
    workshop.commit({"compose.yaml": missing})
    workshop.refused("pull", status=1)
    ended = workshop.wtc("pull", "--ignore-pull-failures")
    assert "none-" in ended.err
    assert "warning:" in ended.err
