"""Whether a worktree is gone, moved or hidden, by facts that not every machine has (mounts, hosts, inodes)."""

from dataclasses import replace

import pytest

from wtc.model.identity import (
    Ancestor,
    GitState,
    Identity,
    LabelledStack,
    Lock,
    PathFacts,
    Presence,
    RepositoryFacts,
    WorktreeEntry,
)
from wtc.worktrees.identity import (
    UNREADABLE,
    Standing,
    Verdict,
    WorktreeFacts,
    find_holder,
    hidden_reason,
    judge_gone,
    stack_standing,
)

ID, HOST = "a" * 32, "b" * 32
FOLDER, ABOVE, TOP = (Ancestor(inode=number, filesystem="f1") for number in (30, 20, 10))
STACK = LabelledStack(
    namespace="accra-a1b2c3",
    worktree="/trees/accra",
    identity=Identity(id=ID, host=HOST, git="/main/.git", git_inode=7, parents=(FOLDER, ABOVE, TOP)),
)
MISSING = PathFacts(path="/trees/accra", presence=Presence.MISSING, depth=1, parents=(ABOVE, TOP))
FOLDER_THERE = replace(MISSING, presence=Presence.PRESENT, depth=0, parents=(FOLDER, ABOVE, TOP))
REPOSITORY = RepositoryFacts(
    path="/main/.git", inode=7, worktrees=(WorktreeEntry(path="/main", id="c" * 32, holds=True),), known=True
)
ENTRY = WorktreeEntry(path="/trees/accra", id=ID)


def labelled(**changes: object) -> LabelledStack:
    return replace(STACK, identity=replace(STACK.identity, **changes))  # pyright: ignore[reportArgumentType]


def listing(entry: WorktreeEntry) -> RepositoryFacts:
    return replace(REPOSITORY, worktrees=(*REPOSITORY.worktrees, entry))


MISSED: dict[str, tuple[PathFacts, Verdict, str]] = {
    "missing": (MISSING, Verdict.GONE, "its folder is gone, and git does not list it"),
    "is not accessible": (
        replace(MISSING, presence=Presence.UNKNOWN),
        Verdict.UNPROVED,
        "its folder is not accessible",
    ),
    "another filesystem above": (
        replace(MISSING, parents=(replace(ABOVE, filesystem="f2"), TOP)),
        Verdict.UNPROVED,
        "it was created on another filesystem than the one that is mounted there",
    ),
    "the same filesystem, mounted there now": (
        replace(MISSING, parents=(replace(ABOVE, mount=True), TOP)),
        Verdict.UNPROVED,
        "it was created on another filesystem than the one that is mounted there",
    ),
    "folder above created again": (
        replace(MISSING, parents=(replace(ABOVE, inode=21), TOP)),
        Verdict.GONE,
        "its folder is gone, and git does not list it",
    ),
    "folder above missing too": (
        replace(MISSING, depth=2, parents=(TOP,)),
        Verdict.GONE,
        "its folder is gone, and git does not list it",
    ),
    "unstable inodes": (
        replace(MISSING, parents=(replace(ABOVE, inode=21), replace(TOP, inode=11))),
        Verdict.UNPROVED,
        "its parent folder is not the one that it was created in",
    ),
    "folders above unknown": (
        replace(MISSING, parents=()),
        Verdict.UNPROVED,
        "its parent folders are not accessible",
    ),
    "created again without `.git`": (
        replace(FOLDER_THERE, parents=(replace(FOLDER, inode=31), ABOVE, TOP)),
        Verdict.GONE,
        "its folder is gone, and git does not list it",
    ),
    "mounted over": (replace(FOLDER_THERE, mounted=True), Verdict.UNPROVED, "something is mounted at its folder"),
    "another filesystem at the folder": (
        replace(FOLDER_THERE, parents=(replace(FOLDER, filesystem="f2"), ABOVE, TOP)),
        Verdict.UNPROVED,
        "something is mounted at its folder",
    ),
    "a worktree of another id and the same repository": (
        replace(FOLDER_THERE, git=GitState.WORKTREE, id="d" * 32, git_inode=7),
        Verdict.GONE,
        "its folder is gone, and git does not list it",
    ),
    "a worktree of another repository": (
        replace(FOLDER_THERE, git=GitState.WORKTREE, id="d" * 32, git_inode=8),
        Verdict.PRESENT,
        "its folder exists",
    ),
    "a worktree without an id": (
        replace(FOLDER_THERE, git=GitState.WORKTREE, git_inode=7),
        Verdict.PRESENT,
        "its folder exists",
    ),
    "a broken `.git`": (
        replace(FOLDER_THERE, git=GitState.BROKEN),
        Verdict.UNPROVED,
        "its `.git` does not point to a git folder",
    ),
}


