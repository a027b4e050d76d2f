"""`up --abort-on-container-exit`, `--exit-code-from`, and which logs the foreground prints, as in Docker Compose."""

import json

import pytest

from tests.e2e.harness import QUICK, Workshop

pytestmark = pytest.mark.engine

SHOP = f"""\
services:
  db:
    {QUICK}
    command: sh -c 'trap "exit 9" TERM; echo from db; while :; do sleep 0.1; done'
    stop_grace_period: 5s
  web:
    {QUICK}
    depends_on: [db]
    command: sh -c 'echo from web; sleep 1; exit 3'
  side:
    {QUICK}
    command: sh -c 'echo from side; sleep 1000'
  loop:
    {QUICK}
    profiles: [loop]
    restart: on-failure
    command: sh -c 'echo from loop; sleep 1; exit 4'
  fine:
    {QUICK}
    profiles: [fine]
    command: sh -c 'sleep 1'
""".replace("stop_grace_period: 0s\n    command: sh -c 'trap", "command: sh -c 'trap")
"""`db` exits with 9 when it is stopped, `web` with 3 after a second."""


def states(workshop: Workshop) -> dict[str, str]:
    """Service -> state."""
    stacks = workshop.wtc("ps", "-a", "--json", "-w", ".").json()["stacks"]
    return {c["service"]: c["state"] for stack in stacks for c in stack["containers"]}


@pytest.mark.parametrize(
    ("line", "status", "expected"),
    [
        ("--abort-on-container-exit", 3, {"db": "exited", "web": "exited", "side": "exited"}),
        ("--abort-on-container-failure", 3, {"db": "exited", "web": "exited", "side": "exited"}),
        ("--exit-code-from db -t 5", 9, {"db": "exited", "web": "exited", "side": "exited"}),
        ("--exit-code-from web", 3, {"db": "exited", "web": "exited", "side": "exited"}),
        ("--abort-on-container-exit web", 3, {"db": "running", "web": "exited"}),
        ("--abort-on-container-exit loop", 4, {"loop": "exited"}),
        ("--abort-on-container-exit fine side", 0, {"fine": "exited", "side": "exited"}),
        ("--abort-on-container-failure fine", 0, {"fine": "exited"}),
        ("--foreground web", 3, {"db": "running", "web": "exited"}),
    ],
)
def test_end_of_a_container_stops_the_others_and_gives_the_status(
    workshop: Workshop, line: str, status: int, expected: dict[str, str]
) -> None:
    workshop.commit({"compose.yaml": SHOP})
    workshop.wtc("up", *line.split(), status=status)
    assert states(workshop) == expected


def test_job_runs_again_in_the_next_call(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SHOP})
    for _ in range(2):
        ended = workshop.wtc("up", "--exit-code-from", "web", "-t", "0", status=3)
        assert ended.out.count("from web") == 1


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("", {"web", "side", "db"}),
        ("--attach web", {"web"}),
        ("--no-attach db --no-attach side", {"web"}),
        ("web", {"web"}),
        ("--attach-dependencies web", {"web", "db"}),
    ],
)
def test_only_the_logs_of_attached_services_are_printed(workshop: Workshop, line: str, printed: set[str]) -> None:
    workshop.commit({"compose.yaml": SHOP})
    ended = workshop.wtc("up", "--abort-on-container-exit", "-t", "0", *line.split(), status=3)
    assert {text for text in ("web", "side", "db") if f"from {text}" in ended.out} == printed


def test_service_with_attach_false_is_not_printed(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SHOP.replace("  side:\n", "  side:\n    attach: false\n")})
    ended = workshop.wtc("up", "--abort-on-container-exit", "-t", "0", status=3)
    assert ("from web" in ended.out, "from side" in ended.out) == (True, False)


def test_log_lines_have_no_prefix_and_have_times_if_wanted(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SHOP})
    plain = workshop.wtc("up", "--exit-code-from", "web", "--no-log-prefix", "web", status=3)
    assert plain.out.splitlines()[-1] == "from web"
    timed = workshop.wtc("up", "--exit-code-from", "web", "--timestamps", "web", status=3)
    assert timed.out.splitlines()[-1].startswith("web  | 20")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--exit-code-from wb", "did you mean `web`?"),
        ("--attach nothing", "`--attach` names service `nothing`"),
        ("--abort-on-container-exit --abort-on-container-failure", "do not go together"),
        ("-d --abort-on-container-exit", "do not go together"),
        ("--wait --attach web", "do not go together"),
        ("--json --exit-code-from web", "do not go together"),
        ("--always-recreate-deps --no-recreate", "do not go together"),
    ],
)
def test_wrong_options_are_refused_before_anything_starts(shared: Workshop, line: str, message: str) -> None:
    shared.commit({"compose.yaml": SHOP})
    assert message in shared.refused("up", *line.split(), status=2).err
    assert states(shared) == {}


def test_recreated_are_the_named_services_and_with_the_option_their_dependencies(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SHOP.replace("sleep 1; exit 3", "sleep 1000")})
    stack = workshop.up()

    def recreated(*options: str) -> set[str]:
        before = stack.ids()
        workshop.wtc("up", "-t", "0", *options)
        return {service for service, identity in stack.ids().items() if before[service] != identity}

    assert recreated("--recreate", "web") == {"web"}
    assert recreated("--always-recreate-deps", "web") == {"db"}
    assert recreated("--recreate", "--always-recreate-deps", "web") == {"web", "db"}
    assert recreated("--recreate") == {"web", "db", "side"}


def test_progress_option_decides_how_progress_is_printed(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SHOP})
    lines = workshop.wtc("--progress", "json", "up", "-d", "side").err.splitlines()
    assert {json.loads(line)["event"] for line in lines} >= {"planned", "started", "done"}
    assert workshop.wtc("--progress", "quiet", "stop", "side").err == ""
    assert "started" in workshop.wtc("start", "side", "--progress", "plain").err
    failed = workshop.wtc("up", "nothing", "--progress", "json", status=2).err.splitlines()
    assert json.loads(failed[-1])["event"] == "failed"
