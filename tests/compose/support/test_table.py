"""The support table: it is complete and documented, and gives the warnings of `up`."""

from pathlib import Path

import pytest

from tests.compose.memory import project
from tests.compose.support.document import attributes, document
from wtc.compose.loader.decode import decode_project
from wtc.compose.support.report import report_attributes
from wtc.compose.support.status import Status
from wtc.compose.support.table import SUPPORT
from wtc.model.diagnostic import Severity

DOCUMENT = Path(__file__).parents[3] / ".context" / "compose-support.md"
FILE = """\
services:
  web:
    image: x
    %s
  db: {image: y}
volumes: {data: {}, shared: {external: true}}
secrets: {s: {file: ./s}, t: {environment: T}}
"""


def statuses(attribute: str) -> dict[str, str]:
    """Return attribute of service `web` -> status."""
    found = report_attributes(project(FILE % attribute).root)
    return {".".join(map(str, t.path[2:])): str(t.case.status) for t in found if t.path[:2] == ("services", "web")}


def warnings(attribute: str) -> list[str]:
    """Return `LINE:COLUMN ATTRIBUTE REASON` for each ignored attribute."""
    found = decode_project(project(FILE % attribute)).warnings
    ignored = [d for d in found if d.severity is Severity.UNSUPPORTED]
    label = " of service `web` is ignored:"
    return [f"{d.position.line}:{d.position.column} {d.message.replace(label, '')}" for d in ignored if d.position]


def test_rows_are_exactly_the_attributes_of_the_specification() -> None:
    assert sorted(SUPPORT) == sorted(set(attributes()))


def test_only_the_last_case_of_a_row_applies_to_all_values() -> None:
    assert [
        name for name, row in SUPPORT.items() if [c.applies is None for c in row] != [False] * (len(row) - 1) + [True]
    ] == []


def test_every_case_that_is_not_honoured_has_a_reason() -> None:
    assert [
        name for name, row in SUPPORT.items() if any(c.status is not Status.HONOURED and not c.reason for c in row)
    ] == []


def test_child_of_an_ignored_attribute_is_ignored() -> None:
    ignored = [name for name, row in SUPPORT.items() if row[-1].status is Status.IGNORED and len(row) == 1]
    assert [
        n
        for n in SUPPORT
        for parent in ignored
        if n.startswith(f"{parent}.") and SUPPORT[n][-1].status is not Status.IGNORED
    ] == []


def test_document_matches_the_table() -> None:
    assert DOCUMENT.read_text() == document(), "run `uv run python -m tests.compose.support.document`"


@pytest.mark.parametrize(
    ("attribute", "path", "status"),
    [
        ("build: {context: .}", "image", "rewritten"),
        ("init: true", "image", "honoured"),
        ("container_name: one", "container_name", "rewritten"),
        ("ports: ['80:80']", "ports.0.published", "rewritten"),
        ("ports: ['80:80']", "ports.0.target", "honoured"),
        ("volumes: ['data:/x']", "volumes.0.source", "rewritten"),
        ("volumes: ['shared:/x']", "volumes.0.source", "honoured"),
        ("volumes: ['./x:/x']", "volumes.0.source", "honoured"),
        ("network_mode: host", "network_mode", "honoured"),
        ("network_mode: 'service:db'", "network_mode", "rewritten"),
        ("pid: 'service:db'", "pid", "rewritten"),
        ("ipc: shareable", "ipc", "honoured"),
        ("build: {platforms: [linux/amd64]}", "build.platforms", "honoured"),
        ("build: {platforms: [linux/amd64, linux/arm64]}", "build.platforms", "rewritten"),
        ("deploy: {mode: global}", "deploy.mode", "honoured"),
        ("deploy: {mode: replicated-job}", "deploy.mode", "ignored"),
        ("pull_policy: always", "pull_policy", "honoured"),
        ("pull_policy: every_2d", "pull_policy", "honoured"),
        ("secrets: [{source: s, mode: 0400}]", "secrets.0.mode", "ignored"),
        ("secrets: [{source: t, mode: 0400}]", "secrets.0.mode", "honoured"),
    ],
)
def test_status_depends_on_the_value(attribute: str, path: str, status: str) -> None:
    assert statuses(attribute)[path] == status


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("deploy: {resources: {limits: {memory: 1g}}, replicas: 2}", []),
        (
            "deploy: {placement: {constraints: [a==b], preferences: [{spread: x}]}}",
            ["4:14 `deploy.placement` it applies to Swarm only"],
        ),
        ("develop: {watch: [{path: ., action: rebuild}]}", []),
        (
            "credential_spec: {file: x}",
            ["4:5 `credential_spec` it applies to Windows containers only"],
        ),
        ("deploy: {labels: {}, update_config: {}}", []),
    ],
)
def test_ignored_attribute_is_reported_once_with_its_position(attribute: str, expected: list[str]) -> None:
    assert warnings(attribute) == expected


def test_ignored_attributes_of_resources_are_reported() -> None:
    files = "services: {a: {image: x, secrets: [s]}}\nsecrets: {s: {external: true}}\n"
    found = [d.message for d in decode_project(project(files)).warnings]
    assert found == [
        (
            "`secrets.s.external` is ignored: only Swarm stores secrets and configs: "
            "a service that uses an external one is rejected"
        )
    ]
