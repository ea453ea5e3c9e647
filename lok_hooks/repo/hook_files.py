"""Our block in git's plain hook files, beside whatever else stands there.

A hook that is a shell script gets our block behind its first line: its own path, name and standard input stay as they
were, and nothing that ends with `exec` can keep us from running. Anything else (Python, a binary, a symbolic link, a
file that git does not run) is put aside under another name in the same folder, and our script starts it afterwards.
Taking the block out again leaves every foreign file byte for byte.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from lok_hooks import files
from lok_hooks.errors import OutputError, RepositoryError
from lok_hooks.repo.git import Repository

HookName = Literal["pre-commit", "pre-push"]
HOOKS: Final[tuple[HookName, ...]] = ("pre-commit", "pre-push")
BLOCK_VERSION: Final = 1

State = Literal["absent", "foreign", "current", "outdated"]

_ASIDE: Final = ".before-lok"
_LEGACY: Final = ".legacy"  # where pre-commit and prek move a hook that they find, and run it from
ENTRIES: Final[dict[HookName, str]] = {"pre-commit": "hunt", "pre-push": "audit"}
_BLOCK: Final = re.compile(rb"# >>> lok-hooks \d+ (new|beside|chained) >>>.*?# <<< lok-hooks <<<\n", re.DOTALL)
_OPENING: Final = b"# >>> lok-hooks "
_SHELL: Final = re.compile(rb"#!\s*(?:\S*/)?(?:env\s+(?:-S\s+)?)?(?:\S*/)?(?:sh|bash|dash|ash|ksh|mksh|zsh)(?:\s.*)?")
_FIRST_LINE: Final = b"#!/bin/sh\n"
_ASKS: Final = re.compile(r"' --backend (.+?) \"\$@\"")


@dataclass(frozen=True, kw_only=True, slots=True)
class Hook:
    """A hook file as it is. `path` holds our block where there is one, which may be where pre-commit moved it; it asks
    `backends` alone, none for those of lok.toml."""

    name: HookName
    path: Path
    state: State
    backends: tuple[str, ...] = ()


def hooks_folder(repository: Repository) -> Path:
    """Where git looks for this repository's hooks: `core.hooksPath` and linked work trees are respected."""
    answer = repository.run("rev-parse", "--path-format=absolute", "--git-path", "hooks")
    return Path(os.fsdecode(answer.removesuffix(b"\n")))


def look(folder: Path, name: HookName, interpreter: str) -> Hook:
    """What stands in the hook file `name`; "current" when our block is there as `install` would write it now."""
    for path in (folder / name, folder / f"{name}{_LEGACY}"):
        content = _read(path)
        if content is not None and (found := _BLOCK.search(content)):
            backends = _named_in(found[0])
            ours = _block(name, found[1].decode(), interpreter, backends)
            return Hook(name=name, path=path, state="current" if found[0] == ours else "outdated", backends=backends)
        if content is not None and _OPENING in content:
            return Hook(name=name, path=path, state="outdated")
    path = folder / name
    return Hook(name=name, path=path, state="foreign" if os.path.lexists(path) else "absent")


def seen(folder: Path, name: HookName) -> dict[Path, Literal["nothing", "ours", "somebody else's"]]:
    """What stands in each place where `install` and `uninstall` look for the hook `name`."""
    found: dict[Path, Literal["nothing", "ours", "somebody else's"]] = {}
    for path in (folder / name, folder / f"{name}{_LEGACY}", folder / f"{name}{_ASIDE}"):
        content = _read(path) if os.path.lexists(path) else None
        is_ours = content is not None and _OPENING in content
        found[path] = "ours" if is_ours else "somebody else's" if os.path.lexists(path) else "nothing"
    return found


