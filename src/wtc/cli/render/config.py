"""Print the output of `wtc config`."""

from wtc.cli.render.warnings import report_warnings
from wtc.cli.terminal.output import print_exact
from wtc.errors import UsageError
from wtc.orchestrator.config import ConfigRequest, Listing, config
from wtc.orchestrator.context.target import Target


def show_config(target: Target, request: ConfigRequest, *, quiet: bool, output: str) -> None:
    """Run the command, and write its text to standard output or to the file `output`.

    Like Docker Compose, apply `quiet` and `output` to the project, not to a listing.

    Raises:
        ComposeFileError: the file cannot be used.
        UsageError: the format is not valid, the output cannot be written, or a service does not exist.
        EngineError: a digest cannot be resolved.
        EngineUnreachableError: digests are needed, and no engine answers.
    """
    text = config(target, request, report_warnings)
    if request.listing is not Listing.WHOLE and not (request.listing is Listing.ENVIRONMENT and quiet):
        print_exact(text)
    elif output and not quiet:
        _write(output, text)
    elif not quiet:
        print_exact(text)


def _write(path: str, text: str) -> None:
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"cannot write `{path}`", causes=[(error.strerror or str(error)).lower()]) from error
