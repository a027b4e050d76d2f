"""The page that teaches an agent to use wtc: a skill of Claude Code, and a section of `AGENTS.md`.

Source: code.claude.com/docs, Skills (`.claude/skills/NAME/SKILL.md`), and agents.md.
"""

import os

from wtc.harnesses.edit import Edit, HookCommands, Read

SKILL = ".claude/skills/wtc/SKILL.md"
AGENTS = "AGENTS.md"
_MARK = "written by `wtc init skill`"
BEGIN, END = f"<!-- wtc: {_MARK} --agents-md -->", "<!-- wtc: end -->"


def skill_text() -> str:
    """Return the skill, with its front matter."""
    with open(os.path.join(os.path.dirname(__file__), "SKILL.md"), encoding="utf-8") as file:
        return file.read()


def edit(read: Read, hooks: HookCommands) -> Edit:
    """Write the skill, unless the file there is not wtc's."""
    del hooks
    before = read(SKILL)
    if before is not None and _MARK not in before:
        note = f"`{SKILL}` was not written by wtc and was not changed: to get wtc's, move it and run this again"
        return Edit(path=SKILL, before=before, after=before, notes=(note,))
    return Edit(path=SKILL, before=before, after=skill_text())


def edit_agents(read: Read, hooks: HookCommands) -> Edit:
    """Write the skill between two markers of `AGENTS.md`, at its end if they are missing."""
    del hooks
    before = read(AGENTS)
    text = before or ""
    _, _, page = skill_text().split("---\n", 2)
    page = page.partition("-->\n")[2]
    section = f"{BEGIN}\n{page.strip()}\n{END}\n".replace("\n# ", "\n## ")
    if "\r\n" in text:
        section = section.replace("\n", "\r\n")
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if begin and end:
        return Edit(path=AGENTS, before=before, after=f"{head}{section.rstrip()}{tail}")
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    return Edit(path=AGENTS, before=before, after=f"{text}{gap}{section}")
