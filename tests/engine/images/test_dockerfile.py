"""What the instructions of a Dockerfile read and need."""

import pytest

from wtc.engine.images.dockerfile import may_copy, needs_buildkit


@pytest.mark.parametrize(
    ("dockerfile", "path", "copied"),
    [
        ("FROM x\nCOPY . /all", "d", True),
        ("FROM x\nCOPY a b /all/", "d", False),
        ("FROM x\nADD / /all", "d", True),
        ("FROM x\nCOPY ./ /all", "d", True),
        ("FROM x\nCOPY .. /all", "d", True),
        ('FROM x\nCOPY ["a b", "/all"]', "d", False),
        ('FROM x\nCOPY ["a", ".", "/all"]', "d", True),
        ("FROM x\nCOPY --chown=1:1 --link a . /all", "d", True),
        ("FROM x\nCOPY --from=y . /all", "d", False),
        ("FROM x\nCOPY * /all", "d", True),
        ("FROM x\nCOPY $A /all", "d", True),
        ("FROM x\ncopy a \\\n  . /all", "d", True),
        ("FROM x\nCOPY <<EOF /all\nCOPY . /all\nEOF", "d", False),
        ("FROM x\nCOPY docker /all", "docker/d", True),
        ("FROM x\nCOPY docker/ /all", "docker/d", True),
        ("FROM x\nCOPY docker/d /all", "docker/d", True),
        ("FROM x\nCOPY dock docker/de /all", "docker/d", False),
        ("FROM x\nRUN --mount=type=bind,target=/src ls", "d", True),
        ("FROM x\nRUN --mount=target=/src,source=. ls", "d", True),
        ("FROM x\nRUN --mount=src=a,target=/src ls", "d", False),
        ("FROM x\nRUN --mount=type=bind,from=y,target=/src ls", "d", False),
        ("FROM x\nRUN --mount=type=cache,target=/c ls", "d", False),
        ("FROM x\n# COPY . /all\nONBUILD COPY . /all", "d", False),
    ],
)
def test_path_that_an_instruction_may_copy_is_found(dockerfile: str, path: str, *, copied: bool) -> None:
    assert may_copy(dockerfile, path) is copied


@pytest.mark.parametrize(
    ("dockerfile", "arguments", "needed"),
    [
        ("FROM --platform=linux/amd64 x AS y\nCOPY --from=y --chown=1 a b\nRUN ls --mount=x", {}, False),
        ("# syntax=docker/dockerfile:1\nFROM x", {}, True),
        ("FROM x\nRUN --mount=type=cache,target=/c ls", {}, True),
        ("FROM x\nCOPY --link a b", {}, True),
        ("FROM x\nCOPY --chmod=755 a b", {}, True),
        ("FROM x\nRUN <<EOF\nls\nEOF", {}, True),
        ("FROM --platform=$BUILDPLATFORM x", {}, True),
        ("FROM x\nARG TARGETARCH", {}, True),
        ("FROM x\nRUN echo ${A%b}", {}, True),
        ("FROM x", {"BUILDKIT_SYNTAX": "y"}, True),
        ("FROM x", {"A": "y"}, False),
    ],
)
def test_dockerfile_that_only_buildkit_can_build_is_recognized(
    dockerfile: str, arguments: dict[str, str], *, needed: bool
) -> None:
    assert needs_buildkit(dockerfile, arguments=arguments) is needed
