"""Builds that need a client which BuildKit can ask back (for secrets, keys, folders), through `docker buildx`."""

import os
import re
import shutil
import subprocess
import threading
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from wtc.engine import build_query
from wtc.engine.build_progress import KEPT_LINES, Report, not_built
from wtc.engine.buildx_context import without_worktrees
from wtc.engine.context import is_remote, locate
from wtc.engine.records import check
from wtc.errors import WtcError

if TYPE_CHECKING:
    from wtc.engine.connection import Engine
    from wtc.model.build import Build
    from wtc.model.mounts import FileSource
    from wtc.model.plan import BuildImage

_LINE = re.compile(r"#(\d+) (.*)")
_LOG = re.compile(r"\d+\.\d+ (.*)")
_LOOK_S = 0.1
_ENDS = {"DONE": "done", "CACHED": "cached", "CANCELED": "canceled"}


def is_installed() -> bool:
    """Whether there is a docker command with the buildx plugin."""
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "buildx", "version"], capture_output=True, check=False).returncode == 0


def not_installed(service: str, needed: Sequence[str]) -> WtcError:
    """The error for a build that cannot do without."""
    options = ", ".join(f"`build.{option}`" for option in needed)
    return WtcError(
        f"the image of service `{service}` cannot be built without `docker buildx`, which is not installed",
        causes=(f"the engine has to ask its client for what belongs to {options}",),
        hints=(
            "to install it, take the package `docker-buildx-plugin` (Debian's `docker-buildx`), Docker Desktop has it",
            "to see whether it is there, run `docker buildx version`",
        ),
    )


