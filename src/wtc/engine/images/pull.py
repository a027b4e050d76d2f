"""Pulling images. Source: Engine API, `POST /images/create` (ImageCreate)."""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from wtc.engine.client import json_stream
from wtc.engine.client.credentials import DOCKER_HUB, Credentials, credentials_for, registry_of
from wtc.errors import EngineError, EngineUnreachableError, NotFoundError
from wtc.planner.images.pull_policy import has_digest

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine
    from wtc.model.plan import PullImage

Report = Callable[[str, str, int, int], None]
"""Item (a layer, a build's step; empty for the whole), what it does, current and total bytes (0: not known)."""
BACKOFF_S = (0.5, 1.5)
"""Before the second and the third try."""
PATIENCE_S = 15.0
"""A try that has failed after more than this was not for want of trying: engines try layers again for a minute."""
_REFUSED = {401, 403}


class _DroppedError(Exception):
    """The way to the registry, or to the engine, failed: the same again may well work."""

    def __init__(self, error: EngineError | EngineUnreachableError) -> None:
        super().__init__(error.message)
        self.error = error


@dataclass(slots=True)
class _Progress:
    """Of one try."""

    report: Report
    begun: bool = False
    layers: set[str] = field(default_factory=set[str])

    def read(self, record: json_stream.Record) -> None:
        self.begun = True
        layer = str(record.get("id") or "")
        if not layer or "progressDetail" not in record:
            return  # says which image it is, or that all is done
        self.layers.add(layer)
        amounts = json_stream.get_object(record, "progressDetail")
        text = str(record.get("status") or "").lower()
        self.report(layer, text, int(amounts.get("current") or 0), int(amounts.get("total") or 0))


def pull_image(engine: "Engine", op: "PullImage", report: Report, *, stop: threading.Event | None = None) -> None:
    """Gets a service's image from its registry, with the user's credentials.

    Raises: NotFoundError; EngineError where the registry refuses, or the last try fails; EngineUnreachableError;
    InterruptedByUserError.
    """
    image = op.image
    try:
        pull_reference(engine, image.reference, report, service=image.service, platform=image.platform, stop=stop)
    except EngineError as error:
        if not op.again:
            raise
        hint = "to use the image that the engine has, run `wtc up --pull missing`"
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
    """Gets one image; up to three tries where the network fails. Raises: as `pull_image`."""
    credentials = credentials_for(reference)
    begun = monotonic()
    for delay in (*BACKOFF_S, None):
        progress = _Progress(report)
        try:
            _pull_once(engine, reference, platform=platform, credentials=credentials, progress=progress, stop=stop)
        except _DroppedError as dropped:
            why = dropped.error
            hasty = isinstance(why, EngineUnreachableError) or monotonic() - begun <= PATIENCE_S
            if hasty and not progress.begun and (refusal := _refusal(engine, reference, credentials)):
                raise _pull_error(refusal, reference, service, credentials) from why
            if delay is None or not hasty:
                raise _pull_error(why, reference, service, credentials) from why
            report("", "no success yet, trying again", 0, 0)
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
    # Without a tag, an older engine would pull every tag that there is.
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
        if progress.begun:
            raise _DroppedError(error) from error
        raise
    except EngineError as error:
        # Before the stream has begun the engine passes on what the registry answered; 500 is no answer of a registry's.
        # In the stream there is no status, mostly: once layers are on their way, it is the way that fails.
        if error.status >= 500 or (error.status == 0 and progress.layers):
            raise _DroppedError(error) from error
        raise


def _refusal(engine: "Engine", reference: str, credentials: Credentials) -> EngineError | None:
    """Whether it is the credentials that the registry does not like: a pull on 20.10 tells that as any other failure.

    Source: Engine API, `GET /distribution/{name}/json` (DistributionInspect).
    """
    if not credentials.header:
        return None
    path, headers = f"/distribution/{quote(reference, safe='/:@')}/json", {"X-Registry-Auth": credentials.header}
    try:
        engine.call("GET", path, doing=f"ask for `{reference}`", headers=headers)
    except EngineError as error:
        return error if error.status in _REFUSED else None
    except EngineUnreachableError:
        return None
    return None


def _record_error(record: json_stream.Record, doing: str) -> EngineError:
    detail = json_stream.get_object(record, "errorDetail")
    message = str(detail.get("message") or record.get("error") or "")
    status = int(detail.get("code") or 0)
    return EngineError(f"cannot {doing}", status=status, causes=(message,) if message else ())


def _pull_error(
    error: EngineError | EngineUnreachableError, reference: str, service: str, credentials: Credentials
) -> EngineError | EngineUnreachableError:
    if isinstance(error, EngineUnreachableError):
        return error
    what = f"image `{reference}` of service `{service}`"
    host = registry_of(reference)
    login = f"`docker login{'' if host == DOCKER_HUB else f' {host}'}`"
    causes = (*error.causes, credentials.problem) if credentials.problem else error.causes
    if error.status in _REFUSED:
        return EngineError(
            f"{what} may not be pulled: the registry refuses the credentials",
            status=error.status,
            causes=causes,
            hints=(f"to sign in, run {login}",),
        )
    if error.status == 404:
        hints = ["to use another image, change `image` in the compose file"]
        if not credentials.header:
            hints.append(f"to sign in, if it is a private image, run {login}")
        return NotFoundError(f"{what} was not found", status=404, causes=causes, hints=hints)
    # Engines tell missing credentials as they tell errors of their own.
    hints = () if credentials.header else (f"to sign in, if the registry asks for it, run {login}",)
    return EngineError(f"{what} could not be pulled", status=error.status, causes=causes, hints=hints)


def _record_pull(engine: "Engine", reference: str) -> None:
    """Has the engine note when the image was pulled; a pull by itself leaves no date in the classic image store.

    Source: Engine API, `POST /images/{name}/tag` (ImageTag), which sets `Metadata.LastTagTime`.
    """
    if has_digest(reference):
        return
    name, tag = _name_and_tag(reference)
    path = f"/images/{quote(reference, safe='/:')}/tag"
    # Where that fails the image is here all the same, and is pulled again the sooner.
    with contextlib.suppress(EngineError):
        engine.call("POST", path, doing=f"note the pull of `{reference}`", params={"repo": name, "tag": tag})


def _name_and_tag(reference: str) -> tuple[str, str]:
    """`host:5000/a:1` -> `host:5000/a`, `1`; a digest counts as the tag, as the engine has it."""
    name, at, digest = reference.partition("@")
    if at:
        return name, digest
    head, slash, last = reference.rpartition("/")
    last, _colon, tag = last.partition(":")
    return f"{head}{slash}{last}", tag or "latest"
