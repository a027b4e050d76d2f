"""Facts about ids and repositories; each leaves a scene to decide about."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

from tests.worktrees.folder_facts import created, folder_missing, moved_while_down
from tests.worktrees.scene import Scene
from wtc.worktrees.worktree_id import create_id

DEAD_PID = 1 << 22
"""Above the highest process id that Linux uses by default."""


def _git_dir(s: Scene) -> Path:
    return s.main / ".git/worktrees/accra"


def former_id(s: Scene) -> None:
    folder_missing(s)
    s.add(s.path)
    create_id(str(_git_dir(s)))


def former_beside_own(s: Scene) -> None:
    former_id(s)
    s.up_in(s.path)


def former_id_none_here_yet(s: Scene) -> None:
    folder_missing(s)
    s.add(s.path)


def id_held_elsewhere(s: Scene) -> None:
    created(s).git("worktree", "move", str(s.path), str(s.trees / "berne"))
    s.add(s.path)


def moved_old_path_added_again(s: Scene) -> None:
    """wtc has not run at the old path since."""
    id_held_elsewhere(s)
    s.path = s.trees / "berne"


def moved_old_path_has_own_id(s: Scene) -> None:
    id_held_elsewhere(s)
    create_id(str(s.main / ".git/worktrees/accra1"))
    s.path = s.trees / "berne"


def id_held_elsewhere_down(s: Scene) -> None:
    id_held_elsewhere(s)
    s.listing = replace(s.listing, containers=())


def id_file_missing(s: Scene) -> None:
    created(s)
    (_git_dir(s) / "wtc/id").unlink()


def id_file_unreadable(s: Scene) -> None:
    created(s)
    (_git_dir(s) / "wtc/id").write_text("{")


def broken_git_file(s: Scene) -> None:
    created(s)
    shutil.rmtree(_git_dir(s))


def main_without_head(s: Scene) -> None:
    """git ignores such a folder."""
    s.begin()
    s.up_in(s.main)
    (s.main / ".git/HEAD").unlink()


def git_file_of_nonsense(s: Scene) -> None:
    created(s)
    (s.path / ".git").write_text("nonsense\n")


def parent_made_again(s: Scene) -> None:
    not_listed(s)
    s.trees.rename(s.base / "away")
    s.trees.mkdir()


def two_parents_made_again(s: Scene) -> None:
    s.begin()
    s.path = s.base / "a/b/accra"
    s.add(s.path)
    s.up_in(s.path)
    s.git("worktree", "remove", "--force", str(s.path))
    (s.base / "a").rename(s.base / "away")
    (s.base / "a/b").mkdir(parents=True)


def moved_then_removed(s: Scene) -> None:
    """`up` recorded the move, and nothing was created again since."""
    moved_while_down(s)
    s.record_the_move()
    s.git("worktree", "remove", "--force", str(s.path))


def prunable(s: Scene) -> None:
    shutil.rmtree(created(s).path)


def not_listed(s: Scene) -> None:
    prunable(s)
    s.git("worktree", "prune")


def locked_live(s: Scene) -> None:
    created(s).git("worktree", "lock", "--reason", f"agent (pid {os.getpid()})", str(s.path))
    shutil.rmtree(s.path)


def locked_without_a_pid(s: Scene) -> None:
    created(s).git("worktree", "lock", str(s.path))
    shutil.rmtree(s.path)


def locked_stale(s: Scene) -> None:
    created(s).git("worktree", "lock", "--reason", f"agent (pid {DEAD_PID})", str(s.path))
    shutil.rmtree(s.path)


def repository_gone(s: Scene) -> None:
    prunable(s)
    shutil.rmtree(s.main)


def repository_gone_folder_there(s: Scene) -> None:
    created(s)
    shutil.rmtree(s.main)


def repository_moved(s: Scene) -> None:
    folder_missing(s)
    s.main.rename(s.base / "moved")


def repository_moved_folder_there(s: Scene) -> None:
    created(s)
    s.main.rename(s.base / "moved")


def repository_repaired(s: Scene) -> None:
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


def recloned_main_with_own(s: Scene) -> None:
    recloned_main_down(s)
    s.up_in(s.path)


def recloned_main_down(s: Scene) -> None:
    s.begin()
    s.up_in(s.main, running=False)
    _reclone(s)


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


def no_git_another_folder_down(s: Scene) -> None:
    no_git_another_folder(s)
    s.listing = replace(s.listing, containers=())


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
