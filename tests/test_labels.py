"""Labels: how paths, folders and identities are encoded, and that they are decoded unchanged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wtc import labels as label
from wtc.model.identity import Ancestor, Identity
from wtc.model.namespace import Namespace

paths = st.binary(max_size=40).map(lambda b: "/" + b.replace(b"\0", b"").decode("utf-8", "surrogateescape"))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
ancestors = st.builds(
    Ancestor, inode=st.integers(0, 2**64), filesystem=st.integers(0, 2**64).map(lambda n: f"{n:x}"), mount=st.booleans()
)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/w/accra", "/w/accra"),
        ("/w/Zürich", "/w/Zürich"),
        ("/w/東京 2", "/w/東京 2"),
        ("/w/\udcff\udcfe", "wtc-bytes:L3cv//4="),
        ("wtc-bytes:L3cv//4=", "wtc-bytes:d3RjLWJ5dGVzOkwzY3YvLzQ9"),
        ("", ""),
    ],
)
def test_utf_8_path_is_written_unchanged(path: str, text: str) -> None:
    assert label.path_text(path) == text
    assert label.path_of(text) == path


@given(paths)
def test_any_path_is_read_back(path: str) -> None:
    text = label.path_text(path)
    text.encode()
    assert label.path_of(text) == path


@pytest.mark.parametrize("text", ["wtc-bytes:", "wtc-bytes:?", "wtc-bytes:abc", "wtc-bytes:é"])
def test_undecodable_label_is_not_decoded_to_another_path(text: str) -> None:
    assert label.path_of(text) in {"", text}


def test_folders_are_written_from_the_worktree_upwards() -> None:
    parents = (Ancestor(inode=3, filesystem="f"), Ancestor(inode=2, filesystem="a1", mount=True))
    assert label.parents_text(parents) == "3.f,2.a1.m"
    assert label.parents_text(()) == ""


@given(st.lists(ancestors, max_size=6).map(tuple))
def test_any_folders_are_read_back(parents: tuple[Ancestor, ...]) -> None:
    assert label.parents_of(label.parents_text(parents)) == parents


@pytest.mark.parametrize(
    "text", ["3", "3.", ".f", "x.f", "3.f,", "3.f.x", "3.f.m.m", "-3.f", "\u0663.f", "3.f,2", ",", " 3.f"]
)
def test_folders_that_cannot_be_read_prove_nothing(text: str) -> None:
    assert label.parents_of(text) == ()


@given(
    worktree=paths,
    git=paths,
    directory=paths,
    inode=st.integers(0, 2**64),
    parents=st.lists(ancestors, max_size=3).map(tuple),
    host=texts,
)
def test_identity_is_read_back_from_labels(
    worktree: str, git: str, directory: str, inode: int, parents: tuple[Ancestor, ...], host: str
) -> None:
    identity = Identity(id="a", host=host, git=git, git_inode=inode, directory=directory, parents=parents)
    namespace = Namespace(name="accra-a1b2c3", worktree=worktree, identity=identity)
    found = label.namespace_of(label.own(namespace, "accra-a1b2c3_web"))
    assert (found, found.identity) == (namespace, identity)


@given(st.dictionaries(st.sampled_from(sorted(label.own(Namespace(name="n", worktree="/w")))), texts))
def test_labels_of_any_content_are_read(labels: dict[str, str]) -> None:
    found = label.namespace_of(labels)
    assert (found.name, found.identity.id) == (labels.get(label.PROJECT, ""), labels.get(label.ID, ""))


@pytest.mark.parametrize("text", ["", "7", ":/w", "x:/w/.git", "-7:/w/.git", "\u0667:/w/.git"])
def test_git_folder_without_a_valid_inode_has_none(text: str) -> None:
    assert label.identity_of({label.GIT: text}).git_inode in {0, 7}
    assert not (label.identity_of({label.GIT: text}).git and label.identity_of({label.GIT: text}).git_inode)


def test_object_without_a_name_overrides_a_name_that_it_would_inherit() -> None:
    assert label.own(Namespace(name="n", worktree="/w"))[label.NAME] == ""
