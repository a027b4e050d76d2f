"""Look up the digest of an image in its registry. Source: Engine API, `GET /distribution/{name}/json`."""

from urllib.parse import quote

from wtc.engine.client.credentials import credentials_for, failed_request_hints
from wtc.engine.client.json_access import get_object, get_text
from wtc.errors import EngineError
from wtc.static_typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wtc.engine.client.connection import Engine


def registry_digest(engine: "Engine", reference: str) -> str:
    """Return the digest that the registry has for a canonical reference. The engine asks the registry.

    Raises:
        EngineError: the registry does not answer, refuses, or does not have the image.
        EngineUnreachableError: the engine does not answer.
    """
    credentials = credentials_for(reference)
    path = f"/distribution/{quote(reference, safe='/:@')}/json"
    headers = {"X-Registry-Auth": credentials.header} if credentials.header else {}
    try:
        with engine.translating_errors(doing := f"look up `{reference}` in its registry"):
            found = engine.call("GET", path, doing=doing, headers=headers).object()
    except EngineError as error:
        causes = (*error.causes, credentials.problem) if credentials.problem else error.causes
        hints = failed_request_hints(reference, error.causes, credentials)
        raise error.replace(causes=causes, hints=(*error.hints, *hints)) from error
    digest = get_text(get_object(found, "Descriptor"), "digest")
    if not digest:
        raise EngineError(f"cannot {doing}", causes=["the answer of the engine has no digest"])
    return digest
