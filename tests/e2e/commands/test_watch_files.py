"""`wtc watch` and `up --watch` on a project whose image is built from a context of a few files."""

import os
import shutil
import signal
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import Ended, Started, Workshop, execute, one_service, until, write
from tests.e2e.proxy import Exchange, Proxy, pass_exchange
from tests.listener import shut
from tests.wtc_process import start_wtc
from wtc.labels import SERVICE, WORKTREE

pytestmark = pytest.mark.engine

DOCKERFILE = """\
FROM busybox:1.36
COPY package.lock /app/package.lock
COPY src /app/src
USER 1000:1000
CMD ["sh", "-c", "echo booted; exec sleep 1000"]
"""
QUICK = "init: true\n    stop_grace_period: 0s"
COMPOSE = f"""\
services:
  web:
    build: .
    {QUICK}
    develop:
      watch:
        - {{action: sync, path: src, target: /app/src, ignore: [drop/]}}
        - {{action: rebuild, path: package.lock}}
        - {{action: sync+restart, path: conf.ini, target: /tmp/}}
        - {{action: sync+exec, path: styles, target: /tmp/styles, exec: {{command: [sh, -c, "cat /tmp/styles/*"]}}}}
  api:
    image: busybox:1.36
    command: sleep 1000
    {QUICK}
    depends_on: {{web: {{condition: service_started, restart: true}}}}
  other:
    build: other
    {QUICK}
    command: sleep 1000
"""
FILES = {
    "compose.yaml": COMPOSE,
    "Dockerfile": DOCKERFILE,
    ".dockerignore": "**/*.pyc\n",
    "package.lock": "1\n",
    "src/app.py": "one\n",
    "src/sub/b.py": "b\n",
    "conf.ini": "a=1\n",
    "styles/a.css": "a\n",
    "other/Dockerfile": "FROM busybox:1.36\nCOPY . /other\n",
}


class Watching:
    """A command that watches the files of a worktree, and what it prints."""

    def __init__(self, workshop: Workshop, arguments: Sequence[str], env: dict[str, str]) -> None:
        self.workshop, self.folder = workshop, workshop.main
        self._log = workshop.base / "watch.log"
        with open(self._log, "wb") as log:
            popen = start_wtc(
                *arguments,
                cwd=self.folder,
                env={**workshop.env, **env},
                stdout=log.fileno(),
                stderr=log.fileno(),
            )
        self.started = Started(popen=popen)

    @property
    def printed(self) -> str:
        """All that it has printed."""
        return self._log.read_text()

    def hear(self, text: str, *, times: int = 1) -> None:
        """Wait until it has printed the text so often."""
        popen = self.started.popen
        until(
            lambda: self.printed.count(text) >= times or popen.poll() is not None,
            lambda: f"`{text}` in\n{self.printed}",
        )
        assert self.printed.count(text) >= times, self.printed

    def container(self, service: str) -> Any:
        """The only container of a service."""
        labels = [f"{WORKTREE}={os.path.realpath(self.folder)}", f"{SERVICE}={service}"]
        [found] = self.workshop.client.containers.list(all=True, ignore_removed=True, filters={"label": labels})
        return found

    def read(self, path: str, service: str = "web") -> str:
        """The content of a file in a container; empty if it does not exist."""
        status, text = execute(self.workshop.client, self.container(service).id, ["cat", path])
        return "" if status else text

    def run(self, *command: str) -> str:
        """The output of a command in `web`."""
        return execute(self.workshop.client, self.container("web").id, command)[1]

    def arrives(self, path: str, text: str) -> None:
        """Wait until a file of `web` has this content."""
        until(lambda: self.read(path) == text, lambda: f"`{path}` is {text!r}\n{self.printed}")

    def interrupt(self, number: int = signal.SIGINT) -> int:
        """Send a signal, and return the exit status."""
        os.kill(self.started.popen.pid, number)
        self.started.popen.wait(timeout=60)
        assert "Traceback" not in self.printed
        return self.started.popen.returncode


