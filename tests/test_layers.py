"""The structure of the source: modules that say "Pure." do no IO, packages and files stay small."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src"
FILES = {path.relative_to(SOURCE).as_posix(): path for path in sorted((SOURCE / "wtc").rglob("*.py"))}
DOCSTRING = re.compile(r'\s*"""(.*?)"""', re.DOTALL)

IO = frozenset(
    {
        *("asyncio", "concurrent", "multiprocessing", "queue", "select", "signal", "subprocess", "threading"),
        *("fcntl", "glob", "io", "logging", "os", "pathlib", "shutil", "sys", "tempfile"),
        *("http", "socket", "ssl", "random", "secrets", "time", "uuid"),
        *("docker", "filelock", "requests", "rich", "typer", "urllib3"),
    }
)
"""What a pure module does not import."""
ALLOWED = {("io", "StringIO"), ("os", "PathLike"), ("os", "fspath")}
"""Names of these modules that do no IO."""
CALLS = frozenset({"open", "input", "print"})
CLOCKS = frozenset({"now", "today", "utcnow"})
"""Methods of `datetime` and `date`."""

TABLES = frozenset({"wtc/cli/commands", "wtc/orchestrator"})
"""Packages with one module for each command."""


def says_pure(name: str) -> bool:
    """Whether the docstring of a file says "Pure."."""
    # Each process of a run collects the tests, so this does not parse the files.
    docstring = DOCSTRING.match(FILES[name].read_text())
    return docstring is not None and re.search(r"\bPure\b", docstring[1]) is not None


def pure_files() -> list[str]:
    """Return the pure files: those that say so, and those below a package that says so."""
    packages = tuple(
        name.removesuffix("__init__.py") for name in FILES if name.endswith("__init__.py") and says_pure(name)
    )
    return [name for name in FILES if says_pure(name) or name.startswith(packages)]


def io_in(tree: ast.Module) -> Iterator[str]:
    """Yield `LINE WHAT` for each import and each call that does IO or reads a clock."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (f"{node.lineno} {n.name}" for n in names if n.name.split(".")[0] in IO)
            case ast.ImportFrom(module=str(module), names=names) if module.split(".")[0] in IO:
                yield from (f"{node.lineno} {module}.{n.name}" for n in names if (module, n.name) not in ALLOWED)
            case ast.Call(func=ast.Name(id=name)) if name in CALLS:
                yield f"{node.lineno} {name}()"
            case ast.Call(func=ast.Attribute(attr=name)) if name in CLOCKS:
                yield f"{node.lineno} .{name}()"
            case _:
                pass


@pytest.mark.parametrize("name", pure_files())
def test_pure_module_does_no_io(name: str) -> None:
    assert list(io_in(ast.parse(FILES[name].read_text()))) == []


def test_check_of_pure_modules_finds_io() -> None:
    text = "import os\nfrom time import sleep\nfrom io import StringIO\nopen('x')\ndatetime.now()\n"
    assert list(io_in(ast.parse(text))) == ["1 os", "2 time.sleep", "4 open()", "5 .now()"]


def test_packages_have_at_most_eighteen_modules() -> None:
    sizes = Counter(Path(name).parent.as_posix() for name in FILES if not name.endswith("__init__.py"))
    assert {package: size for package, size in sizes.items() if size > 18 and package not in TABLES} == {}


def test_files_have_at_most_400_lines() -> None:
    lengths = {name: len(path.read_text().splitlines()) for name, path in FILES.items()}
    assert {name: length for name, length in lengths.items() if length > 400} == {}
