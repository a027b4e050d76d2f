"""What worktrees share is reported once for each state of the compose files."""

from pathlib import Path

import pytest

from tests.compose.memory import FOLDER, project
from wtc.compose.loader.decode import decode_project
from wtc.errors import ComposeFileError, Exit
from wtc.model.diagnostic import Diagnostic, Severity
from wtc.orchestrator.session.shared_things import SharingReported, shared_things
from wtc.orchestrator.session.unsupported import refuse_findings
from wtc.registry.kept_forms import KeptForms

TEXT = "services: {a: {image: x, network_mode: host, volumes: ['/var/run/docker.sock:/s']}}\n"


def found(text: str = TEXT) -> tuple[Diagnostic, ...]:
    return shared_things(decode_project(project(text)), FOLDER)


def reported(folder: Path, text: str = TEXT) -> SharingReported:
    return SharingReported(KeptForms(str(folder)), "shop-1", decode_project(project(text)), lambda _path: text.encode())


def paths(findings: tuple[Diagnostic, ...]) -> list[str]:
    return [str(finding.path[2]) for finding in findings]


def test_sharing_is_not_reported_again_while_the_file_is_the_same(tmp_path: Path) -> None:
    first = reported(tmp_path)
    assert paths(first.new(found())) == ["network_mode", "volumes"]
    first.keep(found())
    assert reported(tmp_path).new(found()) == ()


def test_sharing_is_reported_again_after_the_file_changes(tmp_path: Path) -> None:
    reported(tmp_path).keep(found())
    changed = f"{TEXT}# a comment\n"
    assert paths(reported(tmp_path, changed).new(found(changed))) == ["network_mode", "volumes"]


def test_finding_of_a_service_that_was_not_selected_before_is_reported(tmp_path: Path) -> None:
    reported(tmp_path).keep(found()[:1])
    assert paths(reported(tmp_path).new(found())) == ["volumes"]
    reported(tmp_path).keep(found()[1:])
    assert reported(tmp_path).new(found()) == ()


def test_sharing_is_reported_again_after_a_failure(tmp_path: Path) -> None:
    assert reported(tmp_path).new(found())
    assert paths(reported(tmp_path).new(found())) == ["network_mode", "volumes"]


@pytest.mark.parametrize("kept", [{"files": 1}, {"reported": 1}, {"reported": [1]}])
def test_damaged_record_repeats_the_warnings(tmp_path: Path, kept: dict[str, object]) -> None:
    KeptForms(str(tmp_path)).write("shop-1", "shared", kept)
    assert len(reported(tmp_path).new(found())) == 2


def test_message_is_not_kept_in_clear(tmp_path: Path) -> None:
    reported(tmp_path).keep(found("services: {a: {image: x, volumes: ['/secret/place:/s']}}\n"))
    assert "secret" not in (tmp_path / "kept" / "shop-1" / "shared.json").read_text()


LEFT_OUT = Diagnostic(message="`a` is not supported", severity=Severity.UNSUPPORTED)


def test_strict_refuses_everything_that_is_left_out_or_shared() -> None:
    with pytest.raises(ComposeFileError) as caught:
        refuse_findings([LEFT_OUT], shared=found(), strict=True)
    assert caught.value.exit_status is Exit.COMPOSE_FILE
    assert [(d.severity, d.position.line if d.position else 0) for d in caught.value.diagnostics] == [
        (Severity.ERROR, 0),
        (Severity.ERROR, 1),
        (Severity.ERROR, 1),
    ]
    refuse_findings([LEFT_OUT], shared=found(), strict=False)


@pytest.mark.parametrize(
    "text",
    [
        "services: {a: {image: x, volumes: ['./data:/d', '/etc/hosts:/h:ro']}}\n",
        "services: {a: {image: x, networks: [n]}}\nnetworks: {n: {external: true}}\n",
        "services: {a: {image: x, volumes: ['v:/v']}}\nvolumes: {v: {external: true}}\n",
    ],
)
def test_what_the_file_asks_to_share_is_not_reported(text: str) -> None:
    assert found(text) == ()
