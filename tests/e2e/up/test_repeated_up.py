"""`up` again: nothing, or only what has changed; `down` keeps ports and data."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import PROJECT, QUICK, SERVICE, SHOP, Stack, Workshop, one_service, until, write
from tests.e2e.idle_services import built, file_with
from tests.e2e.proxy import Proxy

pytestmark = pytest.mark.engine


@pytest.fixture
def shop(workshop: Workshop) -> Stack:
    workshop.commit({"compose.yaml": SHOP})
    return workshop.up()


def edit(workshop: Workshop, before: str, after: str, file: str = "compose.yaml") -> None:
    text = (workshop.main / file).read_text()
    assert before in text
    write(workshop.main, {file: text.replace(before, after)})


def test_down_and_up_keep_ports_and_data(workshop: Workshop, shop: Stack) -> None:
    shop.run("db", "sh", "-c", "echo kept > /data/row")
    workshop.wtc("down")
    assert shop.ids() == {}
    again = workshop.up()
    assert again.ports == shop.ports
    assert again.run("web", "wget", "-qO-", "http://db/row") == "kept\n"


def test_down_removes_the_networks_and_keeps_the_volume(workshop: Workshop, shop: Stack) -> None:
    workshop.wtc("down")
    assert workshop.leftovers() == [f"volume {shop.namespace}_rows"]


def test_a_second_down_has_nothing_to_do(workshop: Workshop, shop: Stack) -> None:
    workshop.wtc("down")
    assert "nothing" in workshop.wtc("down").err


def test_up_on_a_healthy_stack_changes_nothing(workshop: Workshop, shop: Stack, witness: Callable[..., Proxy]) -> None:
    proxy = witness()
    again = workshop.up(env={"DOCKER_HOST": proxy.address})
    assert proxy.changes == []
    assert proxy.requests
    assert (again.answer["changed"], again.ids(), again.ports) == (False, shop.ids(), shop.ports)


def test_a_changed_environment_recreates_that_service_alone(workshop: Workshop, shop: Stack) -> None:
    before = shop.ids()
    edit(workshop, "COLOUR: red", "COLOUR: blue")
    after = workshop.up()
    assert after.ids()["db"] == before["db"]
    assert after.ids()["web"] != before["web"]
    assert after.variable("web", "COLOUR") == "blue"
    assert after.ports == shop.ports


def test_a_recreated_service_keeps_its_volume(workshop: Workshop, shop: Stack) -> None:
    shop.run("db", "sh", "-c", "echo kept > /data/row")
    before = shop.ids()["db"]
    edit(workshop, 'volumes: ["rows:/data"]', 'volumes: ["rows:/data"]\n    labels: {new: "1"}')
    after = workshop.up()
    assert after.ids()["db"] != before
    assert after.run("db", "cat", "/data/row") == "kept\n"


def test_a_stopped_container_is_started_and_not_recreated(workshop: Workshop, shop: Stack) -> None:
    before = shop.ids()
    shop.container("web").stop(timeout=0)
    assert workshop.up().ids() == before
    assert shop.container("web").status == "running"


def test_paused_container_is_unpaused_and_probed_again_before_it_counts_as_unhealthy(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service("web", "healthcheck: {test: [CMD, 'true'], interval: 500ms}")})
    stack = workshop.up()
    before = stack.ids()
    stack.container("web").pause()
    assert workshop.up().ids() == before
    assert stack.container("web").status == "running"


def test_container_that_is_stopped_while_up_changes_another_is_started(workshop: Workshop) -> None:
    waiting = "healthcheck: {test: [CMD, test, -e, /ready], interval: 100ms, retries: 1000}"
    file = f"""\
services:
  web:
    {QUICK}
    command: sleep 1000
    environment: {{COLOUR: $COLOUR}}
    {waiting}
  db:
    {QUICK}
    command: sleep 1000
"""
    folder = workshop.folder("app", {"compose.yaml": file})
    stack = workshop.up("--no-wait", cwd=folder, env={"COLOUR": "red"})
    old, running = stack.container("web").id, {"label": f"{PROJECT}={stack.namespace}", "status": "running"}
    up = workshop.start("up", cwd=folder, env={"COLOUR": "blue"})
    until(
        lambda: any(
            c.labels[SERVICE] == "web" and c.id != old
            for c in stack.client.containers.list(ignore_removed=True, filters=running)
        ),
        "the new container of `web` runs",
    )
    stack.container("db").stop(timeout=0)
    stack.run("web", "touch", "/ready")
    ended = up.end()
    assert ended.status == 0, ended.err
    assert stack.container("db").status == "running"


def test_a_removed_container_is_made_again(workshop: Workshop, shop: Stack) -> None:
    before = shop.ids()
    shop.container("web").remove(force=True)
    after = workshop.up()
    assert after.ids()["db"] == before["db"]
    assert after.ids()["web"] != before["web"]
    assert after.ports == shop.ports


def test_recreate_recreates_every_container(workshop: Workshop, shop: Stack) -> None:
    shop.run("db", "sh", "-c", "echo kept > /data/row")
    before = shop.ids()
    after = workshop.up("--recreate")
    assert not set(before.values()) & set(after.ids().values())
    assert after.run("db", "cat", "/data/row") == "kept\n"


def test_a_changed_context_rebuilds_and_recreates_that_service_alone(workshop: Workshop) -> None:
    built = SHOP.replace("image: busybox:1.36", "build: web", 1)
    workshop.commit(
        {
            "compose.yaml": built,
            "web/Dockerfile": "FROM busybox:1.36\nCOPY page /page\n",
            "web/page": "first",
        }
    )
    first = workshop.up()
    assert first.run("web", "cat", "/page") == "first"
    before = first.ids()
    write(workshop.main, {"web/page": "second"})
    second = workshop.up()
    assert second.run("web", "cat", "/page") == "second"
    assert second.ids()["db"] == before["db"]
    assert second.ids()["web"] != before["web"]
    assert workshop.up().answer["changed"] is False


MODERN = """\
FROM busybox:1.36 AS tools
RUN <<SCRIPT
mkdir /out
echo made in a stage > /out/tool
SCRIPT
FROM busybox:1.36
RUN --mount=type=cache,target=/cache echo from the cache > /cache/x && cp /cache/x /cached
COPY <<-WORDS /words
	from the document
