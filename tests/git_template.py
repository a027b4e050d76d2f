"""Empty git repositories without a run of `git init` for each."""

import atexit
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path


def make_repository(folder: Path) -> None:
    """Make an existing folder an empty repository whose branch is `main`."""
    shutil.copytree(_template(), folder / ".git", symlinks=True)


@cache
def _template() -> Path:
    """Create a `.git` folder as git does, without the sample hooks."""
    folder = Path(tempfile.mkdtemp(prefix="wtc-git-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", "init", "-q", "-b", "main", "--template=", str(folder)]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    git_dir = folder / ".git"
    (git_dir / "hooks").mkdir()
    (git_dir / "info").mkdir()
    (git_dir / "info/exclude").touch()
    return git_dir
