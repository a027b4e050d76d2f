"""`--show-completion` and `--install-completion`, for the given shell or the one that called wtc."""

import sys

from wtc.cli.command_table import COMPLETE
from wtc.errors import UsageError, WtcError

SHELLS = ("bash", "zsh", "fish")


def install_completion(option: str, *shells: str) -> int:
    """Print a shell's completion script, or install it.

    Raises:
        UsageError: the shell is not supported or cannot be detected.
        WtcError: the script cannot be written.
    """
    from typer import _completion_shared as library

    if len(shells) > 1:
        raise UsageError(f"`{option}` takes one shell, and got {len(shells)}")
    shell = shells[0] if shells else library._get_shell_name() or ""  # noqa: SLF001 - the library's only way to ask
    if shell not in SHELLS:
        known = ", ".join(f"`{one}`" for one in SHELLS)
        what = f"wtc has no completion for the shell `{shell}`" if shell else "cannot detect the shell"
        raise UsageError(what, causes=[f"supported shells: {known}"], hints=[f"to name one, run `wtc {option} zsh`"])
    if option == "--show-completion":
        script = library.get_completion_script(prog_name="wtc", complete_var=COMPLETE, shell=shell)
        sys.stdout.write(f"{script}\n")
        return 0
    try:
        _, path = library.install(shell=shell, prog_name="wtc", complete_var=COMPLETE)
    except OSError as error:
        raise WtcError("the completion could not be installed", causes=[str(error)]) from error
    sys.stdout.write(f"{path}\n")
    sys.stderr.write(f"completion for {shell} is installed; to use it, start a new shell\n")
    return 0
