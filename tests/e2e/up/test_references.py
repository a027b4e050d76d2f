"""What in the file names another part of the stack is this worktree's one, whatever services are selected."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.harness import Stack, Workshop, write
from tests.e2e.idle_services import built, file_of, file_with

pytestmark = pytest.mark.engine


def unchanged(workshop: Workshop, *arguments: str) -> None:
    assert workshop.wtc("up", "--dry-run", *arguments).err == "nothing to do\n"


def test_container_name_of_the_file_is_this_worktrees_container(workshop: Workshop) -> None:
    name = f"vpn-{workshop.token}"
    sharing = f"container:{name}"
    workshop.commit(
        file_of(
            app={"network_mode": sharing, "ipc": sharing, "pid": sharing},
            files={"volumes_from": [f"{sharing}:ro"]},
            old={"external_links": [f"{name}:gate"]},
            vpn={"container_name": name, "ipc": "shareable", "volumes": ["/shared"]},
        )
    )
    foreign = workshop.client.containers.run("busybox:1.36", "sleep 1000", name=name, init=True, detach=True)
    try:
        stack = workshop.up("app", "files", "old")
        vpn = stack.container("vpn").id
        config = stack.container("app").attrs["HostConfig"]
        assert {config["NetworkMode"], config["IpcMode"], config["PidMode"]} == {f"container:{vpn}"}
        assert stack.container("files").attrs["HostConfig"]["VolumesFrom"] == [f"{stack.namespace}_vpn:ro"]
        (network,) = stack.container("old").attrs["NetworkSettings"]["Networks"].values()
        assert network["Links"] == [f"{stack.namespace}_vpn:gate"]
        unchanged(workshop)
    finally:
        foreign.remove(force=True)


@pytest.fixture
def tagged(workshop: Workshop) -> str:
    """A tag that the file builds, and that a foreign image has on the engine."""
    tag = f"acme/{workshop.token}:dev"
    workshop.client.images.get("busybox:1.36").tag(tag)
    return tag


def test_image_that_another_service_builds_is_the_worktrees_own(workshop: Workshop, tagged: str) -> None:
    workshop.commit(
        file_of(
            web={"image": tagged, **built("FROM busybox:1.36", "RUN touch /own")},
            worker={"image": tagged},
            after={"image": tagged, "profiles": ["late"]},
        )
    )
    try:
        stack = workshop.up("--no-deps", "worker")
        assert stack.run("worker", "ls", "/own") == "/own\n"
        unchanged(workshop, "worker")
        unchanged(workshop, "--no-build", "worker")
        workshop.wtc("run", "--rm", "after", "ls", "/own")
        assert workshop.up().ids()["worker"] == stack.ids()["worker"]
    finally:
        workshop.client.images.remove(tagged)


def test_foreign_image_of_a_built_tag_is_used_by_no_command(workshop: Workshop, tagged: str) -> None:
    workshop.commit(
        file_of(
            web={"image": tagged, "pull_policy": "always", **built("FROM busybox:1.36", "RUN touch /own")},
            worker={"image": tagged, "pull_policy": "always"},
        )
    )
    try:
        for command in (("up",), ("create",)):
            ended = workshop.refused(*command, "--no-build", "worker", status=1)
            assert "is not built, and `--no-build` is given" in ended.err
        assert workshop.leftovers() == []
        workshop.wtc("pull", "worker")
        workshop.wtc("run", "--rm", "--no-deps", "worker", "ls", "/own")
        workshop.wtc("clean", "-y")
        workshop.wtc("build", "web")
        workshop.wtc("create", "worker")
        stack = workshop.up("--no-build", "--pull", "always", "worker")
        assert stack.run("worker", "ls", "/own") == "/own\n"
        assert workshop.client.images.get(tagged).id == workshop.client.images.get("busybox:1.36").id
    finally:
        workshop.client.images.remove(tagged)


@pytest.fixture
def buildx(workshop: Workshop) -> None:
    """`docker buildx` for the workshop's user, as on this machine."""
    plugins = '{{range .ClientInfo.Plugins}}{{if eq .Name "buildx"}}{{.Path}}{{end}}{{end}}'
    docker = shutil.which("docker")
    found = docker and subprocess.run([docker, "info", "-f", plugins], capture_output=True, text=True, check=False)
    if not found or not found.stdout.strip():
        pytest.skip("`docker buildx` is not installed")
    folder = workshop.home / ".docker/cli-plugins"
    folder.mkdir(parents=True)
    (folder / "docker-buildx").symlink_to(found.stdout.strip())