@pytest.mark.parametrize("case", MISSED)
def test_folder_is_missing_only_if_that_is_proved(case: str) -> None:
    place, verdict, reason = MISSED[case]
    found = judge_gone(STACK, place, REPOSITORY, HOST)
    assert (found.verdict, found.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("stack", "host", "reason"),
    [
        (STACK, "", "the id of this host is not known"),
        (STACK, "e" * 32, "it was created on another host"),
        (labelled(host=""), HOST, "it was created on another host"),
        (labelled(parents=()), HOST, "its labels record no folders"),
        (
            labelled(parents=(replace(FOLDER, mount=True), ABOVE, TOP)),
            HOST,
            "the worktree was a mount point, and may be unmounted",
        ),
        (replace(STACK, legacy=True), HOST, "it was created by an older wtc, which recorded no host"),
        (labelled(git=""), HOST, "its folder is missing, and no repository proves that it is gone"),
        (labelled(git_inode=8), HOST, "`/main/.git` is another repository"),
    ],
)
def test_stack_whose_labels_prove_nothing_is_not_gone(stack: LabelledStack, host: str, reason: str) -> None:
    found = judge_gone(stack, MISSING, REPOSITORY, host)
    assert (found.verdict, found.reason) == (Verdict.UNPROVED, reason)


def test_repository_without_a_record_of_the_id_is_another_one() -> None:
    """On many filesystems a repository that is removed and cloned again gets the inode of the old one."""
    found = judge_gone(STACK, MISSING, replace(REPOSITORY, known=False), HOST)
    assert (found.verdict, found.reason) == (Verdict.UNPROVED, "`/main/.git` is another repository")


@pytest.mark.parametrize(
    ("repository", "verdict", "reason"),
    [
        (replace(REPOSITORY, inode=0), Verdict.UNPROVED, "its repository `/main/.git` is missing"),
        (replace(REPOSITORY, known=False), Verdict.UNPROVED, "`/main/.git` is another repository"),
        (listing(ENTRY), Verdict.PRUNABLE, "its folder is missing, and git still lists it"),
        (listing(replace(ENTRY, lock=Lock.STALE)), Verdict.PRUNABLE, "its folder is missing, and git still lists it"),
        (listing(replace(ENTRY, lock=Lock.LIVE)), Verdict.UNPROVED, "the worktree is locked in git"),
        (listing(replace(ENTRY, id="")), Verdict.PRUNABLE, "its folder is missing, and git still lists it"),
        (
            listing(replace(ENTRY, id="d" * 32)),
            Verdict.GONE,
            "its folder is gone, and git does not list it",
        ),
        (
            listing(replace(ENTRY, path="/trees/berne", holds=True)),
            Verdict.PRESENT,
            "the worktree `/trees/berne` has its id",
        ),
        (
            listing(replace(ENTRY, path="/trees/berne", id=UNREADABLE, holds=True)),
            Verdict.UNPROVED,
            "the id of the worktree `/trees/berne` cannot be read",
        ),
    ],
)
def test_facts_of_the_repository_decide_whether_a_worktree_is_gone(
    repository: RepositoryFacts, verdict: Verdict, reason: str
) -> None:
    found = judge_gone(STACK, MISSING, repository, HOST)
    assert (found.verdict, found.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("moved", "verdict", "reason"),
    [
        (PathFacts(path="/t/b", presence=Presence.PRESENT, id=ID), Verdict.PRESENT, "the worktree `/t/b` has its id"),
        (PathFacts.unread("/t/b"), Verdict.UNPROVED, "it moved to `/t/b`, which cannot be read as a worktree"),
        (
            PathFacts(path="/t/b", presence=Presence.PRESENT, git=GitState.BROKEN),
            Verdict.UNPROVED,
            "it moved to `/t/b`, which cannot be read as a worktree",
        ),
        (
            PathFacts(path="/t/b", presence=Presence.MISSING),
            Verdict.GONE,
            "its folder is gone, and git does not list it",
        ),
    ],
)
def test_moved_worktree_is_searched_at_its_recorded_paths(moved: PathFacts, verdict: Verdict, reason: str) -> None:
    found = judge_gone(STACK, MISSING, REPOSITORY, HOST, moved=[moved])
    assert (found.verdict, found.reason) == (verdict, reason)


