"""Which containers may write to the repository: by their user, its owner, and the engine's user mapping."""

import pytest

from wtc.model.git import UserMapping
from wtc.planner.git.git_access import foreign_writer, user_number

ADA = 1000


@pytest.mark.parametrize(
    ("user", "number"),
    [
        ("", 0),
        ("root", 0),
        ("0", 0),
        ("0:0", 0),
        ("1000", 1000),
        ("1000:1000", 1000),
        (":1000", 0),
        ("node", None),
        ("node:0", None),
    ],
)
def test_number_of_a_user(user: str, number: int | None) -> None:
    assert user_number(user) == number


@pytest.mark.parametrize(
    ("mapping", "user", "owner", "caller", "writer"),
    [
        (UserMapping.IDENTITY, "", ADA, ADA, "root"),
        (UserMapping.IDENTITY, "1000", ADA, ADA, ""),
        (UserMapping.IDENTITY, "1000:0", ADA, ADA, ""),
        (UserMapping.IDENTITY, "33", ADA, ADA, "user 33"),
        (UserMapping.IDENTITY, "node", ADA, ADA, "user `node`, whose number only the image knows,"),
        (UserMapping.IDENTITY, "", 0, 0, ""),
        (UserMapping.IDENTITY, "", 0, ADA, ""),
        (UserMapping.IDENTITY, "1000", ADA, 0, ""),
        (UserMapping.ROOTLESS, "", ADA, ADA, ""),
        (UserMapping.ROOTLESS, "1000", ADA, ADA, "user 1000"),
        (UserMapping.ROOTLESS, "", 0, ADA, "root"),
        (UserMapping.REMAPPED, "", ADA, ADA, "root"),
        (UserMapping.REMAPPED, "1000", ADA, ADA, "user 1000"),
        (UserMapping.SHARED, "", ADA, ADA, ""),
        (UserMapping.SHARED, "node", ADA, ADA, ""),
    ],
)
def test_writer_whose_files_would_not_belong_to_the_owner(
    mapping: UserMapping, user: str, owner: int, caller: int, writer: str
) -> None:
    assert foreign_writer(user, owner=owner, caller=caller, mapping=mapping) == writer
