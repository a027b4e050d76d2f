"""Substitute variables in a text: `$NAME`, `${NAME}`, `${NAME:-default}` and the like, and `$$` for a dollar sign.

Source: https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
"""

import re
from collections.abc import Callable, Iterator

from wtc.static_typing import NamedTuple, TypeAlias

Lookup: TypeAlias = Callable[[str], str | None]
Placed: TypeAlias = Callable[[str, str], str | None]
"""(name, text before the variable) -> value, which takes precedence over `Lookup`; None: use `Lookup`."""
Part: TypeAlias = tuple[str, str]
"""A part of a text, as written and as it is after substitution: `("${PORT:-80}", "8080")`."""

_NAME = re.compile("[_a-zA-Z\u017f\u212a][_a-zA-Z0-9\u017f\u212a]*")  # Go's `(?i)[_a-z][_a-z0-9]*`
_OPERATOR = re.compile("}|:?[-?+]")
_BRACE = re.compile("{.?|}", re.DOTALL)  # Docker Compose skips the character after an opening brace
KEPT_CHARACTERS = 300
"""Maximum length of the text before a variable that is kept: longer than a host name."""
MAX_DEPTH = 20
"""Maximum nesting of defaults; every brace within a default counts."""
MAX_WORK = 200_000
"""Maximum number of substitutions in a document; every 100 characters scanned count as one, too."""
MAX_OUTPUT = 16 << 20
"""Maximum number of characters that the variables of a document expand to, those within defaults included."""


