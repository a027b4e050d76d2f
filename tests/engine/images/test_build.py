"""Builds on a real engine, from local base images: no registry is needed."""

import contextlib
import dataclasses
import json
import os
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from wtc.engine.client.connection import Engine, connect
from wtc.engine.images import buildx as build_buildx
from wtc.engine.images.build import build_image
from wtc.errors import EngineError, InterruptedByUserError, NotFoundError, WtcError
from wtc.labels import BUILD_HASH
from wtc.model.build import Build, BuildSecret, BuildUlimit
from wtc.model.desired import DesiredImage
from wtc.model.mounts import FileSource
from wtc.model.plan import BuildImage

pytestmark = pytest.mark.engine

BASE = "busybox:1.36"
LIMITS: dict[str, Any] = {"ulimits": {"nofile": BuildUlimit(soft=123, hard=456)}, "shm_size_bytes": 1 << 23}
Told = list[tuple[str, str]]


@pytest.fixture(autouse=True)
def no_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docker").mkdir()
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    monkeypatch.setattr("wtc.engine.images.pull.BACKOFF_S", (0.0, 0.0))


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    host = os.environ.get("DOCKER_HOST", "")
    found = connect(context="", environment={"DOCKER_HOST": host, "DOCKER_CONFIG": "/nonexistent"})
    yield found
    found.close()


