"""The files and names that the documents give exist, the walks are real, and the documents are in plain English."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "wtc"
DESIGN = ROOT / ".context" / "plans" / "design.md"
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / ".context").rglob("*.md"))]

REPOSITORY_PATH = re.compile(r"(?<![\w./-])(?:\.context|\.ci|tests|examples|src)/[\w./-]*\w")
PACKAGE_PATH = re.compile(rf"`((?:{'|'.join(path.name for path in PACKAGE.iterdir() if path.is_dir())})/[\w./-]+)`")
BARE_FILE = re.compile(r"`(\w+\.py)`")
WALK = re.compile(r"^\| [^|]+\? \| (.+) \|$", re.MULTILINE)
NAMES_BEHIND_FILE = re.compile(r"`([\w/]+\.py)` \(((?:`[\w.]+`(?:, )?)+)")
NAMES_BEFORE_FILE = re.compile(r"((?:`[\w.]+`(?:, | and )?)+) (?:of|in)\s+`([\w/]+\.py)`")
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


@documents
def test_files_named_without_their_folder_exist(document: Path) -> None:
    known = {path.name for folder in (PACKAGE, ROOT / "tests") for path in folder.rglob("*.py")}
    assert set(BARE_FILE.findall(document.read_text())) <= known


def test_files_are_found_in_a_document() -> None:
    assert {PACKAGE / "cli/main.py", ROOT / "tests/test_layers.py"} <= set(named_files(DESIGN))


def source(name: str) -> Path:
    """Return the file that a document names, from the package or from the top of the repository."""
    return PACKAGE / name if (PACKAGE / name).exists() else ROOT / name


def defined_names(path: Path) -> set[str]:
    """Return the functions, classes, variables and attributes that a file defines."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
            case _:
                pass
    return found


def names_in_files(text: str) -> Iterator[tuple[str, str]]:
    """Yield (file, name) for each name that a text says is in a file."""
    for file, names in NAMES_BEHIND_FILE.findall(text):
        yield from ((file, name) for name in re.findall(r"`([\w.]+)`", names))
    for names, file in NAMES_BEFORE_FILE.findall(text):
        yield from ((file, name) for name in re.findall(r"`([\w.]+)`", names))


@documents
def test_named_functions_and_classes_are_in_their_files(document: Path) -> None:
    found = [(file, name) for file, name in names_in_files(document.read_text()) if not name.endswith(".py")]
    assert [
        f"{name} in {file}" for file, name in found if not set(name.split(".")) <= defined_names(source(file))
    ] == []


def test_names_are_found_in_a_text() -> None:
    text = "`a/b.py` (`Engine.call`, `x`), and `Table` or `y`, `z` in `c.py`"
    assert list(names_in_files(text)) == [("a/b.py", "Engine.call"), ("a/b.py", "x"), ("c.py", "y"), ("c.py", "z")]


@documents
def test_document_avoids_vague_words(document: Path) -> None:
    lines = enumerate(document.read_text().splitlines(), start=1)
    assert [f"{number}: {line}" for number, line in lines if VAGUE.search(line)] == []


@pytest.mark.parametrize("folder", ["src", "examples"])
def test_source_avoids_vague_words(folder: str) -> None:
    files = [path for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".md", ".toml", ".yaml"}]
    assert [str(path) for path in files if VAGUE.search(path.read_text(errors="replace"))] == []


def imported_files(name: str) -> set[str]:
    """Return the files of the package that one of them imports, at the top or where they are used."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((PACKAGE / name).read_text())):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if module.startswith("wtc."):
                path = module.removeprefix("wtc.").replace(".", "/")
                found |= {f"{path}.py", *(f"{path}/{one.name}.py" for one in names)}
            case _:
                pass
    return found


WALKS = WALK.findall(DESIGN.read_text())


def test_there_are_five_walks_of_at_most_twelve_files() -> None:
    lengths = [len(set(re.findall(r"`[\w/]+\.py`", walk))) for walk in WALKS]
    assert len(lengths) == 5
    assert max(lengths) <= 12


@pytest.mark.parametrize("walk", WALKS)
def test_each_file_of_a_walk_imports_the_next_one(walk: str) -> None:
    for part in walk.split(";"):
        files = [re.findall(r"`([\w/]+\.py)`", step) for step in part.split("->")]
        for before, after in pairwise(files):
            missing = [file for file in after if not any(file in imported_files(one) for one in before)]
            assert missing == [], f"{before} -> {after}"