def chain(tag: str, content: str = "own") -> dict[str, str]:
    """Services whose builds need the image of `base`, which is selected by none of them."""
    copies = ("FROM busybox:1.36", "COPY --from=dep /d /d")
    return file_of(
        named=built(*copies, additional_contexts={"dep": "service:base"}),
        image=built(*copies, additional_contexts={"dep": f"docker-image://{tag}"}),
        **{"from": built(f"FROM {tag}")},
        argument=built("ARG BASE", "FROM $$BASE AS x", args={"BASE": tag}),
        copy=built("FROM busybox:1.36", f"COPY --from={tag} /d /d"),
        base={"image": tag, "profiles": ["base"], **built("FROM busybox:1.36", f"RUN echo {content} >/d")},
    )


BY_CONTEXT = ("named", "image")
BY_DOCKERFILE = ("from", "argument", "copy")


def own_images(stack: Stack, services: tuple[str, ...]) -> dict[str, str]:
    return {name: stack.run(name, "cat", "/d") for name in services}


@pytest.mark.usefixtures("buildx")
@pytest.mark.slow
def test_builds_from_an_image_of_another_service_use_the_worktrees_own(workshop: Workshop, tagged: str) -> None:
    services = BY_DOCKERFILE if workshop.is_old_engine else (*BY_CONTEXT, *BY_DOCKERFILE)
    workshop.commit(chain(tagged))
    try:
        workshop.wtc("build", "from")
        stack = workshop.up(*services)
        assert own_images(stack, services) == dict.fromkeys(services, "own\n")
        unchanged(workshop, *services)
        for name in services:
            unchanged(workshop, name)
        write(workshop.main, chain(tagged, "new"))
        assert own_images(workshop.up(*services), services) == dict.fromkeys(services, "new\n")
        for name in {*BY_CONTEXT} - {*services}:
            error = workshop.wtc("build", name, "--json", status=1).json()["error"]
            assert [(d["service"], d["line"]) for d in error["diagnostics"]] == [(name, 1)]
    finally:
        workshop.client.images.remove(tagged)


def test_without_buildx_the_dockerfile_names_the_worktrees_own_image(
    workshop: Workshop, tagged: str, tmp_path: Path
) -> None:
    commands = tmp_path / "commands"
    commands.mkdir()
    for command in ("git", "sh"):
        (commands / command).symlink_to(f"/usr/bin/{command}")
    workshop.commit(chain(tagged))
    try:
        stack = workshop.up(*BY_DOCKERFILE, env={"PATH": str(commands)})
        assert [stack.run(name, "cat", "/d") for name in BY_DOCKERFILE] == ["own\n"] * 3
        ended = workshop.refused("up", "named", status=1, env={"PATH": str(commands)})
        assert "without `docker buildx`" in ended.err
    finally:
        workshop.client.images.remove(tagged)


def test_service_of_an_inactive_profile_is_not_an_orphan(workshop: Workshop) -> None:
    workshop.commit(file_of(h={}, p={"profiles": ["x"]}, q={"profiles": ["x"]}))
    before = workshop.up("p").ids()
    after = workshop.up("--remove-orphans", "q").ids()
    assert after["p"] == before["p"]
    assert set(after) == {"p", "q"}


def test_port_variable_of_an_inactive_profile_is_the_same_port_with_the_profile(workshop: Workshop) -> None:
    port = "${DBG_PORT:-9999}"
    worker = {"environment": {"DEBUG": f"http://localhost:{port}", "PEER": f"debug:{port}"}}
    workshop.commit(file_of(worker=worker, debug={"profiles": ["debug"], "ports": [f"{port}:9999"]}))
    first = workshop.up()
    second = workshop.up(env={"COMPOSE_PROFILES": "debug"})
    assert second.ids()["worker"] == first.ids()["worker"]
    assert second.variable("worker", "DEBUG") == f"http://localhost:{second.ports['debug/9999/tcp']}"
    assert second.variable("worker", "PEER") == "debug:9999"


def test_one_number_in_the_file_is_one_host_port_for_both_protocols(workshop: Workshop) -> None:
    workshop.commit(file_of(dns={"ports": ["5353:53/tcp", "5353:53/udp"]}))
    stack = workshop.up()
    assert stack.ports["dns/53/tcp"] == stack.ports["dns/53/udp"]
    unchanged(workshop)


