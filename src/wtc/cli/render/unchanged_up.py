"""Print the result of an `up` that is found to have nothing to do."""

from wtc.orchestrator.context.target import Target


def show_unchanged_up(target: Target, *, as_json: bool, quiet: bool) -> bool:
    """Print what `up` without options prints if it has nothing to do.

    Return False, without printing anything, if that is not known.
    """
    from wtc.cli.render.up import show_up
    from wtc.orchestrator.kept.unchanged_up import find_unchanged_up

    found = find_unchanged_up(target)
    if found is None:
        return False
    if found.warnings:
        from wtc.cli.reporting import choose_reporter
        from wtc.events import Warned

        with choose_reporter(quiet=quiet) as report:
            for warning in found.warnings:
                report(Warned(diagnostic=warning))
    show_up(found, as_json=as_json, dry_run=False)
    return True
