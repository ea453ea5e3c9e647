"""Values inside a shell step, so that no value is ever read as shell.

The text of the script stays what its author wrote: where a value belongs stands a shell variable, written as its
surroundings need it, and the value is assigned from a file before the script begins. A shell does not read again what a
variable expands to, so an answer full of quotes, `$(…)` and `;` is one word of data in every place. Places where that
would not hold are refused: back-quotes, `${…}`, where the name of a command or a variable belongs, what is handed to
another interpreter (`eval`, `sh -c`), and what is calculated: bash, which many systems have as /bin/sh, runs the
command in the subscript of such a value (`a[$(…)]`). What a script does with a variable of its own that got a value
(`n={{ arg.1 }}; echo $((n))`) is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

MARK: Final = "\0"  # cannot stand in TOML, so nobody else can write a mark
MOST_VALUES: Final = 200  # in one step
_MARKED: Final = re.compile(r"\0(\d+)\0")
_HEREDOC: Final = re.compile(r"<<(?P<strip>-?)[ \t]*(?P<word>'[^'\n]*'|\"[^\"\n]*\"|\\?[\w.-]+)")
_HEREDOC_SIGN: Final = re.compile("<<(?!<)")
_WORD: Final = re.compile(r"\w+")
_BLANKS: Final = " \t\n;&|("
_SEPARATORS: Final = "\n;&|({"
_ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w*\+?=.*")
_KEYWORDS: Final = frozenset({"if", "then", "else", "elif", "while", "until", "do", "!", "time"})
_WRAPPERS: Final = frozenset({"builtin", "command", "env", "exec", "nice", "nohup", "sudo", "timeout", "xargs"})
_READERS: Final = frozenset({"eval", "let", "source", ".", "trap"})
_NAMING: Final = frozenset({"getopts", "mapfile", "read", "readarray", "unset"})
_DECLARING: Final = frozenset({"declare", "export", "local", "readonly", "typeset"})
_ATTRIBUTES: Final = re.compile(r"-[A-Za-z]*[in][A-Za-z]*")  # a number, or another variable's name
_CALCULATED: Final = re.compile(r"\s-(?:eq|ne|lt|le|gt|ge|v|R)\s")  # of [[ … ]]; its commands compare texts
_FILTERS: Final = frozenset({"awk", "gawk", "mawk", "sed"})
_INTERPRETERS: Final = re.compile(r"(?:ba|da|z|k|fi|c|tc)?sh|python[\d.]*|perl|ruby|node|php")
_CODE_FLAG: Final = re.compile(r"-[A-Za-z]*[cepr]")
_RUNNING: Final = frozenset({"--command", "--eval", "--exec", "--run", "-exec", "-execdir", "-ok", "-okdir"})
_QUOTES: Final = frozenset({"single", "double"})


class ShellMistakeError(ValueError):
    """A value stands where a shell would read it as more than data; the text says where and what to write. `at` is
    where in the script the value's mark stands, -1 when it is about no single one."""

    at: int = -1


def marked(number: int) -> str:
    """What stands in a script for value `number` until `assembled` puts a variable there."""
    return f"{MARK}{number}{MARK}"


def assembled(text: str, values: int) -> str:
    """The script for a text with marks for `values` values, which are read from files "1", "2", … in the directory
    that the environment variable LOK_VALUES names. Raises ShellMistakeError."""
    if text.count(MARK) > 2 * MOST_VALUES:
        raise ShellMistakeError(f"more than {MOST_VALUES} values in one command; make several steps of it")
    body = _Script(text).whole()
    # The shell strips the last newlines of "$(…)", hence the x.
    reading = [
        f'LOK_{number}=$(cat "$LOK_VALUES/{number}"; printf x); LOK_{number}=${{LOK_{number}%x}}\n'
        for number in range(1, values + 1)
    ]
    return "".join((*reading, body))


@dataclass(slots=True)
class _Frame:
    """An open quotation or substitution. `depth` counts open parentheses in it, `command` is where in the output its
    latest command begins."""

    kind: str
    depth: int = 0
    command: int = 0
    heredocs: list[tuple[str, bool, bool, int]] = field(default_factory=list)