def test_worktree_through_a_symbolic_link_is_one_worktree(workshop: Workshop, tmp_path: Path) -> None:
    workshop.commit(file_of(app={"volumes": ["./data:/data"]}, here={"volumes": ["${PWD}:/here"]}))
    link = tmp_path / "link"
    link.symlink_to(workshop.main)
    before = workshop.up().ids()
    assert workshop.up(cwd=link, env={"PWD": str(link)}).ids() == before
    assert workshop.up("-f", str(link / "compose.yaml"), "app", cwd=tmp_path).ids() == before


def test_shell_with_the_stacks_variables_changes_nothing(workshop: Workshop) -> None:
    port = "${WEB_PORT:-8080}"
    environment = {
        "URL": f"http://localhost:{port}",
        "PEER": f"web:{port}",
        "NAME": "${COMPOSE_PROJECT_NAME}",
        "WEB_PORT": None,
    }
    workshop.commit(file_of(web={"ports": [f"{port}:{port}"], "environment": environment}))
    env = {"WEB_PORT": "9090", "DOCKER_HOST": workshop.env.get("DOCKER_HOST", "unix:///var/run/docker.sock")}
    workshop.wtc("setup", env=env)
    before = workshop.wtc("up", "--dry-run", env=env)
    variables = workshop.wtc("env", "--json", env=env).json()["variables"]
    assert variables["WEB_PORT"] != "9090"
    after = workshop.wtc("up", "--dry-run", env={**env, **variables})
    assert (after.out, after.err) == (before.out, before.err)
    stack = workshop.up(env=env)
    assert "9090/tcp" in stack.container("web").ports
    assert workshop.wtc("up", "--dry-run", env={**env, **variables}).err == "nothing to do\n"
    assert workshop.wtc("env", "--json", env={**env, **variables}).json()["variables"] == variables


def test_secret_without_a_value_is_refused_at_the_start(workshop: Workshop) -> None:
    text = file_of(app={"secrets": ["key"]})["compose.yaml"]
    secrets = {"secrets": {"key": {"environment": "KEY"}}}
    workshop.commit({"compose.yaml": json.dumps({**json.loads(text), **secrets})})
    stack = workshop.up("--no-start")
    for command in ("start", "up"):
        assert "`KEY`, which is not set" in workshop.refused(command, status=3).err
        assert stack.container("app").status == "created"
    assert workshop.up(env={"KEY": "k"}).run("app", "cat", "/run/secrets/key") == "k"


def test_secret_of_an_inactive_profile_is_refused_at_the_start_of_its_service(workshop: Workshop) -> None:
    app = {"secrets": [{"source": "key", "target": "k"}], "profiles": ["extra"]}
    workshop.commit(file_with({"app": app, "web": {}}, secrets={"key": {"environment": "KEY"}}))
    workshop.up("--no-start", "app")
    for arguments in (("start", "app"), ("start",)):
        ended = workshop.refused(*arguments, status=3)
        assert "services.app.secrets[0]" in ended.err
        assert "compose.yaml:" in ended.err


def test_hooks_of_an_inactive_profile_run(workshop: Workshop) -> None:
    hooks = {"post_start": [{"command": ["touch", "/h/started"]}], "pre_stop": [{"command": ["touch", "/h/stopped"]}]}
    workshop.commit(file_of(app={"profiles": ["extra"], "volumes": ["./h:/h"], **hooks}, web={}))
    folder = workshop.main / "h"
    workshop.up("app")
    workshop.wtc("stop", "app")
    assert sorted(path.name for path in folder.iterdir()) == ["started", "stopped"]
    workshop.up("app")
    (folder / "stopped").unlink()
    workshop.wtc("down")
    assert (folder / "stopped").exists()


def test_replicas_of_a_global_service_are_those_that_are_leased_for(workshop: Workshop) -> None:
    workshop.commit(file_of(app={"ports": ["80"], "deploy": {"mode": "global", "replicas": 3}}))
    leased = workshop.wtc("setup", "--json").json()["endpoints"]
    assert [e["replica"] for e in leased] == [1, 2, 3]
    assert [e["port"] for e in workshop.up().answer["endpoints"]] == [e["port"] for e in leased]
