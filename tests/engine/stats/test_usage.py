"""Usage from the engine's stats: the working set, memory limits, and CPU shares."""

import json
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.e2e.harness import until
from wtc.engine.client.json_stream import split_records
from wtc.engine.stats.usage import read_samples, sample_of, usage_of
from wtc.engine.stats.usage_streams import StatsStreams
from wtc.model.usage import CpuTime, Sample


@pytest.mark.parametrize(
    ("memory", "expected"),
    [
        pytest.param({"usage": 100, "stats": {"inactive_file": 30}}, 70, id="cgroup v2"),
        pytest.param({"usage": 100, "stats": {"total_inactive_file": 40, "inactive_file": 30}}, 60, id="cgroup v1"),
        pytest.param({"usage": 100, "stats": {"inactive_file": 100}}, 100, id="a cache of all of it is not believed"),
        pytest.param({"usage": 100}, 100, id="without details"),
    ],
)
def test_working_set_excludes_the_inactive_file_cache(memory: dict[str, Any], expected: int) -> None:
    found = sample_of({"read": "2026-11-21T02:53:05Z", "memory_stats": memory})
    assert found is not None
    assert found.memory_bytes == expected


def sample(read_s: float = 10.0, cpu_ns: int = 0, limit: int = 0) -> Sample:
    return Sample(cpu=CpuTime(read_s=read_s, used_ns=cpu_ns), memory_bytes=5, limit_bytes=limit)


@pytest.mark.parametrize(
    ("limit", "machine", "expected"),
    [
        pytest.param(64, 1000, 64, id="a limit"),
        pytest.param(1000, 1000, 0, id="the machine's memory is not a limit"),
        pytest.param(2**63 - 4096, 1000, 0, id="cgroup v1's number beyond any"),
        pytest.param(0, 1000, 0, id="no limit"),
        pytest.param(64, 0, 64, id="the machine's memory is unknown"),
    ],
)
def test_limit_counts_only_below_the_machines_memory(limit: int, machine: int, expected: int) -> None:
    usage = usage_of(sample(limit=limit), None, machine)
    assert usage is not None
    assert usage.limit_bytes == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(sample(10.0, 0), sample(10.5, 500_000_000), 100.0, id="one processor"),
        pytest.param(sample(10.0, 0), sample(11.0, 2_000_000_000), 200.0, id="two"),
        pytest.param(sample(10.0, 7), sample(11.0, 7), 0.0, id="idle"),
        pytest.param(sample(10.0, 9), sample(11.0, 2), 0.0, id="restarted in between"),
        pytest.param(sample(10.0, 0), sample(10.0, 5), None, id="the same moment"),
        pytest.param(None, sample(10.0, 5), None, id="looked at once"),
    ],
)
def test_cpu_percent_is_computed_from_two_samples(before: Sample | None, after: Sample, expected: float | None) -> None:
    usage = usage_of(after, before.cpu if before else None, 0)
    assert usage is not None
    assert usage.cpu_percent == (None if expected is None else pytest.approx(expected))


def test_sample_has_the_engines_time() -> None:
    answer = {
        "read": "2026-11-21T02:53:05.25Z",
        "cpu_stats": {"cpu_usage": {"total_usage": 12}},
        "memory_stats": {"usage": 9, "limit": 20, "stats": {"inactive_file": 4}},
    }
    later = {**answer, "read": "2026-11-21T02:53:06.500000001Z"}
    first, second = sample_of(answer), sample_of(later)
    assert first is not None
    assert second is not None
    assert (first.cpu.used_ns, first.memory_bytes, first.limit_bytes) == (12, 5, 20)
    assert second.cpu.read_s - first.cpu.read_s == pytest.approx(1.25)


def test_stopped_container_has_no_sample() -> None:
    assert sample_of({"read": "0001-01-01T00:00:00Z", "memory_stats": {}, "cpu_stats": {"cpu_usage": {}}}) is None
    assert usage_of(None, None, 0) is None


@given(st.lists(st.dictionaries(st.text(max_size=3), st.integers(), min_size=1, max_size=3), max_size=5), st.data())
def test_documents_are_read_wherever_the_stream_is_cut(sent: list[dict[str, int]], data: st.DataObject) -> None:
    stream = b"".join(json.dumps(one).encode() + b"\n" for one in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    edges = [0, *cuts, len(stream)]
    chunks = [stream[a:b] for a, b in pairwise(edges)]
    assert list(split_records(chunks)) == sent


def test_container_that_ends_during_the_request_has_no_usage() -> None:
    """Engine 20.10 then responds with status 200 and an empty body."""
    ending = SimpleNamespace(host_is_local=True, call=lambda *_, **__: SimpleNamespace(content=b""))  # pyright: ignore[reportUnknownLambdaType]
    assert read_samples(cast("Any", ending), ["a", "b"]) == {}


class OneSampleEngine:
    """An engine whose streams have one document each."""

    def __init__(self) -> None:
        self.requests: list[str] = []

    def call(self, method: str, path: str, **options: Any) -> Any:
        self.requests.append(path)
        answer = {"read": "2026-11-21T02:53:05Z", "memory_stats": {"usage": len(self.requests)}}
        return OneDocument([json.dumps(answer).encode() + b"\n"])


class OneDocument(list[bytes]):
    """The pieces of a response."""

    def shutdown(self) -> None: ...

    def close(self) -> None: ...


def test_ended_stream_is_opened_again() -> None:
    engine = OneSampleEngine()
    with StatsStreams.over(cast("Any", engine)) as streams:
        for memory in (1, 2):

            def arrived(memory: int = memory) -> bool:
                streams.follow(["a"])
                sample, _ = streams.latest("a")
                return sample is not None and sample.memory_bytes >= memory

            until(arrived, f"{memory} arrives")
    assert engine.requests[:2] == ["/containers/a/stats"] * 2
