"""Copying a volume through containers that are never started, on a real engine."""

import io
import threading
from collections.abc import Iterator
from typing import Any, cast

import pytest

from tests.engine.engine_stack import IMAGE, Raw, Stack
from wtc import labels as label
from wtc.engine import volume_copy
from wtc.errors import EngineError, NotFoundError
from wtc.events import Progress
from wtc.model.mounts import Mount
from wtc.model.plan import Condition, CopyHelper, CopyVolume, CreateVolume
from wtc.model.project import Volume

TREE = r"""
cd /data
mkdir -p pg/empty 'with space'
head -c 50000000 /dev/urandom > pg/big
dd if=/dev/zero of=sparse bs=1 count=0 seek=9000000 2>/dev/null
echo one > file; ln file hard; ln -s file link; ln -s /etc/passwd outside; mkfifo pipe
echo odd > "$(printf 'odd\377\n\033[31mname')"; : > .wh.file; : > "$(head -c 250 /dev/zero | tr '\0' n)"
chown 999:998 . ; chmod 0700 . ; chown 5:6 pg ; chmod 2750 pg ; chmod 4711 file
touch -d '2001-09-09 01:46:40' file sparse ; touch -d '2005-03-18 01:58:31' pg
"""
LISTING = r"""
cd /data
find . -type f -exec sha1sum {} + | sort
find . -exec stat -c '%n %F %u:%g %a %h %s %Y' {} + | sort
readlink link outside
[ "$(stat -c %i file)" = "$(stat -c %i hard)" ] && echo hard-linked
"""
"""Names, contents, kinds, owners, modes, links, sizes and times in whole seconds."""

pytestmark = pytest.mark.engine


def make_volume(stack: Stack, key: str) -> str:
    name = f"{stack.namespace.name}_{key}"
    stack.do(CreateVolume(volume=Volume(key=key, name=name, labels=stack.labels_of(name))))
    return name


def run_in(stack: Stack, volume: str, script: str, raw: Raw, service: str) -> str:
    """The output of a script that has the volume at `/data`."""
    mounts = (Mount(type="volume", source=volume, target="/data"),)
    made = stack.spec(service, f"{script}", volumes=mounts, tty=True)
    stack.up(made, stack.wait(made, Condition.COMPLETED))
    response = stack.engine.call("GET", f"/containers/{made.name}/logs", doing="test", params={"stdout": 1})
    raw("DELETE", f"/containers/{made.name}?force=1", None)
    return response.content.decode(errors="surrogateescape")


def copy_of(stack: Stack, source: str, target: str, image: str = IMAGE) -> CopyVolume:
    copies = {label.COPY: target, label.COMPOSE_ONEOFF: "True", label.CONFIG_HASH: ""}
    names = {role: f"{target}_copying_{role}" for role in ("reader", "writer")}
    helpers = {r: CopyHelper(name=n, labels={**stack.labels_of(n), **copies}) for r, n in names.items()}
    return CopyVolume(source=source, target=target, image=image, **helpers)


def helpers_left(stack: Stack) -> list[Any]:
    return stack.engine.list(
        "/containers/json",
        doing="test",
        params={"all": 1, "filters": f'{{"label":["{label.PROJECT}={stack.namespace.name}"]}}'},
    )


@pytest.fixture
def volumes(stack: Stack) -> tuple[str, str]:
    """An empty source and an empty target."""
    return make_volume(stack, "source"), make_volume(stack, "target")


def test_copy_keeps_contents_owners_modes_links_times_and_odd_names(
    stack: Stack, raw: Raw, volumes: tuple[str, str]
) -> None:
    source, target = volumes
    run_in(stack, source, TREE, raw, "fill")
    events = stack.do(copy_of(stack, source, target))
    wanted = run_in(stack, source, LISTING, raw, "before")
    assert "hard-linked" in wanted
    assert "999:998 700" in wanted
    assert run_in(stack, target, LISTING, raw, "after") == wanted
    assert max(e.current for e in events if isinstance(e, Progress)) > 50_000_000
    assert helpers_left(stack) == []


