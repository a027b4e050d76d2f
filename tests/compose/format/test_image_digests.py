"""`config --resolve-image-digests` and `--lock-image-digests`, without the engine that looks digests up."""

import pytest

from tests.compose.memory import project
from wtc.compose.format.config import config_json, config_yaml
from wtc.compose.format.image_digests import canonical_reference, images_only, unpinned_images, with_digests
from wtc.errors import ComposeFileError

DIGEST = "sha256:" + "ab" * 32
FILE = f"""\
services:
  a: {{image: redis, init: true}}
  b: {{build: .}}
  c: {{image: "redis:7@{DIGEST}"}}
"""


@pytest.mark.parametrize(
    ("reference", "canonical"),
    [
        ("redis", "docker.io/library/redis:latest"),
        ("redis:7", "docker.io/library/redis:7"),
        ("library/redis", "docker.io/library/redis:latest"),
        ("docker.io/redis", "docker.io/library/redis:latest"),
        ("index.docker.io/a/b", "docker.io/a/b:latest"),
        ("a/b_c:V1.2", "docker.io/a/b_c:V1.2"),
        ("localhost/a", "localhost/a:latest"),
        ("localhost:5000/a/b:t", "localhost:5000/a/b:t"),
        ("[::1]:5000/a", "[::1]:5000/a:latest"),
        ("ghcr.io/o/r", "ghcr.io/o/r:latest"),
        (f"redis@{DIGEST}", f"docker.io/library/redis@{DIGEST}"),
        (f"redis:7@{DIGEST}", f"docker.io/library/redis@{DIGEST}"),
        ("Redis", None),
        ("a b", None),
        ("a:", None),
        ("a/${B}", None),
        ("redis@sha256:ab", None),
        ("a//b", None),
    ],
)
def test_reference_gets_its_registry_and_tag(reference: str, canonical: str | None) -> None:
    assert canonical_reference(reference) == canonical


def test_images_without_a_digest_are_looked_up_and_pinned() -> None:
    loaded = project(FILE)
    wanted = unpinned_images(loaded)
    assert [(name, found.path) for name, found in wanted.items()] == [
        ("docker.io/library/redis:latest", ("services", "a", "image"))
    ]
    pinned = with_digests(loaded, {"docker.io/library/redis:latest": DIGEST})
    assert [line.strip() for line in config_yaml(pinned).splitlines() if "image:" in line] == [
        f"image: docker.io/library/redis:latest@{DIGEST}",
        f"image: docker.io/library/redis@{DIGEST}",
    ]


def test_lock_is_an_override_file_with_nothing_but_images() -> None:
    locked = images_only(with_digests(project(FILE), {"docker.io/library/redis:latest": DIGEST}))
    assert config_yaml(locked).splitlines() == [
        "services:",
        "  a:",
        f"    image: docker.io/library/redis:latest@{DIGEST}",
        "  b: {}",
        "  c:",
        f"    image: docker.io/library/redis@{DIGEST}",
    ]
    assert config_json(locked).splitlines()[:3] == ["{", '  "name": "",', '  "services": {']


def test_reference_that_is_not_valid_is_an_error_with_its_place() -> None:
    loaded = project("services: {a: {image: 'x/${T}'}, b: {image: Y}}", interpolate=False)
    with pytest.raises(ComposeFileError) as caught:
        unpinned_images(loaded)
    assert [(d.path, d.message) for d in caught.value.diagnostics] == [
        (("services", "a", "image"), "`x/${T}` is not a valid image reference"),
        (("services", "b", "image"), "`Y` is not a valid image reference"),
    ]
