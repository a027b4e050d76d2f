"""Read the user's name and email from git, for sandboxes and containers that do not see the user's configuration."""

from collections.abc import Mapping

from wtc.worktrees.git.run_git import NoGitError, git


def user_settings(folder: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the git settings with the user's name and email in this folder; empty if git has neither."""
    try:
        # The exit status is 1 if both are missing.
        found = git(folder, ["config", "--null", "--get-regexp", r"^user\.(name|email)$"], environment, accepted=(0, 1))
    except NoGitError:
        return {}
    # A setting can be given several times: the last one counts.
    pairs = (entry.partition("\n") for entry in found.split("\0") if entry)
    return {key: value for key, _, value in pairs if value}
