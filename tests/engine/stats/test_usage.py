"""The engine's stats as use: the working set, limits that are none, and shares of a processor."""

import io
import json
from contextlib import nullcontext
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.e2e.harness import until
from wtc.engine.stats.usage import read_samples, sample_of, usage_of
from wtc.engine.stats.usage_streams import StatsStreams, split_documents
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
def test_the_working_set_leaves_out_the_inactive_file_cache(memory: dict[str, Any], expected: int) -> None:
    found = sample_of({"read": "2026-11-21T02:53:05Z", "memory_stats": memory})
    assert found is not None
    assert found.memory_bytes == expected


def sample(read_s: float = 10.0, cpu_ns: int = 0, limit: int = 0) -> Sample:
    return Sample(cpu=CpuTime(read_s=read_s, used_ns=cpu_ns), memory_bytes=5, limit_bytes=limit)


@pytest.mark.parametrize(
    ("limit", "machine", "expected"),
    [
        pytest.param(64, 1000, 64, id="a limit"),
        pytest.param(1000, 1000, 0, id="the machine's memory stands for none"),
        pytest.param(2**63 - 4096, 1000, 0, id="cgroup v1's number beyond any"),
        pytest.param(0, 1000, 0, id="none told"),
        pytest.param(64, 0, 64, id="a machine that does not tell its memory"),
    ],
)
def test_a_limit_is_one_only_below_the_machines_memory(limit: int, machine: int, expected: int) -> None:
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
def test_the_share_of_a_processor(before: Sample | None, after: Sample, expected: float | None) -> None:
    usage = usage_of(after, before.cpu if before else None, 0)
    assert usage is not None
    assert usage.cpu_percent == (None if expected is None else pytest.approx(expected))


def test_a_sample_is_read_with_the_engines_own_clock() -> None:
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


def test_what_has_ended_has_no_sample() -> None:
    assert sample_of({"read": "0001-01-01T00:00:00Z", "memory_stats": {}, "cpu_stats": {"cpu_usage": {}}}) is None
    assert usage_of(None, None, 0) is None


@given(st.lists(st.dictionaries(st.text(max_size=3), st.integers(), max_size=3), max_size=5), st.data())
def test_documents_come_whole_however_the_stream_is_cut(sent: list[dict[str, int]], data: st.DataObject) -> None:
    stream = b"".join(json.dumps(one).encode() + b"\n" for one in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    edges = [0, *cuts, len(stream)]
    chunks = [stream[a:b] for a, b in pairwise(edges)]
    assert list(split_documents(chunks)) == sent


def test_a_container_that_ends_while_it_is_asked_has_no_use() -> None:
    """An engine of 20.10 then answers with status 200 and nothing."""
    ending = SimpleNamespace(host_is_local=True, call=lambda *_, **__: SimpleNamespace(content=b""))  # pyright: ignore[reportUnknownLambdaType]
    assert read_samples(cast("Any", ending), ["a", "b"]) == {}


class Told:
    """An engine whose streams tell one thing each, and end."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def call(self, method: str, path: str, **options: Any) -> Any:
        self.asked.append(path)
        answer = {"read": "2026-11-21T02:53:05Z", "memory_stats": {"usage": len(self.asked)}}
        raw = SimpleNamespace(read1=io.BytesIO(json.dumps(answer).encode() + b"\n").read1)
        return SimpleNamespace(raw=raw, close=lambda: None)

    def mapping(self, doing: str) -> Any:
        return nullcontext()


def test_a_stream_that_has_ended_is_opened_anew() -> None:
    engine = Told()
    with StatsStreams.over(cast("Any", engine)) as streams:
        for memory in (1, 2):

            def told(memory: int = memory) -> bool:
                streams.follow(["a"])
                sample, _ = streams.latest("a")
                return sample is not None and sample.memory_bytes >= memory

            until(told, f"{memory} is told")
    assert engine.asked[:2] == ["/containers/a/stats"] * 2