def install(
    folder: Path, name: HookName, interpreter: str, backends: Sequence[str] = ()
) -> Literal["made", "put beside", "chained", "renewed", "there"]:
    """Put our block into the hook file, and say how. It asks `backends` alone, where any are named. Raises OutputError
    when it cannot be written, RepositoryError for a block that somebody cut in half."""
    hook = look(folder, name, interpreter)
    if hook.state == "current" and hook.backends == tuple(backends):
        return "there"
    if hook.state in ("current", "outdated"):
        _renew(hook, interpreter, backends)
        return "renewed"
    path, aside = folder / name, folder / f"{name}{_ASIDE}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if hook.state == "absent" and os.path.lexists(aside):
            # Ours was removed by hand, or never written: the foreign hook is still the user's.
            files.write_over(path, _FIRST_LINE + _block(name, "chained", interpreter, backends), files.PROGRAM)
            return "chained"
        if hook.state == "absent":
            files.write_over(path, _FIRST_LINE + _block(name, "new", interpreter, backends), files.PROGRAM)
            return "made"
        content = _read(path)
        if content is not None and _takes_a_block(path, content):
            first, rest = _split(content)
            block = _block(name, "beside", interpreter, backends)
            files.write_over(path, first + block + rest, files.PROGRAM)
            return "put beside"
        _put_aside(path, _free(aside), _FIRST_LINE + _block(name, "chained", interpreter, backends))
    except OSError as error:
        raise _unwritable(path, error) from error
    return "chained"


def uninstall(folder: Path, name: HookName) -> Literal["removed", "not there"]:
    """Take our block out again, and whatever else `install` made; foreign files are as they were before, byte for
    byte. Raises as `install` does."""
    hook = look(folder, name, "")
    if hook.state in ("absent", "foreign"):
        return "not there"
    content = _read(hook.path) or b""
    found = _whole_block(hook, content)
    rest = content[: found.start()] + content[found.end() :]
    aside = folder / f"{name}{_ASIDE}"
    try:
        if found[1] == b"chained" and os.path.lexists(aside):
            if rest != _FIRST_LINE:
                raise RepositoryError(
                    f"{hook.path}: somebody wrote more into it, and {aside} is to come back to its place",
                    advice=f"move what is not ours into {aside}, then try again",
                )
            aside.replace(hook.path)
        elif found[1] != b"beside" and rest == _FIRST_LINE:
            hook.path.unlink()
        else:
            files.write_over(hook.path, rest, files.PROGRAM)
    except OSError as error:
        raise _unwritable(hook.path, error) from error
    return "removed"


def _renew(hook: Hook, interpreter: str, backends: Sequence[str]) -> None:
    content = _read(hook.path) or b""
    found = _whole_block(hook, content)
    block = _block(hook.name, found[1].decode(), interpreter, backends)
    try:
        files.write_over(hook.path, content[: found.start()] + block + content[found.end() :], files.PROGRAM)
    except OSError as error:
        raise _unwritable(hook.path, error) from error


def _whole_block(hook: Hook, content: bytes) -> re.Match[bytes]:
    found = _BLOCK.search(content)
    if not found:
        raise RepositoryError(
            f"{hook.path}: the lok-hooks block in it has no end", advice="take its lines out by hand, then try again"
        )
    return found


def _takes_a_block(path: Path, content: bytes) -> bool:
    """Whether git runs this file, and a shell reads it."""
    if path.is_symlink() or b"\0" in content or not os.access(path, os.X_OK) or not content.endswith(b"\n"):
        return False
    first = content.split(b"\n", 1)[0]
    # Without a first line of that kind git hands the file to sh.
    return bool(_SHELL.fullmatch(first)) if first.startswith(b"#!") else True


def _split(content: bytes) -> tuple[bytes, bytes]:
    """The first line where it names the interpreter, and the rest."""
    if not content.startswith(b"#!"):
        return b"", content
    first, _, rest = content.partition(b"\n")
    return first + b"\n", rest


def _named_in(block: bytes) -> tuple[str, ...]:
    found = _ASKS.search(block.decode("utf-8", "replace"))
    try:
        words = shlex.split(found[1]) if found else []
    except ValueError:  # a block that somebody changed
        words = []
    return tuple(words[0].split(",")) if words else ()


