"""Pin images to their digests as `docker compose config --resolve-image-digests` does. Pure: the caller looks them up.

Source: distribution/reference, the grammar of an image reference.
"""

import re
from collections.abc import Iterator
from collections.abc import Mapping as Table

from wtc.compose.loader.loaded_project import LoadedProject
from wtc.compose.tree.accessors import get_fields, with_entry
from wtc.compose.tree.node import Mapping, Node, Scalar
from wtc.dataclass import replace
from wtc.errors import ComposeFileError
from wtc.model.diagnostic import Diagnostic

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_DOMAIN = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    rf"(?P<domain>{_DOMAIN})/(?P<path>{_PART}(?:/{_PART})*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?"
    r"(?:@(?P<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?",
    re.ASCII,
)


def canonical_reference(reference: str) -> str | None:
    """Return the reference with its registry and a tag or a digest: `redis` -> `docker.io/library/redis:latest`.

    A tag beside a digest is dropped. Return None if the reference is not valid.
    """
    first, slash, rest = reference.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost" or first != first.lower()):
        first, rest = "docker.io", reference
    elif first == "index.docker.io":
        first = "docker.io"
    if first == "docker.io" and "/" not in rest:
        rest = f"library/{rest}"
    found = _REFERENCE.fullmatch(f"{first}/{rest}")
    if found is None:
        return None
    name = f"{found['domain']}/{found['path']}"
    return f"{name}@{found['digest']}" if found["digest"] else f"{name}:{found['tag'] or 'latest'}"


def unpinned_images(loaded: LoadedProject) -> dict[str, Diagnostic]:
    """Return the images without a digest: canonical reference -> where it is named first, as an error to report.

    Raises:
        ComposeFileError: an image is not a valid reference.
    """
    found: dict[str, Diagnostic] = {}
    invalid: list[Diagnostic] = []
    for service, image in _images(loaded.root):
        path = ("services", service, "image")
        reference = canonical_reference(str(image.value))
        if reference is None:
            message = f"`{image.value}` is not a valid image reference"
            invalid.append(Diagnostic(message=message, position=image.position, path=path))
        elif "@" not in reference:
            message = f"the digest of image `{image.value}` of service `{service}` cannot be resolved"
            found.setdefault(reference, Diagnostic(message=message, position=image.position, path=path))
    if invalid:
        raise ComposeFileError("an image cannot be resolved", diagnostics=invalid)
    return found


def with_digests(loaded: LoadedProject, digests: Table[str, str]) -> LoadedProject:
    """Return the project with its images as `NAME:TAG@DIGEST`. `digests`: canonical reference -> digest."""
    services = get_fields(loaded.root.items.get("services"))
    pinned: dict[str, Node] = dict(services)
    for name, image in _images(loaded.root):
        reference = canonical_reference(str(image.value)) or ""
        text = f"{reference}@{digests[reference]}" if reference in digests else reference
        pinned[name] = with_entry(_mapping(services[name]), "image", Scalar(text, image.position, image.raw))
    return _with_services(loaded, loaded.root, pinned)


def images_only(loaded: LoadedProject) -> LoadedProject:
    """Return a project with the services and nothing but their images: an override file."""
    services = get_fields(loaded.root.items.get("services"))
    images: dict[str, Node] = {
        name: Mapping({key: item for key, item in get_fields(service).items() if key == "image"}, service.position)
        for name, service in services.items()
    }
    return _with_services(loaded, Mapping({}), images)


def _images(root: Mapping) -> Iterator[tuple[str, Scalar]]:
    for name, service in get_fields(root.items.get("services")).items():
        image = get_fields(service).get("image")
        if isinstance(image, Scalar) and image.value not in {None, ""}:
            yield name, image


def _with_services(loaded: LoadedProject, root: Mapping, services: dict[str, Node]) -> LoadedProject:
    return replace(loaded, root=with_entry(root, "services", Mapping(services)))


def _mapping(node: Node) -> Mapping:
    return node if isinstance(node, Mapping) else Mapping({}, node.position)
