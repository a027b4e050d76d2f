"""`setup` of a new worktree: its `.env`, its registration, its ports. No engine answers."""

import os
import stat
from pathlib import Path

import pytest

from tests.orchestrator.repository import COMPOSE, Pair, write
from wtc.errors import ComposeFileError
from wtc.events import Event
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.env import env
from wtc.orchestrator.ports import ports
from wtc.orchestrator.setup import setup
from wtc.registry.store import Store

LOCAL, EXAMPLE, DIST = ".docker/config/.env.local", ".env.example", "config/env.dist"


def silent(event: Event) -> None:
    pytest.fail(str(event))


def test_a_source_that_git_would_show_is_left_in_the_main_worktree(repository: Pair) -> None:
    repository.make({}, {})
    write(repository.main, {LOCAL: "not ignored"})
    assert repository.setup().env is None


HOST_PORTS = "services: {db: {image: postgres, ports: [5432]}}\nx-wtc: {ports: [web, api]}\n"


def test_ports_for_processes_on_the_host_are_leased_once_for_each_worktree(repository: Pair) -> None:
    repository.make({"compose.yaml": HOST_PORTS}, {})
    linked, main = repository.setup(), repository.setup(repository.main)
    assert [port.variable for port in linked.host_ports] == ["WTC_PORT_API", "WTC_PORT_WEB"]
    numbers = [*linked.host_ports, *main.host_ports, *linked.endpoints, *main.endpoints]
    assert len({port.port for port in numbers}) == 6
    assert repository.setup().host_ports == linked.host_ports
    (repository.state / "registry.json").unlink()
    assert repository.setup().host_ports == linked.host_ports


def test_environment_and_list_of_ports_have_the_ports_of_the_host(repository: Pair) -> None:
    repository.make({"compose.yaml": HOST_PORTS}, {})
    leased = {port.name: port.port for port in repository.setup().host_ports}
    place = str(repository.linked)
    target = Target(cwd=place, environment=repository.environment, worktree=place)
    for _ in range(2):  # the second result follows from what the first one kept
        found = env(target, silent)
        assert found.leased
        assert found.variables["WTC_PORT_WEB"] == str(leased["web"])
    assert {port.name: port.port for port in ports(target, silent).host_ports} == leased
    (api,) = ports(target, silent, services=["api"]).host_ports
    assert (api.name, api.port) == ("api", leased["api"])


def test_name_that_a_service_has_is_an_error_with_its_place(repository: Pair) -> None:
    repository.make({"compose.yaml": HOST_PORTS.replace("api", "db")}, {})
    with pytest.raises(ComposeFileError) as raised:
        repository.setup()
    (finding,) = raised.value.diagnostics
    assert (str(finding.position), finding.path) == (f"{repository.linked}/compose.yaml:2:22", ("x-wtc", "ports", 1))


def test_env_from_may_stand_where_the_file_cannot_be_read_without_env(repository: Pair) -> None:
    file = "services: {web: {image: '${IMAGE:?}', ports: [80]}}\nx-wtc: {env_from: [config/env.dist]}\n"
    repository.make({"compose.yaml": file, DIST: "IMAGE=nginx\n"}, {})
    assert [e.id.target for e in repository.setup().endpoints] == [80]


def test_env_is_made_beside_a_compose_file_that_lies_deeper(repository: Pair) -> None:
    repository.make({"deploy/compose.yaml": COMPOSE, "deploy/.env.example": "deeper", EXAMPLE: "root"}, {})
    target = Target(cwd=str(repository.linked), environment=repository.environment, files=("deploy/compose.yaml",))
    result = setup(target, lambda _event: None)
    assert repository.files() == {"deploy/.env": "deeper"}
    assert result.worktree == str(repository.linked)


def test_an_env_that_is_there_is_never_touched(repository: Pair) -> None:
    repository.make({}, {LOCAL: "local"})
    write(repository.linked, {".env": "mine"})
    assert repository.setup().env is None
    assert repository.files()[".env"] == "mine"


def test_a_link_to_nowhere_in_the_place_of_env_stays(repository: Pair) -> None:
    repository.make({EXAMPLE: "example"}, {})
    (repository.linked / ".env").symlink_to("gone")
    assert repository.setup().env is None
    assert os.readlink(repository.linked / ".env") == "gone"


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o400])
def test_the_copy_is_as_closed_as_its_source(repository: Pair, mode: int) -> None:
    repository.make({}, {LOCAL: "secret"})
    (repository.main / LOCAL).chmod(mode)
    before = os.umask(0o022)
    try:
        repository.setup()
    finally:
        os.umask(before)
    assert stat.S_IMODE((repository.linked / ".env").stat().st_mode) == mode


def test_the_stack_is_registered_with_its_ports(repository: Pair) -> None:
    repository.make({}, {})
    result = repository.setup()
    (endpoint,) = result.endpoints
    record = Store(str(repository.state)).read().stacks[result.namespace]
    assert record.ports == {endpoint.id: endpoint.port}
    assert (record.worktree, record.status) == (str(repository.linked), "registered")


def test_a_second_setup_changes_nothing(repository: Pair) -> None:
    repository.make({EXAMPLE: "x", ".worktreeinclude": "a\n"}, {"a": "a"})
    first = repository.setup()
    before = [written(repository.state / "registry.json"), written(repository.linked / ".env")]
    second = repository.setup()
    assert (second.env, second.copied, second.endpoints) == (None, (), first.endpoints)
    assert [written(repository.state / "registry.json"), written(repository.linked / ".env")] == before


def test_nothing_else_is_written(repository: Pair) -> None:
    repository.make({EXAMPLE: "x"}, {})
    repository.setup()
    assert repository.files() == {".env": "x"}
    assert sorted(p.name for p in repository.state.iterdir()) == ["host-id", "registry.json", "registry.lock"]
    assert sorted(p.name for p in (repository.main / ".git/worktrees/linked/wtc").iterdir()) == ["id"]
    assert repository.git("status", "--short", cwd=repository.main) == ""


def test_a_stack_without_ports_is_registered_too(repository: Pair) -> None:
    repository.make({"compose.yaml": "services: {web: {image: nginx}}\n"}, {})
    result = repository.setup()
    assert result.endpoints == ()
    assert list(Store(str(repository.state)).read().stacks) == [result.namespace]


def test_a_lost_registry_gives_the_same_ports_back(repository: Pair) -> None:
    repository.make({}, {})
    before = repository.setup().endpoints
    (repository.state / "registry.json").unlink()
    assert repository.setup().endpoints == before


def test_without_a_compose_file_the_files_are_copied_and_nothing_is_registered(repository: Pair) -> None:
    repository.make({EXAMPLE: "x"}, {})
    (repository.linked / "compose.yaml").unlink()
    result = repository.setup()
    assert (result.registered, result.endpoints) == (False, ())
    assert repository.files() == {".env": "x"}
    assert not (repository.state / "registry.json").exists()


def test_missing_worktree_is_an_error(repository: Pair, tmp_path: Path) -> None:
    with pytest.raises(ComposeFileError, match="does not exist"):
        repository.setup(tmp_path / "gone")


def written(path: Path) -> tuple[int, int, bytes]:
    """What a write changes: the inode, the time of modification, the content."""
    return path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes()