@contextmanager
def watching(workshop: Workshop, *arguments: str, env: dict[str, str] | None = None) -> Generator[Watching]:
    """Start to watch, and wait until it does."""
    started = Watching(workshop, arguments or ("watch",), env or {})
    try:
        started.hear("watching `")
        yield started
    finally:
        if started.started.popen.poll() is None:
            started.started.popen.kill()
        started.started.popen.wait()


def replaced(path: Path, text: str) -> None:
    """Save a file as editors do: under another name first."""
    beside = path.with_name(f".{path.name}.tmp")
    beside.write_text(text)
    beside.replace(path)


def test_saved_removed_and_renamed_files_are_in_the_container(workshop: Workshop) -> None:
    workshop.commit(FILES)
    with watching(workshop) as watch:
        source = workshop.main / "src"
        replaced(source / "app.py", "two\n")
        watch.arrives("/app/src/app.py", "two\n")
        write(source, {"new/deep/c.py": "c\n", "drop/d.py": "d\n", "new/x.pyc": "x\n"})
        (source / "link").symlink_to("new/deep")
        watch.arrives("/app/src/link/c.py", "c\n")
        assert watch.run("stat", "-c", "%u:%g", "/app/src/app.py") == "1000:1000\n"
        assert watch.run("readlink", "/app/src/link") == "new/deep\n"
        assert (
            watch.run("ls", "/app/src/new", "/app/src") == "/app/src:\napp.py\nlink\nnew\nsub\n\n/app/src/new:\ndeep\n"
        )
        (source / "sub").rename(source / "renamed")
        shutil.rmtree(source / "new")
        watch.arrives("/app/src/renamed/b.py", "b\n")
        until(lambda: watch.run("ls", "/app/src") == "app.py\nlink\nrenamed\n", watch.printed)
        # a folder in place of a file, and the reverse
        (source / "app.py").unlink()
        write(source, {"app.py/e.py": "e\n"})
        watch.arrives("/app/src/app.py/e.py", "e\n")
        shutil.rmtree(source / "app.py")
        (source / "app.py").write_text("three\n")
        watch.arrives("/app/src/app.py", "three\n")
        assert watch.interrupt() == 130
    assert "the stack keeps running" in watch.printed
    assert watch.container("web").status == "running"


def test_renamed_watched_folder_takes_its_files_out_of_the_container_and_back(workshop: Workshop) -> None:
    workshop.commit(FILES)
    source, away = workshop.main / "src", workshop.main / "away"
    with watching(workshop) as watch:
        before = watch.run("ls", "/app/src")
        source.rename(away)
        until(lambda: watch.run("ls", "/app/src") == "", watch.printed)
        away.rename(source)
        until(lambda: watch.run("ls", "/app/src") == before != "", watch.printed)


def test_changed_lock_file_rebuilds_the_image_and_recreates_the_container(workshop: Workshop) -> None:
    workshop.commit(FILES)
    with watching(workshop) as watch:
        web, api, other = (watch.container(name) for name in ("web", "api", "other"))
        write(workshop.main, {"other/new": "not watched\n"})
        replaced(workshop.main / "package.lock", "2\n")
        watch.hear("rebuilt `web`")
        after = watch.container("web")
        assert after.id != web.id
        assert after.attrs["Image"] != web.attrs["Image"]
        assert watch.read("/app/package.lock") == "2\n"
        dependent = watch.container("api")
        assert dependent.id == api.id
        assert dependent.attrs["State"]["StartedAt"] > api.attrs["State"]["StartedAt"]
        assert watch.container("other").attrs["State"] == other.attrs["State"]
        assert "building image" in watch.printed
        # the new container gets files, and the replaced image is gone
        replaced(workshop.main / "src" / "app.py", "two\n")
        watch.arrives("/app/src/app.py", "two\n")
        assert not [i for i in workshop.client.images.list(all=True) if i.id == web.attrs["Image"]]


def test_restart_and_command_follow_the_sync(workshop: Workshop) -> None:
    workshop.commit(FILES)
    with watching(workshop) as watch:
        before = watch.container("web")
        (workshop.main / "conf.ini").write_text("a=2\n")
        watch.hear("restarted `web`")
        after = watch.container("web")
        assert (after.id, watch.read("/tmp/conf.ini")) == (before.id, "a=2\n")
        assert after.attrs["State"]["StartedAt"] > before.attrs["State"]["StartedAt"]
        write(workshop.main, {"styles/b.css": "bold\n"})
        watch.hear("web: bold\n")
        assert watch.printed.count("web: bold\n") == 1


