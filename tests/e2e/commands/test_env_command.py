"""`env -- COMMAND` on the host, with the addresses of a running stack."""

import json
import signal
import sys
import urllib.request

import pytest

from tests.e2e.harness import HEALTHY, QUICK, Workshop, until

pytestmark = pytest.mark.engine

SHOP = f"""\
services:
  web:
    {QUICK}
    command: sleep 1000
    environment: {{API_URL: "http://api:80/passwd", LEVEL: high, SIDE_URL: "http://side:81/"}}
    env_file: [web.env]
  worker:
    {QUICK}
    command: sleep 1000
    environment: {{API_URL: "http://api:80/other", QUEUE: "api:80"}}
  api:
    {QUICK}
    command: httpd -f -p 80 -h /etc
    ports: ["8080:80"]
    {HEALTHY}
  side:
    {QUICK}
    command: sleep 1000
"""
FILES = {"compose.yaml": SHOP, "web.env": "BACK_HOST=api\nBACK_PORT=80\n"}
SHOW = "import json, os; print(json.dumps(dict(os.environ)))"


def environment(workshop: Workshop, *options: str) -> dict[str, str]:
    """The environment of a command."""
    found: dict[str, str] = json.loads(workshop.wtc("env", *options, "--", sys.executable, "-c", SHOW).out)
    return found


def test_command_reaches_services_at_their_leased_ports(workshop: Workshop) -> None:
    workshop.commit(FILES)
    port = workshop.up().ports["api/80/tcp"]
    found = environment(workshop)
    assert found["API_URL"] == f"http://localhost:{port}/passwd"
    with urllib.request.urlopen(found["API_URL"]) as answer:
        assert b"root:" in answer.read()
    assert (found["QUEUE"], found["BACK_HOST"], found["BACK_PORT"]) == (f"localhost:{port}", "localhost", str(port))
    assert {"LEVEL", "SIDE_URL"} & found.keys() == set()
    assert found["WTC_PORT_API"] == str(port)
    assert found["HOME"] == str(workshop.home)


def test_disagreement_and_unpublished_ports_are_reported(workshop: Workshop) -> None:
    workshop.commit(FILES)
    workshop.wtc("setup")
    ended = workshop.wtc("env", "--", "true")
    assert "services `web` and `worker` disagree about `API_URL`; that of `web` is used" in ended.err
    assert "`SIDE_URL` addresses port 81 of service `side`, which the host does not reach" in ended.err
    own = environment(workshop, "--service", "worker")
    assert own["API_URL"].endswith("/other")
    assert "BACK_HOST" not in own
    whole = environment(workshop, "--service", "web")
    assert (whole["LEVEL"], whole["SIDE_URL"]) == ("high", "http://side:81/")
    assert "did you mean `worker`?" in workshop.refused("env", "--service", "workr", "--", "true", status=2).err


def test_command_takes_the_place_of_wtc(workshop: Workshop) -> None:
    workshop.commit(FILES)
    assert workshop.wtc("env", "sh", "-c", "echo out; exit 42", status=42).out == "out\n"
    waiting = workshop.start(
        "env", "--", "sh", "-c", "trap 'echo caught; exit 7' TERM; echo ready; while :; do sleep 0.1; done"
    )
    assert waiting.popen.stdout is not None
    until(lambda: waiting.popen.stdout.readline() == "ready\n", "it runs")  # type: ignore[union-attr]
    waiting.popen.send_signal(signal.SIGTERM)
    ended = waiting.end()
    assert (ended.status, ended.out) == (7, "caught\n")
    # A pipe whose reader has gone ends the command, as it does without wtc.
    assert workshop.wtc("env", "bash", "-c", "yes | head -1; echo ${PIPESTATUS[0]}").out == "y\n141\n"


@pytest.mark.parametrize(("command", "status"), [("no-such-program", 127), ("/etc", 126)])
def test_program_that_does_not_run_has_the_status_of_a_shell(shared: Workshop, command: str, status: int) -> None:
    shared.commit(FILES)
    assert f"cannot run `{command}`" in shared.refused("env", "--", command, status=status).err


def test_variables_of_the_command_are_not_fed_back(workshop: Workshop) -> None:
    workshop.commit({**FILES, "compose.yaml": SHOP.replace("LEVEL: high", 'LEVEL: "${API_URL:-unset}"')})
    workshop.wtc("setup")
    script = f"{sys.executable} -m wtc config | grep LEVEL"
    assert workshop.wtc("env", "--", "sh", "-c", script).out.strip() == "LEVEL: unset"
