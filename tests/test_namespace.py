"""A worktree's namespace: valid wherever a name is used, and nobody else's."""

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wtc.project import distinct, namespace_of

from wtc.errors import ConflictError

IMAGE_COMPONENT = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
COMPOSE_PROJECT = re.compile(r"[a-z0-9][a-z0-9_-]*")
ENGINE_OBJECT = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")

folder_names = st.text(st.characters(exclude_characters="/\0"), max_size=255)
paths = st.lists(folder_names, max_size=3).map(lambda parts: "/" + "/".join(parts))


def digits_of(path: str) -> str:
    return hashlib.sha256(path.encode()).hexdigest()


@pytest.mark.parametrize(
    ("path", "stem"),
    [
        ("/home/me/conductor/accra", "accra"),
        ("/home/me/Accra", "accra"),
        ("/home/me/accra/", "accra"),
        ("/home/me/my project", "my-project"),
        ("/home/me/v1.2.3", "v1-2-3"),
        ("/home/me/.hidden", "hidden"),
        ("/home/me/--force", "force"),
        ("/home/me/snake_case", "snake_case"),
        ("/home/me/a___b-_-c", "a-b-c"),
        ("/home/me/Zürich-Café", "zurich-cafe"),
        ("/home/me/東京", "worktree"),
        ("/home/me/東京 2", "2"),
        ("/home/me/__init__", "init"),
        ("/", "worktree"),
        ("", "worktree"),
        ("/home/me/" + "x" * 255, "x" * 40),
        ("/home/me/" + "x" * 39 + "-y", "x" * 39),
    ],
)
def test_a_directory_name_of_any_kind_gives_a_readable_stem(path: str, stem: str) -> None:
    assert namespace_of(path).name == f"{stem}-{digits_of(path)[:6]}"


@given(paths)
def test_every_path_gives_a_name_that_is_valid_everywhere(path: str) -> None:
    name = namespace_of(path).name
    assert IMAGE_COMPONENT.fullmatch(name)
    assert IMAGE_COMPONENT.fullmatch(f"{name}-web")
    assert COMPOSE_PROJECT.fullmatch(name)
    assert ENGINE_OBJECT.fullmatch(name)
    assert len(name) <= 47


@given(paths)
def test_one_path_always_gives_one_name(path: str) -> None:
    assert namespace_of(path) == namespace_of(path)
    assert namespace_of(path).worktree == path


@given(st.characters(categories=["Cs"]))
def test_bytes_that_are_no_utf8_are_part_of_the_path(stray: str) -> None:
    assert namespace_of(f"/w/{stray}").name != namespace_of("/w/").name


@given(st.lists(paths, unique=True, max_size=8))
def test_two_paths_never_share_a_namespace(worktrees: list[str]) -> None:
    taken: dict[str, str] = {}
    for worktree in worktrees:
        taken[distinct(worktree, taken).name] = worktree
    assert len(taken) == len(worktrees)


def test_a_name_that_another_path_has_gets_a_longer_hash() -> None:
    taken = {namespace_of("/w/accra", digits=digits).name: "/elsewhere" for digits in (6, 7)}
    assert distinct("/w/accra", taken) == namespace_of("/w/accra", digits=8)


def test_a_longer_name_is_kept_when_the_short_one_becomes_free() -> None:
    longer = namespace_of("/w/accra", digits=8)
    assert distinct("/w/accra", {longer.name: "/w/accra"}) == longer


def test_a_worktree_finds_its_own_name_again() -> None:
    own = namespace_of("/w/accra")
    assert distinct("/w/accra", {own.name: "/w/accra"}) == own


def test_no_name_left_is_an_error_that_names_who_has_it() -> None:
    taken = {namespace_of("/w/accra", digits=digits).name: "/elsewhere" for digits in range(65)}
    with pytest.raises(ConflictError, match="no namespace is left for `/w/accra`") as raised:
        distinct("/w/accra", taken)
    assert "/elsewhere" in raised.value.causes[0]
