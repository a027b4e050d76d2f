"""What containers use, live."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import QUICK, Workshop, one_service, write
from tests.e2e.proxy import Proxy

pytestmark = pytest.mark.engine

MIB = 1024**2
LIMITED = f"""\
services:
  limited:
    {QUICK}
    command: sleep 1000
    mem_limit: 64m
  busy:
    {QUICK}
    command: sh -c 'while :; do :; done'
    cpus: 0.5
  apart:
    {QUICK}
    command: sleep 1000
    mem_limit: 32m
    cgroup_parent: ${{PARENT}}
"""
"""The last one's control group is not where those of containers are, so that the engine has to be asked for its use."""


def rows(document: dict[str, Any], namespace: str) -> dict[str, dict[str, Any]]:
    """Service -> its container's entry, in one stack of the answer."""
    stacks = [s for s in document["stacks"] if s["namespace"] == namespace]
    return {c["service"]: c for s in stacks for c in s["containers"]}


@pytest.fixture(scope="module")
def two(shared: Workshop) -> tuple[str, str, Path]:
    """Two worktrees' stacks: their namespaces, and the second one's folder."""
    systemd = shared.client.info()["CgroupDriver"] == "systemd"
    shared.commit({"compose.yaml": LIMITED, ".env": f"PARENT={'wtctests.slice' if systemd else '/docker/wtctests'}"})
    other = shared.worktree("other")
    write(other, {"compose.yaml": one_service("lonely")})
    return shared.up().namespace, shared.up(cwd=other).namespace, other


def test_stats_tells_memory_against_limits_and_the_processors_share(
    shared: Workshop, two: tuple[str, str, Path]
) -> None:
    document = shared.wtc("stats", "--json").json()
    assert [s["namespace"] for s in document["stacks"]] == [two[0]]
    found = rows(document, two[0])
    assert found["limited"]["memory_limit_bytes"] == 64 * MIB
    assert 0 < found["limited"]["memory_bytes"] < 64 * MIB
    assert found["busy"]["memory_limit_bytes"] is None
    assert found["busy"]["cpus_limit"] == 0.5
    assert found["limited"]["cpus_limit"] is None
    assert found["busy"]["cpu_percent"] > 5 > found["limited"]["cpu_percent"]
    assert found["apart"]["memory_limit_bytes"] == 32 * MIB
    assert 0 < found["apart"]["memory_bytes"] < 32 * MIB
    assert 5 > found["apart"]["cpu_percent"] >= 0
    assert document["machine"]["memory_bytes"] == shared.client.info()["MemTotal"]


@pytest.mark.parametrize("service", ["limited", "apart"])
def test_memory_is_what_docker_stats_tells(shared: Workshop, two: tuple[str, str, Path], service: str) -> None:
    container = shared.client.containers.get(f"{two[0]}_{service}")
    theirs = container.stats(stream=False)["memory_stats"]
    inactive = theirs["stats"].get("inactive_file", theirs["stats"].get("total_inactive_file"))
    ours = rows(shared.wtc("stats", "--json").json(), two[0])[service]["memory_bytes"]
    assert abs(ours - (theirs["usage"] - inactive)) < MIB


def test_stats_of_all_worktrees_has_the_others_too(shared: Workshop, two: tuple[str, str, Path]) -> None:
    document = shared.wtc("stats", "-a", "--json").json()
    assert rows(document, two[0]).keys() == {"limited", "busy", "apart"}
    assert rows(document, two[1]).keys() == {"lonely"}


def test_stats_of_one_service(shared: Workshop, two: tuple[str, str, Path]) -> None:
    assert rows(shared.wtc("stats", "limited", "--json").json(), two[0]).keys() == {"limited"}


def test_stats_is_a_table_with_a_line_a_container(shared: Workshop, two: tuple[str, str, Path]) -> None:
    head, *lines = shared.wtc("stats").out.splitlines()
    assert head.split()[:3] == ["SERVICE", "MEMORY", "LIMIT"]
    assert [line.split()[0] for line in lines] == ["apart", "busy", "limited"]
    assert "64 MiB" in lines[2]


@pytest.mark.usefixtures("two")
def test_a_service_that_does_not_run_is_refused(shared: Workshop) -> None:
    assert "`nope`" in shared.refused("stats", "nope", status=2).err


@pytest.mark.usefixtures("two")
def test_watch_draws_again_until_it_is_interrupted(shared: Workshop) -> None:
    started = shared.start("stats", "--watch")
    assert started.popen.stdout is not None
    heads = 0
    while heads < 3:
        heads += started.popen.stdout.readline().startswith("SERVICE")
    started.popen.send_signal(signal.SIGINT)
    ended = started.end()
    assert ended.status == 130
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(("arguments", "there"), [(["-s"], True), ([], False)])
def test_ps_tells_memory_where_it_is_asked_to(
    shared: Workshop, two: tuple[str, str, Path], arguments: list[str], *, there: bool
) -> None:
    found = rows(shared.wtc("ps", "--json", *arguments).json(), two[0])["limited"]
    assert (found["memory_bytes"] is not None) is there
    assert (found["memory_limit_bytes"] == 64 * MIB) is there


@pytest.mark.parametrize("arguments", [["ps"], ["ps", "-s"], ["stats", "-a"]], ids=" ".join)
def test_the_number_of_calls_does_not_grow_with_the_stacks(
    workshop: Workshop, witness: Callable[..., Proxy], arguments: list[str]
) -> None:
    def calls() -> int:
        proxy = witness()
        workshop.wtc(*arguments, env={"DOCKER_HOST": proxy.address})
        assert proxy.changes == []
        # A stack of another test may have a container of which the engine has to be asked for its use.
        return len([r for r in proxy.requests if "/stats?" not in r and not r.endswith("/info")])

    workshop.commit({"compose.yaml": one_service()})
    workshop.up()
    one = calls()
    for name in ("second", "third"):
        workshop.up(cwd=workshop.worktree(name))
    assert calls() == one
