"""What of a compose file and of `up`'s options only a real engine can show."""

import json
from collections.abc import Callable

import pytest

from tests.e2e.harness import HEALTHY, QUICK, SHOP, Workshop, execute, one_service, write
from tests.e2e.proxy import Proxy

pytestmark = pytest.mark.engine


def test_dry_run_changes_nothing_and_prints_the_plan(workshop: Workshop, witness: Callable[..., Proxy]) -> None:
    workshop.commit({"compose.yaml": SHOP})
    proxy = witness()
    ended = workshop.wtc("up", "--dry-run", env={"DOCKER_HOST": proxy.address})
    assert proxy.changes == []
    assert workshop.leftovers() == []
    assert "_web" in ended.out
    assert "_rows" in ended.out


def test_no_start_creates_and_starts_nothing(workshop: Workshop, witness: Callable[..., Proxy]) -> None:
    workshop.commit({"compose.yaml": SHOP})
    proxy = witness()
    stack = workshop.up("--no-start", env={"DOCKER_HOST": proxy.address})
    assert not [r for r in proxy.changes if r.split("?")[0].endswith(("/start", "/restart"))]
    assert {stack.container(s).status for s in ("web", "db")} == {"created"}
    ids = stack.ids()
    assert workshop.up().ids() == ids


def test_a_named_service_comes_with_what_it_depends_on(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SHOP.replace("volumes:\n  rows", f"  other:\n    {QUICK}\nvolumes:\n  rows")})
    assert set(workshop.up("web").ids()) == {"web", "db"}


def test_no_deps_leaves_alone_what_it_depends_on(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SHOP})
    assert set(workshop.up("--no-deps", "web").ids()) == {"web"}


def test_up_of_one_service_leaves_the_others_as_they_are(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SHOP})
    before = workshop.up().ids()
    after = workshop.up("--recreate", "--no-deps", "web").ids()
    assert after["db"] == before["db"]
    assert after["web"] != before["web"]


def test_service_that_was_not_named_is_not_an_orphan(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SHOP})
    before = workshop.up().ids()
    assert "no longer" not in workshop.wtc("up", "--remove-orphans", "db").err
    assert workshop.up().ids() == before


def test_a_named_service_knows_the_ports_of_those_that_were_not(workshop: Workshop) -> None:
    text = one_service("web", "environment: {API: 'localhost:${API_PORT:-9000} ${WTC_PORT_API}'}")
    text += f"  api:\n    {QUICK}\n    command: sleep 1000\n    env_file: only-for-api.env\n"
    text += "    ports: ['${API_PORT:-9000}:80']\n"
    workshop.commit({"compose.yaml": text})
    stack = workshop.up("web")
    named = stack.variable("web", "API")
    write(workshop.main, {"only-for-api.env": ""})
    whole = workshop.up()
    assert named == "localhost:{0} {0}".format(whole.ports["api/80/tcp"])
    assert whole.ids()["web"] == stack.ids()["web"]


def test_down_of_one_service_leaves_the_others(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SHOP})
    stack = workshop.up()
    workshop.wtc("down", "-t", "0", "web")
    assert set(stack.ids()) == {"db"}


@pytest.mark.parametrize(
    ("arguments", "env"), [(("--profile", "debug"), {}), ((), {"COMPOSE_PROFILES": "debug"}), (("tool",), {})]
)
def test_a_profile_is_enabled(workshop: Workshop, arguments: tuple[str, ...], env: dict[str, str]) -> None:
    text = one_service("web") + f"  tool:\n    {QUICK}\n    command: sleep 1000\n    profiles: [debug]\n"
    workshop.commit({"compose.yaml": text})
    assert set(workshop.up().ids()) == {"web"}
    assert set(workshop.up(*arguments, env=env).ids()) == {"web", "tool"}
    # Without the profile it is not of the selection, and no orphan either.
    assert "tool" not in workshop.wtc("up", "--remove-orphans").err
    assert not any(s["diverged"] for s in workshop.wtc("status", "--json").json()["services"])


