"""A command written as one string, split as Docker Compose splits it, which is not as a shell does.

An unquoted `; & | < >` silently ends the command. A backslash takes the next character as it is, also in double quotes.
Variables and backquotes stay in the text.
"""

MAX_CHARACTERS = 1 << 20
"""No system starts a command that is longer: https://man7.org/linux/man-pages/man2/execve.2.html, 2 MB in all."""
_ENDS = frozenset(";&|<>")
_DIGITS = [[digit] for digit in "0123456789"]
_BLANKS = frozenset(" \t\r\n")


def split_words(text: str) -> list[str]:
    """The words of a command.

    Raises:
        ValueError: a quotation that never ends, a parenthesis outside of quotes, or more than anyone can start.
    """
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"it has {len(text)} characters, past the limit of {MAX_CHARACTERS}")
    words, open_until = _Splitter().run(text)
    if open_until:
        raise ValueError(f"a `{open_until}` is missing")
    return words


class _Splitter:
    def __init__(self) -> None:
        self.words: list[str] = []
        self.word: list[str] = []
        self.begun = False
        """Whether there is a word, which may be an empty one in quotes."""
        self.until = ""
        """What ends the open quotation: a quote, or `)` for a `$(`. Backquotes may have plain quotes in them."""
        self.backquoted = False

    def run(self, text: str) -> tuple[list[str], str]:
        """The words, and what the text should still have had at its end."""
        escaped = False
        for char in text:
            if escaped:
                escaped = False
                self._take(char)
            elif char == "\\" and self.until != "'":
                escaped = True
            elif char in _BLANKS:
                self._blank(char)
            elif char in _ENDS and not self.until and not self.backquoted:
                # `2>` redirects a number, which is then no word either
                self.begun = self.begun and not (char == ">" and self.word[:1] in _DIGITS)
                break
            elif not self._quote(char):
                self._take(char)
        if self.begun:
            self.words.append("".join(self.word))
        return self.words, self.until or ("`" if self.backquoted else "\\" if escaped else "")

    def _take(self, char: str) -> None:
        self.word.append(char)
        self.begun = True

    def _blank(self, char: str) -> None:
        if self.until or self.backquoted:
            self.word.append(char)
        elif self.begun:
            self.words.append("".join(self.word))
            self.word = []
            self.begun = False

    def _quote(self, char: str) -> bool:
        """Whether the character is a quote and so no part of the word; notes what it opens or closes."""
        if char in "\"'" and self.until in {"", char}:
            if self.until:
                self.begun = True
            self.until = "" if self.until else char
            return True
        if char == "`" and not self.until:
            self.backquoted = not self.backquoted
        elif char == ")" and self.until in {"", ")"} and not self.backquoted:
            self.until = "" if self.until else ")"
        elif char == "(" and self.until in {"", ")"} and not self.backquoted:
            if self.until or self.word[-1:] != ["$"]:
                raise ValueError("`(` stands outside of quotes")
            self.until = ")"
        return False