def test_failed_build_and_failed_command_do_not_end_the_watch(workshop: Workshop) -> None:
    workshop.commit({**FILES, "compose.yaml": COMPOSE.replace("cat /tmp/styles/*", "echo broken; exit 3")})
    with watching(workshop) as watch:
        before = watch.container("web")
        write(
            workshop.main, {"Dockerfile": DOCKERFILE.replace("COPY src", "RUN exit 7\nCOPY src"), "package.lock": "2\n"}
        )
        watch.hear("error: ")
        assert watch.container("web").id == before.id
        write(workshop.main, {"styles/b.css": "b\n"})
        watch.hear("ended with status 3")
        write(workshop.main, {"Dockerfile": DOCKERFILE, "package.lock": "3\n"})
        watch.hear("rebuilt `web`")
        assert watch.read("/app/package.lock") == "3\n"


def test_initial_sync_brings_files_that_the_image_lacks_also_after_a_rebuild(workshop: Workshop) -> None:
    rule = "        - {action: sync, path: extra, target: /tmp/extra, initial_sync: true}\n"
    compose = COMPOSE.replace("        - {action: rebuild", f"{rule}        - {{action: rebuild")
    workshop.commit({**FILES, "compose.yaml": compose, "extra/a": "a\n", "extra/compose.yaml": "no\n"})
    workshop.wtc("up")
    with watching(workshop, "watch", "--no-up", "web") as watch:
        watch.arrives("/tmp/extra/a", "a\n")
        assert watch.run("ls", "/tmp/extra") == "a\n"
        (workshop.main / "package.lock").write_text("2\n")
        watch.hear("rebuilt `web`")
        watch.arrives("/tmp/extra/a", "a\n")


def test_container_that_another_command_recreates_gets_the_files(workshop: Workshop) -> None:
    workshop.commit(FILES)
    with watching(workshop) as watch:
        workshop.wtc("up", "--recreate", "web")
        replaced(workshop.main / "src" / "app.py", "two\n")
        watch.arrives("/app/src/app.py", "two\n")
        workshop.wtc("down", "web")
        replaced(workshop.main / "src" / "app.py", "three\n")
        watch.hear("service `web` has no container to sync")


def test_refused_file_does_not_keep_the_others_of_its_batch_away(workshop: Workshop) -> None:
    rules = "[{action: sync, path: conf.ini, target: /etc}, {action: sync, path: src, target: /opt/new}]"
    workshop.commit({**FILES, "compose.yaml": one_service("web", f"develop: {{watch: {rules}}}")})
    with watching(workshop) as watch:
        for text in ("two\n", "three\n", "four\n"):
            replaced(workshop.main / "src" / "app.py", text)
            replaced(workshop.main / "conf.ini", text)
            watch.arrives("/opt/new/app.py", text)
        watch.hear('cannot overwrite directory "etc"')
        assert watch.run("ls", "-d", "/etc/passwd") == "/etc/passwd\n"


def test_folder_of_the_image_is_neither_replaced_nor_left_with_what_only_root_may_remove(workshop: Workshop) -> None:
    rules = "[{action: sync, path: conf.ini, target: /etc}, {action: sync, path: src, target: /opt/new}]"
    compose = one_service("web", f"develop: {{watch: {rules}}}", "user: '1000:1000'", "scale: 2")
    workshop.commit({**FILES, "compose.yaml": compose})
    with watching(workshop) as watch:
        (workshop.main / "conf.ini").write_text("a=2\n")
        watch.hear("cannot overwrite directory")
        replaced(workshop.main / "src" / "app.py", "two\n")
        watch.hear("synced `src/app.py`")
        (workshop.main / "src" / "app.py").unlink()
        watch.hear("removed `/opt/new/app.py`")
        labels = [f"{WORKTREE}={os.path.realpath(workshop.main)}"]
        both = workshop.client.containers.list(ignore_removed=True, filters={"label": labels})
        listed = [execute(workshop.client, one.id, ["ls", "/opt/new", "/etc/passwd"]) for one in both]
        assert listed == [(0, "/etc/passwd\n\n/opt/new:\n")] * 2


