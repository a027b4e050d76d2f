"""`wtc doctor`."""

import sys

from wtc.cli.options import AsJson, with_target
from wtc.errors import Exit
from wtc.orchestrator.context.target import Target

EXAMPLES = "Example: wtc doctor"


@with_target
def command(target: Target, as_json: AsJson = False) -> int:
    """Check the environment and suggest fixes. Exit with 1 if a check fails.

    Checks the engine and how it was chosen, its API, BuildKit, address pools and disk; git, the `wtc` on the PATH, the
    sandbox, the compose file, the registry against the labels, and each setting with its source. Changes nothing.
    """
    from wtc.cli.terminal.escape import escaped
    from wtc.cli.terminal.output import narrate, print_json
    from wtc.cli.terminal.style import DIM, GREEN, RED, paint
    from wtc.orchestrator.doctor import doctor

    findings = doctor(target)
    all_ok = all(finding.well for finding in findings)
    if as_json:
        print_json(
            {
                "well": all_ok,
                "findings": [
                    {"subject": f.subject, "well": f.well, "text": f.text, "hint": f.hint or None} for f in findings
                ],
            }
        )
    else:
        width = max(len(finding.subject) for finding in findings)
        for finding in findings:
            word, colour = ("ok  ", GREEN) if finding.well else ("fail", RED)
            mark = paint(word, colour, stream=sys.stdout)
            sys.stdout.write(escaped(mark, f"  {finding.subject.ljust(width)}  {finding.text}\n"))
            if finding.hint:
                sys.stdout.write(escaped(" " * (width + 8), paint(finding.hint, DIM, stream=sys.stdout), "\n"))
        failed = sum(not finding.well for finding in findings)
        narrate(f"{failed} of {len(findings)} checks failed" if failed else f"all {len(findings)} checks passed")
    return Exit.DONE if all_ok else Exit.FAILED
