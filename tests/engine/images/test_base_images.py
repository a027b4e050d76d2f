"""The base images of a Dockerfile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wtc.engine.images.base_images import base_images, with_images

TABLE: list[tuple[str, list[str]]] = [
    ("FROM busybox", ["busybox"]),
    ("from --platform=linux/amd64 a:1 as x\nFROM x", ["a:1"]),
    ("FROM scratch", []),
    ("ARG V=3.11\nARG IMAGE=python:${V}\nFROM $IMAGE-slim", ["python:3.11-slim"]),
    ("ARG GIVEN=1\nFROM a:$GIVEN", ["a:argument"]),
    ("FROM a:${NOT_SET:-7}", ["a:7"]),
    ("FROM a:${NOT_SET}", []),
    ("ARG X=1\nFROM a${X:+b}${NOT_SET:+c}", ["ab"]),
    ("FROM \\\n  # between\n  a", ["a"]),
    ("FROM a AS one\nFROM b AS two\nCOPY --from=one /x /y", ["a", "b"]),
    ("FROM a AS unused\nFROM b", ["b"]),
    ("FROM a\nFROM b\nCOPY --from=0 /x /y", ["a", "b"]),
    ("FROM a\nCOPY --chown=1 --from=other/image:1 /x /y", ["a", "other/image:1"]),
    ("FROM a\nRUN --mount=type=bind,from=tool:1,target=/t --mount=type=cache,target=/c x", ["a", "tool:1"]),
    ("FROM a\nRUN <<EOF cat\nFROM users\nEOF\nCOPY --from=b /x /y", ["a", "b"]),
    ("FROM a\nCOPY <<-'ONE' <<TWO /d/\nFROM x\nONE\nFROM y\nTWO\nFROM b", ["b"]),
    ("# syntax=docker/dockerfile:1\nFROM a", ["docker/dockerfile:1", "a"]),
    ("# escape=`\n# syntax = d:2\nFROM a", ["d:2", "a"]),
    ("# a comment\n# syntax=d:2\nFROM a", ["a"]),
    ("", []),
]


@pytest.mark.parametrize(("dockerfile", "images"), TABLE)
def test_base_images_of_the_last_stage_are_found(dockerfile: str, images: list[str]) -> None:
    assert sorted(base_images(dockerfile, arguments={"GIVEN": "argument"}, target="")) == sorted(images)


@pytest.mark.parametrize(("target", "images"), [("dev", ("b", "a")), ("base", ("a",)), ("1", ("b", "a")), ("no", ())])
def test_only_base_images_of_the_target_are_returned(target: str, images: tuple[str, ...]) -> None:
    dockerfile = "FROM a AS Base\nFROM b AS dev\nCOPY --from=base / /\nFROM c"
    assert base_images(dockerfile, arguments={}, target=target) == images


@given(st.lists(st.sampled_from(["FROM a AS a", "FROM a", "FROM 0", "COPY --from=a x y", "RUN <<X", "X", "\\"])))
def test_any_dockerfile_is_read_without_an_exception(lines: list[str]) -> None:
    assert set(base_images("\n".join(lines), arguments={}, target="")) <= {"a", "0"}


@pytest.mark.parametrize(
    ("dockerfile", "expected"),
    [
        ("FROM base:dev", "FROM own"),
        (
            "ARG TAG=dev\nFROM --platform=linux/amd64 base:$TAG AS x",
            "ARG TAG=dev\nFROM --platform=linux/amd64 own AS x",
        ),
        ("ARG GIVEN\nFROM ${GIVEN}\n", "ARG GIVEN\nFROM own\n"),
        ("FROM \\\n  base:dev \\\n  AS x\n", "FROM \\\n  own \\\n  AS x\n"),
        ("FROM a\nCOPY --from=base:dev /x /y", "FROM a\nCOPY --from=own /x /y"),
        (
            "FROM a\nRUN --mount=type=bind,from=base:dev,target=/t x",
            "FROM a\nRUN --mount=type=bind,from=own,target=/t x",
        ),
        ("FROM a AS base:dev\nCOPY --from=base:dev /x /y", "FROM a AS base:dev\nCOPY --from=base:dev /x /y"),
        ("FROM a\nRUN <<EOF\nFROM base:dev\nEOF", "FROM a\nRUN <<EOF\nFROM base:dev\nEOF"),
        ("# FROM base:dev\nFROM base:device", "# FROM base:dev\nFROM base:device"),
    ],
)
def test_base_images_are_replaced_in_every_reference(dockerfile: str, expected: str) -> None:
    assert with_images(dockerfile, {"base:dev": "own"}, arguments={"GIVEN": "base:dev"}) == expected