class _Script:
    """A walk through a script that knows, at every mark, what kind of quotation it stands in."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._out: list[str] = []
        self._frames = [_Frame("plain")]

    def whole(self) -> str:
        """The script with variables in place of marks."""
        try:
            self._walk()
        except ShellMistakeError as mistake:
            mistake.at = self._text.rfind(MARK, 0, self._at + 1)
            raise
        return "".join(self._out)

    def _walk(self) -> None:
        while self._at < len(self._text):
            found = _MARKED.match(self._text, self._at)
            if found:
                self._refuse_code()
                self._out.append(_variable(found[1], self._frames[-1].kind))
                self._at = found.end()
            elif self._frames[-1].kind == "single":
                self._take(1)
                if self._out[-1] == "'":
                    self._frames.pop()
            else:
                self._step()

    def _refuse_code(self) -> None:
        """Raises ShellMistakeError where the value that comes next would name a command or be another's code."""
        self._refuse_calculation()
        outer = next(index for index, frame in enumerate(reversed(self._frames)) if frame.kind not in _QUOTES)
        frame = self._frames[-1 - outer]
        if frame.kind != "plain":
            return  # refused whatever stands before it
        end = self._frames[-outer].command - 1 if outer else len(self._out)
        before = "".join(self._out[frame.command : end])
        begun = "" if not before or before[-1].isspace() else before.split()[-1]
        words = before.split()[: -1 if begun else None]
        while words and (words[0] in _KEYWORDS or words[0] in _WRAPPERS or _ASSIGNMENT.fullmatch(words[0])):
            words.pop(0)
        if not words:
            if _ASSIGNMENT.fullmatch(begun):
                return
            raise ShellMistakeError("a value where the name of a command belongs; write the command itself there")
        name = re.sub(r"['\"\\]", "", words[0]).rpartition("/")[2]
        if _reads_as_code(name, words[1:]):
            raise ShellMistakeError(f"a value inside what {name} reads as code; hand it over as an argument or input")
        if _takes_as_name(name, words[1:], begun + "".join(self._out[end:]).lstrip("'\"")):
            raise ShellMistakeError(f"a value where {name} takes the name of a variable; write the name itself there")

    def _refuse_calculation(self) -> None:
        """Raises ShellMistakeError where the value that comes next would be calculated."""
        if any(frame.kind == "arithmetic" for frame in self._frames):
            raise _refusal("arithmetic")
        before = "".join(self._out)
        start = before.rfind("[[")
        if start > before.rfind("]]") and _CALCULATED.search(
            before[start:] + self._text[self._at :].partition("]]")[0]
        ):
            raise ShellMistakeError("a value in [[ … ]] that is calculated; write [ … ] to compare numbers")

    def _take(self, count: int) -> None:
        self._out.append(self._text[self._at : self._at + count])
        self._at += count

    def _step(self) -> None:
        """One character, or one opening, of anything but single quotes."""
        rest, frame = self._text[self._at : self._at + 3], self._frames[-1]
        if rest[:1] == "\\":
            self._take(1 if _MARKED.match(self._text, self._at + 1) else 2)
        elif rest == "$((":
            self._open("arithmetic", 3, depth=2)
        elif rest[:2] == "$(":
            self._open("plain", 2)
        elif rest[:2] == "${":
            self._open("braces", 2)
        elif rest[:1] == "`":
            self._toggle("backquotes")
        elif rest[:1] == '"':
            self._toggle("double")
        elif frame.kind == "double":
            self._take(1)
        else:
            self._unquoted(frame)

    def _open(self, kind: str, count: int, depth: int = 0) -> None:
        self._take(count)
        self._frames.append(_Frame(kind, depth, len(self._out)))

    def _toggle(self, kind: str) -> None:
        self._take(1)
        if self._frames[-1].kind == kind:
            self._frames.pop()
        else:
            self._frames.append(_Frame(kind, 0, len(self._out)))

    def _unquoted(self, frame: _Frame) -> None:
        letter = self._text[self._at]
        if letter == "'":
            self._open("single", 1)
        elif letter == "}" and frame.kind == "braces":
            self._take(1)
            self._frames.pop()
        elif self._text.startswith("((", self._at):
            self._open("arithmetic", 2, depth=2)
        elif letter in "()":
            self._parenthesis(letter, frame)
        elif letter == "#" and (not self._at or self._text[self._at - 1] in _BLANKS):
            self._comment()
        elif frame.kind != "arithmetic" and _HEREDOC_SIGN.match(self._text, self._at):
            self._heredoc(frame)
        else:
            self._take(1)
            if letter == "\n":
                self._bodies(frame)
            if letter in _SEPARATORS:
                frame.command = len(self._out)

    def _parenthesis(self, letter: str, frame: _Frame) -> None:
        self._take(1)
        frame.command = len(self._out)
        frame.depth += 1 if letter == "(" else -1
        is_over = frame.depth < 0 if frame.kind == "plain" else frame.depth <= 0
        if is_over and len(self._frames) > 1 and frame.kind in ("plain", "arithmetic"):
            self._frames.pop()

    def _comment(self) -> None:
        """Up to the end of the line; a value in it is left out."""
        end = self._text.find("\n", self._at)
        end = len(self._text) if end < 0 else end
        self._out.append(_MARKED.sub("", self._text[self._at : end]))
        self._at = end

    def _heredoc(self, frame: _Frame) -> None:
        found = _HEREDOC.match(self._text, self._at)
        if not found:
            self._take(2)
            return
        word = found["word"]
        is_quoted = word[0] in "'\"\\"
        frame.heredocs.append((word.strip("'\"\\"), is_quoted, bool(found["strip"]), len(self._out)))
        self._take(found.end() - found.start())

    def _bodies(self, frame: _Frame) -> None:
        """The here-documents that begin behind this line."""
        for delimiter, is_quoted, strips, index in frame.heredocs:
            start = self._at
            while self._at < len(self._text):
                end = self._text.find("\n", self._at)
                line = self._text[self._at :] if end < 0 else self._text[self._at : end]
                self._at = len(self._text) if end < 0 else end + 1
                if (line.lstrip("\t") if strips else line) == delimiter:
                    break
            body = self._text[start : self._at]
            if MARK in body and is_quoted:
                body = self._opened(body, delimiter, index)
            elif MARK in body and re.search(r"\$\(|`|\$\{", body):
                raise ShellMistakeError(f"a value in a here-document that also has $(…): write <<'{delimiter}'")
            self._out.append(_MARKED.sub(lambda found: _variable(found[1], "double"), body))
        frame.heredocs.clear()

    def _opened(self, body: str, delimiter: str, index: int) -> str:
        """The same here-document without quotes around its delimiter, so that variables count in it, and with
        everything else that would count then made plain."""
        if not _WORD.fullmatch(delimiter):
            raise ShellMistakeError(
                f"a value in a here-document that ends with {delimiter!r}: end it with a plain word"
            )
        self._out[index] = re.sub(r"['\"\\]", "", self._out[index])
        return re.sub(r"([\\$`])", r"\\\1", body)


