"""`build` of a service. Source: compose-spec, Services; expectations are those of Docker Compose 2.40."""

from typing import Any

import pytest

from tests.compose.attributes.reading import Attribute

BUILD = Attribute("build", top="secrets: {s: {environment: S}}")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (".", {"context": ".", "dockerfile": "Dockerfile"}),
        ("{context: ./web, target: dev}", {"context": "./web", "dockerfile": "Dockerfile", "target": "dev"}),
        ("{context: ., dockerfile: D.dev}", {"context": ".", "dockerfile": "D.dev"}),
        (
            "{context: 'https://git.example/x.git#main'}",
            {"context": "https://git.example/x.git#main", "dockerfile": "Dockerfile"},
        ),
        ("{args: {A: 1, B: null}}", {"context": ".", "dockerfile": "Dockerfile", "args": {"A": "1"}}),
        ("{args: [A=1, UNSET]}", {"context": ".", "dockerfile": "Dockerfile", "args": {"A": "1"}}),
        ("{dockerfile_inline: FROM x}", {"context": ".", "dockerfile_inline": "FROM x"}),
        ("{ssh: [default]}", {"context": ".", "dockerfile": "Dockerfile", "ssh": ["default"]}),
        ("{secrets: [s]}", {"context": ".", "dockerfile": "Dockerfile", "secrets": [{"source": "s"}]}),
        (
            "{shm_size: 64m, ulimits: {nofile: 1, nproc: {soft: 1, hard: 2}}}",
            {
                "context": ".",
                "dockerfile": "Dockerfile",
                "shm_size": "67108864",
                "ulimits": {"nofile": 1, "nproc": {"soft": 1, "hard": 2}},
            },
        ),
        (
            "{additional_contexts: {b: 'docker-image://b', l: ./lib}}",
            {
                "context": ".",
                "dockerfile": "Dockerfile",
                "additional_contexts": {"b": "docker-image://b", "l": "./lib"},
            },
        ),
        (
            "{extra_hosts: ['h:1.2.3.4'], labels: [a=b], tags: [t:1], platforms: [linux/amd64]}",
            {
                "context": ".",
                "dockerfile": "Dockerfile",
                "labels": {"a": "b"},
                "extra_hosts": ["h=1.2.3.4"],
                "tags": ["t:1"],
                "platforms": ["linux/amd64"],
            },
        ),
        (
            (
                "{cache_from: [x], cache_to: [y], no_cache: true, pull: 'true', network: host, "
                "privileged: true, entitlements: [network.host]}"
            ),
            {
                "context": ".",
                "dockerfile": "Dockerfile",
                "entitlements": ["network.host"],
                "cache_from": ["x"],
                "cache_to": ["y"],
                "no_cache": True,
                "pull": True,
                "network": "host",
                "privileged": True,
            },
        ),
    ],
)
def test_value_is_printed_in_its_canonical_form(written: str, expected: Any) -> None:
    assert BUILD.printed(written) == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        (".", "{target: t}", {"context": ".", "dockerfile": "Dockerfile", "target": "t"}),
        (
            "{args: {A: 1}}",
            "{args: [A=2, B=3]}",
            {"context": ".", "dockerfile": "Dockerfile", "args": {"A": "2", "B": "3"}},
        ),
        (
            "{context: ./a, tags: [a]}",
            "{context: ./b, tags: [a, b]}",
            {"context": "./b", "dockerfile": "Dockerfile", "tags": ["a", "b"]},
        ),
    ],
)
def test_later_file_is_laid_upon_the_earlier_one(base: str, over: str, expected: Any) -> None:
    assert BUILD.merged(base, over) == expected


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("{contxt: .}", ["1:34 `build` has no attribute `contxt`"]),
        ("[.]", ["1:33 `build` must be a string or a mapping, not a list"]),
        ("{args: 1}", ["1:40 `args` must be a list or a mapping, not a whole number"]),
        ("{tags: x}", ["1:40 `tags` must be a list, not a string"]),
    ],
)
def test_wrong_value_is_refused_at_its_place(written: str, problems: list[str]) -> None:
    assert BUILD.refused(written) == problems
