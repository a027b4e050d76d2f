"""Reading a file never waits for a writer and never reads without a limit."""

import os
from pathlib import Path

import pytest

from wtc.engine.images.build_context import BuildContextError, read_context_file
from wtc.errors import UsageError
from wtc.regular_file import LIMIT_BYTES, read_regular_file
from wtc.settings.toml_files import read_user_settings

pytestmark = pytest.mark.timeout(20)


def test_content_is_returned(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x\r\n\xff")
    assert read_regular_file(str(tmp_path / "a")) == b"x\r\n\xff"


def test_null_device_is_empty() -> None:
    assert read_regular_file(os.devnull) == b""


def test_missing_file_is_reported_as_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_regular_file(str(tmp_path / "a"))


def test_fifo_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    with pytest.raises(OSError, match="Is a pipe, a socket or a device"):
        read_regular_file(str(tmp_path / "a"))


def test_link_to_a_device_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("/dev/zero")
    with pytest.raises(OSError, match="Is a pipe, a socket or a device"):
        read_regular_file(str(tmp_path / "a"))


def test_file_above_the_limit_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as file:
        file.truncate(LIMIT_BYTES + 1)
    with pytest.raises(OSError, match="Is larger than 64 MiB"):
        read_regular_file(str(tmp_path / "a"))


@pytest.mark.parametrize("name", ["Dockerfile", ".dockerignore"])
def test_fifo_in_a_build_context_is_named(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(BuildContextError, match=name):
        read_context_file(tmp_path / name)


def test_fifo_as_user_settings_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.toml")
    with pytest.raises(UsageError, match=r"config\.toml"):
        read_user_settings(str(tmp_path))
