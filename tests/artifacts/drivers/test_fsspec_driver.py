"""fsspec's backends meet the contract of drivers."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from tests.artifacts.trees import Whole
from wtc.artifacts import BaseMounter, Collection, FsspecMountDriver, OutsideRootError
from wtc.artifacts.testing import AtomicMountDriverContract


class ObjectStore(MemoryFileSystem):
    """A backend without folders, as S3 is: one exists as long as an object's name begins with it."""

    protocol = "objects"
    store: ClassVar[dict[str, Any]] = {}  # pyright: ignore[reportIncompatibleVariableOverride]
    pseudo_dirs: ClassVar[list[str]] = [""]

    def mkdir(self, path: str, create_parents: bool = True, **kwargs: Any) -> None:  # noqa: FBT001, FBT002
        """Create nothing."""

    def makedirs(self, path: str, exist_ok: bool = False) -> None:  # noqa: FBT001, FBT002
        """Create nothing."""


@pytest.fixture
def root(tmp_path: Path) -> Collection:
    return FsspecMountDriver().mount(f"file://{tmp_path}/root")


class TestLocal(AtomicMountDriverContract):
    @pytest.fixture
    def root(self, tmp_path: Path) -> Collection:
        return FsspecMountDriver().mount(f"file://{tmp_path}/root")


class TestMemory(AtomicMountDriverContract):
    @pytest.fixture
    def root(self) -> Iterator[Collection]:
        yield FsspecMountDriver().mount("memory://wtc-test/root")
        MemoryFileSystem.store.clear()
        MemoryFileSystem.pseudo_dirs[:] = [""]


class TestObjectStore(AtomicMountDriverContract):
    @pytest.fixture
    def root(self) -> Iterator[Collection]:
        fsspec.register_implementation("objects", ObjectStore, clobber=True)  # pyright: ignore[reportUnknownMemberType]
        yield FsspecMountDriver().mount("objects://bucket/root")
        ObjectStore.store.clear()


@pytest.mark.parametrize("path", ["link", "link/secret", "link/new", "file"])
def test_symbolic_links_are_refused(root: Collection, tmp_path: Path, path: str) -> None:
    (tmp_path / "secret").write_text("secret")
    root.touch("a")
    (tmp_path / "root" / "link").symlink_to(tmp_path)
    (tmp_path / "root" / "file").symlink_to(tmp_path / "secret")
    for method in (root.find, root.exists, root.touch, root.mkdir, root.rm):
        with pytest.raises(OutsideRootError):
            method(path)
    assert [one.name() for one in root.ls()] == ["a"]
    assert sorted(os.listdir(tmp_path)) == ["root", "secret"]


def test_a_tree_keeps_its_state(root: Collection) -> None:
    tree = BaseMounter(root).mount(Whole)
    tree.app.storage.settings.port = 7
    tree.commit()
    assert BaseMounter(root).mount(Whole).app.storage.settings.port == 7


def test_without_fsspec_the_error_names_the_extra() -> None:
    program = (
        "import sys; sys.modules['fsspec'] = None; sys.modules['fsspec.core'] = None\n"
        "from wtc.artifacts import ArtifactError, FsspecMountDriver\n"
        "try:\n    FsspecMountDriver().mount('memory://x')\n"
        "except ArtifactError as error:\n    print(*error.hints)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "to install it, run `pip install 'worktree-container-manager[fsspec]'`\n"