def _reads_as_code(name: str, words: Sequence[str]) -> bool:
    """Whether the program takes the word behind `words` for something to run."""
    plain = [word for word in words if not word.startswith("-")]
    if name in _READERS:
        return True
    if name in ("ssh", "su"):
        return bool(plain)
    if name in _FILTERS:
        return not plain
    if not words or words[-1] in _RUNNING:
        return bool(words)
    # An interpreter may be started by another program: find -exec sh -c, docker exec web sh -c.
    started = {word.strip("'\"").rpartition("/")[2] for word in (name, *plain)}
    return bool(_CODE_FLAG.fullmatch(words[-1])) and any(map(_INTERPRETERS.fullmatch, started))


def _takes_as_name(name: str, words: Sequence[str], begun: str) -> bool:
    """Whether the program takes the word that begins with `begun`, behind `words`, for the name of a variable, or for
    its assignment where the value is calculated."""
    if name in _DECLARING:
        return not _ASSIGNMENT.fullmatch(begun) or any(map(_ATTRIBUTES.fullmatch, words))
    if name in _NAMING:
        return not (begun or "".join(words[-1:])).endswith(("<", ">"))
    return name in ("[", "printf", "test") and words[-1:] == ["-v"]


def _variable(number: str, kind: str) -> str:
    name = f"LOK_{number}"
    match kind:
        case "plain":
            return f'${{{name}:+"${name}"}}'
        case "double":
            return f"${{{name}}}"
        case "single":
            return f"'\"${{{name}}}\"'"
        case _:
            raise _refusal(kind)


def _refusal(kind: str) -> ShellMistakeError:
    places = {"backquotes": "back-quotes (write $(…))", "arithmetic": "((…)) or $((…))", "braces": "${…}"}
    return ShellMistakeError(f"a value inside {places[kind]}, where a shell would read it as more than data")


def quoted_values(values: Sequence[str]) -> list[bytes]:
    """What the files hold; a shell variable can have no NUL."""
    return [value.replace("\0", "").encode("utf-8", "surrogateescape") for value in values]
