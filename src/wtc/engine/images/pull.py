"""Pull images. Source: Engine API, `POST /images/create` (ImageCreate)."""

import contextlib
import threading
from collections.abc import Callable
from time import monotonic
from urllib.parse import quote, urlencode

from wtc.dataclass import dataclass, field
from wtc.engine.client import json_stream
from wtc.engine.client.credentials import Credentials, credentials_for, failed_request_hints, login_command
from wtc.engine.client.json_access import get_number, get_object
from wtc.errors import EngineError, EngineUnreachableError, NotFoundError
from wtc.planner.images.pull_policy import has_digest
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.model.plan import PullImage

Report = Callable[[str, str, int, int], None]
"""Item (a layer, a build step; empty for the whole), its status, current and total bytes (0: unknown)."""
BACKOFF_S = (0.5, 1.5)
"""The delays before the second and the third try."""
RETRY_WITHIN_S = 15.0
"""A pull that failed after more than this time is not retried: the engine has retried its layers by itself."""
_REFUSED = {401, 403}


class _DroppedError(Exception):
    """The connection to the registry or to the engine failed: a retry can succeed."""

    def __init__(self, error: EngineError | EngineUnreachableError) -> None:
        super().__init__(error.message)
        self.error = error


@dataclass(slots=True)
class _Progress:
    """The progress of one try."""

    report: Report
    started: bool = False
    layers: set[str] = field(default_factory=set[str])

    def read(self, record: json_stream.Record) -> None:
        self.started = True
        layer = str(record.get("id") or "")
        if not layer or "progressDetail" not in record:
            return  # the first and last records name the image
        self.layers.add(layer)
        amounts = get_object(record, "progressDetail")
        text = str(record.get("status") or "").lower()
        self.report(layer, text, get_number(amounts, "current"), get_number(amounts, "total"))


def pull_image(engine: "Engine", op: "PullImage", report: Report, *, stop: threading.Event | None = None) -> None:
    """Pull a service's image from its registry, with the user's credentials.

    Raises: NotFoundError; EngineError if the registry refuses, or the last try fails; EngineUnreachableError;
    InterruptedByUserError.
    """
    image = op.image
    try:
        pull_reference(engine, image.reference, report, service=image.service, platform=image.platform, stop=stop)
    except EngineError as error:
        if not op.again:
            raise
        hint = "to use the local image, run `wtc up --pull missing`"
        raise error.replace(hints=(*error.hints, hint)) from error.__cause__
    _record_pull(engine, image.reference)


def pull_reference(
    engine: "Engine",
    reference: str,
    report: Report,
    *,
    service: str,
    platform: str = "",
    stop: threading.Event | None = None,
) -> None:
    """Pull one image, with up to three tries if the network fails. Raises: as `pull_image`."""
    credentials = credentials_for(reference)
    begun_s = monotonic()
    for delay in (*BACKOFF_S, None):
        progress = _Progress(report)
        try:
            _pull_once(engine, reference, platform=platform, credentials=credentials, progress=progress, stop=stop)
        except _DroppedError as dropped:
            cause = dropped.error
            retryable = isinstance(cause, EngineUnreachableError) or monotonic() - begun_s <= RETRY_WITHIN_S
            if retryable and not progress.started and (refusal := _refusal(engine, reference, credentials)):
                raise _pull_error(refusal, reference, service, credentials) from cause
            if delay is None or not retryable:
                raise _pull_error(cause, reference, service, credentials) from cause
            report("", "failed, retrying", 0, 0)
            (stop or threading.Event()).wait(delay)
        except EngineError as error:
            raise _pull_error(error, reference, service, credentials) from error
        else:
            return