def test_job_runs_once_and_before_services_that_wait_for_it(workshop: Workshop, witness: Callable[..., Proxy]) -> None:
    migrate = "sh -c 'echo ran >> /rows/log'"
    text = one_service("migrate", "volumes: ['rows:/rows']", command=migrate)
    text += f"  app:\n    {QUICK}\n    command: sh -c 'test -s /rows/log && sleep 1000'\n    volumes: ['rows:/rows']\n"
    text += "    depends_on: {migrate: {condition: service_completed_successfully}}\nvolumes: {rows: {}}\n"
    workshop.commit({"compose.yaml": text})
    stack = workshop.up()
    assert stack.run("app", "cat", "/rows/log") == "ran\n"
    proxy = witness()
    assert workshop.up(env={"DOCKER_HOST": proxy.address}).answer["changed"] is False
    assert proxy.changes == []
    assert stack.run("app", "cat", "/rows/log") == "ran\n"


def test_services_on_named_networks_reach_only_their_own(workshop: Workshop) -> None:
    text = f"""\
services:
  front: {{image: 'busybox:1.36', init: true, stop_grace_period: 0s, command: sleep 1000, networks: [edge]}}
  api:
    {QUICK}
    command: httpd -f -p 80 -h /etc
    networks: {{edge: {{aliases: [gate]}}, inner: }}
    {HEALTHY}
  db: {{image: 'busybox:1.36', init: true, stop_grace_period: 0s, command: sleep 1000, networks: [inner]}}
networks:
  edge: {{name: fixed-name}}
  inner: {{internal: true}}
"""
    workshop.commit({"compose.yaml": text})
    stack = workshop.up()
    for service, host in (("front", "api"), ("front", "gate"), ("db", "api")):
        assert "root" in stack.run(service, "wget", "-qO-", f"http://{host}/passwd")
    status, _ = execute(stack.client, stack.container("front").id, ["nslookup", "db"])
    assert status != 0
    networks = {name for name in workshop.leftovers() if name.startswith("network")}
    assert networks == {f"network {stack.namespace}_edge", f"network {stack.namespace}_inner"}


def test_external_things_keep_their_names_and_survive(workshop: Workshop) -> None:
    name = f"wtc-e2e-shared-{workshop.token}"
    network, volume = workshop.client.networks.create(name), workshop.client.volumes.create(name)
    try:
        text = one_service("web", "networks: [shared]", "volumes: ['shared:/shared']")
        text += f"networks: {{shared: {{external: true, name: {name}}}}}\n"
        text += f"volumes: {{shared: {{external: true, name: {name}}}}}\n"
        workshop.commit({"compose.yaml": text})
        stack = workshop.up()
        assert list(stack.container("web").attrs["NetworkSettings"]["Networks"]) == [name]
        workshop.wtc("clean", "-y", "-t", "0")
        network.reload()
        volume.reload()
    finally:
        workshop.tear_down()
        network.remove()
        volume.remove()


def test_secrets_and_configs_are_in_the_container_with_their_mode(workshop: Workshop) -> None:
    text = one_service(
        "web",
        "secrets: [from_env, {source: from_file, target: renamed}]",
        "configs: [{source: inline, target: /etc/inline.conf, mode: 0440, uid: '7', gid: '8'}]",
    )
    text += "secrets:\n  from_env: {environment: TOKEN}\n  from_file: {file: ./secret.txt}\n"
    text += "configs:\n  inline: {content: 'name=${NAME}'}\n"
    workshop.commit({"compose.yaml": text, "secret.txt": "from the file"})
    stack = workshop.up(env={"TOKEN": "from the env", "NAME": "ada"})
    assert stack.run("web", "cat", "/run/secrets/from_env") == "from the env"
    assert stack.run("web", "cat", "/run/secrets/renamed") == "from the file"
    assert stack.run("web", "cat", "/etc/inline.conf") == "name=ada"
    assert stack.run("web", "stat", "-c", "%a %u %g", "/etc/inline.conf") == "440 7 8\n"
    assert stack.run("web", "stat", "-c", "%a", "/run/secrets/from_env") == "444\n"
    assert workshop.up(env={"TOKEN": "from the env", "NAME": "ada"}).answer["changed"] is False
    changed = workshop.up(env={"TOKEN": "another", "NAME": "ada"})
    assert changed.run("web", "cat", "/run/secrets/from_env") == "another"


def test_bind_mounts_are_of_the_worktree(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service("web", "volumes: ['./src:/src']"), "src/page": "main"})
    linked = workshop.worktree("linked")
    (linked / "src" / "page").write_text("linked")
    assert workshop.up().run("web", "cat", "/src/page") == "main"
    assert workshop.up(cwd=linked).run("web", "cat", "/src/page") == "linked"