WORDS
COPY --link --from=tools /out/tool /tool
COPY --link . /app
"""
# The BuildKit of Docker 20.10 knows neither here-documents nor `--link`.
PLAIN = """\
FROM busybox:1.36 AS tools
RUN mkdir /out && echo made in a stage > /out/tool
FROM busybox:1.36
RUN --mount=type=cache,target=/cache echo from the cache > /cache/x && cp /cache/x /cached
RUN echo from the document > /words
COPY --from=tools /out/tool /tool
COPY . /app
"""


def test_edit_in_a_nested_worktree_does_not_rebuild_the_image_around_it(workshop: Workshop) -> None:
    built = one_service().replace("image: busybox:1.36", "build: .")
    workshop.commit({"compose.yaml": built, "Dockerfile": "FROM busybox:1.36\nCOPY . /app\n"})
    nested = workshop.main / ".worktrees" / "x"
    workshop.git("worktree", "add", "-q", "-b", "nested", str(nested))
    stack = workshop.up()
    assert stack.run("web", "find", "/app", "-name", "x") == ""
    write(nested, {"edited.txt": "edited"})
    assert workshop.up().answer["changed"] is False
    write(workshop.main, {"edited.txt": "edited"})
    assert workshop.up().answer["changed"] is True


def test_a_build_needs_no_docker_command(workshop: Workshop) -> None:
    """Cache mounts, here-documents, linked copies, stages, ignored files with exceptions."""
    workshop.commit(
        {
            "compose.yaml": SHOP.replace("image: busybox:1.36", "build: web", 1),
            "web/Dockerfile": PLAIN if workshop.is_old_engine else MODERN,
            "web/.dockerignore": "**/*.log\n!logs/kept.log\nnode_modules\n.dockerignore\n",
            "web/page": "first",
            "web/logs/kept.log": "",
            "web/logs/left.log": "",
            "web/node_modules/left": "",
        }
    )
    empty = {"PATH": str(workshop.base / "bin")}
    first = workshop.up(env=empty)
    assert first.run("web", "cat", "/tool", "/cached", "/words").splitlines() == [
        "made in a stage",
        "from the cache",
        "from the document",
    ]
    files = first.run("web", "find", "/app", "-type", "f").split()
    assert sorted(files) == ["/app/Dockerfile", "/app/logs/kept.log", "/app/page"]
    before = first.ids()
    # What is ignored changes nothing.
    write(workshop.main, {"web/node_modules/left": "changed", "web/logs/left.log": "changed"})
    again = workshop.up(env=empty)
    assert (again.answer["changed"], again.answer["plan"], again.ids()) == (False, [], before)
    write(workshop.main, {"web/page": "second"})
    changed = workshop.up(env=empty)
    assert changed.run("web", "cat", "/app/page") == "second"
    assert changed.ids()["web"] != before["web"]
    assert changed.ids()["db"] == before["db"]
    assert [n["service"] for n in changed.answer["plan"] if n["operation"] == "BuildImage"] == ["web"]


def test_build_builds_what_is_up_to_date(workshop: Workshop) -> None:
    workshop.commit(
        {
            "compose.yaml": "services: {web: {build: ., init: true, stop_grace_period: 0s, command: sleep 1000}}\n",
            "Dockerfile": "FROM busybox:1.36\nRUN echo built > /page\n",
        }
    )
    before = workshop.up().ids()
    again = workshop.up("--build")
    assert any(node["operation"] == "BuildImage" for node in again.answer["plan"])
    assert again.ids() == before


def test_a_service_that_the_file_lost_is_named_and_removed_when_asked(workshop: Workshop, shop: Stack) -> None:
    edit(workshop, "    depends_on: {db: {condition: service_healthy}}\n", "")
    lost = (workshop.main / "compose.yaml").read_text().split("  db:\n")[0]
    write(workshop.main, {"compose.yaml": lost})
    assert f"{shop.namespace}_db" in workshop.wtc("up").err
    assert set(shop.ids()) == {"web", "db"}
    workshop.wtc("up", "--remove-orphans")
    assert set(shop.ids()) == {"web"}


def test_status_tells_what_has_diverged(workshop: Workshop, shop: Stack) -> None:
    edit(workshop, "COLOUR: red", "COLOUR: blue")
    rows = {s["service"]: s for s in workshop.wtc("status", "--json").json()["services"]}
    assert rows["web"]["diverged"]
    assert not rows["db"]["diverged"]


def test_changed_network_is_recreated_under_the_containers(workshop: Workshop, shop: Stack) -> None:
    write(workshop.main, {"compose.yaml": SHOP + "networks: {default: {labels: {new: '1'}}}\n"})
    after = workshop.up()
    until(lambda: after.container("web").attrs["State"]["Health"]["Status"] == "healthy", "web is healthy")
    assert "root" in after.run("web", "wget", "-qO-", "http://shop-db/passwd")
    assert after.ports == shop.ports


def test_scale_up_and_down(workshop: Workshop, tmp_path: Path) -> None:
    workshop.commit({"compose.yaml": SHOP.replace("    container_name: shop-web\n", "")})
    workshop.up("--scale", "web=3")
    three = workshop.wtc("ports", "--json").json()["endpoints"]
    assert sorted(e["replica"] for e in three if e["service"] == "web") == [1, 2, 3]
    assert len({e["port"] for e in three}) == 4
    stack = workshop.up()
    assert sum("_web" in name for name in workshop.leftovers()) == 1
    assert stack.answer["changed"] is True


def test_an_image_that_another_service_builds_is_that_one(workshop: Workshop) -> None:
    text = "services:\n"
    for name, build in (("web", "    build: .\n"), ("worker", "")):
        text += f"  {name}:\n{build}    {QUICK.replace('busybox:1.36', 'wtc-e2e-app')}\n    command: sleep 1000\n"
    workshop.commit({"compose.yaml": text, "Dockerfile": "FROM busybox:1.36\nRUN echo built > /page\n"})
    stack = workshop.up()
    assert stack.run("worker", "cat", "/page") == "built\n"
    assert workshop.up().answer["changed"] is False


COMPLETED = {"condition": "service_completed_successfully"}
KINDS: dict[str, dict[str, dict[str, Any]]] = {
    "volumes": {
        "app": {"volumes": ["rows:/rows", "rows:/again:ro", "/anonymous"]},
        "long": {"volumes": [{"type": "volume", "source": "logs", "target": "/logs", "read_only": True}]},
        "bound": {"volumes": ["./data:/data", "./key:/key:ro"]},
        "peer": {"volumes_from": ["app:ro"]},
    },
    "jobs": {
        "first": {"command": "true"},
        "second": {"command": "true", "depends_on": {"first": COMPLETED}},
        "third": {"depends_on": {"second": COMPLETED}},
    },
    "namespaces": {
        "owner": {"ipc": "shareable", "ports": ["${OWNER_PORT:-8080}:80"]},
        "guest": {"network_mode": "service:owner", "ipc": "service:owner", "pid": "service:owner"},
    },
    "images": {
        "base": {"image": "kinds/base:dev", **built("FROM busybox:1.36")},
        "user": {"image": "kinds/base:dev"},
        "child": {**built("FROM kinds/base:dev"), "depends_on": ["base"]},
    },
    "replicas and ports": {
        "many": {"deploy": {"replicas": 2}, "ports": ["80", "53/udp"]},
        "both": {"ports": ["5353:53/tcp", "5353:53/udp", {"target": 90, "published": "9000-9001"}]},
    },
    "files and variables": {
        "app": {"secrets": ["key"], "configs": ["plain"], "env_file": ["app.env"], "environment": ["UNSET"]},
        "web": {"ports": ["${P:-8080}:80"], "tmpfs": ["/t"], "environment": {"URL": "http://localhost:${P:-8080}"}},
    },
    "networks and links": {
        "a": {"networks": {"back": {"aliases": ["x"]}, "front": None}},
        "b": {"links": ["a:y"], "networks": ["back"], "extra_hosts": ["h:127.0.0.1"]},
    },
}  # fmt: skip
"""Kind -> its services."""
SECTIONS: dict[str, Any] = {
    "volumes": {"rows": {}, "logs": {"labels": {"a": "b"}}},
    "networks": {"back": {"internal": True}, "front": {}},
    "secrets": {"key": {"file": "./key"}},
    "configs": {"plain": {"content": "x"}},
}


@pytest.mark.parametrize("kind", KINDS)
def test_second_up_changes_nothing(workshop: Workshop, witness: Callable[..., Proxy], kind: str) -> None:
    workshop.commit({**file_with(KINDS[kind], **SECTIONS), "app.env": "A=1\n", "key": "k", "data/row": "1"})
    before = workshop.up()
    proxy = witness()
    after = workshop.up(env={"DOCKER_HOST": proxy.address})
    assert proxy.requests
    assert (proxy.changes, after.answer["changed"]) == ([], False)
    assert (after.ids(), after.ports) == (before.ids(), before.ports)
