"""The usage of containers from control groups, in each layout that Docker uses."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from wtc.engine.stats.cgroup_usage import Cgroups
from wtc.model.usage import Sample

ONE, OTHER, ABSENT = "1" * 64, "2" * 64, "3" * 64
USER = 1000
V1 = {
    "memory/GROUP/memory.usage_in_bytes": "5000\n",
    "memory/GROUP/memory.limit_in_bytes": "9223372036854771712\n",
    "memory/GROUP/memory.stat": "cache 9\ninactive_file 1\ntotal_cache 9\ntotal_inactive_file 2000\n",
    "cpuacct/GROUP/cpuacct.usage": "7000\n",
}
V2 = {
    "cgroup.controllers": "cpu memory\n",
    "GROUP/memory.current": "5000\n",
    "GROUP/memory.max": "max\n",
    "GROUP/memory.stat": "anon 9\ninactive_file 2000\nactive_file 1\n",
    "GROUP/cpu.stat": "usage_usec 7\nuser_usec 5\nsystem_usec 2\n",
}
GROUPS = [
    pytest.param(V1, "docker/ID", id="version 1, cgroupfs"),
    pytest.param(V1, "system.slice/docker-ID.scope", id="version 1, systemd"),
    pytest.param(V2, "docker/ID", id="version 2, cgroupfs"),
    pytest.param(V2, "system.slice/docker-ID.scope", id="version 2, systemd"),
    pytest.param(V2, "user.slice/user-1000.slice/user@1000.service/user.slice/docker-ID.scope", id="rootless"),
]


def lay_out(root: Path, files: Mapping[str, str], group: str, *ids: str) -> Cgroups:
    for one in ids:
        for name, content in files.items():
            path = root / name.replace("GROUP", group.replace("ID", one))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
    return Cgroups.of(str(root), user=USER)


def numbers(sample: Sample) -> tuple[int, int, int]:
    return sample.memory_bytes, sample.limit_bytes, sample.cpu.used_ns


@pytest.mark.parametrize(("files", "group"), GROUPS)
def test_usage_of_a_container_is_read(tmp_path: Path, files: Mapping[str, str], group: str) -> None:
    found = lay_out(tmp_path, files, group, ONE, OTHER).samples([ONE, ABSENT])
    assert found.keys() == {ONE}
    assert numbers(found[ONE]) == (3000, 0 if files is V2 else 9223372036854771712, 7000)


@pytest.mark.parametrize(("files", "group"), GROUPS)
def test_cpu_times_of_all_containers_are_read(tmp_path: Path, files: Mapping[str, str], group: str) -> None:
    groups = lay_out(tmp_path, files, group, ONE, OTHER, "buildkit")
    assert {one: time.used_ns for one, time in groups.cpu_times().items()} == {ONE: 7000, OTHER: 7000}


def test_memory_limit_is_read_as_bytes(tmp_path: Path) -> None:
    groups = lay_out(tmp_path, {**V2, "GROUP/memory.max": "67108864\n"}, "docker/ID", ONE)
    assert groups.samples([ONE])[ONE].limit_bytes == 64 * 1024**2


@pytest.mark.parametrize("damage", ["GROUP/memory.stat", "GROUP/memory.current", "GROUP/cpu.stat"])
def test_container_with_unreadable_files_is_omitted(tmp_path: Path, damage: str) -> None:
    assert lay_out(tmp_path, {**V2, damage: "\n"}, "docker/ID", ONE).samples([ONE]) == {}


def test_group_that_is_being_removed_is_omitted(tmp_path: Path) -> None:
    without = {name: content for name, content in V2.items() if not name.endswith("cpu.stat")}
    groups = lay_out(tmp_path, without, "docker/ID", ONE)
    assert groups.samples([ONE]) == {}
    assert groups.cpu_times() == {}


def test_machine_without_control_groups_has_no_samples(tmp_path: Path) -> None:
    groups = Cgroups.of(str(tmp_path / "none"), user=USER)
    assert groups.samples([ONE]) == {}
    assert groups.cpu_times() == {}