def test_anonymous_volume_is_kept_when_its_container_is_recreated(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service("web", "volumes: ['/kept']")})
    stack = workshop.up()
    stack.run("web", "sh", "-c", "echo kept > /kept/row")
    assert workshop.up("--recreate").run("web", "cat", "/kept/row") == "kept\n"


UNSUPPORTED = one_service(
    "web", "volumes: [{type: bind, source: ., target: /x, bind: {selinux: z, recursive: disabled}}]"
)


def test_unsupported_attribute_is_reported_with_its_position(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": UNSUPPORTED})
    ended = workshop.wtc("up", "--no-start")
    assert "warning: `volumes.bind.selinux` of service `web`" in ended.err
    assert "compose.yaml:7:" in ended.err


def test_strict_refuses_before_anything_is_touched(workshop: Workshop, witness: Callable[..., Proxy]) -> None:
    workshop.commit({"compose.yaml": UNSUPPORTED})
    proxy = witness()
    ended = workshop.refused("up", "--strict", status=3, env={"DOCKER_HOST": proxy.address})
    assert "compose.yaml:7:" in ended.err
    assert proxy.changes == []


SHARED = one_service("web", "network_mode: host")


def test_sharing_is_reported_once_until_the_file_changes(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": SHARED})
    words = "uses the network of the engine's host"
    assert [words in workshop.wtc("up", "--no-start").err for _ in range(3)] == [True, False, False]
    workshop.commit({"compose.yaml": f"{SHARED}# changed\n"})
    (warning,) = json.loads(workshop.wtc("up", "--no-start", "--json").out)["warnings"]
    assert (warning["path"], words in warning["message"]) == ("services.web.network_mode", True)


def test_strict_refuses_sharing_before_anything_is_touched(workshop: Workshop, witness: Callable[..., Proxy]) -> None:
    workshop.commit({"compose.yaml": SHARED})
    proxy = witness()
    ended = workshop.refused("up", "--strict", status=3, env={"DOCKER_HOST": proxy.address})
    assert "compose.yaml:" in ended.err
    assert proxy.changes == []


def test_strict_lists_what_is_left_out_and_what_is_shared(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": f"{UNSUPPORTED}    network_mode: host\n"})
    error = workshop.wtc("up", "--strict", "--json", status=3).json()["error"]
    paths = [finding["path"] for finding in error["diagnostics"]]
    assert "services.web.network_mode" in paths
    assert len(paths) > 1


NEVER_HEALTHY = "healthcheck: {test: [CMD, 'false'], interval: 1h}"


def test_no_wait_returns_when_the_containers_are_started(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": one_service("web", NEVER_HEALTHY)})
    stack = workshop.up("--no-wait")
    state = stack.container("web").attrs["State"]
    assert (state["Status"], state["Health"]["Status"]) == ("running", "starting")


def test_no_wait_waits_for_the_conditions_of_dependencies(workshop: Workshop) -> None:
    job = one_service("job", command="sh -c 'sleep 1; exit 4'")
    web = one_service("web", "depends_on: {job: {condition: service_completed_successfully}}").partition("\n")[2]
    workshop.commit({"compose.yaml": job + web})
    ended = workshop.refused("up", "--no-wait", status=1)
    assert "service `job`: container" in ended.err
    assert "exited with status 4" in ended.err


def test_wait_and_no_wait_exclude_each_other(workshop: Workshop) -> None:
    workshop.refused("up", "--wait", "--no-wait", status=2)


def test_up_completes_without_the_events_that_the_engine_drops(
    workshop: Workshop, witness: Callable[..., Proxy]
) -> None:
    """A job succeeds once and is restarted for ever: only an event shows that it has completed."""
    job = one_service("job", "restart: always", command="sh -c 'sleep 1'")
    web = one_service("web", "depends_on: {job: {condition: service_completed_successfully}}").partition("\n")[2]
    workshop.commit({"compose.yaml": job + web})

    def drop(_number: int, request: str) -> None:
        if "_job/start" in request:
            proxy.end_streams()

    proxy = witness(changing=drop)
    stack = workshop.up(env={"DOCKER_HOST": proxy.address})
    assert stack.container("web").status == "running"
    assert len([r for r in proxy.requests if "/events" in r]) >= 2
    assert any("since=" in r for r in proxy.requests if "/events" in r)
