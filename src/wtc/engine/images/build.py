"""Build images through the Engine API. Source: Engine API, `POST /build` (ImageBuild), `GET /_ping`."""

import contextlib
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, urlencode

from wtc.engine.client import json_stream
from wtc.engine.client.json_access import Json, get_object, require_text
from wtc.engine.images import build_query
from wtc.engine.images.base_images import base_images, with_images
from wtc.engine.images.build_context import (
    DEFAULT_DOCKERFILE,
    BuildContext,
    BuildContextError,
    is_remote,
    locate_context,
    with_dockerfile,
)
from wtc.engine.images.build_inputs import dockerfile_text
from wtc.engine.images.build_progress import BuildProgress, Report, build_failed_message
from wtc.engine.images.build_query import BUILDKIT, LEGACY
from wtc.engine.images.dockerfile import may_copy, needs_buildkit
from wtc.errors import BuildFailedError, EngineError, NotFoundError
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.model.build import Build
    from wtc.model.mounts import FileSource
    from wtc.model.plan import BuildImage

LIMITS_API = (1, 42)
"""Docker Engine 23. Older BuildKit versions silently ignore `ulimits` and `shm_size`."""
NAMED_CONTEXTS_API = (1, 42)
"""Docker Engine 23, whose BuildKit has Dockerfile 1.4. Older ones fetch another frontend from a registry."""
_OFF = {"0", "false"}


def build_image(
    engine: "Engine",
    op: "BuildImage",
    report: Report,
    *,
    secrets: "Mapping[str, FileSource] | None" = None,
    stop: threading.Event | None = None,
) -> str:
    """Build and tag a service's image, and return its id.

    `secrets`: name -> source, of the project's secrets.
    Raises: BuildFailedError with the failed step's last lines as detail; EngineError; InterruptedByUserError when
    `stop` is set: the engine cancels the build when the connection is closed.
    """
    from wtc.engine.images import buildx

    build = build_query.build_of(op)
    needed = build_query.needs_buildx(build)
    try:
        context = None if is_remote(build.context) else locate_context(build)
        use_contexts = bool(op.image.bases) and (context is None or engine.api_version >= NAMED_CONTEXTS_API)
        if context is not None and op.image.bases and not (use_contexts and buildx.is_buildx_installed()):
            # Without named contexts, the Dockerfile itself has to name the stack's images.
            context, use_contexts = _with_own_images(context, op), False
        # The base images of a remote context are not known here, so prefer `docker buildx`, which has credentials.
        if (needed or use_contexts or context is None) and buildx.is_buildx_installed():
            return _build_with_buildx(engine, op, report, context=context, secrets=secrets, stop=stop)
        if needed:
            raise buildx.buildx_missing(op.image.service, needed)
        return _build(engine, op, report, context=context, secrets=secrets, stop=stop)
    except BuildContextError as error:
        raise BuildFailedError(
            build_failed_message(op.image.service), causes=(error.message, *error.causes), hints=error.hints
        ) from error


def _with_own_images(context: BuildContext, op: "BuildImage") -> BuildContext:
    """Return the context with a Dockerfile that refers to the stack's images in place of the original references."""
    text = with_images(dockerfile_text(context), op.image.bases, arguments=build_query.build_of(op).args)
    return with_dockerfile(context, text.encode())


def _build(
    engine: "Engine",
    op: "BuildImage",
    report: Report,
    *,
    context: BuildContext | None,
    secrets: "Mapping[str, FileSource] | None",
    stop: threading.Event | None,
) -> str:
    """Build with the engine's `/build`, if its result does not contain the Dockerfile that is sent along."""
    from wtc.engine.images import buildx

    build, service = build_query.build_of(op), op.image.service
    version = _builder(engine)
    pull = op.pull or build.pull
    failed_pulls: dict[str, EngineError] = {}
    if version == BUILDKIT and engine.api_version < LIMITS_API and (options := _limits(build)):
        raise _unsupported_error(engine, service, options)
    if context is not None and (version == BUILDKIT or op.image.bases):
        failed_pulls = _pull_bases(engine, op, context, report, pull=pull, stop=stop)
        pull = False
    try:
        if context is not None and version == BUILDKIT and _is_copied(engine, op, context):
            # The legacy builder hides the Dockerfile by `.dockerignore`, which BuildKit does not apply to an archive.
            if buildx.is_buildx_installed():
                return _build_with_buildx(engine, op, report, context=context, secrets=secrets, stop=stop)
            if not needs_buildkit(dockerfile_text(context), arguments=build.args):
                version = LEGACY
        return _build_with_engine(engine, op, report, context=context, version=version, pull=pull, stop=stop)
    except BuildFailedError as error:
        raise _explain_failure(error, failed_pulls, service) from error


def _is_copied(engine: "Engine", op: "BuildImage", context: BuildContext) -> bool:
    """Return whether a build may copy its Dockerfile, which the context contains only for the engine to read it."""
    if context.extra_dockerfile is None and not context.ignore.ignores(context.dockerfile):
        return False
    build, text = build_query.build_of(op), dockerfile_text(context)
    return may_copy(text, context.dockerfile) or any(
        _has_triggers(engine, image) for image in base_images(text, arguments=build.args, target=build.target)
    )


def _has_triggers(engine: "Engine", reference: str) -> bool:
    """Return whether an image has `ONBUILD` instructions, which can copy from the context; False if it is missing."""
    found = _find_image(engine, reference)
    return found is not None and bool(get_object(found, "Config").get("OnBuild"))


