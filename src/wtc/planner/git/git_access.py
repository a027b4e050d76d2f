"""Decide whether the containers of a service may write to the repository, by the container's user. Pure."""

from wtc.model.git import UserMapping

ROOT = 0


def user_number(user: str) -> int | None:
    """Return the user id in `USER[:GROUP]`; None for a name, whose id only the image knows.

    Source: Engine API, `Config.User`: empty means root.
    """
    name = user.partition(":")[0]
    if name in {"", "root"}:
        return ROOT
    return int(name) if name.isdecimal() else None


def foreign_writer(user: str, *, owner: int, caller: int, mapping: UserMapping) -> str:
    """Return the user of the container if its files would not belong to the owner of the repository; else "".

    `owner` and `caller` (the user that runs wtc) are user ids on the host.
    """
    number = user_number(user)
    match mapping:
        case UserMapping.SHARED:
            owns = True
        case UserMapping.IDENTITY:
            owns = number == owner
        case UserMapping.ROOTLESS:
            owns = number == ROOT and caller == owner
        case UserMapping.REMAPPED:
            owns = False
    if owns:
        return ""
    name = user.partition(":")[0]
    if number is None:
        return f"user `{name}`, whose number only the image knows,"
    return "root" if number == ROOT else f"user {number}"
