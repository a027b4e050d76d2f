"""An error as text and as JSON: its places, their services, its causes, and what else failed."""

import pytest

from wtc.cli.render.error_documents import error_document
from wtc.cli.render.errors import error_text
from wtc.errors import ComposeFileError, WtcError
from wtc.model.diagnostic import Diagnostic
from wtc.model.position import Path, Position


def placed(message: str, line: int, *path: str | int, service: str = "") -> Diagnostic:
    return Diagnostic(message=message, path=path, position=Position("/w/compose.yaml", line, 9), service=service)


IMAGE = placed("image `a` could not be pulled", 3, "services", "web", "image", service="web")
NETWORK = placed("cannot create network `n`", 9, "networks", "n", "driver", service="web")
SECRET = placed("cannot create container `c` of service `web`", 12, "secrets", "s", "file", service="web")


def test_failures_of_a_run_are_one_error_and_what_else_failed() -> None:
    error = WtcError("failed", diagnostics=[IMAGE, NETWORK], causes=["no such host"], notes=["running now: db"])
    assert (
        error_text(error)
        == """\
error: image `a` could not be pulled
  --> /w/compose.yaml:3:9  services.web.image
caused by: no such host
also: cannot create network `n`
  --> /w/compose.yaml:9:9  networks.n.driver
      used by service `web`

running now: db
"""
    )


def test_findings_of_a_file_are_errors() -> None:
    text = error_text(ComposeFileError("failed", diagnostics=[IMAGE, NETWORK]))
    assert [line for line in text.splitlines() if line.startswith("error:")] == [
        "error: image `a` could not be pulled",
        "error: cannot create network `n`",
    ]


def test_service_that_the_message_names_is_not_repeated() -> None:
    assert "used by" not in error_text(WtcError("failed", diagnostics=[SECRET]))


@pytest.mark.parametrize(
    ("path", "service", "expected"),
    [
        (("services", "web", "image"), "", "web"),
        (("networks", "n"), "web", "web"),
        (("networks", "n"), "", None),
        ((), "", None),
    ],
)
def test_service_of_a_finding_is_in_the_json(path: Path, service: str, expected: str | None) -> None:
    document = error_document(WtcError("failed", diagnostics=[Diagnostic(message="m", path=path, service=service)]))
    assert document["diagnostics"][0]["service"] == expected