def _build_with_buildx(
    engine: "Engine",
    op: "BuildImage",
    report: Report,
    *,
    context: BuildContext | None,
    secrets: "Mapping[str, FileSource] | None",
    stop: threading.Event | None,
) -> str:
    from wtc.engine.images import buildx

    buildx.build_with_buildx(engine, op, report, context=context, secrets=secrets or {}, stop=stop)
    return _built_image_id(engine, op)


def _build_with_engine(
    engine: "Engine",
    op: "BuildImage",
    report: Report,
    *,
    context: BuildContext | None,
    version: str,
    pull: bool,
    stop: threading.Event | None,
) -> str:
    from wtc.engine.client.credentials import all_credentials, proxy_variables

    build, service = build_query.build_of(op), op.image.service
    parameters = build_query.build_query(
        op,
        version=version,
        dockerfile=context.dockerfile if context else build.dockerfile,
        proxies=proxy_variables(engine.address),
        pull=pull,
    )
    headers = {"Content-Type": "application/x-tar"}
    if version == LEGACY and (found := all_credentials()):
        headers["X-Registry-Config"] = found
    progress = BuildProgress(service, report, source=_source(build, context))
    path, doing = f"/build?{urlencode(parameters)}", f"build the image of service `{service}`"
    data = _count_sent(context, report, for_legacy_builder=version == LEGACY) if context else None
    stream = json_stream.post_records(engine, path, doing=doing, data=data, headers=headers, stop=stop)
    with contextlib.closing(stream):
        for record in stream:
            progress.read(record)
    return progress.image_id or _built_image_id(engine, op)


def _source(build: "Build", context: BuildContext | None) -> str:
    if build.dockerfile_inline:
        return "`build.dockerfile_inline` of the compose file"
    if context is None:
        return f"`{build.dockerfile or DEFAULT_DOCKERFILE}` of `{build.context}`"
    path = build.dockerfile if context.extra_dockerfile is not None else context.dockerfile
    return f"`{os.path.normpath(os.path.join(context.root, path))}`"


def _builder(engine: "Engine") -> str:
    """Return the builder to use: BuildKit, unless the user or the engine turned it off."""
    if os.environ.get("DOCKER_BUILDKIT", "").lower() in _OFF:
        return LEGACY
    # An engine that does not report a version has both.
    wanted = engine.call("GET", "/_ping", doing="read the engine's builder version").header("Builder-Version")
    return LEGACY if wanted == LEGACY else BUILDKIT


def _limits(build: "Build") -> list[str]:
    options = {"ulimits": build.ulimits, "shm_size": build.shm_size_bytes}
    return [f"`build.{name}`" for name, value in options.items() if value]


def _unsupported_error(engine: "Engine", service: str, options: list[str]) -> BuildFailedError:
    supported, needed = (f"{major}.{minor}" for major, minor in (engine.api_version, LIMITS_API))
    return BuildFailedError(
        build_failed_message(service),
        causes=(
            f"{' and '.join(options)} need engine API {needed}; the engine at `{engine.address}` supports {supported}",
        ),
        hints=("to use the legacy builder, which supports them, set `DOCKER_BUILDKIT=0`",),
    )


def _pull_bases(
    engine: "Engine",
    op: "BuildImage",
    context: BuildContext,
    report: Report,
    *,
    pull: bool,
    stop: threading.Event | None,
) -> dict[str, EngineError]:
    """Pull the missing base images, or all with `pull`. Return image -> error of failed pulls, which may not matter.

    Raises: EngineError if `pull` is set and a pull fails.
    """
    from wtc.engine.images.pull import pull_reference

    build = build_query.build_of(op)
    platform = build_query.build_platform(op.image, build)
    failed_pulls: dict[str, EngineError] = {}
    own = frozenset(op.image.bases.values())
    for reference in base_images(dockerfile_text(context), arguments=build.args, target=build.target):
        if reference in own:
            continue
        if not pull and _has_image(engine, reference, platform):
            continue
        try:
            pull_reference(engine, reference, report, service=op.image.service, platform=platform, stop=stop)
        except EngineError as error:
            if pull:
                raise
            failed_pulls[reference] = error
    return failed_pulls


def _has_image(engine: "Engine", reference: str, platform: str) -> bool:
    found = _find_image(engine, reference)
    if found is None:
        return False
    system, _slash, machine = platform.partition("/")
    return not platform or (found.get("Os"), found.get("Architecture")) == (system, machine.partition("/")[0])


def _find_image(engine: "Engine", reference: str) -> Json | None:
    try:
        return engine.object(f"/images/{quote(reference, safe='/:@')}/json", doing=f"inspect image `{reference}`")
    except NotFoundError:
        return None


def _explain_failure(
    error: BuildFailedError, failed_pulls: Mapping[str, EngineError], service: str
) -> BuildFailedError:
    """Return the error of the pull if the build failed because of a missing base image: it has the reason."""
    text = " ".join(error.causes)
    for reference, reason in failed_pulls.items():
        if reference in text:
            return BuildFailedError(
                build_failed_message(service), causes=(reason.message, *reason.causes), hints=reason.hints
            )
    return error


def _count_sent(context: BuildContext, report: Report, *, for_legacy_builder: bool) -> Iterator[bytes]:
    from wtc.engine.images.build_context_tar import tar_context

    return _report_sent(tar_context(context, for_legacy_builder=for_legacy_builder), report)


def _report_sent(chunks: Iterable[bytes], report: Report) -> Iterator[bytes]:
    sent = 0
    for chunk in chunks:
        yield chunk
        sent += len(chunk)
        report("context", "sending", sent, 0)


def _built_image_id(engine: "Engine", op: "BuildImage") -> str:
    reference = op.image.reference
    path = f"/images/{quote(reference, safe='/:@')}/json"
    return require_text(engine.object(path, doing=f"inspect image `{reference}`"), "Id")
