"""A command reads any compose file or env file in limited memory: measured in a process that does nothing else."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.compose.mutations import BOMBS, ENV_BOMBS
from tests.compose.test_mutations import ENV_USER
from tests.git_template import make_repository
from tests.wtc_process import start_wtc

LIMIT_BYTES = 250 << 20
LOADED, REFUSED = 0, 3


def check(folder: Path, files: Mapping[str, bytes]) -> None:
    make_repository(folder)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(folder)}
    with start_wtc("config", cwd=folder, env=environment) as process:
        _, err = process.communicate()
    assert process.returncode in {LOADED, REFUSED}, err[-3000:]
    peak: int = process.peak_bytes  # type: ignore[attr-defined]
    assert 0 < peak < LIMIT_BYTES, f"{peak >> 20} MiB"


@pytest.mark.parametrize("name", BOMBS)
def test_hostile_compose_file_is_read_in_limited_memory(name: str, tmp_path: Path) -> None:
    check(tmp_path, {"compose.yaml": BOMBS[name]()})


@pytest.mark.parametrize("name", ENV_BOMBS)
def test_hostile_env_file_is_read_in_limited_memory(name: str, tmp_path: Path) -> None:
    check(tmp_path, {"compose.yaml": ENV_USER, ".env": ENV_BOMBS[name](), "web.env": ENV_BOMBS[name]()})
