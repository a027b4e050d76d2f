"""An error about something that the file names has file, line, column and service, also if the engine reports it."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.e2e.harness import Workshop, write

pytestmark = pytest.mark.engine

BASE = "image: 'busybox:1.36', init: true, stop_grace_period: 0s"
IDLE = "command: sleep 1000"
MARK = "^"
"""In a table: the place of the error."""

IN_FILE: dict[str, tuple[str, str]] = {
    "include": ("web: {}", "include: [^missing.yaml]"),
    "extends": ("web: {extends: {file: ^missing.yaml, service: x}}", ""),
    "env_file": ("web: {env_file: [^missing.env]}", ""),
    "label_file": ("web: {label_file: [^missing.labels]}", ""),
    "undefined volume": ("web: {volumes: [^'gone:/x']}", ""),
    "undefined network": ("web: {networks: [^gone]}", ""),
    "undefined secret": ("web: {secrets: [^gone]}", ""),
    "undefined dependency": ("web: {depends_on: [^gone]}", ""),
    "secret of a variable": ("web: {secrets: [^key]}", "secrets: {key: {environment: NOT_SET}}"),
    "context": ("web: {build: ^./missing}", ""),
    "context that is a file": ("web: {build: {context: ^./compose.yaml}}", ""),
    "Dockerfile": ("web: {build: {context: ., dockerfile: ^missing}}", ""),
    "default Dockerfile": ("web: {build: ^.}", ""),
    "additional context": ("web: {build: {dockerfile_inline: FROM x, additional_contexts: {a: ^./missing}}}", ""),
    "unbuilt service": ("web: {build: {dockerfile_inline: FROM x, additional_contexts: {a: ^service:x}}}", ""),
    "external network": ("web: {networks: [out]}", "networks: {out: ^{external: true, name: wtc-missing}}"),
    "external volume": ("web: {volumes: ['out:/x']}", "volumes: {out: ^{external: true, name: wtc-missing}}"),
    "namespace of a container": ("web: {ipc: ^'container:wtc-missing'}", ""),
    "volumes of a container": ("web: {volumes_from: [^'container:wtc-missing:ro']}", ""),
    "seccomp profile": ("web: {security_opt: [^'seccomp=./missing.json']}", ""),
    "image that is not pulled": ("web: {image: ^wtc/missing, pull_policy: never}", ""),
    "image that is not built": ("web: {build: ^{dockerfile_inline: FROM x}, pull_policy: never}", ""),
}  # fmt: skip
"""Kind -> a service and another section, for what is found before the engine is asked to change something."""
IMAGES = {
    "pull": "image: ^wtc.invalid/missing",
    "reference": "image: ^'Not A Reference'",
    "syntax": "build: ^{dockerfile_inline: FRM busybox}",
    "step": "build: ^{dockerfile_inline: \"FROM busybox:1.36\\nRUN exit 3\"}",
    "target": "build: {dockerfile_inline: 'FROM busybox:1.36', target: ^missing}",
    "base": "build: ^{dockerfile_inline: FROM wtc.invalid/missing}",
}  # fmt: skip
"""Service -> an image that cannot be pulled or built."""
CONTAINERS = {
    "ulimit": "ulimits: ^{nofile: {soft: 20, hard: 10}}",
    "sysctl": "sysctls: {net.missing.thing: ^1}",
    "capability": "cap_add: [^MISSING]",
    "device": "devices: [^/dev/wtc-missing]",
    "driver": "gpus: [{driver: ^missing, count: 1}]",
    "memory": "mem_limit: ^1m",
    "cpus": "deploy: {resources: {limits: {cpus: ^'1000'}}}",
    "cpuset": "cpuset: ^'1000'",
    "runtime": "runtime: ^missing",
    "platform": "platform: ^missing",
    "signal": "stop_signal: ^SIGMISSING",
    "user": "user: ^missing",
    "group": "group_add: [^missing]",
    "folder": "working_dir: ^relative/path",
    "option": "logging: {driver: json-file, options: {missing: ^x}}",
    "policy": "restart: ^sometimes",
    "shm": "shm_size: ^-1",
    "mac": "mac_address: ^missing",
    "address": "networks: {default: {ipv4_address: ^10.255.255.9}}",
    "host": "extra_hosts: ^['other:missing']",
    "dns": "dns: [^missing]",
    "port": "ports: [^'192.0.2.9:8080:80']",
    "bind": "volumes: [{type: bind, source: ^./missing, target: /x, bind: {create_host_path: false}}]",
    "mount": "volumes: [^'./compose.yaml:/etc']",
    "image": "volumes: [{type: image, source: ^wtc/missing, target: /x}]",
    "tmpfs": "tmpfs: [^'/x:missing']",
    "throttle": "blkio_config: {device_read_bps: [{path: ^/dev/wtc-missing, rate: 1mb}]}",
    "security": "security_opt: [^missing]",
    "namespace": "ipc: ^missing",
    "process": "command: ^missing",
    "exit": "command: 'false'",
    "health": "healthcheck: ^{test: [CMD, 'false'], interval: 200ms, retries: 1}",
    "interval": "healthcheck: ^{test: [CMD, 'true'], interval: 1us}",
    "hook": "post_start: [{command: [^missing]}]",
    "granted": "secrets: [key]",
}  # fmt: skip
"""Service -> what the engine refuses when it creates or starts the container, or what the container fails at."""
RESOURCES = {
    "subnet": "networks: {a: {ipam: {config: [{subnet: ^10.0.0.0/33}]}}}",
    "gateway": "networks: {a: {ipam: {config: [{subnet: 10.253.0.0/24, gateway: ^10.9.0.1}]}}}",
    "options": "volumes: {vol: {driver_opts: {missing: ^x}}}",
}  # fmt: skip


def marked(text: str) -> tuple[str, tuple[int, int] | None]:
    """A file without its mark; line and column of the mark, from 1."""
    before, mark, after = text.partition(MARK)
    line = before.count("\n") + 1
    return before + after, (line, len(before) - before.rfind("\n")) if mark else None


def places(workshop: Workshop, *arguments: str) -> dict[str, tuple[str, int, int]]:
    """Service -> file, line and column of the error of an `up` that fails."""
    error = workshop.wtc("up", "--json", *arguments, status=None).json()["error"]
    assert error["code"] != "internal"
    return {d["service"]: (d["file"], d["line"], d["column"]) for d in error["diagnostics"]}


def attributes(text: str) -> str:
    """A service in one line, with what it needs to start unless `text` says otherwise."""
    given = {key for key in ("image:", "build:", "command:") if text.startswith(key)}
    base = [part for part in (*BASE.split(", "), IDLE) if part.split(" ")[0] not in given]
    return ", ".join([*(base if not given & {"build:"} else base[1:]), text])


def expected(workshop: Workshop, services: Mapping[str, str], last: str = "") -> dict[str, tuple[str, int, int]]:
    """Write a file with one service in each line; return the place of each one's mark, else of the service."""
    found: dict[str, tuple[str, int, int]] = {}
    lines = ["services:"]
    file = f"{workshop.main}/compose.yaml"
    for name, text in services.items():
        line, place = marked(f"  {name}: {{{attributes(text)}}}")
        lines.append(line)
        found[name] = (file, len(lines), place[1] if place else len(f"  {name}: ") + 1)
    write(workshop.main, {"compose.yaml": "\n".join([*lines, last]) + "\n"})
    return found


