"""The finder imports what the interpreter would import, and leaves to it what is not plain, valid bytecode."""

import compileall
import os
import py_compile
import shutil
import subprocess
import sys
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import module_from_spec
from pathlib import Path
from types import CodeType

import pytest

import wtc
from wtc.imports.bytecode_finder import BytecodeFinder

TAG = sys.implementation.cache_tag or ""


def find(name: str, folder: Path) -> ModuleSpec | None:
    return BytecodeFinder("sample", TAG).find_spec(f"sample.{name}", [str(folder)])


def code_of(spec: ModuleSpec | None) -> CodeType:
    assert spec is not None
    assert spec.loader is not None
    code = spec.loader.get_code(spec.name)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType]
    assert isinstance(code, CodeType)
    return code


def attributes_of(spec: ModuleSpec | None) -> dict[str, object]:
    """Return the attributes that a module has before its code runs."""
    assert spec is not None
    attributes = vars(module_from_spec(spec))
    return {name: value for name, value in attributes.items() if name not in {"__loader__", "__spec__"}}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder of a package with the module `plain`, compiled."""
    source = tmp_path / "plain.py"
    source.write_text("VALUE = 1\n")
    py_compile.compile(str(source), doraise=True)
    return tmp_path


def test_modules_are_found_as_the_interpreter_finds_them(tmp_path: Path) -> None:
    """With a package that contains packages."""
    root = tmp_path / "worktrees"
    shutil.copytree(Path(wtc.__path__[0]) / "worktrees", root, ignore=shutil.ignore_patterns("__pycache__"))
    assert compileall.compile_dir(root, quiet=1)
    sources = [one for one in root.rglob("*.py") if one.parent != root or one.name != "__init__.py"]
    assert len(sources) > 10
    for source in sources:
        module = source.parent if source.name == "__init__.py" else source
        name = ".".join(("wtc", *module.relative_to(tmp_path).with_suffix("").parts))
        expected = PathFinder.find_spec(name, [str(module.parent)])
        found = BytecodeFinder("wtc", TAG).find_spec(name, [str(module.parent)])
        for fact in ("name", "origin", "cached", "has_location", "parent", "submodule_search_locations"):
            assert getattr(found, fact) == getattr(expected, fact), (name, fact)
        assert code_of(found) == code_of(expected), name
        assert attributes_of(found) == attributes_of(expected), name


def test_module_without_bytecode_is_left_to_the_interpreter(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text("VALUE = 1\n")
    assert find("plain", tmp_path) is None
    assert find("missing", tmp_path) is None


def test_module_whose_source_has_changed_is_left_to_the_interpreter(package: Path) -> None:
    assert find("plain", package) is not None
    source = package / "plain.py"
    before = source.stat()
    source.write_text("VALUE = 2\n")
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns + 10**9))
    assert find("plain", package) is None
    source.write_text("VALUE = 1234\n")
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert find("plain", package) is None


def test_module_whose_source_is_gone_is_left_to_the_interpreter(package: Path) -> None:
    (package / "plain.py").unlink()
    assert find("plain", package) is None


@pytest.mark.parametrize(
    "mode", [py_compile.PycInvalidationMode.CHECKED_HASH, py_compile.PycInvalidationMode.UNCHECKED_HASH]
)
def test_bytecode_that_is_checked_by_a_hash_is_left_to_the_interpreter(
    package: Path, mode: py_compile.PycInvalidationMode
) -> None:
    py_compile.compile(str(package / "plain.py"), doraise=True, invalidation_mode=mode)
    assert find("plain", package) is None


@pytest.mark.parametrize("kept", [0, 3, 15])
def test_bytecode_without_a_whole_header_is_left_to_the_interpreter(package: Path, kept: int) -> None:
    cut_bytecode(package, kept)
    assert find("plain", package) is None


@pytest.mark.parametrize("kept", [16, 17, 40])
def test_source_is_compiled_if_the_bytecode_is_damaged(package: Path, kept: int) -> None:
    cut_bytecode(package, kept)
    assert code_of(find("plain", package)).co_names == ("VALUE",)


def cut_bytecode(package: Path, kept: int) -> None:
    cached = package / "__pycache__" / f"plain.{TAG}.pyc"
    cached.write_bytes(cached.read_bytes()[:kept])


def test_traceback_names_the_source_where_it_is_now(package: Path) -> None:
    moved = package.parent / "moved"
    package.rename(moved)
    assert code_of(find("plain", moved)).co_filename == str(moved / "plain.py")


def test_only_modules_of_the_package_are_found(package: Path) -> None:
    assert BytecodeFinder("sample", TAG).find_spec("other.plain", [str(package)]) is None
    assert BytecodeFinder("sample", TAG).find_spec("sample", None) is None


@pytest.mark.parametrize(
    ("flags", "used"), [((), "True"), (("-O",), "False"), (("-X", "pycache_prefix=/none"), "False")]
)
def test_wtc_uses_the_finder_if_bytecode_is_beside_the_source(flags: tuple[str, ...], used: str) -> None:
    show = (
        "import os, sys\n"
        "from wtc.cli import main\n"
        "def show(status):\n"
        "    print(any(type(one).__name__ == 'BytecodeFinder' for one in sys.meta_path), status, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
        "os._exit = show\n"
        "sys.argv = ['wtc', '--version']\n"
        "main.main()"
    )
    done = subprocess.run([sys.executable, "-B", *flags, "-c", show], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1:] == [f"{used} 0"], done.stderr
