"""Validation against the schema."""

import pytest

from wtc.compose.diagnostics import Diagnostics
from wtc.compose.schema.validate import MAX_PROBLEMS, validate_schema
from wtc.compose.source.yaml import parse_yaml
from wtc.model.diagnostic import Diagnostic


def validate(text: str) -> list[Diagnostic]:
    found = Diagnostics()
    (document,) = parse_yaml(text.encode(), "f", found)
    validate_schema(document, found)
    return found.found


def service(attribute: str) -> list[Diagnostic]:
    return validate(f"services:\n  a:\n    {attribute}\n")


@pytest.mark.parametrize(
    "attribute",
    [
        "restart: anything",
        "command:",
        "entrypoint: []",
        "deploy:",
        "develop:",
        "pid:",
        "environment: {A: 1, B: null, C: true, D: 1.5, E: x}",
        "environment: [A=1, B]",
        "networks: [n]",
        "networks: {n: null, m: {aliases: [x], priority: 5, x-y: 1}}",
        "ports: [80, '80:80', 8080.5, {target: 80, published: '1-2', x-y: 1}]",
        "volumes: [v:/v, {type: tmpfs, target: /t, tmpfs: {size: 1, mode: 7}}]",
        "gpus: all",
        "gpus: [{driver: nvidia, anything: 1}]",
        "healthcheck: {test: [NONE], interval: 1d, retries: 3.0}",
        "cpu_count: 2.0",
        "mem_limit: 1e3",
        "build: .",
        "build: {context: ., args: [A], ssh: [default], no_cache_filter: a, ulimits: {nproc: 3}}",
        "extends: {service: b, file: f}",
        "depends_on: {b: {condition: service_healthy, restart: true}}",
        "models: {m: {endpoint_var: E}, n: null}",
        "provider: {type: p, options: {a: [1, x], b: true}}",
        "pre_start: [{command: x}]",
        "post_start: [{command: [x], environment: {A: 1}}]",
        "credential_spec: {file: x}",
        "blkio_config: {weight: 3, device_read_bps: [{path: /d, rate: 1mb}]}",
        "use_api_socket: true",
        "ulimits: {nofile: {soft: 1, hard: 2}, UPPER: {}}",
        "env_file: [a, {path: b, required: false, format: raw}]",
        "expose: [1, '1']",
        "storage_opt: {size: 1, more: [x]}",
        "x-anything: {a: [null]}",
    ],
)
def test_value_that_docker_compose_accepts_is_accepted(attribute: str) -> None:
    assert service(attribute) == []


@pytest.mark.parametrize(
    ("attribute", "place", "message"),
    [
        ("user: 1000", "f:3:11", "`user` must be a string, not a whole number"),
        ("container_name: c", "f:3:21", "`container_name` must be a name of two or more letters"),
        ("environment:", "f:3:17", "`environment` must be a list or a mapping, not empty"),
        ("environment: {A: 2020-01-01}", "f:3:22", "`A` must be a string, a number, `true` or `false`, not a date"),
        ("environment: {A: [x]}", "f:3:22", "not a list"),
        ("environment: [1]", "f:3:19", "an item of `environment` must be a string, not a whole number"),
        ("command: [a, null]", "f:3:18", "an item of `command` must be a string, not empty"),
        ("security_opt: [a, b, a]", "f:3:26", "`security_opt` contains a duplicate item"),
        ("ports: [{target: 80}, {target: 80.0}]", "f:3:27", "`ports` contains a duplicate item"),
        ("cgroup: guest", "f:3:13", "`cgroup` must be `host` or `private`, not `guest`"),
        ("cpu_percent: 12.5", "f:3:18", "`cpu_percent` must be a string or a whole number, not a number"),
        ("cpu_percent: 101", "f:3:18", "at least 0 and at most 100, not 101"),
        ("cpu_count: -1", "f:3:16", "at least 0, not -1"),
        ("ulimits: {nofile: {soft: 1}}", "f:3:23", "`nofile` needs the attribute `hard`"),
        ("env_file: {path: x}", "f:3:15", "must be a string or a list, not a mapping"),
        ("gpus: 1", "f:3:11", "`gpus` must be `all` or a list"),
        ("pull_policy: sometimes", "f:3:18", "`pull_policy` must be `always`"),
        ("depends_on: {b: {condition: service_started, required: 'false'}}", "f:3:60", "must be `true` or `false`"),
        ("networks: {'a b': null}", "f:3:16", "letters, digits, `.`, `_` and `-`, not `a b`"),
        ("labels: {'': x}", "f:3:14", "at least one character"),
        ("volumes: [{type: foo, target: /x}]", "f:3:22", "must be `bind`, `volume`"),
        ("volumes: [{source: a, target: /x}]", "f:3:15", "needs the attribute `type`"),
        ("build: 3", "f:3:12", "`build` must be a string or a mapping"),
        ("blkio_config: {x-a: 1}", "f:3:20", "has no attribute `x-a`"),
    ],
)
def test_value_that_docker_compose_rejects_is_reported_with_its_position(
    attribute: str, place: str, message: str
) -> None:
    (error,) = service(attribute)
    assert str(error.position) == place
    assert message in error.message


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("services: {a: {imagee: x}}", "f:1:16", "did you mean `image`?"),
        ("services: {a: {build: {contxt: x}}}", "f:1:24", "did you mean `context`?"),
        ("service: {}", "f:1:1", "did you mean `services`?"),
        ("networks: {n: {driver_opt: {}}}", "f:1:16", "did you mean `driver_opts`?"),
        ("zzzz: 1", "f:1:1", ""),
    ],
)
def test_unknown_attribute_is_reported_with_a_similar_name(text: str, place: str, hint: str) -> None:
    (error,) = validate(text)
    assert "has no attribute" in error.message
    assert str(error.position) == place
    assert error.hint == hint


def test_all_problems_are_reported_in_one_run_with_their_paths() -> None:
    found = validate("services:\n  a: {user: 1, foo: 2, ports: {}}\n  é: {}\nvolumes: {v: []}\n")
    assert [d.path for d in found] == [
        ("services", "a", "user"),
        ("services", "a", "foo"),
        ("services", "a", "ports"),
        ("services", "é"),
        ("volumes", "v"),
    ]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("[a]", 1),
        ("services:", 1),
        ("services: {a: }", 1),
        ("networks: {n: }\nvolumes: {v: }\ninclude:\n", 0),
        ("secrets: {s: }\nconfigs: {c: }\n", 2),
        ("volumes: {v: {external: {name: n}}}", 0),
        ("volumes: {v: {external: {named: n}}}", 1),
        ("secrets: {s: {external: {named: n}}}", 0),
        ("models: {m: {model: x, context_size: 5}}", 0),
        ("models: {m: {context_size: 5}}", 1),
        ("networks: {n: {ipam: {config: [{subnet: s, aux_addresses: {h: i}}]}}}", 0),
        ("networks: {n: {ipam: {options: {a: 1}}}}", 1),
        ("x-a: 1\nversion: '3'\nname: n\n", 0),
        ("version: 3\n", 1),
    ],
)
def test_top_level_is_validated(text: str, problems: int) -> None:
    assert len(validate(text)) == problems


def test_validation_stops_after_the_maximum_number_of_problems() -> None:
    found = validate("\n".join(f"k{n}: 1" for n in range(500)))
    assert len(found) == MAX_PROBLEMS + 1
