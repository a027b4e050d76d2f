"""What goes wrong on the way up: one error that says why, with the last log lines, and what runs by now."""

import pytest

from tests.e2e.harness import HEALTHY, QUICK, Workshop, one_service, write

pytestmark = pytest.mark.engine

RUNS = f"""\
  fine:
    {QUICK}
    command: httpd -f -p 80 -h /etc
    {HEALTHY}
"""


def with_fine(text: str, depends: str = "    depends_on: {fine: {condition: service_healthy}}\n") -> str:
    return text + depends + RUNS


def test_a_missing_image(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": "services: {web: {image: 'wtc-test.invalid/no-such:1'}}\n"})
    ended = workshop.refused("up", "--json", status=1)
    assert "wtc-test.invalid/no-such:1" in ended.err
    assert ended.json()["error"]["hints"]


BIND = "{type: bind, source: ./none, target: /x, bind: {create_host_path: false}}"


@pytest.mark.parametrize(
    ("command", "text", "place"),
    [
        ("up", "services: {web: {image: 'wtc-test.invalid/no:1'}}", "1:25  services.web.image"),
        ("pull", "services: {web: {image: 'wtc-test.invalid/no:1'}}", "1:25  services.web.image"),
        ("build", "services: {web: {build: ./none}}", "1:25  services.web.build.context"),
        ("up", "services: {web: {build: {context: ., dockerfile: No}}}", "1:50  services.web.build.dockerfile"),
        ("up", "include: [{path: [here.yaml, none.yaml]}]", "1:30  include[0]"),
        ("up", one_service("web", f"volumes: [{BIND}]"), "7:36  services.web.volumes[0].source"),
        ("up", one_service("web", "secrets: [s]") + "secrets: {s: {file: ./none}}", "8:21  secrets.s.file"),
        ("up", one_service("web", "configs: [c]") + "configs: {c: {file: ./none}}", "8:21  configs.c.file"),
        ("run", one_service("web", "runtime: none-such"), "7:14  services.web.runtime"),
        ("up", "services: {web: {image: 'busybox:1.36', command: [none-such]}}", "1:51  services.web.command[0]"),
        ("up", one_service() + "    networks: [n]\nnetworks: {n: {driver: none-such}}", "8:24  networks.n.driver"),
    ],
)
def test_error_about_what_the_file_names_has_its_place(workshop: Workshop, command: str, text: str, place: str) -> None:
    workshop.commit({"compose.yaml": text + "\n", "here.yaml": "services: {}\n"})
    ended = workshop.wtc(*([command, "web"] if command == "run" else [command]), status=None)
    assert ended.status != 0
    assert f"  --> compose.yaml:{place}\n" in ended.err


def test_a_missing_image_that_is_not_to_be_pulled(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": "services: {web: {image: 'wtc-test.invalid/no-such:1'}}\n"})
    ended = workshop.refused("up", "--pull", "never", status=1)
    assert "wtc-test.invalid/no-such:1" in ended.err
    assert "wtc up --pull missing" in ended.err
    assert workshop.leftovers() == []


def test_an_image_that_is_not_to_be_built(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": "services: {web: {build: .}}\n", "Dockerfile": "FROM busybox:1.36\n"})
    ended = workshop.refused("up", "--no-build", status=1)
    assert "is not built, and `--no-build` is given" in ended.err
    assert workshop.leftovers() == []


def test_a_failing_build_shows_the_steps_last_lines(workshop: Workshop) -> None:
    workshop.commit(
        {
            "compose.yaml": "services: {web: {build: .}}\n",
            "Dockerfile": "FROM busybox:1.36\nRUN echo about-to-fail && echo badly >&2 && exit 3\n",
        }
    )
    ended = workshop.refused("up", "--json", status=1)
    assert ended.json()["error"]["code"] == "build_failed"
    tail = ended.err.split("error:")[1]
    assert "about-to-fail" in tail
    assert "badly" in tail
    assert "exit code: 3" in tail or "status 3" in tail


def test_a_missing_dockerfile(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": "services: {web: {build: ./none}}\n"})
    ended = workshop.refused("up", status=1)
    assert "none` does not exist" in ended.err
    assert "--> compose.yaml:1:25  services.web.build.context" in ended.err


def test_a_container_that_exits_at_once(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": with_fine(one_service(command="sh -c 'echo last words; exit 7'"))})
    ended = workshop.refused("up", "--json", status=1)
    error = ended.json()["error"]
    assert error["code"] == "container_failed"
    (failed,) = error["containers"]
    assert (failed["service"], failed["state"], failed["exit_status"]) == ("web", "exited", 7)
    assert failed["log_lines"] == ["last words"]
    tail = ended.err.split("error:")[1]
    assert "`web`" in tail
    assert "status 7" in tail
    assert "| last words" in tail
    assert "running now: fine" in tail


def test_what_failed_can_be_mended_and_brought_up(workshop: Workshop) -> None:
    workshop.commit({"compose.yaml": with_fine(one_service(command="sh -c 'exit 7'"))})
    workshop.refused("up", status=1)
    write(workshop.main, {"compose.yaml": with_fine(one_service())})
    assert set(workshop.up().ids()) == {"web", "fine"}


@pytest.mark.parametrize("init", ["true", "false"])
def test_container_whose_program_does_not_exist_is_listed_with_its_exit_status(workshop: Workshop, init: str) -> None:
    service = one_service(command="no-such-program").replace("init: true", f"init: {init}")
    workshop.commit({"compose.yaml": with_fine(service)})
    ended = workshop.refused("up", "--json", status=1)
    assert "no-such-program" in ended.err
    assert "running now: fine" in ended.err
    (failed,) = ended.json()["error"]["containers"]
    assert (failed["service"], failed["exit_status"], failed["health"]) == ("web", 127, None)


def test_container_that_restarts_without_end_is_reported_with_its_last_exit_status(workshop: Workshop) -> None:
    text = one_service("web", "restart: always", command="sh -c 'echo again; exit 4'")
    workshop.commit({"compose.yaml": text})
    ended = workshop.refused("up", "--wait-timeout", "3", status=1)
    assert "waiting for web: exited with status 4, restart " in ended.err
    assert "is not ready after 3 s" in ended.err
    assert "times, the last time with status 4" in ended.err
    assert "| again" in ended.err


def test_a_container_that_is_unhealthy(workshop: Workshop) -> None:
    check = "healthcheck: {test: [CMD-SHELL, 'echo no good; exit 1'], interval: 200ms, retries: 2}"
    workshop.commit({"compose.yaml": with_fine(one_service("web", check, command="sh -c 'echo hello; sleep 1000'"))})
    ended = workshop.refused("up", status=1)
    tail = ended.err.split("error:")[1]
    assert "is unhealthy" in tail
    assert "no good" in tail
    assert "| hello" in tail
    assert "running now: fine, web" in tail or "running now: web, fine" in tail


def test_a_container_that_is_not_healthy_in_time(workshop: Workshop) -> None:
    check = "healthcheck: {test: [CMD, 'false'], interval: 200ms, retries: 1000, start_period: 100s}"
    workshop.commit({"compose.yaml": one_service("web", check)})
    ended = workshop.refused("up", "--json", "--wait-timeout", "2", status=1)
    assert "not ready after 2 s" in ended.err or "not healthy after 2 s" in ended.err
    assert "running now: web" in ended.err
    assert ended.json()["ok"] is False


def test_what_depends_on_a_failure_is_not_started(workshop: Workshop) -> None:
    text = one_service("base", command="sh -c 'exit 5'")
    text += f"  top:\n    {QUICK}\n    command: sleep 1000\n"
    text += "    depends_on: {base: {condition: service_completed_successfully}}\n"
    workshop.commit({"compose.yaml": text})
    ended = workshop.refused("up", status=1)
    assert "`base`" in ended.err
    assert "nothing of the stack is running" in ended.err


def test_two_failures_are_one_error_that_names_both(workshop: Workshop) -> None:
    text = one_service("one", command="sh -c 'exit 5'") + f"  two:\n    {QUICK}\n    command: sh -c 'exit 6'\n"
    workshop.commit({"compose.yaml": text})
    ended = workshop.refused("up", status=1)
    assert "status 5" in ended.err
    assert "status 6" in ended.err


def test_no_secret_value_is_printed(workshop: Workshop) -> None:
    text = one_service("web", "environment: {PASSWORD: hunter2-hunter2}", command="sh -c 'exit 7'")
    workshop.commit({"compose.yaml": text})
    ended = workshop.refused("up", "--json", status=1)
    assert "hunter2" not in ended.err + ended.out
    shown = workshop.wtc("up", "--dry-run").out + workshop.wtc("status", "--json").out
    assert "hunter2" not in shown


@pytest.mark.parametrize(("kind", "key"), [("network", "networks: {default: {name: NAME, external: true}}"),
                                           ("volume", "volumes: {rows: {name: NAME, external: true}}")])  # fmt: skip
def test_an_external_thing_that_is_missing(workshop: Workshop, kind: str, key: str) -> None:
    name = f"wtc-e2e-none-{workshop.token}"
    mount = ("volumes: ['rows:/rows']",) if kind == "volume" else ()
    workshop.commit({"compose.yaml": one_service("web", *mount) + key.replace("NAME", name) + "\n"})
    ended = workshop.refused("up", status=1)
    assert f"external {kind} `{name}`" in ended.err
    assert f"docker {kind} create {name}" in ended.err
    assert workshop.leftovers() == []
