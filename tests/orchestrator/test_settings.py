"""Settings from every source, up to the plan."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from wtc.errors import ComposeFileError, UsageError
from wtc.events import Event
from wtc.model.desired import ResolvedService
from wtc.model.namespace import Namespace
from wtc.model.observed import Observed
from wtc.model.plan import CreateContainer
from wtc.model.service import Port
from wtc.model.up_options import UpOptions
from wtc.orchestrator.context.context import Context
from wtc.orchestrator.context.project import ProjectReader
from wtc.orchestrator.context.resolve import resolve_stack
from wtc.orchestrator.context.target import Target, locate
from wtc.orchestrator.context.user_state import open_user_state
from wtc.orchestrator.host_ports.leases import lease_ports
from wtc.orchestrator.setup import setup
from wtc.planner.up import plan_up
from wtc.settings.settings import BIND, MEM_LIMIT, PORT_RANGE, Source

MIB = 1024**2
SERVICES = """
services:
  web: {image: i, ports: [80]}
  capped: {image: i, mem_limit: 64m}
  deployed: {image: i, deploy: {resources: {limits: {memory: 32m}}}}
"""


def silent(event: Event) -> None:
    pytest.fail(str(event))


def target(
    tmp_path: Path, *, user: str = "", project: str = "", environment: Mapping[str, str] | None = None
) -> Target:
    state = tmp_path / "state"
    state.mkdir()
    (state / "config.toml").write_text(user)
    (tmp_path / "compose.yaml").write_text(f"{SERVICES}{project}")
    return Target(
        cwd=str(tmp_path),
        environment={"HOME": str(tmp_path), "WTC_CONFIG_DIR": str(state), **(environment or {})},
    )


def planned(looks: Target, **given: str) -> dict[str, ResolvedService]:
    """Service -> what its container would be created with."""
    context = Context(looks, silent, given=given, offline=True)
    namespace = Namespace(name="a-1", worktree=context.located.worktree)
    context.claim(namespace)
    project = context.projects.read(name="a-1")
    settings = context.state.settings_for(project)
    ports = lease_ports(context.state.store, namespace, project, scales={}, settings=settings)
    desired = resolve_stack(context, ports=ports)
    plan = plan_up(desired, Observed(), UpOptions())
    operations = [node.operation for node in plan.nodes]
    return {o.spec.service: o.spec.config for o in operations if isinstance(o, CreateContainer)}


USER = 'mem_limit = "1m"'
PROJECT = "x-wtc: {mem_limit: 2m}"
ENVIRONMENT = {"WTC_MEM_LIMIT": "3m"}


@pytest.mark.parametrize(
    ("user", "project", "environment", "given", "expected", "source"),
    [
        (USER, PROJECT, ENVIRONMENT, {"mem_limit": "4m"}, 4 * MIB, Source.COMMAND_LINE),
        (USER, PROJECT, ENVIRONMENT, {}, 3 * MIB, Source.ENVIRONMENT),
        (USER, PROJECT, {}, {}, 2 * MIB, Source.PROJECT),
        (USER, "", {}, {}, MIB, Source.USER),
        (USER, "x-wtc:", {}, {}, MIB, Source.USER),
        ("", "", {}, {}, 0, Source.DEFAULT),
    ],
)
def test_memory_limit_of_the_highest_precedence_caps_services_without_one(
    tmp_path: Path,
    user: str,
    project: str,
    environment: Mapping[str, str],
    given: Mapping[str, str],
    expected: int,
    source: Source,
) -> None:
    looks = target(tmp_path, user=user, project=project, environment=environment)
    read = ProjectReader(locate(looks)).read()
    assert open_user_state(looks, silent, given=given).settings_for(read).of(MEM_LIMIT).source == source
    found = planned(looks, **given)
    assert found["web"].mem_limit_bytes == expected
    assert found["capped"].mem_limit_bytes == 64 * MIB
    assert found["deployed"].mem_limit_bytes == 0


def test_the_project_says_where_its_ports_are_bound_and_which_they_are(tmp_path: Path) -> None:
    looks = target(tmp_path, project="x-wtc: {bind: 0.0.0.0, port_range: 31000-31000}")
    assert planned(looks)["web"].ports == (Port(target=80, published=range(31000, 31001), host_ip="0.0.0.0"),)
    settings = open_user_state(looks, silent).settings
    assert (settings.of(BIND).source, settings.of(PORT_RANGE).source) == (Source.DEFAULT, Source.DEFAULT)


def test_an_override_file_changes_one_setting_of_the_project(tmp_path: Path) -> None:
    looks = target(tmp_path, project="x-wtc: {mem_limit: 1m, bind: 127.0.0.2}")
    (tmp_path / "compose.override.yaml").write_text("x-wtc: {mem_limit: 2m}")
    found = planned(looks)["web"]
    assert (found.mem_limit_bytes, found.ports[0].host_ip) == (2 * MIB, "127.0.0.2")


@pytest.mark.parametrize(
    ("project", "message", "place"),
    [
        ("x-wtc: {mem_limit: lots}", "`mem_limit` is not a size, as in `512m`", "compose.yaml:6:20"),
        ("x-wtc: {bin: 127.0.0.1}", "unknown setting `bin`", "compose.yaml:6:14"),
        (
            "x-wtc: {bind: [a, null]}",
            "`bind` is not an IP address, as in `127.0.0.1`",
            "compose.yaml:6:15",
        ),
        ("x-wtc: [bind]", "`x-wtc` is not a mapping of settings", "compose.yaml:6:8"),
    ],
)
def test_project_setting_that_is_not_valid_is_an_error_with_its_position(
    tmp_path: Path, project: str, message: str, place: str
) -> None:
    looks = target(tmp_path, project=project)
    read = ProjectReader(locate(looks)).read()
    with pytest.raises(ComposeFileError) as raised:
        open_user_state(looks, silent).settings_for(read)
    (found,) = raised.value.diagnostics
    assert found.message == message
    assert str(found.position).endswith(place)


def test_option_that_is_not_valid_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="`--mem-limit` is `lots`, not a size"):
        open_user_state(target(tmp_path), silent, given={"mem_limit": "lots"})


def test_env_from_that_is_not_valid_is_an_error_with_its_position(tmp_path: Path) -> None:
    with pytest.raises(ComposeFileError) as raised:
        setup(target(tmp_path, project="x-wtc: {env_from: [a, [b]]}"), silent)
    (found,) = raised.value.diagnostics
    assert found.message.startswith("`env_from` is not a list of file names")
    assert str(found.position).endswith("compose.yaml:6:19")