def test_unreadable_id_is_not_held_for_certain() -> None:
    assert find_holder(ID, [listing(replace(ENTRY, id=UNREADABLE, holds=True))]) == ""
    assert find_holder(ID, [listing(replace(ENTRY, holds=True))]) == "/trees/accra"
    assert find_holder("", [listing(replace(ENTRY, id="", holds=True))]) == ""


@pytest.mark.parametrize(
    ("stack", "place", "reason"),
    [
        (STACK, MISSING, ""),
        (STACK, replace(MISSING, parents=(replace(ABOVE, inode=21), replace(TOP, inode=11))), ""),
        (STACK, FOLDER_THERE, ""),
        (STACK, replace(FOLDER_THERE, mounted=True), "something is mounted at its folder"),
        (
            STACK,
            replace(MISSING, parents=(replace(ABOVE, filesystem="f2"), TOP)),
            "it was created on another filesystem than the one that is mounted there",
        ),
        (
            labelled(parents=(replace(FOLDER, mount=True), ABOVE, TOP)),
            FOLDER_THERE,
            "the worktree was a mount point, and may be unmounted",
        ),
        (STACK, replace(MISSING, path="/trees/berne", parents=(replace(ABOVE, filesystem="f2"),)), ""),
    ],
)
def test_worktree_on_a_disk_that_is_not_mounted_is_hidden(stack: LabelledStack, place: PathFacts, reason: str) -> None:
    assert hidden_reason(stack, place) == reason


HERE = WorktreeFacts(path="/trees/accra", identity=replace(STACK.identity, git_dir="/main/.git/worktrees/accra"))
THERE = WorktreeFacts(
    path="/trees/berne", identity=replace(HERE.identity, parents=(replace(FOLDER, inode=31), ABOVE, TOP))
)


@pytest.mark.parametrize(
    ("here", "place", "expected"),
    [
        (HERE, PathFacts.unread("/trees/accra"), Standing.OWN),
        (replace(HERE, identity=replace(HERE.identity, host="e" * 32)), FOLDER_THERE, Standing.OWN),
        (replace(HERE, identity=replace(HERE.identity, id="d" * 32)), FOLDER_THERE, Standing.FORMER),
        (replace(HERE, identity=replace(HERE.identity, id="")), FOLDER_THERE, Standing.FORMER),
        (replace(THERE, identity=HERE.identity), FOLDER_THERE, Standing.OWN),
        (THERE, MISSING, Standing.MOVED),
        (THERE, replace(FOLDER_THERE, git=GitState.WORKTREE, id="d" * 32, git_inode=7), Standing.MOVED),
        (THERE, replace(MISSING, presence=Presence.UNKNOWN), Standing.CONFLICT),
        (THERE, replace(MISSING, parents=(replace(ABOVE, filesystem="f2"), TOP)), Standing.CONFLICT),
        (THERE, replace(FOLDER_THERE, git=GitState.WORKTREE, git_inode=7), Standing.CONFLICT),
        (replace(THERE, identity=replace(THERE.identity, host="e" * 32)), MISSING, Standing.CONFLICT),
        (replace(THERE, identity=replace(THERE.identity, id="d" * 32)), MISSING, Standing.UNRELATED),
        (replace(THERE, identity=replace(THERE.identity, former_paths=("/trees/accra",))), MISSING, Standing.OWN),
    ],
)
def test_stack_is_a_worktrees_own_by_id_and_place(here: WorktreeFacts, place: PathFacts, expected: Standing) -> None:
    assert stack_standing(STACK, here, place)[0] is expected


def test_stack_whose_id_another_worktree_has_is_held() -> None:
    other = replace(HERE, identity=replace(HERE.identity, id="d" * 32))
    assert stack_standing(STACK, other, FOLDER_THERE, held=True)[0] is Standing.HELD