def test_paused_container_gets_the_files_once_it_runs(workshop: Workshop) -> None:
    rules = "[{action: sync, path: src, target: /opt/new, initial_sync: true}]"
    workshop.commit({**FILES, "compose.yaml": one_service("web", f"develop: {{watch: {rules}}}")})
    with watching(workshop) as watch:
        watch.arrives("/opt/new/app.py", "one\n")
        workshop.wtc("pause", "web")
        (workshop.main / "src" / "app.py").unlink()
        watch.hear("wtc syncs service `web` again automatically")
        workshop.wtc("unpause", "web")
        watch.hear("removed `/opt/new/app.py`")
        workshop.wtc("stop", "web")
        (workshop.main / "src" / "sub" / "b.py").unlink()
        watch.hear("is not running, so it keeps `/opt/new/sub/b.py`")


class Outage:
    """An engine that ends each connection while it is out."""

    def __init__(self) -> None:
        self.is_out = threading.Event()

    def __call__(self, exchange: Exchange) -> None:
        if self.is_out.is_set():
            shut(exchange.client)
        else:
            pass_exchange(exchange)


def test_engine_that_is_back_gets_what_was_saved_meanwhile(workshop: Workshop, witness: Callable[..., Proxy]) -> None:
    workshop.commit(FILES)
    outage = Outage()
    proxy = witness(handle=outage)
    with watching(workshop, env={"DOCKER_HOST": proxy.address}) as watch:
        outage.is_out.set()
        replaced(workshop.main / "src" / "app.py", "two\n")
        watch.hear("wtc syncs service `web` again automatically")
        outage.is_out.clear()
        watch.arrives("/app/src/app.py", "two\n")


def test_up_with_watch_prints_logs_and_outlasts_a_rebuild(workshop: Workshop) -> None:
    workshop.commit(FILES)
    with watching(workshop, "up", "--watch", "--abort-on-container-exit", "web") as watch:
        watch.hear("booted")
        replaced(workshop.main / "src" / "app.py", "two\n")
        watch.arrives("/app/src/app.py", "two\n")
        (workshop.main / "package.lock").write_text("2\n")
        watch.hear("rebuilt `web`")
        watch.hear("booted", times=2)
        (workshop.main / "conf.ini").write_text("a=2\n")
        watch.hear("restarted `web`")
        watch.hear("booted", times=3)
        assert "exited" not in watch.printed
        assert watch.interrupt(signal.SIGTERM) == 143
    assert "the stack keeps running" in watch.printed


def refused(workshop: Workshop, compose: str, *arguments: str, status: int) -> Ended:
    workshop.commit({**FILES, "compose.yaml": compose})
    return workshop.refused(*arguments, status=status)


def test_nothing_to_watch_is_refused_before_anything_starts(workshop: Workshop) -> None:
    for command in (("watch",), ("up", "--watch")):
        ended = refused(workshop, one_service(), *command, status=1)
        assert "no selected service has a `develop.watch` section" in ended.err
    assert workshop.leftovers() == []


def test_unusable_rule_is_refused_with_its_place(workshop: Workshop) -> None:
    rule = "develop: {watch: [{action: rebuild, path: src}]}"
    ended = refused(workshop, one_service("web", rule), "watch", status=3)
    assert "error: service `web` has a watch rule that rebuilds its image, but no `build`\n" in ended.err
    assert "--> compose.yaml:7:32  services.web.develop.watch[0].action" in ended.err
    ended = refused(workshop, COMPOSE, "up", "--watch", "--no-build", status=3)
    assert "services.web.develop.watch[1].action" in ended.err
    assert workshop.leftovers() == []


@pytest.mark.parametrize("option", ["--detach", "--wait", "--json", "--no-start"])
def test_watch_does_not_go_with_an_option_that_does_not_stay_attached(workshop: Workshop, option: str) -> None:
    assert f"`--watch` and `{option}` do not go together" in workshop.refused("up", "--watch", option, status=2).err
