"""Whether the containers of a service may write into the repository: pure, over the container's user."""

from wtc.model.git import UserMapping

ROOT = 0


def user_number(user: str) -> int | None:
    """Return the number of the user in `USER[:GROUP]`; None for a name, whose number only the image knows.

    Source: Engine API, `Config.User`: nothing is root.
    """
    name = user.partition(":")[0]
    if name in {"", "root"}:
        return ROOT
    return int(name) if name.isdecimal() else None


def foreign_writer(user: str, *, owner: int, caller: int, mapping: UserMapping) -> str:
    """Return which user the container runs as, if its files would not belong to the owner of the repository; else "".

    `owner` and `caller` (who runs wtc) are users of the host.
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
