"""Facts about worktrees, made with real folders and git repositories: each one leaves a scene to decide about."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from tests.worktrees.mounts import bind, tmpfs, unmount
from tests.worktrees.scene import Scene, objects, relabelled
from wtc import labels as label
from wtc.model.identity import Identity
from wtc.worktrees.ids import create_id

DEAD_PID = 1 << 22
"""Above every pid that Linux gives by default."""


def _made(s: Scene, *, running: bool = True) -> Scene:
    s.begin()
    s.up_in(s.path, running=running)
    return s


def _other_host(s: Scene) -> None:
    s.environment = {**s.environment, "WTC_CONFIG_DIR": str(s.base / "other-state")}
    s.create_host_id()


def _git_dir(s: Scene) -> Path:
    return s.main / ".git/worktrees/accra"


def folder_there(s: Scene) -> None:
    _made(s)


def folder_missing(s: Scene) -> None:
    _made(s).git("worktree", "remove", "--force", str(s.path))


def folder_and_config_missing(s: Scene) -> None:
    """The host id is lost with the configuration folder."""
    folder_missing(s)
    shutil.rmtree(s.state)


def folder_unreadable(s: Scene) -> None:
    """The folder above leads in a circle, which root cannot look into either."""
    _made(s)
    s.trees.rename(s.base / "away")
    s.trees.symlink_to(s.trees)


def mount_on_the_parent(s: Scene) -> None:
    _made(s)
    tmpfs(s.trees)


def mount_on_the_folder(s: Scene) -> None:
    _made(s)
    tmpfs(s.path)


def ejected_disk(s: Scene) -> None:
    s.trees.mkdir()
    tmpfs(s.trees)
    _made(s)
    unmount(s.trees)


def ejected_disk_with_the_repository(s: Scene) -> None:
    disk = s.trees
    s.trees.mkdir()
    tmpfs(disk)
    s.main, s.trees = disk / "main", disk / "trees"
    s.path = s.trees / "accra"
    _made(s)
    unmount(disk)


def worktree_was_a_mount_point(s: Scene) -> None:
    s.path.mkdir(parents=True)
    tmpfs(s.path)
    _made(s)
    unmount(s.path)
    s.path.rmdir()
    s.git("worktree", "prune")


def second_spelling(s: Scene) -> None:
    _made(s)
    other = s.base / "other"
    other.mkdir()
    bind(s.trees, other)
    s.path = other / "accra"


def other_host(s: Scene) -> None:
    """The id file's inode fits: this host's id was lost."""
    _made(s)
    _other_host(s)


def other_host_folder_missing(s: Scene) -> None:
    folder_missing(s)
    _other_host(s)


def same_id_and_path_on_another_host(s: Scene) -> None:
    """The repository was copied to a second machine, to the same path."""
    _made(s)
    shutil.copytree(s.main, s.base / "copy", symlinks=True)
    s.main.rename(s.base / "away")
    (s.base / "copy").rename(s.main)
    _other_host(s)


def same_id_on_another_host_at_another_path(s: Scene) -> None:
    _made(s)
    s.git("worktree", "move", str(s.path), str(s.trees / "berne"))
    s.path = s.trees / "berne"
    _other_host(s)


def moved_while_up(s: Scene) -> None:
    moved_while_up_old_path(s)
    s.path = s.trees / "berne"


def moved_while_up_old_path(s: Scene) -> None:
    _made(s).git("worktree", "move", str(s.path), str(s.trees / "berne"))


def moved_while_down(s: Scene) -> None:
    _made(s, running=False).git("worktree", "move", str(s.path), str(s.trees / "berne"))
    s.path = s.trees / "berne"


def plain_mv(s: Scene) -> None:
    plain_mv_old_path(s)
    s.path = s.trees / "berne"


def plain_mv_old_path(s: Scene) -> None:
    _made(s).path.rename(s.trees / "berne")


def plain_mv_of_main(s: Scene) -> None:
    s.begin()
    s.up_in(s.main)
    s.path = s.base / "moved"
    s.main.rename(s.path)
    s.main = s.path


def copied_main(s: Scene) -> None:
    s.begin()
    s.up_in(s.main)
    s.path = s.base / "copy"
    shutil.copytree(s.main, s.path, symlinks=True)


def original_of_a_copied_main(s: Scene) -> None:
    copied_main(s)
    s.path = s.main


def copied_linked(s: Scene) -> None:
    _made(s)
    shutil.copytree(s.path, s.trees / "berne", symlinks=True)
    s.path = s.trees / "berne"


def copied_linked_and_original_removed(s: Scene) -> None:
    """The copy takes the place of the original, as after a plain `mv`."""
    copied_linked(s)
    shutil.rmtree(s.trees / "accra")


def former_id(s: Scene) -> None:
    folder_missing(s)
    s.add(s.path)
    create_id(str(_git_dir(s)))


def former_id_none_here_yet(s: Scene) -> None:
    folder_missing(s)
    s.add(s.path)


def id_held_elsewhere(s: Scene) -> None:
    _made(s).git("worktree", "move", str(s.path), str(s.trees / "berne"))
    s.add(s.path)


def id_file_missing(s: Scene) -> None:
    _made(s)
    (_git_dir(s) / "wtc/id").unlink()


def id_file_unreadable(s: Scene) -> None:
    _made(s)
    (_git_dir(s) / "wtc/id").write_text("{")


def broken_git_file(s: Scene) -> None:
    _made(s)
    shutil.rmtree(_git_dir(s))


def git_file_of_nonsense(s: Scene) -> None:
    _made(s)
    (s.path / ".git").write_text("nonsense\n")


def prunable(s: Scene) -> None:
    shutil.rmtree(_made(s).path)


def not_listed(s: Scene) -> None:
    prunable(s)
    s.git("worktree", "prune")


def locked_live(s: Scene) -> None:
    _made(s).git("worktree", "lock", "--reason", f"agent (pid {os.getpid()})", str(s.path))
    shutil.rmtree(s.path)


def locked_without_a_pid(s: Scene) -> None:
    _made(s).git("worktree", "lock", str(s.path))
    shutil.rmtree(s.path)


def locked_stale(s: Scene) -> None:
    _made(s).git("worktree", "lock", "--reason", f"agent (pid {DEAD_PID})", str(s.path))
    shutil.rmtree(s.path)


def repository_gone(s: Scene) -> None:
    prunable(s)
    shutil.rmtree(s.main)


def repository_gone_folder_there(s: Scene) -> None:
    _made(s)
    shutil.rmtree(s.main)


def repository_moved(s: Scene) -> None:
    folder_missing(s)
    s.main.rename(s.base / "moved")


def repository_moved_folder_there(s: Scene) -> None:
    _made(s)
    s.main.rename(s.base / "moved")


def repository_moved_and_repaired(s: Scene) -> None:
    repository_moved_folder_there(s)
    s.main = s.base / "moved"
    s.git("worktree", "repair", str(s.path))


def recloned(s: Scene) -> None:
    prunable(s)
    _reclone(s)


def recloned_main(s: Scene) -> None:
    s.begin()
    s.up_in(s.main)
    _reclone(s)


def _reclone(s: Scene) -> None:
    s.git("clone", "-q", str(s.main), str(s.base / "clone"), cwd=s.base)
    s.main.rename(s.base / "away")
    (s.base / "clone").rename(s.main)


def no_git(s: Scene) -> None:
    s.path.mkdir(parents=True)
    (s.path / "compose.yaml").write_text("services: {db: {image: postgres}}\n")
    s.up_in(s.path)


def no_git_folder_missing(s: Scene) -> None:
    no_git(s)
    shutil.rmtree(s.path)


def no_git_moved(s: Scene) -> None:
    no_git(s)
    s.path = s.path.rename(s.trees / "berne")


def no_git_another_folder(s: Scene) -> None:
    no_git(s)
    (s.trees / "berne").mkdir()
    shutil.copy(s.path / "compose.yaml", s.trees / "berne")
    s.path.rename(s.trees / "away")
    (s.trees / "berne").rename(s.path)


def git_init_since(s: Scene) -> None:
    """The folder had a stack before it became a repository."""
    no_git(s)
    s.git("init", "-q", cwd=s.path)


def made_again_by_the_engine(s: Scene) -> None:
    folder_missing(s)
    s.path.mkdir()


def made_again_prunable(s: Scene) -> None:
    prunable(s)
    s.path.mkdir()


def unpacked_again_without_git(s: Scene) -> None:
    made_again_by_the_engine(s)
    shutil.copy(s.main / "compose.yaml", s.path)


def second_user(s: Scene) -> None:
    """Another configuration folder, and git's folder of another owner."""
    _made(s)
    if os.geteuid() == 0:
        for folder, _, files in os.walk(s.main / ".git"):
            for name in (".", *files):
                os.chown(os.path.join(folder, name), 65534, 65534)
    _other_host(s)


