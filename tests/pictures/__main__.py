"""Brings the guestbook up in two worktrees, on a real engine, and draws what the terminals showed."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from tests.pictures.recording import Recording, Screen
from tests.pictures.svg import Window, picture

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "examples" / "pictures"
COLUMNS = 52
MOST_FRAMES = 14
SPINNER = str.maketrans("⠙⠹⠸⠼⠴⠦⠧⠇⠏", "⠋" * 9)
CURL = """#!{python}
import sys, urllib.request
data = sys.argv[2].encode() if sys.argv[1] == "-d" else None
answer = urllib.request.urlopen("http://" + sys.argv[-1], data).read().decode()
print("" if data else answer, end="")
"""


@contextmanager
def guestbook() -> Generator[tuple[Path, Path, dict[str, str]]]:
    """A home with the repository, a second worktree beside it, and the environment of its user."""
    home = Path(tempfile.mkdtemp(prefix="wtc-demo-")).resolve()
    env = {
        "PATH": f"{home / '.bin'}:{os.environ['PATH']}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "WTC_CONFIG_DIR": str(home / ".config/wtc"),
        # What else runs on the machine is no part of the picture.
        "WTC_OVERSUBSCRIBE": "true",
        "GIT_CONFIG_NOSYSTEM": "1",
        **({"DOCKER_HOST": os.environ["DOCKER_HOST"]} if os.environ.get("DOCKER_HOST") else {}),
    }
    main, linked = home / "guestbook", home / "guestbook-search"
    shutil.copytree(ROOT / "examples" / "guestbook", main)
    # No build of an earlier picture is in the cache.
    (main / "unique.py").write_text(f'"""{home.name}"""\n')
    _script(home / ".bin/wtc", f'#!/bin/sh\nexec "{sys.executable}" -m wtc "$@"\n')
    if shutil.which("curl") is None:
        _script(home / ".bin/curl", CURL.format(python=sys.executable))
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    for command in (
        ("init", "-q", "-b", "main"),
        ("add", "-A"),
        (*who, "commit", "-q", "-m", "a guestbook"),
        ("worktree", "add", "-q", "-b", "search", str(linked)),
    ):
        subprocess.run(["git", *command], cwd=main, env=env, check=True)
    try:
        yield main, linked, env
    finally:
        for worktree in (main, linked):
            clean(worktree, env)
        shutil.rmtree(home)


def clean(worktree: Path, env: Mapping[str, str]) -> None:
    """Leaves nothing of the worktree's stack."""
    command = [sys.executable, "-m", "wtc", "clean", "-y", "-q", "-t", "0", "-w", str(worktree)]
    subprocess.run(command, env=env, check=True)


def _script(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def visit(worktree: Path, env: Mapping[str, str], *, row: str = "") -> Recording:
    """Return a terminal in which the stack was started, its ports printed, a row written, if any, and the page read."""
    terminal = Recording(worktree, env, columns=COLUMNS, rows=40)
    terminal.type("wtc up")
    address = re.search(r"web +8000/tcp +(?:\x1b\S*\\)?http://([\d.:]+)", terminal.type("wtc ports"))
    assert address, "`wtc ports` does not print the address of `web`"
    if row:
        terminal.type(f"curl -d message={row} {address[1]}")
    terminal.type(f"curl {address[1]}")
    return terminal


def frames(recording: Recording) -> list[tuple[Screen, float]]:
    """Real screens, each that says something new, and for how long: as long as it was, within bounds."""
    found: list[tuple[float, Screen]] = []
    drawn = ""
    for moment, screen in recording.screens():
        text = re.sub(r"\d+\.\ds", "", "\n".join(run.text for line in screen for run in line).translate(SPINNER))
        if found and text == drawn:
            # The same, some time later: the clock has gone on.
            found[-1] = (found[-1][0], screen)
        elif text:
            found.append((moment, screen))
        drawn = text
    while len(found) > MOST_FRAMES:
        gaps = [after[0] - before[0] for before, after in pairwise(found[:-1])]
        del found[gaps.index(min(gaps))]
    ends = [moment for moment, _ in found[1:]]
    lasts = [min(1.2, max(0.5, end - moment)) for (moment, _), end in zip(found, ends, strict=False)]
    return [(screen, seconds) for (_, screen), seconds in zip(found, [*lasts, 5.0], strict=True)]


def draw(folder: Path) -> None:
    """Writes the pictures into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with guestbook() as (main, linked, env):
        with Recording(main, env, columns=64, rows=24) as alone:
            alone.type("wtc up")
            moving = Window(title="~/guestbook", columns=64, frames=frames(alone))
        clean(main, env)
        with visit(main, env, row="hi") as first, visit(linked, env) as second:
            windows = [
                Window(title=title, columns=COLUMNS, frames=[(terminal.last()[:-1], 0.0)])
                for title, terminal in (("~/guestbook", first), ("~/guestbook-search", second))
            ]
    (folder / "up.svg").write_text(picture([moving], "A terminal in which `wtc up` builds, creates, starts and waits"))
    (folder / "two-worktrees.svg").write_text(
        picture(windows, "Two terminals, in two worktrees of one project: each has its own ports and its own data")
    )


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", nargs="?", type=Path, default=PICTURES)
    draw(options.parse_args().folder)
