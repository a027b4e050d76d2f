"""Convert a build's options to the parameters of `/build`, and find those that need buildx. Pure.

Source: Engine API, `POST /build` (ImageBuild).
"""

import json
from collections.abc import Iterator, Mapping

from wtc.engine.images.build_context import is_remote
from wtc.labels import BUILD_HASH, of_user
from wtc.model.build import Build
from wtc.model.desired import DesiredImage
from wtc.model.plan import BuildImage

BUILDKIT, LEGACY = "2", "1"
INLINE_CACHE = "BUILDKIT_INLINE_CACHE"
_OFF = {"", "false"}
_REGISTRY_CACHE = "type=registry,ref="


def build_query(
    op: BuildImage, *, version: str, dockerfile: str, proxies: Mapping[str, str], pull: bool
) -> list[tuple[str, str]]:
    """Return the call's parameters. `dockerfile` is a path in the context; the file's arguments override `proxies`."""
    image, build = op.image, build_of(op)
    arguments = {**proxies, **build.args}
    if "type=inline" in build.cache_to:
        arguments[INLINE_CACHE] = "1"
    single = {
        "version": version,
        "dockerfile": dockerfile,
        "target": build.target,
        "networkmode": build.network,
        "platform": build_platform(image, build),
        "isolation": build.isolation,
        "remote": build.context if is_remote(build.context) else "",
        "shmsize": str(build.shm_size_bytes or ""),
        "nocache": _flag(op.no_cache or build.no_cache),
        "pull": _flag(pull),
        "rm": "1",
        "forcerm": "1",
        "buildargs": _json(arguments),
        "labels": _json(build_labels(image, build)),
        "cachefrom": _json([entry.removeprefix(_REGISTRY_CACHE) for entry in build.cache_from]),
        "ulimits": _json([{"Name": n, "Soft": u.soft, "Hard": u.hard} for n, u in build.ulimits.items()]),
    }
    repeated = [("t", tag) for tag in build_tags(image, build)]
    repeated += [("extrahosts", f"{host}:{ip}") for host, ips in build.extra_hosts.items() for ip in ips]
    return [*((name, value) for name, value in single.items() if value), *repeated]


def build_of(op: BuildImage) -> Build:
    """Return the build of an operation; an empty one if it has none."""
    return op.image.build or Build()


def build_tags(image: DesiredImage, build: Build) -> tuple[str, ...]:
    """Return all tags of the image, each once."""
    return tuple(dict.fromkeys((image.reference, *build.tags)))


def build_labels(image: DesiredImage, build: Build) -> dict[str, str]:
    """Return the file's labels, and wtc's, which show whether the image is out of date."""
    own = {BUILD_HASH: image.build_hash} if image.build_hash else {}
    return {**of_user(build.labels), **own, **image.labels}


def build_platform(image: DesiredImage, build: Build) -> str:
    """Return the platform to build for; empty for the engine's platform, also if the build lists several."""
    return image.platform or (build.platforms[0] if len(build.platforms) == 1 else "")


def needs_buildx(build: Build) -> tuple[str, ...]:
    """Return the options for which BuildKit has to call its client, as it can with `docker buildx`."""
    return tuple(_buildx_options(build))


def _buildx_options(build: Build) -> Iterator[str]:
    requested: dict[str, object] = {
        "secrets": build.secrets,
        "ssh": build.ssh,
        "additional_contexts": build.additional_contexts,
        "no_cache_filter": build.no_cache_filter,
        "privileged": build.privileged,
        "provenance": build.provenance.lower() not in _OFF,
        "sbom": build.sbom.lower() not in _OFF,
        "cache_to": set(build.cache_to) - {"type=inline"},
        "cache_from": [entry for entry in build.cache_from if not _is_image(entry)],
        "entitlements": set(build.entitlements) - ({"network.host"} if build.network == "host" else set[str]()),
        "dockerfile_inline": build.dockerfile_inline and is_remote(build.context),
    }
    yield from (name for name, value in requested.items() if value)
    if build.context.startswith(("git@", "ssh://")):
        yield "context"


def _is_image(cache: str) -> bool:
    return "=" not in cache or (cache.startswith(_REGISTRY_CACHE) and "," not in cache[len(_REGISTRY_CACHE) :])


def _flag(value: object) -> str:
    return "1" if value else ""


def _json(value: Mapping[str, str] | list[str] | list[dict[str, object]]) -> str:
    return json.dumps(value, sort_keys=True) if value else ""
