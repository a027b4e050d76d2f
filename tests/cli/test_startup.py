"""The modules that a command imports at start-up."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "docker", "requests", "urllib3", "yaml", "rich", "filelock", "asyncio", "concurrent.futures", "http.client", "ssl",
    "pygments", "markdown_it", "tomllib", "pydantic", "fsspec",
}  # fmt: skip
UNWANTED = {"typer", "typing", "dataclasses", "inspect", "shutil", "secrets"}
"""What a valid command line does not need."""
SHOW = """
import json, sys
from wtc.cli.main import run
status = run(sys.argv[1:])
sys.stderr.write("\\n" + json.dumps([status, sorted(sys.modules)]))
"""


def modules(*arguments: str, cwd: Path) -> set[str]:
    """Return the modules that `wtc ARGUMENTS` has imported by its end, with an empty home folder."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(cwd), "WTC_CONFIG_DIR": str(cwd / "state")}
    done = subprocess.run(
        [sys.executable, "-c", SHOW, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=True
    )
    status, names = json.loads(done.stderr.rpartition("\n")[2])
    assert status == 0, done.stderr
    return set(names)


@pytest.fixture
def worktree(tmp_path: Path) -> Path:
    """A folder with a compose file, whose ports are leased."""
    (tmp_path / "compose.yaml").write_text("services: {web: {image: nginx, ports: ['80']}}")
    record = {"worktree": str(tmp_path.resolve()), "ports": {"web/80/tcp": 20001}}
    state = tmp_path / "state"
    state.mkdir()
    (state / "registry.json").write_text(json.dumps({"version": 2, "stacks": {"web-abc123": record}}))
    return tmp_path


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("up", "--help"), ("ports",), ("ports", "--json")])
def test_no_heavy_module_is_imported(arguments: tuple[str, ...], worktree: Path) -> None:
    assert modules(*arguments, cwd=worktree) & HEAVY == set()


@pytest.mark.parametrize("line", ["--version", "ports", "ports --json", "env", "config", "--profile a ports"])
def test_plain_line_imports_no_parser_and_no_types(line: str, worktree: Path) -> None:
    assert modules(*line.split(), cwd=worktree) & UNWANTED == set()


@pytest.mark.parametrize("arguments", [("config",), ("config", "--format", "json")])
def test_config_imports_neither_the_engine_nor_the_registry(arguments: tuple[str, ...], worktree: Path) -> None:
    imported = modules(*arguments, cwd=worktree)
    assert imported & ((HEAVY | {"typer"}) - {"yaml"}) == set()
    assert not [
        name
        for name in imported
        if name.startswith(("wtc.engine", "wtc.registry", "wtc.ports", "wtc.planner", "wtc.model.s"))
    ]


def test_call_over_a_unix_socket_imports_no_http_library() -> None:
    show = (
        "import sys\n"
        "from wtc.engine.client.connection import connect\n"
        "from wtc.errors import EngineUnreachableError\n"
        "try: connect(context='', environment={'HOME': '/none', 'DOCKER_HOST': 'unix:///none.sock'})\n"
        "except EngineUnreachableError: pass\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    # `ssl` explains the failure.
    unwanted = (HEAVY - {"ssl"}) | {"email", "http", "urllib.request"}
    assert set(done.stdout.split()) & unwanted == set()


def test_help_imports_no_command(worktree: Path) -> None:
    assert not [name for name in modules("--help", cwd=worktree) if name.startswith("wtc.cli.commands.")]


def test_package_of_worktrees_imports_its_public_names_on_use() -> None:
    show = "import sys, wtc.worktrees as w; print('asyncio' in sys.modules, all(hasattr(w, n) for n in w.__all__))"
    done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


@pytest.mark.parametrize("command", ["setup", "env"])
def test_what_hooks_and_shells_call_imports_nothing_that_reaches_an_engine(worktree: Path, command: str) -> None:
    assert modules(command, cwd=worktree) & {"docker", "requests", "urllib3", "http.client", "rich", "ssl"} == set()