def test_content_and_volumes_of_the_image_are_not_copied(stack: Stack, raw: Raw, volumes: tuple[str, str]) -> None:
    source, target = volumes
    run_in(stack, source, "echo kept > /data/row", raw, "fill")
    before = {
        v["Name"] for v in raw("GET", "/volumes", None)["Volumes"] if v["Labels"] == {"com.docker.volume.anonymous": ""}
    }
    stack.do(copy_of(stack, source, target, image="redis:7"))
    after = {
        v["Name"] for v in raw("GET", "/volumes", None)["Volumes"] if v["Labels"] == {"com.docker.volume.anonymous": ""}
    }
    assert run_in(stack, target, "ls -A /data", raw, "after").split() == ["row"]
    # Other tests create volumes meanwhile; none may be of a container of this copy.
    assert not [
        v for v in after - before if not raw("GET", f'/containers/json?all=1&filters={{"volume":["{v}"]}}', None)
    ]


def test_copy_of_a_missing_volume_fails_and_creates_no_volume(stack: Stack, raw: Raw, volumes: tuple[str, str]) -> None:
    missing = f"{stack.namespace.name}_missing"
    with pytest.raises(NotFoundError):
        stack.do(copy_of(stack, missing, volumes[1]))
    assert "no such volume" in raw("GET", f"/volumes/{missing}", None)["message"]


def test_foreign_container_with_the_name_of_a_helper_is_not_removed(
    stack: Stack, raw: Raw, volumes: tuple[str, str]
) -> None:
    operation = copy_of(stack, *volumes)
    raw("POST", f"/containers/create?name={operation.writer.name}", {"Image": IMAGE})
    try:
        with pytest.raises(EngineError):
            stack.do(operation)
        assert raw("GET", f"/containers/{operation.writer.name}/json", None)["Name"] == f"/{operation.writer.name}"
    finally:
        raw("DELETE", f"/containers/{operation.writer.name}", None)
    assert helpers_left(stack) == []


def test_interrupted_copy_ends_early_and_leaves_no_container(
    stack: Stack, raw: Raw, volumes: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(volume_copy, "REPORT_BYTES", 1)
    source, target = volumes
    run_in(stack, source, "head -c 30000000 /dev/zero > /data/big", raw, "fill")
    stop = threading.Event()
    chunks = volume_copy._chunks

    def stopping(*arguments: Any) -> Iterator[bytes]:
        for number, chunk in enumerate(chunks(*arguments)):
            if number == 3:
                stop.set()
            yield chunk

    monkeypatch.setattr(volume_copy, "_chunks", stopping)
    outcome, _ = stack.try_to(copy_of(stack, source, target), stop=stop)
    assert [n.operation for n in outcome.skipped] == [copy_of(stack, source, target)]
    assert helpers_left(stack) == []


@pytest.mark.parametrize("content", [b"", bytes(512), b"x" * 4096, b"x" * 512 + bytes(1023)])
def test_archive_without_its_trailer_is_an_error(content: bytes) -> None:
    operation = CopyVolume(
        source="s",
        target="t",
        image="i",
        reader=CopyHelper(name="r", labels={}),
        writer=CopyHelper(name="w", labels={}),
    )
    reported: list[int] = []

    def report(item: str, text: str, current: int = 0, total: int = 0) -> None:
        reported.append(current)

    with pytest.raises(EngineError, match="cannot copy volume `s`"):
        list(volume_copy._chunks(cast("Any", io.BytesIO(content)), operation, report))
    complete = list(volume_copy._chunks(cast("Any", io.BytesIO(content + bytes(1024))), operation, report))
    assert b"".join(complete) == content + bytes(1024)
    assert reported[-1] == len(content) + 1024