class Builder:
    """Builds the folder `root`, and removes the image afterwards."""

    def __init__(self, engine: Engine, root: Path) -> None:
        self.engine, self.root = engine, root
        self.reference = f"wtctest-{secrets.token_hex(6)}"
        self.tail_lines: Told = []
        self.tags = [self.reference]

    def lay(self, name: str, content: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def build(
        self,
        text: str = "",
        *,
        stop: threading.Event | None = None,
        bases: dict[str, str] | None = None,
        **options: object,
    ) -> str:
        if text:
            self.lay("Dockerfile", text)
        build = Build(**{"context": str(self.root), **options})  # type: ignore[arg-type]
        self.tags += build.tags
        image = DesiredImage(
            service="web",
            reference=self.reference,
            build=build,
            bases=bases or {},
            build_hash="abc",
            labels={"l": self.reference},
        )
        given = {"token": FileSource(name="token", content="s3cret")}
        return build_image(self.engine, BuildImage(image=image), self.report, secrets=given, stop=stop)

    def needs_engine_23(self) -> None:
        """Without a `syntax` line, the frontend of older engines has no here-documents and no named contexts."""
        if self.engine.api_version < (1, 42):
            pytest.skip("the engine is older than 23")

    def report(self, item: str, text: str, current: int, total: int) -> None:
        self.tail_lines.append((item, text))

    def config(self) -> dict[str, object]:
        return self.engine.object(f"/images/{self.reference}/json", doing="inspect")["Config"]

    def run(self, command: str) -> str:
        """The output of a shell command in the image."""
        body = {"Image": self.reference, "Cmd": ["sh", "-c", command], "Tty": True}
        created = self.engine.call("POST", "/containers/create", doing="create", body=body).json()["Id"]
        try:
            self.engine.call("POST", f"/containers/{created}/start", doing="start")
            self.engine.call("POST", f"/containers/{created}/wait", doing="wait")
            query = {"stdout": 1, "stderr": 1}
            return (
                self.engine.call("GET", f"/containers/{created}/logs", doing="read", params=query)
                .content.decode()
                .strip()
            )
        finally:
            self.engine.call("DELETE", f"/containers/{created}", doing="remove", params={"force": 1})

    def clean(self) -> None:
        for tag in self.tags:
            with contextlib.suppress(NotFoundError):
                self.engine.call("DELETE", f"/images/{tag}", doing="remove", params={"force": 1})
        # Images that lost their tag to a later build of the same test.
        ours = {"filters": json.dumps({"dangling": ["true"], "label": [f"l={self.reference}"]})}
        self.engine.call("POST", "/images/prune", doing="remove", params=ours)


@pytest.fixture
def it(engine: Engine, tmp_path: Path) -> Iterator[Builder]:
    builder = Builder(engine, tmp_path / "context")
    builder.root.mkdir()
    yield builder
    builder.clean()


def test_image_is_built_tagged_and_labelled(it: Builder) -> None:
    extra = f"{it.reference}-too:1"
    identity = it.build(f"FROM {BASE}\nLABEL own=1\n", tags=(extra,), labels={"file": "2"})
    found = it.engine.object(f"/images/{extra}/json", doing="inspect")
    assert found["Id"] == identity
    assert found["Config"]["Labels"] == {"own": "1", "file": "2", "l": it.reference, BUILD_HASH: "abc"}


def test_cache_mount_here_document_linked_copy_and_stages_are_built(it: Builder) -> None:
    it.needs_engine_23()
    it.lay("a.txt", "from the context")
    it.build(f"""
FROM {BASE} AS made
RUN --mount=type=cache,target=/cache touch /cache/x && ls /cache > /list
COPY <<EOF /here
from the document
EOF
FROM {BASE}
COPY --link a.txt /a
COPY --from=made /list /here /
""")
    assert it.run("cat /a /list /here").split() == ["from", "the", "contextx", "from", "the", "document"]


def test_second_build_is_cached_and_its_steps_are_reported(it: Builder) -> None:
    dockerfile = f"FROM {BASE}\nARG ONCE={it.reference}\nRUN echo says $ONCE\n"
    first = it.build(dockerfile)
    step = "[2/2] RUN echo says " + it.reference
    assert ("context", "sending") in it.tail_lines
    assert [text for item, text in it.tail_lines if item == step] == ["started", f"says {it.reference}", "done"]
    it.tail_lines.clear()
    assert it.build(dockerfile) == first
    assert (step, "cached") in it.tail_lines


def test_ignored_files_are_excluded_and_exceptions_included(it: Builder) -> None:
    for name in ("kept", "logs/a.log", "logs/keep.log", "node_modules/x"):
        it.lay(name, "")
    it.lay(".dockerignore", "**/*.log\n!logs/keep.log\nnode_modules\n.dockerignore\n")
    it.build(f"FROM {BASE}\nCOPY . /app\n")
    assert it.run("cd /app && find . -type f | sort").split() == ["./Dockerfile", "./kept", "./logs/keep.log"]


def test_options_reach_the_build(it: Builder) -> None:
    it.build(
        f"FROM {BASE} AS wanted\nARG GIVEN=default\n"
        "RUN cat /etc/hosts > /hosts; echo $GIVEN > /given\n"
        f"FROM {BASE}\nRUN false\n",
        target="wanted",
        args={"GIVEN": "a b"},
        extra_hosts={"there": ("10.1.2.3",)},
        no_cache=True,
    )
    assert it.run("cat /given; grep there /hosts").split() == ["a", "b", "10.1.2.3", "there"]


def test_limits_apply_during_the_build(it: Builder) -> None:
    it.needs_engine_23()
    it.build(f"FROM {BASE}\nRUN ulimit -n > /limit; df -k /dev/shm | tail -1 > /shm\n", **LIMITS)
    assert {"123", "8192"} <= set(it.run("cat /limit /shm").split())


def test_options_that_an_old_buildkit_ignores_are_an_error(it: Builder, monkeypatch: pytest.MonkeyPatch) -> None:
    it.engine = dataclasses.replace(it.engine, api_version=(1, 41))
    with pytest.raises(WtcError) as caught:
        it.build(f"FROM {BASE}\n", **LIMITS)
    assert caught.value.causes[0].startswith("`build.ulimits` and `build.shm_size` need engine API 1.42")
    assert caught.value.causes[0].endswith("supports 1.41")
    monkeypatch.setenv("DOCKER_BUILDKIT", "0")
    it.build(f"FROM {BASE}\nRUN ulimit -n > /limit; df -k /dev/shm | tail -1 > /shm\n", **LIMITS)
    assert {"123", "8192"} <= set(it.run("cat /limit /shm").split())


@pytest.mark.parametrize("network", ["none", "host"])
def test_build_steps_use_the_network(it: Builder, network: str) -> None:
    it.build(f"FROM {BASE}\nRUN ls /sys/class/net > /net\n", network=network, no_cache=True)
    assert (it.run("cat /net").split() == ["lo"]) is (network == "none")


def test_inline_dockerfile_and_dockerfile_outside_of_the_context_are_built(it: Builder) -> None:
    it.lay("a.txt", "")
    it.build(dockerfile_inline=f"FROM {BASE}\nCOPY a.txt /\nRUN echo inline > /which\n")
    assert it.run("cat /which") == "inline"
    (it.root.parent / "far.Dockerfile").write_text(f"FROM {BASE}\nCOPY a.txt /\nRUN echo outside > /which\n")
    it.build(dockerfile="../far.Dockerfile")
    assert it.run("cat /which") == "outside"


def test_failed_step_is_reported_with_its_last_lines(it: Builder) -> None:
    with pytest.raises(WtcError) as caught:
        it.build(
            f"FROM {BASE}\nARG PASSWORD\nRUN for i in $(seq 50); do echo x $i; done; sleep 0.3; echo wrong >&2; exit 7",
            args={"PASSWORD": "hunter2"},
            no_cache=True,
        )
    error = caught.value
    assert error.message == "the image of service `web` could not be built"
    assert error.causes[0].startswith("step `[2/2] RUN for i in")
    assert error.causes[1].endswith("exit code: 7")
    lines = error.detail.splitlines()
    assert {"wrong", "x 50"} <= set(lines[-3:])
    assert len(lines) == 30
    assert "hunter2" not in f"{error.causes} {error.detail} {it.tail_lines}"


def test_invalid_dockerfile_is_reported_with_the_builders_message(it: Builder) -> None:
    with pytest.raises(WtcError) as caught:
        it.build("NONSENSE here\n")
    assert "NONSENSE" in caught.value.causes[0]
    assert caught.value.causes[1] == f"its Dockerfile is `{it.root}/Dockerfile`"


def test_missing_base_image_is_reported_as_a_failed_pull(it: Builder) -> None:
    with pytest.raises(WtcError) as caught:
        it.build("FROM 127.0.0.1:9/absent:1\n")
    assert caught.value.message == "the image of service `web` could not be built"
    assert caught.value.causes[0] == "image `127.0.0.1:9/absent:1` of service `web` could not be pulled"
    assert "127.0.0.1:9" in caught.value.causes[1]


def test_missing_context_names_the_service(it: Builder) -> None:
    with pytest.raises(WtcError) as caught:
        it.build(context=str(it.root / "gone"))
    assert caught.value.message == "the image of service `web` could not be built"
    assert caught.value.causes == (f"the build context `{it.root}/gone` does not exist",)


def test_refused_option_is_an_error_of_the_engine(it: Builder) -> None:
    with pytest.raises(EngineError) as caught:
        it.build(f"FROM {BASE}\n", tags=("Not A Reference",))
    assert caught.value.message == "cannot build the image of service `web`"
    it.tags.remove("Not A Reference")


def test_stop_cancels_a_build_without_output(it: Builder) -> None:
    stop = threading.Event()
    report_progress = it.report

    def report(item: str, text: str, current: int, total: int) -> None:
        report_progress(item, text, current, total)
        if "sleep" in item and text == "started":
            stop.set()

    it.report = report  # type: ignore[method-assign]
    with pytest.raises(InterruptedByUserError):
        it.build(f"FROM {BASE}\nRUN sleep 250\n", stop=stop, no_cache=True)


@pytest.fixture
def legacy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_BUILDKIT", "0")


@pytest.mark.usefixtures("legacy")
def test_legacy_builder_excludes_ignored_files(it: Builder) -> None:
    it.lay("kept", "")
    it.lay("left", "")
    it.lay(".dockerignore", "left\n.dockerignore\n")
    identity = it.build(dockerfile_inline=f"FROM {BASE}\nARG A\nCOPY . /app\nRUN echo says $A\n", args={"A": "1"})
    assert it.engine.object(f"/images/{it.reference}/json", doing="inspect")["Id"] == identity
    assert it.run("ls -A /app") == "kept"
    assert any(item.endswith("RUN echo says $A") and text == "says 1" for item, text in it.tail_lines)


@pytest.mark.usefixtures("legacy")
def test_legacy_builder_reports_the_failed_step(it: Builder) -> None:
    with pytest.raises(WtcError) as caught:
        it.build(f"FROM {BASE}\nRUN echo wrong; exit 7\n")
    assert caught.value.causes[0].endswith("] RUN echo wrong; exit 7` failed")
    assert "wrong" in caught.value.detail.splitlines()


@pytest.fixture
def buildx(no_configuration: None, tmp_path: Path) -> None:
    """Install the plugin: the docker command also looks for plugins in its configuration folder."""
    (tmp_path / "docker/cli-plugins").symlink_to(Path.home() / ".docker/cli-plugins")
    assert build_buildx.is_buildx_installed()


@pytest.mark.usefixtures("buildx")
def test_secrets_and_additional_contexts_are_built_with_buildx(it: Builder) -> None:
    it.needs_engine_23()
    (it.root.parent / "lib").mkdir()
    (it.root.parent / "lib/x").write_text("of the library")
    it.lay("a.txt", "")
    it.build(
        dockerfile_inline=f"FROM {BASE}\nARG A\nCOPY --from=lib x /x\nCOPY a.txt /\n"
        "RUN --mount=type=secret,id=token wc -c < /run/secrets/token > /size; echo $A > /a\n",
        additional_contexts={"lib": str(it.root.parent / "lib")},
        secrets=(BuildSecret(source="token"),),
        args={"A": "b c"},
    )
    assert it.run("cat /x /size /a").split() == ["of", "the", "library6", "b", "c"]
    assert (it.config()["Labels"] or {}) == {"l": it.reference, BUILD_HASH: "abc"}
    assert any(text == "done" for _item, text in it.tail_lines)


@pytest.mark.usefixtures("buildx")
def test_failed_build_with_buildx_reports_its_step(it: Builder) -> None:
    with pytest.raises(WtcError) as caught:
        it.build(f"FROM {BASE}\nRUN echo wrong; exit 7\n", secrets=(BuildSecret(source="token"),))
    assert caught.value.causes[0] == "step `[2/2] RUN echo wrong; exit 7` failed"
    assert caught.value.causes[1].endswith("exit code: 7")
    assert caught.value.detail == "wrong"


@pytest.mark.usefixtures("buildx")
def test_options_reach_the_build_through_buildx(it: Builder) -> None:
    it.needs_engine_23()
    it.lay("a.txt", "")
    text = "\n".join(["$$${A} ${B:-x} %{if} %%{y} 100% $", "é \\ \" '"])
    it.build(
        f"FROM {BASE} AS wanted\nARG TEXT\nRUN printf '%s' \"$TEXT\" > /text; ulimit -n > /limit\n"
        "RUN --mount=type=secret,id=token df -k /dev/shm | tail -1 > /shm; grep there /etc/hosts > /hosts\n"
        f"FROM {BASE}\nRUN false\n".replace(",id=a,b", ',"id=a,b"'),
        target="wanted",
        args={"TEXT": text, "UNUSED": "1"},
        secrets=(BuildSecret(source="token"),),
        extra_hosts={"there": ("10.1.2.3", "10.1.2.4")},
        labels={"${a}": "${b}"},
        no_cache=True,
        **LIMITS,
    )
    assert it.run("cat /text").replace("\r", "") == text
    assert {"123", "8192", "10.1.2.3", "10.1.2.4"} <= set(it.run("cat /limit /shm /hosts").split())
    assert it.config()["Labels"] == {"${a}": "${b}", "l": it.reference, BUILD_HASH: "abc"}


@pytest.mark.usefixtures("buildx")
def test_build_argument_does_not_choose_the_plugin_that_docker_runs(
    it: Builder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docker").rename(tmp_path / ".docker")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("DOCKER_CONFIG")
    plugin = tmp_path / "evil/cli-plugins/docker-buildx"
    plugin.parent.mkdir(parents=True)
    plugin.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
    plugin.chmod(0o755)
    evil = str(tmp_path / "evil")
    it.build(
        f"FROM {BASE}\nARG DOCKER_CONFIG\nRUN echo $DOCKER_CONFIG > /given\n",
        args={"DOCKER_CONFIG": evil, "PATH": f"{evil}/cli-plugins", "DOCKER_HOST": "tcp://127.0.0.1:1"},
        secrets=(BuildSecret(source="token"),),
    )
    assert it.run("cat /given") == evil
    assert not (tmp_path / "ran").exists()


@pytest.fixture(params=["with buildx", "without buildx", "legacy builder"])
def each_builder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Build with `docker buildx`, with the engine alone, and with the engine's legacy builder."""
    if request.param == "with buildx":
        request.getfixturevalue("buildx")
    else:
        monkeypatch.setattr(build_buildx, "is_buildx_installed", lambda: False)
    if request.param == "legacy builder":
        request.getfixturevalue("legacy")


COPIES_ALL = f"FROM {BASE}\nCOPY . /all\n"


@pytest.mark.usefixtures("each_builder")
@pytest.mark.parametrize(
    ("files", "options", "copied"),
    [
        ({}, {"dockerfile_inline": COPIES_ALL}, "a"),
        ({"../far": COPIES_ALL}, {"dockerfile": "../far"}, "a"),
        ({"../far": COPIES_ALL, "../far.dockerignore": "b", "b": ""}, {"dockerfile": "../far"}, "a"),
        ({"Dockerfile": COPIES_ALL, ".dockerignore": "Dockerfile\n.dockerignore\n"}, {}, "a"),
        ({"d/x": COPIES_ALL, ".dockerignore": "d/x\n.dockerignore\n"}, {"dockerfile": "d/x"}, "a d"),
        ({"Dockerfile": COPIES_ALL}, {}, "Dockerfile a"),
    ],
)
def test_dockerfile_that_is_not_part_of_the_context_is_not_copied(
    it: Builder, files: dict[str, str], options: dict[str, Any], copied: str
) -> None:
    for name, content in {"a": "", **files}.items():
        it.lay(name, content)
    it.build(**options)
    assert it.run("cd /all; ls -A").split() == copied.split()


@pytest.mark.usefixtures("each_builder")
def test_trigger_of_the_base_image_does_not_copy_the_dockerfile(it: Builder) -> None:
    it.lay("a", "")
    base = f"{it.reference}-base"
    it.build(f"FROM {BASE}\nONBUILD COPY . /all\n", tags=(base,))
    (it.root / "Dockerfile").unlink()
    it.build(dockerfile_inline=f"FROM {base}\n", no_cache=True)
    assert it.run("ls -A /all") == "a"


@pytest.mark.usefixtures("each_builder")
@pytest.mark.parametrize("are_named_contexts_known", [True, False])
def test_own_image_replaces_the_reference_in_a_dockerfile(
    it: Builder, monkeypatch: pytest.MonkeyPatch, *, are_named_contexts_known: bool
) -> None:
    if not are_named_contexts_known:
        monkeypatch.setattr("wtc.engine.images.build.NAMED_CONTEXTS_API", (99, 0))
    own = f"{it.reference}-own"
    it.build(f"FROM {BASE}\nRUN touch /own\n", tags=(own,))
    it.lay("Dockerfile", "ARG FOREIGN\nFROM $FOREIGN AS x\nCOPY . /all\nFROM x\nCOPY --from=acme/tool:1 /own /copied\n")
    it.lay("Dockerfile.dockerignore", "Dockerfile*\nsecret\n")
    it.lay("secret", "")
    it.lay("a", "")
    it.build(args={"FOREIGN": "acme/base:1"}, bases={"acme/base:1": own, "acme/tool:1": own})
    assert it.run("ls -A /own /copied /all").split() == ["/copied", "/own", "/all:", "a"]


def test_missing_buildx_is_an_error_that_names_the_options(it: Builder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(WtcError) as caught:
        it.build(f"FROM {BASE}\n", secrets=(BuildSecret(source="token"),), ssh={"default": ""})
    assert "without `docker buildx`" in caught.value.message
    assert "`build.secrets`, `build.ssh`" in caught.value.causes[0]
    assert it.tail_lines == []


@pytest.mark.parametrize("through_buildx", [False, True])
@pytest.mark.usefixtures("buildx")
def test_linked_worktree_in_the_context_is_not_sent(it: Builder, *, through_buildx: bool) -> None:
    it.needs_engine_23()
    lib = it.root.parent / "lib"
    for name in ("a.txt", "one/b.txt", "wt (1)/secret", "deep/wt/secret"):
        it.lay(name, "x")
        it.lay(f"../lib/{name}", "x")
    for folder in ("wt (1)", "deep/wt"):
        for context in (it.root, lib):
            (context / folder / ".git").write_text("gitdir: /gone/.git/worktrees/wt\n")
    # An exception of the file must not include them again.
    it.lay(".dockerignore", "one\n!wt*\n")
    named = "COPY --from=lib . /lib\n" if through_buildx else "RUN mkdir /lib\n"
    it.build(
        f"FROM {BASE}\nCOPY . /app\n{named}",
        additional_contexts={"lib": str(lib)} if through_buildx else {},
    )
    found = it.run("cd /app && find . -type f | sort; cd /lib && find . -type f | sort").split()
    assert found == [
        "./.dockerignore",
        "./Dockerfile",
        "./a.txt",
        *(["./a.txt", "./one/b.txt"] if through_buildx else []),
    ]
