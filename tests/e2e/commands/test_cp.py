"""`cp`: files out of a container and into one. What each case gives is what `docker compose cp` gives."""

import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import opened
from tests.e2e.harness import Stack, Workshop, one_service
from tests.wtc_process import run_wtc

pytestmark = pytest.mark.engine

THERE = "/tmp/there"
MAKE_THERE = f"""\
rm -rf /tmp/*
mkdir -p {THERE}/folder/sub {THERE}/empty
cd {THERE}
echo one >folder/f
echo two >folder/sub/g
ln -s f folder/l
ln -s /etc/hostname folder/far
ln -s folder lfolder
ln -s nothing broken
ln folder/f folder/hard
chmod 500 folder/sub
chmod 755 folder/f
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, client: Any) -> Iterator[tuple[Workshop, Stack]]:
    """A stack whose `web` runs as user 1000."""
    with opened(tmp_path_factory.mktemp("cp"), client) as workshop:
        workshop.commit({"compose.yaml": one_service("web", "user: '1000:1000'")})
        yield workshop, workshop.up()


@pytest.fixture
def stack(whole: tuple[Workshop, Stack]) -> tuple[Workshop, Stack]:
    """The same, with the container's files as they were."""
    run(whole[1], MAKE_THERE)
    return whole


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder of this machine with things to copy, and places to copy to."""
    (tmp_path / "folder" / "sub").mkdir(parents=True)
    (tmp_path / "out").mkdir()
    (tmp_path / "folder" / "f").write_text("one")
    (tmp_path / "folder" / "sub" / "g").write_text("two")
    (tmp_path / "folder" / "l").symlink_to("f")
    (tmp_path / "lfolder").symlink_to("folder")
    (tmp_path / "file").write_text("old")
    (tmp_path / "lfile").symlink_to("file")
    (tmp_path / "a:b").write_text("colon")
    for path, mode in (("folder", 0o755), ("folder/f", 0o644), ("folder/sub/g", 0o644), ("a:b", 0o644)):
        (tmp_path / path).chmod(mode)
    (tmp_path / "folder" / "sub").chmod(0o500)
    return tmp_path


def run(stack: Stack, script: str) -> str:
    """A script as root in the container; it has to succeed."""
    status, output = stack.container("web").exec_run(["sh", "-ec", script], user="0")
    text: str = output.decode()
    assert status == 0, text
    return text


def tree(stack: Stack, path: str) -> set[str]:
    """`name kind mode` of all below a path of the container; a link has where it leads."""
    said = run(stack, f"cd {path} && find . ! -name . -exec stat -c '%N %F %a' {{}} +")
    lines = [line.replace("'", "").replace("regular empty file", "regular file") for line in said.splitlines()]
    return {line.removeprefix("./").replace(" symbolic link 777", "") for line in lines}


def local_tree(folder: Path) -> set[str]:
    """The same of a folder of this machine."""
    found: set[str] = set()
    for path in folder.rglob("*"):
        name, mode = path.relative_to(folder), f"{path.lstat().st_mode & 0o7777:o}"
        if path.is_symlink():
            found.add(f"{name} -> {path.readlink()}")
        else:
            found.add(f"{name} {'directory' if path.is_dir() else 'regular file'} {mode}")
    return found


IN_FOLDER = {"f regular file 644", "l -> f", "sub directory 500", "sub/g regular file 644"}
OUT_OF_FOLDER = {
    *("f regular file 755", "hard regular file 755", "l -> f", "far -> /etc/hostname"),
    *("sub directory 500", "sub/g regular file 644"),
}


def named(name: str, inner: set[str]) -> set[str]:
    """A folder that has all this in it."""
    return {f"{name} directory 755", *(f"{name}/{line}" for line in inner)}


@pytest.mark.parametrize(
    ("arguments", "where", "expected"),
    [
        (["folder", "web:/tmp/new"], "/tmp/new", IN_FOLDER),
        (["folder", "web:/tmp/new/"], "/tmp/new", IN_FOLDER),
        (["folder/.", "web:/tmp/new"], "/tmp/new", IN_FOLDER),
        (["folder", f"web:{THERE}/empty"], f"{THERE}/empty", named("folder", IN_FOLDER)),
        (["folder/", f"web:{THERE}/empty"], f"{THERE}/empty", named("folder", IN_FOLDER)),
        (["folder/.", f"web:{THERE}/empty"], f"{THERE}/empty", IN_FOLDER),
        (["folder/f", f"web:{THERE}/empty"], f"{THERE}/empty", {"f regular file 644"}),
        (["folder/f", f"web:{THERE}/empty/new"], f"{THERE}/empty", {"new regular file 644"}),
        (["folder/l", f"web:{THERE}/empty"], f"{THERE}/empty", {"l -> f"}),
        (["-L", "folder/l", f"web:{THERE}/empty"], f"{THERE}/empty", {"l regular file 644"}),
        (["-L", "lfolder", f"web:{THERE}/empty"], f"{THERE}/empty", named("lfolder", IN_FOLDER)),
        (["./a:b", f"web:{THERE}/empty/c"], f"{THERE}/empty", {"c regular file 644"}),
        (["folder/f", "web:tmp/there/empty"], f"{THERE}/empty", {"f regular file 644"}),
    ],
)
def test_into_a_container(
    stack: tuple[Workshop, Stack], here: Path, arguments: list[str], where: str, expected: set[str]
) -> None:
    workshop, there = stack
    workshop.wtc("cp", "-w", str(workshop.main), *arguments, cwd=here)
    assert tree(there, where) == expected


@pytest.mark.parametrize(
    ("arguments", "where", "expected"),
    [
        ([f"web:{THERE}/folder", "new"], "new", OUT_OF_FOLDER),
        ([f"web:{THERE}/folder/.", "new"], "new", OUT_OF_FOLDER),
        ([f"web:{THERE}/folder", "out"], "out", named("folder", OUT_OF_FOLDER)),
        ([f"web:{THERE}/folder/", "out"], "out", named("folder", OUT_OF_FOLDER)),
        ([f"web:{THERE}/folder/.", "out"], "out", OUT_OF_FOLDER),
        ([f"web:{THERE}/folder/f", "out"], "out", {"f regular file 755"}),
        ([f"web:{THERE}/folder/f", "out/new"], "out", {"new regular file 755"}),
        ([f"web:{THERE}/folder/l", "out"], "out", {"l -> f"}),
        (["-L", f"web:{THERE}/folder/l", "out"], "out", {"l regular file 755"}),
        (["-L", f"web:{THERE}/lfolder", "out"], "out", named("lfolder", OUT_OF_FOLDER)),
        ([f"web:{THERE}/lfolder", "out"], "out", {"lfolder -> folder"}),
        ([f"web:{THERE}/broken", "out"], "out", {"broken -> nothing"}),
    ],
)
def test_out_of_a_container(
    stack: tuple[Workshop, Stack], here: Path, arguments: list[str], where: str, expected: set[str]
) -> None:
    workshop, _ = stack
    workshop.wtc("cp", "-w", str(workshop.main), *arguments, cwd=here)
    assert local_tree(here / where) == expected
    assert all(path.lstat().st_uid == os.geteuid() for path in (here / where).rglob("*"))


@pytest.mark.parametrize("destination", ["file", "lfile"])
def test_a_file_that_is_there_is_written_over_and_a_link_to_it_stays(
    stack: tuple[Workshop, Stack], here: Path, destination: str
) -> None:
    workshop, there = stack
    workshop.wtc("cp", "-w", str(workshop.main), f"web:{THERE}/folder/f", destination, cwd=here)
    assert (here / "file").read_text() == "one\n"
    assert (here / "lfile").is_symlink()
    workshop.wtc("cp", "-w", str(workshop.main), "folder/f", f"web:{THERE}/folder/f", cwd=here)
    workshop.wtc("cp", "-w", str(workshop.main), "folder/f", f"web:{THERE}/broken", cwd=here)
    assert run(there, f"cat {THERE}/folder/f; cat {THERE}/nothing; readlink {THERE}/broken") == "oneonenothing\n"


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["folder", f"web:{THERE}/folder/f"], 1),
        (["folder/f", f"web:{THERE}/new/"], 1),
        (["folder/f", "web:/nowhere/f"], 1),
        (["nothing", f"web:{THERE}"], 1),
        ([f"web:{THERE}/nothing", "out"], 1),
        ([f"web:{THERE}/folder", "file"], 1),
        ([f"web:{THERE}/folder/f", "new/"], 1),
        ([f"web:{THERE}/folder/f", "nowhere/f"], 1),
        (["-L", f"web:{THERE}/broken", "out"], 1),
        (["nope:/etc", "out"], 2),
        (["folder", "out"], 2),
        (["web:/etc", "web:/tmp"], 2),
        (["--index", "2", "folder", "web:/tmp"], 1),
    ],
)
def test_what_cannot_be_is_refused(
    stack: tuple[Workshop, Stack], here: Path, arguments: list[str], status: int
) -> None:
    workshop, there = stack
    before = local_tree(here), tree(there, "/tmp")
    workshop.refused("cp", "-w", str(workshop.main), *arguments, cwd=here, status=status)
    assert (local_tree(here), tree(there, "/tmp")) == before


@pytest.mark.parametrize(("options", "owner"), [([], f"{os.geteuid()}:{os.getegid()}"), (["-a"], "1000:1000")])
def test_what_is_copied_in_keeps_its_owner_or_becomes_the_containers_users(
    stack: tuple[Workshop, Stack], here: Path, options: list[str], owner: str
) -> None:
    workshop, there = stack
    copy = ("cp", "-w", str(workshop.main), *options, "folder", "web:/tmp/new")
    if options and tuple(map(int, workshop.client.api.api_version.split("."))) < (1, 42):
        # An engine of 20.10 looks for the user by name, and this one has none.
        assert "1000:1000" in workshop.refused(*copy, cwd=here, status=1).err
        return
    workshop.wtc(*copy, cwd=here)
    assert set(run(there, "find /tmp/new -type f -exec stat -c %u:%g {} +").split()) == {owner}


def test_hard_link_to_a_link_leaves_the_linked_file_of_this_machine_alone(
    stack: tuple[Workshop, Stack], here: Path
) -> None:
    workshop, there = stack
    (here / "file").chmod(0o640)
    before = (here / "file").stat()
    run(there, f"mkdir /tmp/trap; cd /tmp/trap; ln -s {here}/file l; ln l h; chmod 777 .")
    workshop.wtc("cp", "-w", str(workshop.main), "web:/tmp/trap", "out", cwd=here)
    assert {path.name: str(path.readlink()) for path in (here / "out" / "trap").iterdir()} == {
        "l": f"{here}/file",
        "h": f"{here}/file",
    }
    assert (here / "file").stat() == before


@pytest.mark.parametrize("kind", ["p", "c 1 3"])
def test_special_file_is_refused_by_name_both_ways(stack: tuple[Workshop, Stack], here: Path, kind: str) -> None:
    workshop, there = stack
    run(there, f"mkdir /tmp/special; mknod /tmp/special/one {kind}")
    refused = workshop.refused("cp", "-w", str(workshop.main), "web:/tmp/special", "out", cwd=here, status=1)
    assert "`special/one`" in refused.err
    os.mkfifo(here / "folder" / "pipe")
    refused = workshop.refused("cp", "-w", str(workshop.main), "folder", "web:/tmp/new", cwd=here, status=1)
    assert f"`{here}/folder/pipe`" in refused.err


def test_device_of_this_machine_is_not_replaced(stack: tuple[Workshop, Stack], here: Path) -> None:
    workshop, _ = stack
    os.mkfifo(here / "pipe")
    refused = workshop.refused("cp", "-w", str(workshop.main), f"web:{THERE}/folder/f", "pipe", cwd=here, status=1)
    assert "not a regular file" in refused.err
    assert (here / "pipe").is_fifo()


def test_tar_is_copied_through_pipes_in_both_directions(stack: tuple[Workshop, Stack], here: Path) -> None:
    workshop, there = stack
    command = ("cp", "-w", str(workshop.main))
    sent = run_wtc(*command, f"web:{THERE}/folder", "-", cwd=here, env=workshop.env, data=b"")
    assert sent.returncode == 0
    with tarfile.open(fileobj=io.BytesIO(sent.stdout)) as tar:
        assert {name.split("/", 1)[0] for name in tar.getnames()} == {"folder"}
    done = run_wtc(*command, "-", f"web:{THERE}/empty", cwd=here, env=workshop.env, data=sent.stdout)
    assert done.returncode == 0
    assert tree(there, f"{THERE}/empty/folder") == OUT_OF_FOLDER


def test_a_large_file_arrives_whole_both_ways(stack: tuple[Workshop, Stack], here: Path) -> None:
    workshop, _ = stack
    content = os.urandom(20_000_000)
    (here / "large").write_bytes(content)
    workshop.wtc("cp", "-w", str(workshop.main), "large", "web:/tmp/large", cwd=here)
    workshop.wtc("cp", "-w", str(workshop.main), "web:/tmp/large", "back", cwd=here)
    assert (here / "back").read_bytes() == content


def test_a_container_that_does_not_run_is_copied_from_too(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service("web")})
    workshop.up("--no-start")
    workshop.wtc("cp", "web:/etc/passwd", "passwd")
    assert "root" in (workshop.main / "passwd").read_text()


def test_all_replicas_get_what_is_copied_to_a_service(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service("web", "scale: 2"), "note": "to all"})
    workshop.up()
    workshop.wtc("cp", "note", "web:/tmp/note")
    for index in ("1", "2"):
        assert workshop.wtc("exec", "--index", index, "web", "cat", "/tmp/note").out == "to all"


def test_containers_of_run_are_included_on_request(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service("web"), "note": "to all", "later": "to the service"})
    workshop.wtc("run", "-d", "web", "sleep", "600")
    workshop.refused("cp", "web:/etc/hostname", "own", status=1)
    workshop.wtc("cp", "--all", "web:/etc/hostname", "own")
    name = (workshop.main / "own").read_text().strip()
    workshop.up()
    workshop.wtc("cp", "--all", "note", "web:/tmp/note")
    assert workshop.wtc("exec", "web", "cat", "/tmp/note").out == "to all"
    (run,) = [c for c in workshop.client.containers.list(ignore_removed=True) if c.id.startswith(name)]
    assert run.exec_run(["cat", "/tmp/note"]).output == b"to all"
    workshop.wtc("cp", "later", "web:/tmp/later")
    assert run.exec_run(["test", "-e", "/tmp/later"]).exit_code == 1