def _pull_once(
    engine: "Engine",
    reference: str,
    *,
    platform: str,
    credentials: Credentials,
    progress: _Progress,
    stop: threading.Event | None,
) -> None:
    name, tag = _name_and_tag(reference)
    # Without a tag, an older engine pulls all tags.
    query = {"fromImage": name, "tag": tag, **({"platform": platform} if platform else {})}
    headers = {"X-Registry-Auth": credentials.header} if credentials.header else None
    path = f"/images/create?{urlencode(query)}"
    doing = f"pull `{reference}`"
    try:
        with contextlib.closing(
            json_stream.post_records(engine, path, doing=doing, headers=headers, stop=stop)
        ) as stream:
            for record in stream:
                if "error" in record or "errorDetail" in record:
                    raise _record_error(record, doing)
                progress.read(record)
    except EngineUnreachableError as error:
        if progress.started:
            raise _DroppedError(error) from error
        raise
    except EngineError as error:
        # Before the stream begins, the status is the registry's; 500 or more means that the network failed. In the
        # stream there is usually no status: after the first layer, an error means that the network failed.
        if error.status >= 500 or (error.status == 0 and progress.layers):
            raise _DroppedError(error) from error
        raise


def _refusal(engine: "Engine", reference: str, credentials: Credentials) -> EngineError | None:
    """Return an error if the registry refuses the credentials, which a pull on 20.10 does not report.

    Source: Engine API, `GET /distribution/{name}/json` (DistributionInspect).
    """
    if not credentials.header:
        return None
    path, headers = f"/distribution/{quote(reference, safe='/:@')}/json", {"X-Registry-Auth": credentials.header}
    try:
        engine.call("GET", path, doing=f"look up `{reference}` in its registry", headers=headers)
    except EngineError as error:
        return error if error.status in _REFUSED else None
    except EngineUnreachableError:
        return None
    return None


def _record_error(record: json_stream.Record, doing: str) -> EngineError:
    detail = get_object(record, "errorDetail")
    message = str(detail.get("message") or record.get("error") or "")
    status = get_number(detail, "code")
    return EngineError(f"cannot {doing}", status=status, causes=(message,) if message else ())


def _pull_error(
    error: EngineError | EngineUnreachableError, reference: str, service: str, credentials: Credentials
) -> EngineError | EngineUnreachableError:
    if isinstance(error, EngineUnreachableError):
        return error
    what = f"image `{reference}` of service `{service}`"
    login = f"`{login_command(reference)}`"
    causes = (*error.causes, credentials.problem) if credentials.problem else error.causes
    if error.status in _REFUSED:
        return EngineError(
            f"{what} cannot be pulled: the registry refuses the credentials",
            status=error.status,
            causes=causes,
            hints=(f"to sign in, run {login}",),
        )
    if error.status == 404:
        hints = ["to use another image, change `image` in the compose file"]
        if not credentials.header:
            hints.append(f"to sign in for a private image, run {login}")
        return NotFoundError(f"{what} was not found", status=404, causes=causes, hints=hints)
    hints = failed_request_hints(reference, error.causes, credentials)
    return EngineError(f"{what} could not be pulled", status=error.status, causes=causes, hints=hints)


def _record_pull(engine: "Engine", reference: str) -> None:
    """Record in the engine when the image was pulled; a pull records no date in the classic image store.

    Source: Engine API, `POST /images/{name}/tag` (ImageTag), which sets `Metadata.LastTagTime`.
    """
    if has_digest(reference):
        return
    name, tag = _name_and_tag(reference)
    path = f"/images/{quote(reference, safe='/:')}/tag"
    # Ignore a failure: the image was pulled, and is only pulled again earlier.
    with contextlib.suppress(EngineError):
        engine.call("POST", path, doing=f"record the pull of `{reference}`", params={"repo": name, "tag": tag})


def _name_and_tag(reference: str) -> tuple[str, str]:
    """Return `host:5000/a`, `1` for `host:5000/a:1`; a digest is the tag, as in the Engine API."""
    name, at, digest = reference.partition("@")
    if at:
        return name, digest
    head, slash, last = reference.rpartition("/")
    last, _colon, tag = last.partition(":")
    return f"{head}{slash}{last}", tag or "latest"