class TemplateError(ValueError):
    """A text of which a variable cannot be replaced. `offset` is in characters."""

    def __init__(self, message: str, offset: int, *, hint: str = "", variable: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.hint = hint
        self.variable = variable
        """The required variable that is missing, if any."""


class InvalidVariableError(TemplateError):
    """A text with an invalid `${...}`, which the message shows."""


class Variable(NamedTuple):
    """One use of a variable.

    `operator` is `:-`, `-`, `:?`, `?`, `:+`, `+` or empty; `default` is the text after it, as written.
    """

    name: str
    operator: str
    default: str
    offset: int


class SubstitutionBudget:
    """Counts the substitutions of documents against `MAX_WORK`, and their output against `MAX_OUTPUT`."""

    __slots__ = ("done", "output")

    def __init__(self) -> None:
        self.done = self.output = 0

    def add(self, amount: int) -> None:
        """Add to the count.

        Raises:
            TemplateError: the document has more than `MAX_WORK` substitutions.
        """
        self.done += amount
        if self.is_exceeded:
            raise TemplateError(f"more than {MAX_WORK} variables would have to be replaced", 0)

    def add_output(self, characters: int) -> None:
        """Add the length of a value.

        Raises:
            TemplateError: the variables of the document expand to more than `MAX_OUTPUT` characters.
        """
        self.output += characters
        if self.is_exceeded:
            raise TemplateError(f"the variables expand to more than {MAX_OUTPUT} characters", 0)

    @property
    def is_exceeded(self) -> bool:
        """Whether the document exceeds one of the limits."""
        return self.done > MAX_WORK or self.output > MAX_OUTPUT


def substitute(
    text: str,
    lookup: Lookup,
    unset: Callable[[str], None] | None = None,
    work: SubstitutionBudget | None = None,
    missing: Callable[[TemplateError], None] | None = None,
    placed: Placed | None = None,
) -> str:
    """Return the text with its variables replaced.

    `unset` is called with each variable that has neither a value nor a default. `missing` is called for each required
    variable without a value, which is then replaced by an empty string; without `missing` the error is raised. `work`
    is the budget that all texts of a document share. `placed` gets the last `KEPT_CHARACTERS` characters before a
    variable, with the variables in them replaced.

    Defaults are evaluated even if they are not used, as in Docker Compose 2.40: a `${X:?}` within one always applies.

    Raises:
        TemplateError: the text has an invalid variable, a required one is missing, or the budget is exceeded.
    """
    return "".join(value for _, value in substituted_parts(text, lookup, unset, work, missing, placed))


def substituted_parts(
    text: str,
    lookup: Lookup,
    unset: Callable[[str], None] | None = None,
    work: SubstitutionBudget | None = None,
    missing: Callable[[TemplateError], None] | None = None,
    placed: Placed | None = None,
) -> tuple[Part, ...]:
    """Return the parts of the text that `substitute` returns, in order: literal text, and variables.

    Raises:
        TemplateError: as `substitute`.
    """
    if "$" not in text:
        return ((text, text),)
    return tuple(_Substitution(lookup, unset, work or SubstitutionBudget(), missing, placed).parts(text, ""))


def template_variables(text: str) -> list[Variable]:
    """Return the variables of a text, each followed by those within its default, up to the first invalid one.

    Those within the message of a required variable are left out, as in Docker Compose 2.40.
    """
    found: list[Variable] = []
    try:
        for _, part in _parts(text):
            if isinstance(part, Variable):
                found.append(part)
                if part.operator.endswith("?"):
                    continue
                start = part.offset + 2 + len(part.name) + len(part.operator)
                found.extend(inner._replace(offset=start + inner.offset) for inner in template_variables(part.default))
    except TemplateError:
        pass
    return found


class _Substitution:
    """The substitution of one text: where its variables are looked up, and where problems are reported."""

    def __init__(
        self,
        lookup: Lookup,
        unset: Callable[[str], None] | None,
        work: SubstitutionBudget,
        missing: Callable[[TemplateError], None] | None,
        placed: Placed | None,
    ) -> None:
        self.lookup, self.unset, self.work, self.missing, self.placed = lookup, unset, work, missing, placed

    def parts(self, text: str, before: str) -> Iterator[Part]:
        """Yield the parts of the text, or of a default in it; `before` is the text that precedes it."""
        self.work.add(len(text) // 100)
        for written, part in _parts(text):
            if isinstance(part, str):
                value = part
            else:
                value = self.variable(part, before)
                self.work.add_output(len(value))
            yield written, value
            if self.placed is not None:
                before = (before + value)[-KEPT_CHARACTERS:]

    def variable(self, part: Variable, before: str) -> str:
        """Return the value of one variable."""
        self.work.add(1)
        try:
            default = part.default
            if "$" in default:
                default = "".join(value for _, value in self.parts(default, before))
        except TemplateError as error:
            error.offset += part.offset + 2 + len(part.name) + len(part.operator)
            raise
        value = self.placed(part.name, before) if self.placed is not None else None
        if value is None:
            value = self.lookup(part.name)
        if value is None and not part.operator and self.unset is not None:
            self.unset(part.name)
        try:
            return _expand(part, value, default)
        except TemplateError as error:
            if self.missing is None:
                raise
            self.missing(error)
            return ""


def _expand(part: Variable, value: str | None, default: str) -> str:
    """Return the value of the variable. An operator with a colon treats an empty value as unset."""
    present = value is not None and (value != "" or not part.operator.startswith(":"))
    match part.operator[-1:]:
        case "-":
            return value or "" if present else default
        case "+":
            return default if present else value or ""
        case "?" if not present:
            state = "is not set" if value is None else "is empty"
            # The message as written: the variables in it may be secrets.
            message = f"the required variable `{part.name}` {state}" + (f": {part.default}" if part.default else "")
            hint = f"to set it, add `{part.name}=...` to the `.env` file"
            raise TemplateError(message, part.offset, hint=hint, variable=part.name)
        case _:
            return value or ""


def _parts(text: str) -> Iterator[tuple[str, str | Variable]]:
    """Yield literal text and variables, in order, each after its text as written."""
    done = 0
    line_end = last_brace = -1
    while (dollar := text.find("$", done)) >= 0:
        if dollar > done:
            yield (literal := text[done:dollar]), literal
        following = text[dollar + 1 : dollar + 2]
        part: str | Variable
        if following == "{":
            if dollar > line_end:
                line_end = text.find("\n", dollar) % (len(text) + 1)  # -1 (no newline) becomes len(text)
                last_brace = text.rfind("}", dollar, line_end)
            part, done = _braced(text, dollar, last_brace)
        elif match := _NAME.match(text, dollar + 1):
            part, done = Variable(match[0], "", "", dollar), match.end()
        else:
            part, done = "$", dollar + (2 if following == "$" else 1)
        yield text[dollar:done], part
    if done < len(text):
        yield (literal := text[done:]), literal


def _braced(text: str, start: int, last_brace: int) -> tuple[Variable, int]:
    """Return the variable whose `${` is at `start`, and the offset after it. A default ends within its line."""
    name = _NAME.match(text, start + 2)
    operator = _OPERATOR.match(text, name.end()) if name else None
    if not name or not operator:
        raise _invalid(text, start)
    if operator[0] == "}":
        return Variable(name[0], "", "", start), operator.end()
    if last_brace < operator.end():
        raise _invalid(text, start)
    end = _closing_brace(text, start, last_brace)
    return Variable(name[0], operator[0], text[operator.end() : end], start), end + 1


def _closing_brace(text: str, start: int, last: int) -> int:
    """Return the offset of the brace that closes the first one, or of the last one in the line if none does."""
    depth = 0
    for match in _BRACE.finditer(text, start, last + 1):
        if match[0] != "}":
            depth += 1
            if depth > MAX_DEPTH:
                raise TemplateError(f"braces are nested more than {MAX_DEPTH} levels deep", start)
        else:
            depth -= 1
            if depth == 0:
                return match.start()
    return last


def _invalid(text: str, start: int) -> InvalidVariableError:
    line = text[start:].split("\n", 1)[0]
    shown = line[: line.find("}") + 1] or line
    shown = shown if len(shown) <= 40 else shown[:37] + "..."
    hint = "to write a dollar sign, double it: `$$`"
    return InvalidVariableError(f"`{shown}` is not a valid variable", start, hint=hint)