def build(
    engine: "Engine",
    op: "BuildImage",
    report: Report,
    *,
    secrets: "Mapping[str, FileSource]",
    stop: threading.Event | None = None,
) -> None:
    """Builds and loads the image into the engine.

    Raises: WtcError with the failed step's last lines; InterruptedByUserError.
    """
    environment = {**os.environ, "DOCKER_HOST": engine.address}
    check(stop)
    with (
        without_worktrees(build_query.of(op)) as sent,
        subprocess.Popen(
            ["docker", "buildx", "build", *arguments(_of(op, sent), secrets, environment)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        ) as running,
        _ended_by(stop, running),
    ):
        assert running.stdin  # noqa: S101  it is a pipe
        assert running.stderr  # noqa: S101
        running.stdin.write(sent.dockerfile_inline.encode())
        running.stdin.close()
        output = _Output(report)
        for line in running.stderr:
            output.read(line.decode(errors="replace").rstrip())
        status = running.wait()
    check(stop)
    if status:
        file = _dockerfile(build_query.of(op))
        causes = (*output.causes(), f"its Dockerfile is `{file}`") if file != "-" else output.causes()
        raise WtcError(not_built(op.image.service), causes=causes, detail="\n".join(output.failed_lines))


def _of(op: "BuildImage", build: "Build") -> "BuildImage":
    return replace(op, image=replace(op.image, build=build))


class _Output:
    """What `--progress=plain` prints: `#5 [2/3] RUN x` once, then `#5 0.1 output`, `#5 DONE 0.2s`."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._names: dict[str, str] = {}
        self._lines: dict[str, deque[str]] = {}
        self._error = ""
        self._failed = ""

    def read(self, line: str) -> None:
        found = _LINE.fullmatch(line)
        if not found:
            self._error = line if line.startswith("ERROR: ") else self._error
            return
        number, text = found[1], found[2]
        if number not in self._names:
            self._names[number] = text
            self._lines[number] = deque(maxlen=KEPT_LINES)
            self._report(text, "started", 0, 0)
            return
        word = text.partition(" ")[0]
        if word == "ERROR:":
            self._failed = self._failed or number
            self._report(self._names[number], "failed", 0, 0)
        elif word in _ENDS:
            self._report(self._names[number], _ENDS[word], 0, 0)
        elif log := _LOG.fullmatch(text):
            self._lines[number].append(log[1])
            self._report(self._names[number], log[1], 0, 0)

    @property
    def failed_lines(self) -> tuple[str, ...]:
        return tuple(self._lines.get(self._failed, ()))

    def causes(self) -> tuple[str, ...]:
        step = (f"step `{self._names[self._failed]}` failed",) if self._failed else ()
        return (*step, *filter(None, (self._error.removeprefix("ERROR: "),)))


def arguments(op: "BuildImage", secrets: "Mapping[str, FileSource]", environment: dict[str, str]) -> Iterator[str]:
    """The command's arguments; values that may be secret go into the environment, where no other user sees them."""
    image, build = op.image, build_query.of(op)
    yield from ("--progress=plain", "--load", f"--file={_dockerfile(build)}")
    for tag in build_query.tags_of(image, build):
        yield f"--tag={tag}"
    for name, value in build.args.items():
        if environment.setdefault(name, value) == value:
            yield f"--build-arg={name}"
        else:
            yield f"--build-arg={name}={value}"
    yield from (f"--label={name}={value}" for name, value in build_query.labels_of(image, build).items())
    yield from (f"--build-context={name}={value}" for name, value in build.additional_contexts.items())
    yield from (f"--add-host={host}:{ip}" for host, ips in build.extra_hosts.items() for ip in ips)
    yield from (f"--ulimit={name}={limit.soft}:{limit.hard}" for name, limit in build.ulimits.items())
    yield from (f"--cache-from={entry}" for entry in build.cache_from)
    yield from (f"--cache-to={entry}" for entry in build.cache_to)
    yield from (f"--no-cache-filter={stage}" for stage in build.no_cache_filter)
    yield from (f"--allow={entitlement}" for entitlement in _entitlements(build))
    yield from (f"--ssh={name}={source}" if source else f"--ssh={name}" for name, source in build.ssh.items())
    yield from _secrets(op, secrets, environment)
    single = {
        "--target": build.target,
        "--network": build.network,
        "--platform": build_query.platform_of(image, build),
        "--shm-size": str(build.shm_size_bytes or ""),
        "--provenance": build.provenance,
        "--sbom": build.sbom,
        "--no-cache": "true" if op.no_cache or build.no_cache else "",
        "--pull": "true" if op.pull or build.pull else "",
    }
    yield from (f"{option}={value}" for option, value in single.items() if value)
    yield build.context


def _dockerfile(build: "Build") -> str:
    if build.dockerfile_inline:
        return "-"
    if is_remote(build.context):
        return build.dockerfile or "Dockerfile"
    context = locate(build)
    if context.extra_dockerfile is None:
        return f"{context.root}/{context.dockerfile}"
    return os.path.normpath(f"{context.root}/{build.dockerfile}") if build.dockerfile[:1] != "/" else build.dockerfile


def _entitlements(build: "Build") -> list[str]:
    implied = ["security.insecure"] if build.privileged else []
    implied += ["network.host"] if build.network == "host" else []
    return list(dict.fromkeys((*build.entitlements, *implied)))


def _secrets(op: "BuildImage", secrets: "Mapping[str, FileSource]", environment: dict[str, str]) -> Iterator[str]:
    for number, secret in enumerate(build_query.of(op).secrets):
        source = secrets.get(secret.source)
        identity = secret.target or secret.source
        if source is not None and source.file:
            yield f"--secret=id={identity},src={source.file}"
        elif source is not None and (source.environment or source.content is not None):
            environment[f"WTC_BUILD_SECRET_{number}"] = source.content or ""
            yield f"--secret=id={identity},env=WTC_BUILD_SECRET_{number}"
        else:
            raise WtcError(
                not_built(op.image.service),
                causes=(f"secret `{secret.source}` has neither a file nor an environment variable",),
                hints=(f"to give it one, set `secrets.{secret.source}.file` in the compose file",),
            )


@contextmanager
def _ended_by(stop: threading.Event | None, running: "subprocess.Popen[bytes]") -> Generator[None]:
    """Ends the command once `stop` is set, and whatever else ends the reading; it cancels the build then."""
    over = threading.Event()

    def watch() -> None:
        while stop is not None and not over.wait(_LOOK_S):
            if stop.is_set():
                running.terminate()
                return

    watcher = threading.Thread(target=watch, daemon=True, name="wtc-buildx-watch")
    watcher.start()
    try:
        yield
    except BaseException:
        running.terminate()
        raise
    finally:
        over.set()
        watcher.join()
