"""The networks of the last `up` are created again while the files are read, and are what the plan would create."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import DEADLINE_S, QUICK, Workshop
from wtc.compose.source import yaml
from wtc.engine.client.connection import Engine
from wtc.errors import WtcError
from wtc.labels import WORKTREE
from wtc.orchestrator.bring_up.up_request import UpRequest
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.up import up

pytestmark = pytest.mark.engine

CREATE = "POST /networks/create"
COMPOSE = f"""\
services:
  web:
    {QUICK}
    pull_policy: never
    command: sleep 1000
    networks: [default, back]
networks:
  default: {{}}
  back: {{}}
"""


class Requests:
    """What is sent to the engine."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.sent: list[str] = []
        self.created = threading.Event()
        """Set once both networks are created."""
        call = Engine.call

        def recorded(engine: Engine, method: str, path: str, **arguments: Any) -> Any:
            answer = call(engine, method, path, **arguments)
            self.sent.append(f"{method} {path}")
            if self.sent.count(CREATE) == 2:
                self.created.set()
            return answer

        patch.setattr(Engine, "call", recorded)


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Requests:
    return Requests(monkeypatch)


@pytest.fixture
def stopped(workshop: Workshop) -> Iterator[Workshop]:
    """Yield a stack after `up` and `down`. Its image has a tag that no other test uses."""
    image = f"wtc-test-{workshop.token}:1"
    workshop.client.images.get("busybox:1.36").tag(image)
    try:
        workshop.commit({"compose.yaml": COMPOSE.replace("busybox:1.36", image)})
        workshop.wtc("up")
        workshop.wtc("down")
        yield workshop
    finally:
        if any(image in found.tags for found in workshop.client.images.list()):
            workshop.client.images.remove(image, force=True)


def bring_up(workshop: Workshop) -> None:
    target = Target(cwd=str(workshop.main), environment=workshop.env)
    up(target, UpRequest(), lambda _event: None, threading.Event())


def networks(workshop: Workshop) -> dict[str, Any]:
    """Return name -> labels and addresses, of the networks of the stack."""
    own = f"{WORKTREE}={workshop.main.resolve()}"
    found = workshop.client.networks.list(filters={"label": own})
    return {one.name: (one.attrs["Labels"], one.attrs["IPAM"]["Config"]) for one in found}


def kept_file(workshop: Workshop) -> Path:
    [found] = (workshop.config / "kept").rglob("results.json")
    return found


def test_networks_exist_before_the_files_are_parsed(
    stopped: Workshop, requests: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse = yaml.parse_yaml

    def parse_late(*arguments: Any) -> Any:
        assert requests.created.wait(DEADLINE_S)
        return parse(*arguments)

    monkeypatch.setattr(yaml, "parse_yaml", parse_late)
    bring_up(stopped)
    assert requests.sent.count(CREATE) == 2
    assert not [request for request in requests.sent if request.startswith("DELETE")]


def test_networks_are_those_that_the_plan_creates(stopped: Workshop, requests: Requests) -> None:
    bring_up(stopped)
    ahead = networks(stopped)
    stopped.wtc("down")
    (stopped.config / "kept").rename(stopped.config / "away")
    bring_up(stopped)
    assert networks(stopped) == ahead
    assert len(ahead) == 2
    assert requests.sent.count(CREATE) == 4


def test_no_network_is_left_if_the_command_fails_before_its_plan(stopped: Workshop, requests: Requests) -> None:
    stopped.client.images.remove(f"wtc-test-{stopped.token}:1")
    with pytest.raises(WtcError, match="image"):
        bring_up(stopped)
    assert requests.sent.count(CREATE) == 2
    assert networks(stopped) == {}


def test_network_that_the_plan_creates_in_another_way_is_created_again(stopped: Workshop, requests: Requests) -> None:
    file = kept_file(stopped)
    document = json.loads(file.read_text())
    document["results"]["networks"][1]["back"]["containers"] = 500
    file.write_text(json.dumps(document))
    bring_up(stopped)
    ahead = networks(stopped)
    assert requests.sent.count(CREATE) == 3
    stopped.wtc("down")
    (stopped.config / "kept").rename(stopped.config / "away")
    bring_up(stopped)
    assert networks(stopped) == ahead


@pytest.mark.parametrize("value", [[], {"back": {}}, {"back": 1}, {"back": {"name": 1, "containers": "x"}}])
def test_kept_networks_that_cannot_be_read_are_ignored(stopped: Workshop, requests: Requests, value: object) -> None:
    file = kept_file(stopped)
    document = json.loads(file.read_text())
    document["results"]["networks"][1] = value
    file.write_text(json.dumps(document))
    bring_up(stopped)
    assert requests.sent.count(CREATE) == 2
    assert len(networks(stopped)) == 2


def test_networks_of_a_changed_file_wait_for_the_plan(stopped: Workshop, requests: Requests) -> None:
    path = stopped.main / "compose.yaml"
    path.write_text(path.read_text().replace("back: {}", "back: {internal: true}"))
    bring_up(stopped)
    assert requests.sent.count(CREATE) == 2
    [back] = [name for name in networks(stopped) if name.endswith("_back")]
    assert stopped.client.networks.get(back).attrs["Internal"]


def test_networks_with_values_are_not_kept(workshop: Workshop) -> None:
    compose = COMPOSE.replace("back: {}", "back: {labels: {colour: $COLOUR}}")
    workshop.commit({"compose.yaml": compose})
    workshop.wtc("up", env={"COLOUR": "octarine"})
    workshop.wtc("ports", env={"COLOUR": "octarine"})
    text = kept_file(workshop).read_text()
    assert "networks" not in json.loads(text)["results"]
    assert "octarine" not in text
