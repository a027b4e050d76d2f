"""The hash of a container: equal for equal files, across releases of wtc."""

import pytest

from tests.compose import memory
from tests.planner.world import desired
from wtc.compose.loader.decode import decode_project
from wtc.model.desired import ResolvedService
from wtc.model.service import Port
from wtc.planner.desired.config_hash import service_hash


@pytest.mark.parametrize(
    ("published", "digest"),
    [
        (range(0), "2daa6d67807e00854d665aadc31b686703773c5e3b7a192b9e73531ac60f5782"),
        (range(8080, 8081), "433ab492ca8f0894c1ad830cf1728351db2742fedb797422be8c987332239bdb"),
        (range(8000, 8011), "5ba1d4b9a546fa5f8f666debf71ec71613932f170ce7b6e7f217767a76496784"),
    ],
)
def test_container_of_an_earlier_release_is_not_recreated_for_its_ports(published: range, digest: str) -> None:
    assert service_hash(ResolvedService(name="web", ports=(Port(target=80, published=published),)), ()) == digest


PROJECT = """\
services:
  web: {attributes}
  db:
    image: postgres:15
    container_name: database
    build: {{context: ., tags: ["own:dev"]}}
networks:
  back: {{ipam: {{config: [{{subnet: 10.9.0.0/24}}]}}}}
  out: {{external: true}}
volumes:
  data: {{}}
  shared: {{external: true, name: the-shared}}
secrets:
  key: {{file: ./key}}
  word: {{environment: HOME}}
configs:
  rules: {{content: allow}}
"""


@pytest.mark.parametrize(
    ("attributes", "digest"),
    [
        ("{image: busybox}", "c14447e9a46cc214"),
        ("{image: own:dev, container_name: site}", "76f7ef2fc0d750d6"),
        ("{build: {context: web, additional_contexts: {base: service:db}}, pull_policy: build}", "ccfb60523e24aea0"),
        (
            '{image: a, command: ["serve", "-v"], entrypoint: /run.sh, environment: {A: "1", B: }, user: "1000"}',
            "6a231c13e81df599",
        ),
        ('{image: a, ports: ["80", "127.0.0.1:8080:81", "8000-8002:82/udp"], expose: ["9"]}', "0588df1b425e49df"),
        (
            "{image: a, networks: {default: , back: {aliases: [x], ipv4_address: 10.9.0.7, priority: 5}, out: }}",
            "1540e39d665156d6",
        ),
        (
            "{image: a, volumes: ['data:/d:ro', 'shared:/s', './src:/src', '/anonymous', {type: tmpfs, target: /t}]}",
            "fd0648ed53e5223c",
        ),
        (
            "{image: a, network_mode: service:db, ipc: 'service:db', pid: 'container:database', uts: host}",
            "0a438abc0bfc36b7",
        ),
        (
            "{image: a, volumes_from: ['db:ro', 'container:other'], external_links: ['database:d', 'x:y']}",
            "0eeab4b0c9df8a8c",
        ),
        ("{image: a, links: ['db', 'db:store'], depends_on: {db: {condition: service_healthy}}}", "df0a19772755489c"),
        ("{image: a, secrets: [key, {source: word, target: /w, mode: 0400}], configs: [rules]}", "fdbc50fcf42a0631"),
        (
            "{image: a, deploy: {replicas: 2, resources: {limits: {memory: 64M, cpus: '0.5'}}}, scale: 2}",
            "31fd2685d3e17656",
        ),
        (
            "{image: a, mem_limit: 32m, cpus: 1.5, ulimits: {nofile: {soft: 1, hard: 2}}, sysctls: {net.x: 1}}",
            "54f60b0cc539da12",
        ),
        (
            "{image: a, healthcheck: {test: 'true', interval: 3s}, restart: always, stop_grace_period: 2s}",
            "3ec353b022785277",
        ),
        (
            "{image: a, post_start: [{command: x}], pre_stop: [{command: y}], profiles: [], x-wtc: {git: ro}}",
            "4c5081917afa8a9c",
        ),
        (
            "{image: a, labels: {a: b}, logging: {driver: json-file}, extra_hosts: ['h:1.2.3.4'], gpus: all}",
            "d2677fba510b6fb8",
        ),
    ],
)
def test_container_of_an_earlier_release_is_not_recreated(attributes: str, digest: str) -> None:
    project = decode_project(memory.project(PROJECT.format(attributes=attributes)))
    web = desired(project, mem_limit_bytes=1 << 30).services["web"]
    assert {container.config_hash[:16] for container in web.containers} == {digest}
