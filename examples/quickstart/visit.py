"""Visit the guestbook of each worktree, write a row into the first, and see that no other has it.

visit.py WTC FOLDER WORKTREE...
"""

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

AUTHOR = "quickstart"

# The stacks answer on this machine, which no proxy needs to know of.
direct = build_opener(ProxyHandler({}))


def endpoints(wtc: str, worktree: Path) -> dict[str, str]:
    """Service -> the URL of its first endpoint."""
    command = [wtc, "ports", "--json", "--worktree", str(worktree), "--file", str(worktree / "compose.yaml")]
    answer = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return {one["service"]: one["url"] for one in reversed(answer["endpoints"])}


def rows(url: str) -> list[str]:
    with direct.open(f"{url}/?plain", timeout=30) as page:
        return page.read().decode().splitlines()[1:]


def write(url: str, message: str) -> None:
    form = urlencode({"author": AUTHOR, "message": message}).encode()
    direct.open(url, data=form, timeout=30).close()


def visit(wtc: str, folder: Path, names: list[str]) -> str:
    """Print what there is to see; returns what is wrong, if anything."""
    found = {name: endpoints(wtc, folder / name) for name in names}
    first, *others = names
    written = f"written in {first}"
    if not any(written in row for row in rows(found[first]["web"])):
        write(found[first]["web"], written)
    owners: set[str] = set()
    for name in names:
        listed = rows(found[name]["web"])
        sys.stdout.write(f"\n{name}   {found[name]['web']}   {found[name]['db']}\n")
        sys.stdout.writelines(f"  {row}\n" for row in listed)
        own = [row for row in listed if row.startswith("* ")]
        if len(own) != 1:
            return f"the page of `{name}` shows {len(own)} rows of its own, not one"
        if any(written in row for row in listed) != (name == first):
            return f"the row written in `{first}` is {'not ' if name == first else ''}on the page of `{name}`"
        owners.update(own)
    if len(owners) != len(names):
        return "two pages show one database"
    sys.stdout.write(f"\nthe row written in {first} is not in {', '.join(others)}\n")
    return ""


if __name__ == "__main__":
    wrong = visit(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
    if wrong:
        sys.exit(f"error: {wrong}")
