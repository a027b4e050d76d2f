"""`wtc doctor`: the finding of each check, and that a failed check does not stop the others."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.port_ids import by_id
from wtc.doctor import registry_checks, sandbox_checks, worktree_checks
from wtc.doctor.finding import Finding
from wtc.model.identity import Identity, LabelledStack, WorktreeLocation
from wtc.orchestrator.context.target import Target
from wtc.orchestrator.doctor import doctor
from wtc.registry.stack_records import StackRecord, StackRecords
from wtc.sandbox import Enforcement, Method
from wtc.sandbox.availability import unavailable_error
from wtc.sandbox.cgroup_hierarchies import candidate_folders
from wtc.sandbox.cgroups import own_hierarchies


def findings(tmp_path: Path, **environment: str) -> dict[str, list[Finding]]:
    """Return subject -> findings, for a folder without a reachable engine."""
    own = {
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "WTC_CONFIG_DIR": str(tmp_path / "state"),
        "DOCKER_HOST": f"unix://{tmp_path}/nowhere.sock",
        **environment,
    }
    found: dict[str, list[Finding]] = {}
    for finding in doctor(Target(cwd=str(tmp_path), worktree=str(tmp_path), environment=own)):
        found.setdefault(finding.subject, []).append(finding)
    return found


def test_other_checks_run_without_an_engine(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {web: {image: nginx}}\n")
    found = findings(tmp_path)
    assert found["context"][0].text == f"unix://{tmp_path}/nowhere.sock, chosen by `DOCKER_HOST`"
    assert [f.well for f in found["engine"]] == [False]
    assert found["engine"][0].hint
    assert found["compose file"] == [Finding(subject="compose file", well=True, text="`compose.yaml`: 1 service")]
    assert {s for s, fs in found.items() if not all(f.well for f in fs)} <= {"engine", "wtc on PATH"}


def test_missing_context_is_reported(tmp_path: Path) -> None:
    found = findings(tmp_path, DOCKER_HOST="", DOCKER_CONTEXT="nowhere")
    assert "docker context `nowhere` does not exist" in found["context"][0].text
    assert "engine" not in found


def test_errors_in_the_compose_file_are_reported_with_positions(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services:\n  web: {image: nginx, prots: []}\n  db: {imgae: x}\n")
    found = findings(tmp_path)["compose file"]
    assert len(found) >= 2
    assert not any(f.well for f in found)
    assert f"{tmp_path}/compose.yaml:2:" in found[0].text


@pytest.mark.parametrize("extension", ["{ports: [web, 3]}", "{port_variables: {PORT: maybe}}"])
def test_key_of_the_file_that_is_not_valid_is_reported_with_its_place(tmp_path: Path, extension: str) -> None:
    file = f"services: {{web: {{image: nginx, ports: [80]}}}}\nx-wtc: {extension}\n"
    (tmp_path / "compose.yaml").write_text(file)
    found = findings(tmp_path)["compose file"]
    assert not any(finding.well for finding in found)
    assert all(finding.text.startswith(f"{tmp_path}/compose.yaml:2:") for finding in found)


def test_each_setting_is_reported_with_its_source(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state/config.toml").write_text('port_range = "21000-21999"\n')
    file = "services: {web: {image: nginx}}\nx-wtc: {mem_limit: 1m, env_from: [a, b]}\n"
    (tmp_path / "compose.yaml").write_text(file)
    found = findings(tmp_path, WTC_BIND="0.0.0.0")
    assert [f.text for f in found["setting"]] == [
        f"`port_range` is 21000-21999 (user, {tmp_path}/state/config.toml:1:1)",
        "`bind` is 0.0.0.0 (environment, WTC_BIND)",
        f"`mem_limit` is 1 MiB (project, {tmp_path}/compose.yaml:2:20)",
        f"`env_from` is a:b (project, {tmp_path}/compose.yaml:2:34)",
    ]
    defaults = "`subnet_pool` is 10.213.0.0/16:172.30.0.0/16, `oversubscribe` is false, `git` is not set"
    assert [f.text for f in found["defaults"]] == [defaults]


@pytest.mark.parametrize("content", ["bnd = 1\n", "bind = \n"])
def test_misspelt_setting_is_reported_with_its_position_and_other_checks_run(tmp_path: Path, content: str) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state/config.toml").write_text(content)
    found = findings(tmp_path)
    assert f"{tmp_path}/state/config.toml:1:" in found["settings"][0].text
    assert not found["settings"][0].well
    assert found["git"][0].well


def test_missing_git_is_reported(tmp_path: Path) -> None:
    assert not worktree_checks.check_git({"PATH": str(tmp_path)}).well


def program(path: Path, content: str) -> str:
    path.parent.mkdir()
    path.write_text(content)
    path.chmod(0o755)
    return str(path)


def test_another_wtc_earlier_on_path_is_reported(tmp_path: Path) -> None:
    own = program(tmp_path / "own/wtc", "from wtc.cli.main import main")
    npm = program(tmp_path / "npm/wtc", "#!/usr/bin/env node")
    older = program(tmp_path / "older/wtc", "from wtc.cli.main import main")
    (tmp_path / "link").mkdir()
    (tmp_path / "link/wtc").symlink_to(own)

    def check(*folders: str) -> Finding:
        return worktree_checks.check_path({"PATH": ":".join(f"{tmp_path}/{f}" for f in folders)}, own)

    assert check("own") == Finding(subject="wtc on PATH", well=True, text=f"`{own}`")
    assert check("nowhere", "link", "own").well
    assert check("own", "npm").text == f"`{own}`; later on `PATH`: `{npm}`"
    assert check("npm", "own").text == f"`wtc` is `{npm}`, another program; this one is `{own}`"
    assert check("npm", "own").hint == f"to call this one, put `{tmp_path}/own` before `{tmp_path}/npm` in `PATH`"
    assert check("older").text == f"`wtc` is `{older}`, another installation of wtc; this one is `{own}`"
    assert not check("nowhere").well


def stack(worktree: Path, namespace: str) -> StackRecord:
    return StackRecord(worktree=str(worktree), namespace=namespace, ports=by_id({"web/80/tcp": 20000}))


@pytest.mark.parametrize(
    ("stacks", "text"),
    [
        (None, "1 stack with 1 leased port"),
        ({}, "1 stack with 1 leased port; the engine has 0 stacks by label"),
        ({"a-1": "{0}/a"}, "1 stack with 1 leased port; the engine has 1 stack by label"),
        ({"b-1": "{0}/b"}, "the stacks of 1 worktree enter the registry at their next `wtc up`"),
    ],
)
def test_registry_is_compared_with_the_stacks_on_the_engine(
    tmp_path: Path, stacks: Mapping[str, str] | None, text: str
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    seen = None if stacks is None else [labelled(name, path.format(tmp_path)) for name, path in stacks.items()]
    found = list(registry_checks.compare_registry(StackRecords(stacks={"a-1": stack(tmp_path / "a", "a-1")}), seen))
    assert text.format(tmp_path) in {f.text for f in found}
    assert all(f.well for f in found)


def labelled(namespace: str, worktree: str) -> LabelledStack:
    return LabelledStack(namespace=namespace, worktree=worktree, identity=Identity())


@pytest.mark.parametrize(
    ("locations", "expected"),
    [
        ({}, [(True, "every stack's worktree is where the stack was created", "")]),
        (
            {"/w/a": WorktreeLocation.PRESENT},
            [(True, "every stack's worktree is where the stack was created", "")],
        ),
        (
            {"/w/b": WorktreeLocation.GONE, "/w/a": WorktreeLocation.GONE, "/w/c": WorktreeLocation.MOVED},
            [
                (
                    False,
                    "stacks remain from worktrees that are gone: `/w/a`, `/w/b`",
                    "to remove them, run `wtc clean --gone`",
                ),
                (True, "worktrees that moved with their stacks: `/w/c`", ""),
            ],
        ),
        (
            {f"/w/{n}": WorktreeLocation.OTHER_HOST for n in range(5)},
            [(True, "stacks that were created on another host: `/w/0`, `/w/1`, `/w/2` and 2 more", "")],
        ),
    ],
)
def test_location_of_each_worktree_is_reported_once(
    locations: Mapping[str, WorktreeLocation], expected: list[tuple[bool, str, str]]
) -> None:
    found = registry_checks.check_locations([*locations.items(), *locations.items()])
    assert [(f.well, f.text, f.hint) for f in found] == expected


def test_leases_of_a_missing_folder_are_reported(tmp_path: Path) -> None:
    found = list(registry_checks.compare_registry(StackRecords(stacks={"x-1": stack(tmp_path / "x", "x-1")}), None))
    assert [f.hint for f in found if not f.well] == ["to free the leases, run `wtc clean --gone`"]


def test_damaged_registry_is_reported(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state/registry.json").write_text("{")
    found = findings(tmp_path)["registry"]
    assert [f.well for f in found] == [False]
    assert "was damaged" in found[0].text


def test_newer_registry_is_reported_with_its_hint(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state/registry.json").write_text('{"version": 99}')
    (found,) = findings(tmp_path)["registry"]
    assert not found.well
    assert "it has version 99, and this wtc reads versions up to 2" in found.text
    assert "uv tool upgrade" in found.hint


REMEDY = "sudo ln -s /usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/"


@pytest.mark.parametrize(
    ("failure", "text", "hint"),
    [
        (None, "bubblewrap is not installed", "to install it, run `apt-get install bubblewrap`"),
        (
            "bwrap: setting up uid map: Permission denied",
            "bubblewrap is installed, but cannot start a sandbox: bwrap: setting up uid map: Permission denied",
            REMEDY,
        ),
    ],
)
def test_sandbox_that_cannot_start_is_reported_and_is_not_a_failure(failure: str | None, text: str, hint: str) -> None:
    found = sandbox_checks.sandbox_finding(unavailable_error("linux", failure, {"apparmor": "1"}))
    assert (found.well, found.text, hint in found.hint) == (True, text, True)


@pytest.mark.parametrize(
    ("methods", "missing", "text"),
    [
        (
            {"memory": Method.SYSTEMD, "cpus": Method.SYSTEMD, "pids": Method.SYSTEMD},
            {},
            "the memory limit, the processor limit and the process limit by systemd scope",
        ),
        (
            {"memory": Method.RLIMIT, "pids": Method.CGROUP_V1},
            {"cpus": "why"},
            "the process limit by cgroup v1; the memory limit by rlimit; nothing enforces the processor limit: why",
        ),
    ],
)
def test_what_enforces_each_limit_is_reported(
    methods: Mapping[str, Method], missing: Mapping[str, str], text: str
) -> None:
    found = sandbox_checks.limits_finding(
        Enforcement(values={"memory": 1, "cpus": 1, "pids": 1}, methods=methods, missing=missing)
    )
    assert (found.well, found.text, bool(found.hint)) == (True, text, bool(missing))


def test_sandbox_check_leaves_nothing_behind(tmp_path: Path) -> None:
    before = own_groups()
    found = findings(tmp_path)
    assert (len(found["sandbox"]), len(found["sandbox limits"])) == (1, 1)
    assert own_groups() == before


def own_groups() -> list[str]:
    """The control groups that this process created."""
    return [
        os.path.join(folder, name)
        for folder in {candidate for hierarchy in own_hierarchies() for candidate in candidate_folders(hierarchy)}
        if os.path.isdir(folder)
        for name in os.listdir(folder)
        if name.startswith(f"wtc-sandbox-{os.getpid()}-")
    ]