@pytest.mark.parametrize("kind", IN_FILE)
def test_error_of_the_file_has_its_place(shared: Workshop, kind: str) -> None:
    service, section = IN_FILE[kind]
    web = service.replace("{", f"{{{IDLE}, ", 1)
    if not {"build:", "image:"} & {*service.replace("{", " ").split()}:
        web = web.replace("{", "{image: 'busybox:1.36', ", 1)
    text, place = marked(f"services:\n  {web}\n{section}\n")
    write(shared.main, {"compose.yaml": text})
    (found,) = places(shared).items()
    assert found == (None if kind == "include" else "web", (f"{shared.main}/compose.yaml", *(place or ())))


def test_error_of_an_image_has_its_place(shared: Workshop) -> None:
    wanted = expected(shared, IMAGES)
    assert places(shared) == wanted


def test_error_of_a_container_has_its_place(workshop: Workshop) -> None:
    wanted = expected(workshop, CONTAINERS, "secrets: {key: {file: ./missing}}")
    file = f"{workshop.main}/compose.yaml"
    wanted["granted"] = (file, len(CONTAINERS) + 2, len("secrets: {key: {file: ") + 1)
    found = places(workshop, "--wait-timeout", "30")
    if workshop.is_old_engine:  # It accepts any name server.
        del wanted["dns"]
        assert {name: place[:2] for name, place in found.items()} == {n: place[:2] for n, place in wanted.items()}
    else:
        assert found == wanted


@pytest.mark.parametrize("kind", RESOURCES)
def test_error_of_a_network_or_volume_has_its_place(shared: Workshop, kind: str) -> None:
    use = "networks: [a]" if RESOURCES[kind].startswith("networks") else "volumes: ['vol:/x']"
    text, place = marked(f"services:\n  web: {{{BASE}, {IDLE}, {use}}}\n{RESOURCES[kind]}\n")
    write(shared.main, {"compose.yaml": text})
    (found,) = places(shared).items()
    assert found == ("web", (f"{shared.main}/compose.yaml", *(place or ())))


def test_error_of_a_start_has_its_place(workshop: Workshop) -> None:
    folder = workshop.main / "data"
    folder.mkdir()
    source = "volumes: [{type: bind, source: ^./data, target: /x, bind: {create_host_path: false}}]"
    wanted = expected(workshop, {"web": source})
    workshop.wtc("up", "--no-start")
    folder.rmdir()
    for command in ("start", "restart"):
        error: dict[str, Any] = workshop.wtc(command, "--json", status=1).json()["error"]
        assert [(d["file"], d["line"], d["column"]) for d in error["diagnostics"]] == [wanted["web"]], command


def test_error_of_a_run_has_its_place_unless_the_user_gave_what_is_wrong(workshop: Workshop) -> None:
    wanted = expected(workshop, {"web": "devices: [^/dev/wtc-missing]"})
    text = workshop.wtc("run", "--rm", "web", "true", status=125).err
    assert f"  --> compose.yaml:{wanted['web'][1]}:{wanted['web'][2]}  services.web.devices[0].source\n" in text
    write(workshop.main, {"compose.yaml": "services: {web: {image: 'busybox:1.36'}}\n"})
    text = workshop.wtc("run", "--rm", "web", "missing-program", status=127).err
    assert "missing-program" in text
    assert "-->" not in text
