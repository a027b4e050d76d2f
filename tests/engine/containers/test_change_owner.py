"""Changing the owner of a folder of the host through a container; symbolic links are not followed."""

import os
from pathlib import Path

import pytest

from wtc.engine.client.connection import connect
from wtc.engine.containers.change_owner import change_owner

pytestmark = [pytest.mark.engine, pytest.mark.skipif(os.geteuid() != 0, reason="only root can see it change")]
USER, GROUP = 12345, 23456


def test_files_get_the_owner_and_targets_of_links_do_not(tmp_path: Path) -> None:
    tree, outside = tmp_path / "tree", tmp_path / "outside"
    (tree / "inner").mkdir(parents=True, mode=0o700)
    (tree / "inner/file").write_text("")
    outside.write_text("")
    (tree / "link").symlink_to(outside)
    engine = connect(context="", environment=os.environ)
    try:
        before = {container["Id"] for container in engine.list("/containers/json?all=1", doing="list")}
        assert change_owner(engine, str(tree), user=USER, group=GROUP) == ""
        after = [c for c in engine.list("/containers/json?all=1", doing="list") if c["Id"] not in before]
    finally:
        engine.close()
    owned = {path.name: (path.lstat().st_uid, path.lstat().st_gid) for path in [tree, *tree.rglob("*")]}
    assert owned == dict.fromkeys(("tree", "inner", "file", "link"), (USER, GROUP))
    assert outside.stat().st_uid == os.geteuid()
    assert [c for c in after if any(name.startswith("/wtc-chown-") for name in c["Names"])] == []


def test_folder_that_does_not_exist_is_not_created(tmp_path: Path) -> None:
    engine = connect(context="", environment=os.environ)
    try:
        assert "does not exist" in change_owner(engine, str(tmp_path / "missing"), user=USER, group=GROUP)
    finally:
        engine.close()
    assert not (tmp_path / "missing").exists()
