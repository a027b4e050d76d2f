"""Facts about users and an older wtc, each a scene to decide about."""

import os
from collections.abc import Mapping
from dataclasses import replace

from tests.worktrees.folder_facts import created, other_host_id
from tests.worktrees.scene import Scene, objects, relabelled
from wtc import labels as label
from wtc.model.identity import Identity
from wtc.namespace import Site, default_name


def second_user(s: Scene) -> None:
    """Another configuration folder, and a git folder with another owner."""
    created(s)
    if os.geteuid() == 0:
        for folder, _, files in os.walk(s.main / ".git"):
            for name in (".", *files):
                os.chown(os.path.join(folder, name), 65534, 65534)
    other_host_id(s)


def sudo(s: Scene) -> None:
    _as_user_then_root(s)


def sudo_folder_missing(s: Scene) -> None:
    _as_user_then_root(s)
    s.git("worktree", "remove", "--force", str(s.path))


def _as_user_then_root(s: Scene) -> None:
    """The user creates the stack; root, under sudo, has another home."""
    user = {key: value for key, value in s.environment.items() if key != "WTC_CONFIG_DIR"}
    s.environment = user
    created(s)
    s.environment = {**user, "HOME": str(s.base / "root"), "SUDO_UID": "4321", "SUDO_GID": "4321"}


def _legacy(s: Scene, *, directory: str = "") -> None:
    """Relabel the objects as an older wtc: no id, no host, no name."""
    s.begin()
    name = default_name(Site(worktree=str(s.path)))
    s.namespace = replace(s.namespace, name=name, worktree=str(s.path), identity=Identity())
    folder = directory or str(s.path)

    def old(labels: Mapping[str, str]) -> Mapping[str, str]:
        kept = {k: v for k, v in labels.items() if v and k not in {label.NAME, label.DIRECTORY}}
        return {**kept, label.COMPOSE_WORKING_DIR: folder} if label.CONFIG_HASH in labels else kept

    s.listing = relabelled(objects(s.namespace), old)


def version_before(s: Scene) -> None:
    _legacy(s)


def version_before_remote(s: Scene) -> None:
    _legacy(s)
    s.local = False


def version_before_other_file(s: Scene) -> None:
    _legacy(s, directory=str(s.path / "apps/api"))


def version_before_missing(s: Scene) -> None:
    _legacy(s)
    s.git("worktree", "remove", "--force", str(s.path))


def version_before_missing_remote(s: Scene) -> None:
    version_before_missing(s)
    s.local = False


def version_before_moved(s: Scene) -> None:
    _legacy(s)
    s.git("worktree", "move", str(s.path), str(s.trees / "berne"))
    s.path = s.trees / "berne"
