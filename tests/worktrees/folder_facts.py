"""Facts about folders, disks and hosts, made with real folders: each leaves a scene to decide about."""

import shutil

from tests.worktrees.mounts import bind, tmpfs, unmount
from tests.worktrees.scene import Scene


def created(s: Scene, *, running: bool = True) -> Scene:
    s.begin()
    s.up_in(s.path, running=running)
    return s


def other_host_id(s: Scene) -> None:
    s.environment = {**s.environment, "WTC_CONFIG_DIR": str(s.base / "other-state")}
    s.create_host_id()


def folder_there(s: Scene) -> None:
    created(s)


def folder_missing(s: Scene) -> None:
    created(s).git("worktree", "remove", "--force", str(s.path))


def folder_and_host_id_missing(s: Scene) -> None:
    """The host id is lost with the configuration folder."""
    folder_missing(s)
    shutil.rmtree(s.state)


def folder_unreadable(s: Scene) -> None:
    """The parent folder is a link to itself, which root cannot read either."""
    created(s)
    s.trees.rename(s.base / "away")
    s.trees.symlink_to(s.trees)


def mount_on_the_parent(s: Scene) -> None:
    created(s)
    tmpfs(s.trees)


def mount_on_the_folder(s: Scene) -> None:
    created(s)
    tmpfs(s.path)


def ejected_disk(s: Scene) -> None:
    s.trees.mkdir()
    tmpfs(s.trees)
    created(s)
    unmount(s.trees)


def ejected_disk_with_repository(s: Scene) -> None:
    disk = s.trees
    s.trees.mkdir()
    tmpfs(disk)
    s.main, s.trees = disk / "main", disk / "trees"
    s.path = s.trees / "accra"
    created(s)
    unmount(disk)


def worktree_was_a_mount_point(s: Scene) -> None:
    s.path.mkdir(parents=True)
    tmpfs(s.path)
    created(s)
    unmount(s.path)
    s.path.rmdir()
    s.git("worktree", "prune")


def second_spelling(s: Scene) -> None:
    created(s)
    other = s.base / "other"
    other.mkdir()
    bind(s.trees, other)
    s.path = other / "accra"


def other_host(s: Scene) -> None:
    """The id file's inode fits: this host's id was lost."""
    created(s)
    other_host_id(s)


def other_host_folder_missing(s: Scene) -> None:
    folder_missing(s)
    other_host_id(s)


def same_id_and_path_other_host(s: Scene) -> None:
    """The repository was copied to a second machine, to the same path."""
    created(s)
    shutil.copytree(s.main, s.base / "copy", symlinks=True)
    s.main.rename(s.base / "away")
    (s.base / "copy").rename(s.main)
    other_host_id(s)


def same_id_other_path_other_host(s: Scene) -> None:
    created(s)
    s.git("worktree", "move", str(s.path), str(s.trees / "berne"))
    s.path = s.trees / "berne"
    other_host_id(s)


def moved_while_up(s: Scene) -> None:
    moved_while_up_old_path(s)
    s.path = s.trees / "berne"


def moved_while_up_old_path(s: Scene) -> None:
    created(s).git("worktree", "move", str(s.path), str(s.trees / "berne"))


def moved_while_down(s: Scene) -> None:
    created(s, running=False).git("worktree", "move", str(s.path), str(s.trees / "berne"))
    s.path = s.trees / "berne"


def plain_mv(s: Scene) -> None:
    plain_mv_old_path(s)
    s.path = s.trees / "berne"


def plain_mv_old_path(s: Scene) -> None:
    created(s).path.rename(s.trees / "berne")


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
    created(s)
    shutil.copytree(s.path, s.trees / "berne", symlinks=True)
    s.path = s.trees / "berne"


def copied_linked_original_removed(s: Scene) -> None:
    """The copy takes the place of the original, as after a plain `mv`."""
    copied_linked(s)
    shutil.rmtree(s.trees / "accra")
