"""Names of namespaces: valid for every use, and never the same for two worktrees."""

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wtc.errors import ConflictError
from wtc.namespace import Site, default_name, free_name, is_namespace

IMAGE_COMPONENT = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
COMPOSE_PROJECT = re.compile(r"[a-z0-9][a-z0-9_-]*")
ENGINE_OBJECT = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")

folder_names = st.text(st.characters(exclude_characters="/\0"), max_size=255)
paths = st.lists(folder_names, max_size=3).map(lambda parts: "/" + "/".join(parts))
sites = st.builds(Site, worktree=paths, directory=paths | st.just(""), named=st.booleans())

ACCRA = Site(worktree="/w/accra")
API = Site(worktree="/w/accra", directory="/w/accra/apps/api", named=True)


def digits_of(path: str, count: int = 6) -> str:
    return hashlib.sha256(path.encode()).hexdigest()[:count]


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
def test_folder_name_of_any_kind_gives_a_readable_stem(path: str, stem: str) -> None:
    assert default_name(Site(worktree=path)) == f"{stem}-{digits_of(path)}"


@pytest.mark.parametrize(
    ("site", "stem"),
    [
        (API, "accra-api"),
        (Site(worktree="/w/accra", directory="/w/accra/apps/api", named=False), "accra"),
        (Site(worktree="/w/accra", directory="/w/accra/東京", named=True), "accra"),
        (Site(worktree="/w/東京", directory="/w/東京/api", named=True), "api"),
        (Site(worktree="/w/東京", directory="/w/東京/京都", named=True), "worktree"),
        (Site(worktree="/w/" + "x" * 38, directory="/w/api", named=True), "x" * 38 + "-a"),
        (Site(worktree="/w/" + "x" * 39, directory="/w/api", named=True), "x" * 39),
    ],
)
def test_project_folder_below_the_top_is_part_of_the_stem_and_the_digits_are_its_own(site: Site, stem: str) -> None:
    assert default_name(site) == f"{stem}-{digits_of(site.directory)}"


@given(sites)
def test_every_site_gives_a_name_that_is_valid_everywhere(site: Site) -> None:
    name = default_name(site)
    assert is_namespace(name)
    assert IMAGE_COMPONENT.fullmatch(name)
    assert IMAGE_COMPONENT.fullmatch(f"{name}-web")
    assert COMPOSE_PROJECT.fullmatch(name)
    assert ENGINE_OBJECT.fullmatch(name)
    assert len(name) <= 47


@given(sites)
def test_one_site_always_gives_one_name(site: Site) -> None:
    assert default_name(site) == default_name(site) == free_name(site, ())


@given(st.characters(categories=["Cs"]))
def test_bytes_that_are_not_utf_8_are_part_of_the_path(stray: str) -> None:
    assert default_name(Site(worktree=f"/w/{stray}")) != default_name(Site(worktree="/w/"))


@given(st.lists(paths, unique=True, max_size=8))
def test_two_paths_never_share_a_namespace(worktrees: list[str]) -> None:
    taken: set[str] = set()
    for worktree in worktrees:
        taken.add(free_name(Site(worktree=worktree), taken))
    assert len(taken) == len(worktrees)


def test_name_that_is_taken_gets_more_digits() -> None:
    taken = {f"accra-{digits_of('/w/accra', count)}" for count in (6, 7)}
    assert free_name(ACCRA, taken) == f"accra-{digits_of('/w/accra', 8)}"


def test_fresh_name_hashes_the_id_too_and_keeps_the_stem() -> None:
    assert free_name(ACCRA, (), fresh_for="0" * 32) == f"accra-{digits_of('/w/accra' + chr(0) + '0' * 32)}"
    fresh = {free_name(ACCRA, (), fresh_for=worktree_id) for worktree_id in ("", "0" * 32, "1" * 32)}
    assert len(fresh) == 3


def test_fresh_name_of_two_project_folders_differs() -> None:
    assert free_name(ACCRA, (), fresh_for="0" * 32) != free_name(API, (), fresh_for="0" * 32)


def test_error_without_a_free_name_names_the_project_folder() -> None:
    taken = {f"accra-api-{digits_of(API.directory, count)}" for count in range(6, 65)}
    with pytest.raises(ConflictError) as raised:
        free_name(API, taken)
    assert raised.value.message == "no free namespace for `/w/accra/apps/api`"
    assert raised.value.hints == ("to see which stacks exist, run `wtc ps --all`",)


@pytest.mark.parametrize(
    "name", ["", "../../evil", "a/b", ".", "..", "-a", "_a", "A", "a.b", "a\n", "a\0", "é", "a" * 121]
)
def test_name_that_is_unsafe_as_a_file_name_is_not_a_namespace(name: str) -> None:
    assert not is_namespace(name)
