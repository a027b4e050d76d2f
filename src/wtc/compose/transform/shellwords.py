"""Split a command string into words as Docker Compose does, which differs from a shell.

An unquoted `; & | < >` silently ends the command. A backslash escapes the next character, also in double quotes.
Variables and backquotes are kept in the text.
"""

MAX_CHARACTERS = 1 << 20
"""A longer command cannot be started: https://man7.org/linux/man-pages/man2/execve.2.html, 2 MB in total."""
_ENDS = frozenset(";&|<>")
_DIGITS = [[digit] for digit in "0123456789"]
_BLANKS = frozenset(" \t\r\n")


def split_words(text: str) -> list[str]:
    """Return the words of a command.

    Raises:
        ValueError: a quote is not closed, a parenthesis is not quoted, or the command is too long.
    """
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"it has {len(text)} characters, the limit is {MAX_CHARACTERS}")
    words, open_until = _Splitter().run(text)
    if open_until:
        raise ValueError(f"the closing `{open_until}` is missing")
    return words


class _Splitter:
    def __init__(self) -> None:
        self.words: list[str] = []
        self.word: list[str] = []
        self.begun = False
        """Whether a word has started; it may be empty, in quotes."""
        self.until = ""
        """The character that closes the open quote: a quote, or `)` for `$(`. Backquotes may contain quotes."""
        self.backquoted = False

    def run(self, text: str) -> tuple[list[str], str]:
        """Return the words, and the closing character that is missing at the end, if any."""
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
                # The digit of a redirection such as `2>` is not a word.
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
        """Open or close a quote. Return whether the character is a quote, and therefore not part of the word."""
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
                raise ValueError("`(` is not quoted")
            self.until = ")"
        return False
