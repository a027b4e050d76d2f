"""s3fs meets the contract of drivers on an S3 server, and a tree keeps its state there."""

import os
import secrets
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import pytest

from tests.artifacts.trees import Whole
from wtc.artifacts import BaseMounter, Collection, FsspecMountDriver
from wtc.artifacts.testing import AtomicMountDriverContract

if any(find_spec(name) is None for name in ("s3fs", "moto", "flask")):
    if os.environ.get("CI"):
        raise ImportError("s3fs, moto and flask are not installed")
    pytest.skip("to install what this needs, run `uv sync --group s3`", allow_module_level=True)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The URL of an S3 server on this machine; the settings of the machine's AWS clients are not used."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            patch.setenv(name, os.devnull)
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("NO_PROXY", "127.0.0.1")
        # Loads a second's worth of modules, and each process of a run collects these tests.
        from moto.server import ThreadedMotoServer

        server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
        server.start()
        yield "http://{}:{}".format(*server.get_host_and_port())
        server.stop()


@pytest.fixture(scope="module")
def session() -> Any:
    """What all clients share: the description of S3, which takes a tenth of a second to read."""
    from aiobotocore.session import AioSession

    return AioSession()


@pytest.fixture
def mount(endpoint: str, session: Any) -> Callable[[], Collection]:
    """Mount the test's own bucket, each time with a new client, as another program would."""
    import s3fs  # pyright: ignore[reportMissingTypeStubs]

    client = {"endpoint_url": endpoint}
    options: dict[str, Any] = {"key": "test", "secret": "test", "client_kwargs": client, "session": session}
    bucket = f"bucket-{secrets.token_hex(4)}"
    backend: Any = s3fs.S3FileSystem(**options)
    backend.mkdir(bucket)
    return lambda: FsspecMountDriver(**options, skip_instance_cache=True).mount(f"s3://{bucket}/state")


class TestS3(AtomicMountDriverContract):
    @pytest.fixture
    def root(self, mount: Callable[[], Collection]) -> Collection:
        return mount()


def test_a_tree_keeps_its_state(mount: Callable[[], Collection]) -> None:
    tree = BaseMounter(mount()).mount(Whole)
    tree.app.storage.settings.port = 7
    tree.commit()
    assert BaseMounter(mount()).mount(Whole).app.storage.settings.port == 7


def test_another_program_sees_what_was_committed_and_removed(mount: Callable[[], Collection]) -> None:
    one, other = mount(), mount()
    one.touch("a/b").write_text("one")
    found = other.find_object("a/b")
    assert found is not None
    assert found.read_text() == "one"
    found.write_text("other")
    changed = one.find_object("a/b")
    assert changed is not None
    assert changed.read_text() == "other"
    one.rm("a")
    assert list(other.ls()) == []
