"""Any file loads or is rejected with a `ComposeFileError`, in limited time.

The memory that a command takes for the hostile files is in `tests/mutations/test_hostile_files.py`.

`pytest tests/compose/test_mutations.py --mutations 20000 --corpus FOLDER` also damages the projects of a folder.
"""

import os
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.compose.memory import FOLDER, Memory
from tests.compose.mutations import BOMBS, ENV_BOMBS, mutated, mutated_dotenv
from wtc.compose.format.config import config_json, config_yaml
from wtc.compose.loader.decode import decode_project
from wtc.compose.loader.load import load_project
from wtc.compose.loader.loaded_project import LoadedProject
from wtc.compose.loader.request import LoadRequest
from wtc.errors import ComposeFileError

OWN = Path(__file__).parent / "corpus"
PLAIN = b"services:\n" + b"".join(
    b"  s%d: {image: x, ports: ['80'], environment: {A: '${B:-1}'}}\n" % n for n in range(1000)
)
ENV_FILE = b"""\
# of the shop
PORT=8080
export HOST='db.example'   # where
URL="http://${HOST}:${PORT:-80}/\\n$USER"
LONG="a
b"
EMPTY=
BARE
OTHER: yaml
"""
ENV_USER = b"""\
services:
  web:
    image: "x:${PORT:-1}"
    ports: ["${PORT}:80"]
    env_file: [web.env]
    environment: {URL: "${URL-}", LONG: "${LONG-}", EMPTY: "${EMPTY:+set}"}
"""
MOST_WORK = 40
"""Maximum processor time of a file, as a multiple of the time for `PLAIN`, so that the machine does not matter."""
BATCHES = 8
Project = Mapping[str, bytes]
"""Path in the project's folder -> content."""


def projects(corpus: str) -> list[Project]:
    """Return one project for each file of our corpus, with the other files next to it, and those of the folder."""
    own = {path.name: path.read_bytes() for path in sorted(OWN.iterdir())}
    found: list[Project] = [{**own, "compose.yaml": own[name]} for name in own if name.endswith(".yaml")]
    folders = [entry.path for entry in os.scandir(corpus) if entry.is_dir()] if corpus else []
    return [*found, *(_files(folder) for folder in sorted(folders))]


def _files(folder: str) -> Project:
    found = {
        os.path.relpath(os.path.join(where, name), folder): Path(where, name)
        for where, _, names in os.walk(folder)
        for name in names
    }
    return {name: path.read_bytes() for name, path in found.items() if path.stat().st_size < 1 << 20}


def outcome(files: Project) -> str:
    """Return `loaded` or `refused`. Fail on any other outcome, or if it takes too long."""
    loaded, message, taken_s = read(files)
    # Skip the comparison for a fast result.
    if taken_s > 1:
        plain_s = read({"compose.yaml": PLAIN})[2]
        assert taken_s < MOST_WORK * plain_s, f"{taken_s:.1f} s, where a plain file takes {plain_s:.2f} s"
    if loaded is not None:
        decode_project(loaded)
        config_yaml(loaded)
        return "loaded"
    return "refused" if message else "refused without a message"


def read(files: Project) -> tuple[LoadedProject | None, str, float]:
    """Return the loaded project or the error message, and the processor seconds."""
    began, loaded, message = time.process_time(), None, ""
    try:
        loaded = load_project(
            LoadRequest(cwd=FOLDER, environment={"HOME": "/home/me"}, project_name="p"), Memory(files)
        )
        config_json(loaded)
    except ComposeFileError as error:
        loaded = None
        message = error.message if all(d.message for d in error.diagnostics) else ""
    return loaded, message, time.process_time() - began


@pytest.mark.parametrize("name", [path.name for path in sorted(OWN.glob("*.yaml"))])
def test_corpus_file_loads(name: str) -> None:
    own = {path.name: path.read_bytes() for path in OWN.iterdir()}
    assert outcome({**own, "compose.yaml": own[name]}) == "loaded"


@pytest.mark.parametrize("batch", range(BATCHES))
def test_damaged_file_loads_or_is_rejected(batch: int, request: pytest.FixtureRequest) -> None:
    count = int(str(request.config.getoption("--mutations")))
    corpus = projects(str(request.config.getoption("--corpus")))
    mains = [_main(files) for files in corpus]
    outcomes: set[str] = set()
    for seed in range(batch, count, BATCHES):
        which = seed % len(corpus)
        damaged = {**corpus[which], mains[which]: mutated(corpus[which][mains[which]], seed)}
        try:
            outcomes.add(outcome(damaged))
        except Exception as error:
            error.add_note(f"seed {seed}, project {which}:\n{damaged[mains[which]].decode(errors='replace')[:5000]}")
            raise
    assert outcomes == {"loaded", "refused"}


def test_damaged_env_file_is_read_or_rejected(request: pytest.FixtureRequest) -> None:
    count = int(str(request.config.getoption("--mutations")))
    outcomes: set[str] = set()
    for seed in range(count):
        damaged = {"compose.yaml": ENV_USER, ".env": mutated_dotenv(ENV_FILE, seed), "web.env": ENV_FILE}
        damaged["web.env"] = mutated_dotenv(ENV_FILE, seed + count)
        try:
            outcomes.add(outcome(damaged))
        except Exception as error:
            error.add_note(f"seed {seed}:\n{damaged}")
            raise
    assert outcomes == {"loaded", "refused"}


@pytest.mark.parametrize("name", ENV_BOMBS)
def test_hostile_env_file_is_handled_in_limited_time(name: str) -> None:
    outcome({"compose.yaml": ENV_USER, ".env": ENV_BOMBS[name](), "web.env": ENV_BOMBS[name]()})


def _main(files: Project) -> str:
    names = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
    return next((name for name in names if name in files), next(iter(files)))


@pytest.mark.parametrize("name", BOMBS)
def test_hostile_file_is_handled_in_limited_time(name: str) -> None:
    outcome({"compose.yaml": BOMBS[name]()})