def sudo(s: Scene) -> None:
    _as_user_then_root(s)


def sudo_folder_missing(s: Scene) -> None:
    _as_user_then_root(s)
    s.git("worktree", "remove", "--force", str(s.path))


def _as_user_then_root(s: Scene) -> None:
    """The user creates the stack; root, under sudo, has another home."""
    user = {key: value for key, value in s.environment.items() if key != "WTC_CONFIG_DIR"}
    s.environment = user
    _made(s)
    s.environment = {**user, "HOME": str(s.base / "root"), "SUDO_UID": "4321", "SUDO_GID": "4321"}


def _legacy(s: Scene, *, directory: str = "") -> None:
    """The objects of the version before: no id, no host, no name."""
    s.begin()
    from wtc.namespace import Site, default_name

    name = default_name(Site(worktree=str(s.path)))
    s.namespace = replace(s.namespace, name=name, worktree=str(s.path), identity=Identity())
    folder = directory or str(s.path)

    def old(labels: Mapping[str, str]) -> Mapping[str, str]:
        kept = {k: v for k, v in labels.items() if v and k not in {label.NAME, label.DIRECTORY}}
        return {**kept, label.COMPOSE_WORKING_DIR: folder} if label.CONFIG_HASH in labels else kept

    s.listing = relabelled(objects(s.namespace), old)


def version_before(s: Scene) -> None:
    _legacy(s)


def version_before_remote_engine(s: Scene) -> None:
    _legacy(s)
    s.local = False


def version_before_other_compose_file(s: Scene) -> None:
    _legacy(s, directory=str(s.path / "apps/api"))


def version_before_folder_missing(s: Scene) -> None:
    _legacy(s)
    s.git("worktree", "remove", "--force", str(s.path))


def version_before_folder_missing_remote_engine(s: Scene) -> None:
    version_before_folder_missing(s)
    s.local = False


def version_before_moved(s: Scene) -> None:
    _legacy(s)
    s.git("worktree", "move", str(s.path), str(s.trees / "berne"))
    s.path = s.trees / "berne"


Fact = Callable[[Scene], None]
FACTS: dict[str, Fact] = {
    name.replace("_", " "): value
    for name, value in list(vars(sys.modules[__name__]).items())
    if callable(value) and getattr(value, "__module__", "") == __name__ and not name.startswith("_")
}
"""Name, in words -> fact."""
MOUNTING = {
    "mount on the parent",
    "mount on the folder",
    "ejected disk",
    "ejected disk with the repository",
    "worktree was a mount point",
    "second spelling",
}
"""Those that need a mount namespace."""
