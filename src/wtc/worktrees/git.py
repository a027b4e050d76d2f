"""git itself, asked and told."""

import os
from collections.abc import Mapping, Sequence

ANSWER_S = 20.0
"""How long a question to git may take."""
WORK_S = 600.0
"""How long git may work: a checkout, with the hooks that the repository has for it."""


class NoGitError(Exception):
    """git is not there, does not answer, or refuses; the message says which."""


def git(
    folder: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    given: str = "",
    well: tuple[int, ...] = (0,),
    limit_s: float = ANSWER_S,
) -> str:
    """What git prints in the folder.

    Raises:
        NoGitError: it ends with a status that is not `well`, or not at all.
    """
    import subprocess

    # Whoever runs in a hook of git's has variables that name another repository than the folder's.
    own = {name: value for name, value in environment.items() if not name.startswith("GIT_")}
    own |= {name: environment[name] for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM") if name in environment}
    own |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", "-C", folder, *arguments],
            input=os.fsencode(given),
            env=own,
            capture_output=True,
            timeout=limit_s,
            check=False,
        )
    except FileNotFoundError:
        raise NoGitError("git is not installed") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoGitError(f"git does not answer: {error}") from error
    if done.returncode not in well:
        said = os.fsdecode(done.stderr).strip().splitlines()
        raise NoGitError(said[-1] if said else f"git ended with {done.returncode}")
    return os.fsdecode(done.stdout)