def _block(name: HookName, kind: str, interpreter: str, backends: Sequence[str]) -> bytes:
    program = shlex.quote(interpreter)
    gone = _CODE_IF_GONE[name]
    # -P: the folder that git starts hooks in is the repository's, and may hold a json.py of its own.
    asks = f" --backend {shlex.quote(','.join(backends))}" if backends else ""
    call = f"{program} -P -c '{_PROGRAM.format(entry=ENTRIES[name], gone=gone)}'{asks}"
    lines = [
        f"# >>> lok-hooks {BLOCK_VERSION} {kind} >>> written by `lok install`; `lok uninstall` takes it out again",
        f"if [ -x {program} ]; then",
        *_CALLS[name],
        "else",
        f"  echo {shlex.quote(_GONE[name].format(interpreter))} >&2",
        *([f"  exit {gone}"] if gone else []),
        "fi",
        *(_CHAIN if kind == "chained" else []),
        "# <<< lok-hooks <<<",
    ]
    return ("\n".join(lines).replace("LOK_CALL", call).replace("LOK_ASIDE", name + _ASIDE) + "\n").encode()


# Stands between single quotes. Where our package is gone and Python is not, its traceback would refuse every commit.
_PROGRAM: Final = """\
import sys
try:
    from lok_hooks.cli.hooks import {entry}
except ModuleNotFoundError as error:
    told = "so nothing was reviewed; install lok-hooks there again, or take its block out of this hook"
    print(f"lok-hooks: {{sys.executable}}: {{error}}, {{told}}", file=sys.stderr)
    sys.exit({gone})
sys.exit({entry}())"""
_CODE_IF_GONE: Final[dict[HookName, int]] = {"pre-commit": 0, "pre-push": 4}

# A hook behind ours reads git's lines as well. $(...) drops the last line's end, which <<EOF puts back.
_CALLS: Final[dict[HookName, tuple[str, ...]]] = {
    "pre-commit": ('  LOK_CALL "$@" || exit $?',),
    "pre-push": (
        "  lok_lines=$(cat)",
        '  if [ -n "$lok_lines" ]; then',
        '    printf \'%s\\n\' "$lok_lines" | LOK_CALL "$@" || exit $?',
        "    exec <<LOK_LINES",
        "$lok_lines",
        "LOK_LINES",
        "  else",
        '    LOK_CALL "$@" </dev/null || exit $?',
        "    exec </dev/null",
        "  fi",
        "  unset lok_lines",
    ),
}
_CHAIN: Final = (
    'lok_next="$(dirname "$0")/LOK_ASIDE"',
    'if [ -x "$lok_next" ]; then',
    '  exec "$lok_next" "$@"',
    "fi",
)
_GONE: Final[dict[HookName, str]] = {
    "pre-commit": "lok-hooks: {} is gone, so nothing was reviewed; run `lok install` again, or `lok uninstall`",
    "pre-push": "lok-hooks: {} is gone, so nothing can be reviewed; run `lok install` again, or `lok uninstall`",
}


def _put_aside(path: Path, aside: Path, content: bytes) -> None:
    """`content` in place of a foreign hook, which goes to `aside`, and back where that fails. Raises OSError."""
    path.rename(aside)
    try:
        files.write_over(path, content, files.PROGRAM)
    finally:
        # A full disk, Ctrl-C: under the other name nobody would ever run that hook again.
        if not os.path.lexists(path):
            aside.rename(path)


def _free(path: Path) -> Path:
    if os.path.lexists(path):
        raise RepositoryError(f"{path} is in the way", advice="move it elsewhere, then try again")
    return path


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError as error:
        raise RepositoryError(f"{path}: cannot be read ({error.strerror})", advice="mend it, then try again") from error


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(f"{path}: cannot be written ({error.strerror})", advice="make it writable, then try again")
