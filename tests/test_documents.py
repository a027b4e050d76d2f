"""The files that the documents name exist, and the documents are in plain English."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "wtc"
DESIGN = ROOT / ".context" / "plans" / "design.md"
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / ".context").rglob("*.md"))]

REPOSITORY_PATH = re.compile(r"(?<![\w./-])(?:\.context|\.ci|tests|examples|src)/[\w./-]*\w")
PACKAGE_PATH = re.compile(rf"`((?:{'|'.join(path.name for path in PACKAGE.iterdir() if path.is_dir())})/[\w./-]+)`")
LINK = re.compile(r"\]\(([^)#\s:]+)[)#]")
VAGUE = re.compile(r"\b(?:anew|told|whoever|nobody|whatever it is)\b", re.IGNORECASE)

documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def named_files(document: Path) -> Iterator[Path]:
    """Yield the files and folders that a document names, from the top of the repository, the package, or by a link."""
    text = document.read_text()
    yield from (ROOT / name for name in REPOSITORY_PATH.findall(text))
    yield from (PACKAGE / name for name in PACKAGE_PATH.findall(text) if "NAME" not in name)
    yield from (document.parent / name for name in LINK.findall(text))


@documents
def test_named_files_exist(document: Path) -> None:
    assert [str(path) for path in named_files(document) if not path.exists()] == []


def test_files_are_found_in_a_document() -> None:
    assert {PACKAGE / "cli/main.py", ROOT / "tests/test_layers.py"} <= set(named_files(DESIGN))


@documents
def test_document_avoids_vague_words(document: Path) -> None:
    lines = enumerate(document.read_text().splitlines(), start=1)
    assert [f"{number}: {line}" for number, line in lines if VAGUE.search(line)] == []


def test_walks_pass_at_most_twelve_files() -> None:
    walks = re.findall(r"^\| [^|]+\? \| (.+) \|$", DESIGN.read_text(), re.MULTILINE)
    lengths = [len(re.findall(r"`[\w/]+\.py`", walk)) for walk in walks]
    assert len(lengths) == 5
    assert max(lengths) <= 12
