"""Convert a build to the definition that `docker buildx bake` reads from its standard input. Pure.

Source: docker/buildx, docs/bake-reference.md. `network` and `entitlements` need buildx 0.17, `extra-hosts` 0.25.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from io import StringIO

from wtc.engine.images import build_query
from wtc.engine.images.build_progress import build_failed_message
from wtc.errors import BuildFailedError
from wtc.model.build import Build
from wtc.model.mounts import FileSource
from wtc.model.plan import BuildImage
from wtc.planner.desired.references import OF_IMAGE, familiar

_Value = str | bool | list[str] | dict[str, str]

TARGET = "default"
"""The target that bake builds by default."""


def bake_definition(op: BuildImage, secrets: Mapping[str, FileSource], *, dockerfile: str) -> bytes:
    """Return the definition as JSON. `dockerfile` is a path; it is unused if the Dockerfile is inline.

    Raises:
        BuildFailedError: a secret has no source.
    """
    image, build = op.image, build_query.build_of(op)
    attributes: dict[str, _Value] = {
        "context": build.context,
        "dockerfile": "" if build.dockerfile_inline else dockerfile,
        "dockerfile-inline": build.dockerfile_inline,
        "args": dict(build.args),
        "tags": list(build_query.build_tags(image, build)),
        "labels": build_query.build_labels(image, build),
        "contexts": {
            **{n: OF_IMAGE + own for n, own in _by_context_name(image.bases).items()},
            **build.additional_contexts,
        },
        "extra-hosts": {host: ",".join(ips) for host, ips in build.extra_hosts.items()},
        "ulimits": [f"{name}={limit.soft}:{limit.hard}" for name, limit in build.ulimits.items()],
        "cache-from": list(build.cache_from),
        "cache-to": list(build.cache_to),
        "no-cache-filter": list(build.no_cache_filter),
        "entitlements": entitlements(build),
        "ssh": [f"{name}={source}" if source else name for name, source in build.ssh.items()],
        "secret": list(_secrets(op, secrets)),
        "target": build.target,
        "network": build.network,
        "platforms": [platform] if (platform := build_query.build_platform(image, build)) else [],
        "shm-size": str(build.shm_size_bytes or ""),
        "no-cache": op.no_cache or build.no_cache,
        "pull": op.pull or build.pull,
    }
    target = {name: _literal(value) for name, value in attributes.items() if value}
    return json.dumps({"target": {TARGET: target}}).encode()


def _by_context_name(bases: Mapping[str, str]) -> dict[str, str]:
    """Return the images by the names under which BuildKit looks up contexts: without the tag `latest`."""
    return {familiar(reference).removesuffix(":latest"): own for reference, own in bases.items()}


def entitlements(build: Build) -> list[str]:
    """Return the build's entitlements, and those that its other options imply."""
    implied = ["security.insecure"] if build.privileged else []
    implied += ["network.host"] if build.network == "host" else []
    return list(dict.fromkeys((*build.entitlements, *implied)))


def secret_environment(op: BuildImage, secrets: Mapping[str, FileSource]) -> dict[str, str]:
    """Return variable -> value for the secrets that are not files. No name comes from the compose file."""
    found = ((n, secrets.get(secret.source)) for n, secret in enumerate(build_query.build_of(op).secrets))
    return {_variable(number): source.content or "" for number, source in found if source and not source.file}


def _literal(value: _Value) -> _Value:
    """Return the value with its strings escaped, because bake reads them as HCL templates.

    Source: HCL, json/spec.md: strings and the names in objects are templates.
    """
    if isinstance(value, str):
        return _literal_text(value)
    if isinstance(value, list):
        return [_literal_text(entry) for entry in value]
    if isinstance(value, dict):
        return {_literal_text(name): _literal_text(entry) for name, entry in value.items()}
    return value


def _literal_text(text: str) -> str:
    if "${" not in text and "%{" not in text:
        return text
    # Not `$${`, the escape of HCL: after another `$` it is ambiguous.
    return "".join(f'${{"{character}"}}' if character in "$%" else character for character in text)


def _secrets(op: BuildImage, secrets: Mapping[str, FileSource]) -> Iterator[str]:
    for number, secret in enumerate(build_query.build_of(op).secrets):
        source = secrets.get(secret.source)
        identity = f"id={secret.target or secret.source}"
        if source is not None and source.file:
            yield _csv(identity, f"src={source.file}")
        elif source is not None and (source.environment or source.content is not None):
            yield _csv(identity, f"env={_variable(number)}")
        else:
            raise BuildFailedError(
                build_failed_message(op.image.service),
                causes=(f"secret `{secret.source}` has no file and no environment variable",),
                hints=(f"to define it, set `secrets.{secret.source}.file` in the compose file",),
            )


def _variable(number: int) -> str:
    return f"WTC_BUILD_SECRET_{number}"


def _csv(*fields: str) -> str:
    """Return a line of CSV, in which bake reads a secret: a comma in a path does not start a new field."""
    line = StringIO()
    csv.writer(line, lineterminator="").writerow(fields)
    return line.getvalue()
