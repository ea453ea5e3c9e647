"""The user's `command` and `args` for a CLI, read against what its locked command line allows.

Only arguments known to leave the locks shut are passed on. The rest is an error that names it: flags of a CLI come
and go monthly, so a list of the dangerous ones would always be one release behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final

from lok_hooks.core.settings import BackendSettings
from lok_hooks.errors import ConfigError

_RUNNERS: Final = frozenset({"npx", "bunx", "pnpx"})
_RUNNER_FLAGS: Final = frozenset({"-y", "--yes", "-q", "--quiet", "--offline", "--prefer-offline"})
_MODEL_FLAGS: Final = frozenset({"-m", "--model"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowed:
    """What may stand in `args` of one CLI.

    `subcommand`: its name may lead, we give it anyway. `stock`: flags we set ourselves, dropped when given one of
    these values ("" for none). `passed`: harmless flags, with how many values each takes (0 or 1). `config_flags`
    set configuration keys: those in `config_keys` are passed on (an entry ending in "." or "_" is a prefix).
    """

    subcommand: str = ""
    stock: Mapping[str, frozenset[str]] = field(default_factory=dict)
    passed: Mapping[str, int] = field(default_factory=dict)
    config_flags: frozenset[str] = frozenset()
    config_keys: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """`program`: the command with a runner's own arguments. `extra`: to stand before our locked arguments.
    `model`: the `model` setting, else the one found in the arguments."""

    program: tuple[str, ...]
    extra: tuple[str, ...]
    model: str


def read_arguments(settings: BackendSettings, default_command: str, allowed: Allowed) -> Given:
    """Sort `command` and `args`. Raises ConfigError that names every argument that may not stand there."""
    arguments = list(settings.args)
    program = [settings.command or default_command]
    if PurePath(program[0]).stem in _RUNNERS:
        program += _take_runner(arguments)
    if allowed.subcommand and arguments[:1] == [allowed.subcommand]:
        del arguments[0]
    extra: list[str] = []
    refused: list[str] = []
    model = settings.model
    for flag, value, written in _options(arguments, allowed):
        if flag in _MODEL_FLAGS and value:
            model = settings.model or value
        elif value in allowed.stock.get(flag, ()):
            continue
        elif _is_passed(flag, value, allowed):
            extra += written
        else:
            refused.append(" ".join(written))
    if refused:
        raise ConfigError(
            "\n".join(f"backends.{settings.name}.args: {argument!r} may not stand here" for argument in refused),
            advice="lok runs this CLI locked (no project files, nothing to write or run with); "
            f"only these may be added: {_names(allowed)}",
        )
    return Given(program=tuple(program), extra=tuple(extra), model=model)


def _take_runner(arguments: list[str]) -> list[str]:
    """Removes and returns npx's own flags and the package, up to where the CLI's arguments begin."""
    taken: list[str] = []
    while arguments and arguments[0] in _RUNNER_FLAGS:
        taken.append(arguments.pop(0))
    if arguments[:1] in (["-p"], ["--package"]) and len(arguments) > 1:
        taken += [arguments.pop(0), arguments.pop(0)]
    if arguments and not arguments[0].startswith("-"):
        taken.append(arguments.pop(0))
    return taken


def _options(arguments: list[str], allowed: Allowed) -> Iterator[tuple[str, str, list[str]]]:
    """Each flag with its value ("" for none) and as it was written; a word that is no flag comes as a flag."""
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        flag, is_joined, value = word.partition("=") if word.startswith("--") else (word, "", "")
        written = [word]
        if not is_joined and rest and _takes_value(flag, rest[0], allowed):
            value = rest.pop(0)
            written.append(value)
        yield flag, value, written


def _takes_value(flag: str, following: str, allowed: Allowed) -> bool:
    if flag in _MODEL_FLAGS or flag in allowed.config_flags or allowed.passed.get(flag) == 1:
        return True
    # A flag of ours with a value that is not ours: taken together, so that the error names both.
    return flag in allowed.stock and allowed.stock[flag] != {""} and not following.startswith("-")


def _is_passed(flag: str, value: str, allowed: Allowed) -> bool:
    if flag in allowed.config_flags:
        name = value.partition("=")[0].strip()
        return any(name.startswith(key) if key.endswith((".", "_")) else name == key for key in allowed.config_keys)
    return flag in allowed.passed and (allowed.passed[flag] == 1) == bool(value)


def _names(allowed: Allowed) -> str:
    keys = [f"{min(allowed.config_flags)} {key}{'…' * key.endswith(('.', '_'))}" for key in allowed.config_keys]
    return ", ".join([*sorted(_MODEL_FLAGS), *sorted(allowed.passed), *keys])
