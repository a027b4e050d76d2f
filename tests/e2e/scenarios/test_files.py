"""Secrets and configs: where they come from, where they go, whose they are (scenario 30)."""

import pytest

from tests.e2e.harness import Workshop
from tests.e2e.scenarios.stackfile import service, stackfile

pytestmark = pytest.mark.engine


def test_a_secret_from_the_environment_has_its_place_owner_and_mode(workshop: Workshop) -> None:
    text = stackfile(
        service("plain", "secrets: [secret]"),
        service("moved", "secrets: [{source: secret, target: /opt/there/bar}]"),
        service("owned", "secrets: [{source: secret, target: bar, uid: '1005', gid: '1006', mode: 0440}]"),
        secrets="{secret: {environment: SECRET}}",
    )
    workshop.commit({"compose.yaml": text})
    stack = workshop.up(env={"SECRET": "bar"})
    assert stack.run("plain", "cat", "/run/secrets/secret") == "bar"
    assert stack.run("moved", "cat", "/opt/there/bar") == "bar"
    listed = stack.run("owned", "ls", "-ln", "/run/secrets/bar").split()
    assert (listed[0], listed[2], listed[3]) == ("-r--r-----", "1005", "1006")


def test_a_secret_of_an_included_file_takes_its_environment_with_it(workshop: Workshop) -> None:
    workshop.commit(
        {
            "compose.yaml": "include: [{path: child/compose.yaml, env_file: child/own.env}]\n"
            + stackfile(service("top", "secrets: [my-secret]")),
            "child/compose.yaml": stackfile(
                service("included", "secrets: [my-secret]"), secrets="{my-secret: {environment: MY_SECRET}}"
            ),
            "child/own.env": "MY_SECRET=from-child\n",
        }
    )
    stack = workshop.up()
    for name in ("top", "included"):
        assert stack.run(name, "cat", "/run/secrets/my-secret") == "from-child"


@pytest.mark.parametrize(
    ("source", "content"),
    [
        ("{environment: CONFIG}", "This is my config"),
        ("{content: 'This is my ${CONFIG}'}", "This is my This is my config"),
        ("{content: 'a $$ stays'}", "a $ stays"),
        ("{file: ./config.txt}", "from a file"),
    ],
    ids=["environment", "inline", "escaped", "file"],
)
def test_a_config_has_its_content_at_its_place(workshop: Workshop, source: str, content: str) -> None:
    text = stackfile(
        service("default", "configs: [my_config]"),
        service("moved", "configs: [{source: my_config, target: /etc/there/config.txt}]"),
        configs=f"{{my_config: {source}}}",
    )
    workshop.commit({"compose.yaml": text, "config.txt": "from a file"})
    stack = workshop.up(env={"CONFIG": "This is my config"})
    assert stack.run("default", "cat", "/my_config") == content
    assert stack.run("moved", "cat", "/etc/there/config.txt") == content


def test_an_inline_config_has_its_owner_and_mode(workshop: Workshop) -> None:
    grant = "{source: my_config, target: /config, uid: '1005', gid: '1005', mode: 0440}"
    workshop.commit(
        {"compose.yaml": stackfile(service("owned", f"configs: [{grant}]"), configs="{my_config: {content: here}}")}
    )
    assert workshop.up().run("owned", "stat", "-c", "%A %u %g", "/config") == "-r--r----- 1005 1005\n"


def test_changed_config_recreates_services_that_use_it(workshop: Workshop) -> None:
    text = stackfile(service("user", "configs: [c]"), service("other"), configs="{c: {content: 'say ${WORD}'}}")
    workshop.commit({"compose.yaml": text})
    before = workshop.up(env={"WORD": "one"}).ids()
    stack = workshop.up(env={"WORD": "two"})
    assert stack.run("user", "cat", "/c") == "say two"
    assert stack.ids()["user"] != before["user"]
    assert stack.ids()["other"] == before["other"]


def test_files_of_a_service_with_a_read_only_root_are_there(workshop: Workshop) -> None:
    text = stackfile(
        service("web", "read_only: true", "secrets: [s]", "configs: [c]"),
        secrets="{s: {file: ./s.txt}}",
        configs="{c: {file: ./c.txt}}",
    )
    workshop.commit({"compose.yaml": text, "s.txt": "hidden", "c.txt": "shown"})
    stack = workshop.up()
    assert (stack.run("web", "cat", "/run/secrets/s"), stack.run("web", "cat", "/c")) == ("hidden", "shown")


def test_content_for_a_read_only_root_is_refused_with_its_place_before_anything_is_made(workshop: Workshop) -> None:
    text = stackfile(service("web", "read_only: true", "configs: [c]"), configs="{c: {content: abc}}")
    workshop.commit({"compose.yaml": text})
    assert "services.web.configs[0]" in workshop.refused("up", status=3).err
    assert workshop.leftovers() == []
