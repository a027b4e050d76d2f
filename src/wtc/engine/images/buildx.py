"""Build with `docker buildx`: for builds in which BuildKit calls its client, for secrets, keys or folders."""

import contextlib
import functools
import os
import re
import shutil
import subprocess
import threading
from collections import deque
from collections.abc import Generator, Mapping, Sequence

from wtc.dataclass import replace
from wtc.engine.client.json_stream import check_stop
from wtc.engine.images import bake, build_query, buildx_environment
from wtc.engine.images.build_context import DEFAULT_DOCKERFILE, BuildContext, is_remote, locate_context
from wtc.engine.images.build_progress import KEPT_LINES, Report, build_failed_message
from wtc.engine.images.buildx_context import adapted_build
from wtc.errors import BuildFailedError
from wtc.model.diagnostic import Diagnostic
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.model.build import Build
    from wtc.model.mounts import FileSource
    from wtc.model.plan import BuildImage

_LINE = re.compile(r"#(\d+) (.*)")
_LOG = re.compile(r"\d+\.\d+ (.*)")
_POLL_S = 0.1
_ERROR = "ERROR: "
_UNKNOWN = re.compile(r'An argument named "([a-z-]+)" is not expected here')
"""The error of a buildx version that does not support an attribute of the definition."""
_ENDS = {"DONE": "done", "CACHED": "cached", "CANCELED": "canceled"}


def is_buildx_installed() -> bool:
    """Return whether the docker command and its buildx plugin are installed."""
    docker = shutil.which("docker")
    environment = buildx_environment.caller_environment(os.environ)
    return docker is not None and _has_buildx(docker, tuple(sorted(environment.items())))


@functools.cache
def _has_buildx(docker: str, environment: tuple[tuple[str, str], ...]) -> bool:
    done = subprocess.run([docker, "buildx", "version"], capture_output=True, check=False, env=dict(environment))
    return done.returncode == 0


def buildx_missing(service: str, needed: Sequence[str]) -> BuildFailedError:
    """Return the error for a build that needs buildx; `needed` are the options that need it."""
    options = ", ".join(f"`build.{option}`" for option in needed)
    message = f"the image of service `{service}` cannot be built without `docker buildx`, which is not installed"
    return BuildFailedError(
        message,
        causes=(f"BuildKit has to call its client for {options}",),
        hints=(
            "to install it, install the package `docker-buildx-plugin` (`docker-buildx` on Debian) or Docker Desktop",
            "to check whether it is installed, run `docker buildx version`",
        ),
        diagnostics=[Diagnostic(message=message, path=("services", service, "build", option)) for option in needed],
    )


def build_with_buildx(
    engine: "Engine",
    op: "BuildImage",
    report: Report,
    *,
    context: BuildContext | None,
    secrets: "Mapping[str, FileSource]",
    stop: threading.Event | None = None,
) -> None:
    """Build the image and load it into the engine.

    `context`: None if it is remote. If its Dockerfile is rewritten, that one names the stack's images.
    Raises: BuildFailedError with the failed step's last lines; InterruptedByUserError.
    """
    build, service = build_query.build_of(op), op.image.service
    dockerfile = _dockerfile(build)
    environment = buildx_environment.build_environment(os.environ, engine=engine.address)
    check_stop(stop)
    with adapted_build(build, context) as sent:
        image = replace(op.image, build=sent)
        if context and context.is_rewritten:
            image = replace(image, bases={})
        definition = bake.bake_definition(replace(op, image=image), secrets, dockerfile=_dockerfile(sent))
        with (
            subprocess.Popen(
                buildx_arguments(op),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env={**environment, **bake.secret_environment(op, secrets)},
                start_new_session=True,
            ) as running,
            _terminate_on_stop(stop, running),
        ):
            assert running.stdin  # noqa: S101  it is a pipe
            assert running.stderr  # noqa: S101
            # If buildx ends without reading, its output says why.
            with contextlib.suppress(BrokenPipeError), running.stdin as reading:
                reading.write(definition)
            output = _Output(report)
            for line in running.stderr:
                output.read(line.decode(errors="replace").rstrip())
            status = running.wait()
    check_stop(stop)
    if status:
        raise _failure(service, dockerfile, output)


class _Output:
    """Reads `--progress=plain`: `#5 [2/3] RUN x` once, then `#5 0.1 output`, `#5 DONE 0.2s`."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._names: dict[str, str] = {}
        self._lines: dict[str, deque[str]] = {}
        self.error = ""
        self._failed = ""

    def read(self, line: str) -> None:
        found = _LINE.fullmatch(line)
        if not found:
            self.error = line.removeprefix(_ERROR) if line.startswith(_ERROR) else self.error
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
        return (*step, *filter(None, (self.error.removeprefix(f"target {bake.TARGET}: "),)))


def buildx_arguments(op: "BuildImage") -> list[str]:
    """Return the command line. Other users can see it, so values that may be secret are only in the definition."""
    build = build_query.build_of(op)
    single = {"--provenance": build.provenance, "--sbom": build.sbom}
    return [
        *("docker", "buildx", "bake", "--file=-", "--progress=plain", "--load"),
        *(f"--allow={entitlement}" for entitlement in bake.entitlements(build)),
        *(f"{option}={value}" for option, value in single.items() if value),
    ]


def _dockerfile(build: "Build") -> str:
    """Return the Dockerfile's path, for buildx and for messages; empty if it is inline in the compose file."""
    if build.dockerfile_inline:
        return ""
    if is_remote(build.context):
        return build.dockerfile or DEFAULT_DOCKERFILE
    context = locate_context(build)
    if context.extra_dockerfile is None:
        return f"{context.root}/{context.dockerfile}"
    return os.path.normpath(os.path.join(context.root, build.dockerfile))


def _failure(service: str, dockerfile: str, output: "_Output") -> BuildFailedError:
    if old := _UNKNOWN.search(output.error):
        option = old[1].replace("-", "_")
        return BuildFailedError(
            build_failed_message(service),
            causes=(f"this `docker buildx` is too old for `build.{option}`",),
            hints=("to see its version, run `docker buildx version`; 0.25 and later support all of `build`",),
        )
    causes = (*output.causes(), f"its Dockerfile is `{dockerfile}`") if dockerfile else output.causes()
    return BuildFailedError(build_failed_message(service), causes=causes, detail="\n".join(output.failed_lines))


@contextlib.contextmanager
def _terminate_on_stop(stop: threading.Event | None, running: "subprocess.Popen[bytes]") -> Generator[None]:
    """Terminate the command, which cancels the build, when `stop` is set or an exception is raised inside."""
    finished = threading.Event()

    def watch() -> None:
        while stop is not None and not finished.wait(_POLL_S):
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
        finished.set()
        watcher.join()
