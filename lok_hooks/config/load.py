"""Reading lok.toml: built-in values < the user's file < the repository's file < `LOK_*` variables < flags."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from lok_hooks.config import build, checks, overrides, trust
from lok_hooks.config.checked_before import Check, by_schema
from lok_hooks.config.defaults import built_in_layer
from lok_hooks.config.layers import Key, Layer, Merged
from lok_hooks.config.messages import shown
from lok_hooks.core.settings import Settings
from lok_hooks.errors import ConfigError

FILE_NAME: Final = "lok.toml"
# The original Lok's own file has 2 kB; a hundred long prompts are far below this.
LARGEST_BYTES: Final = 256 * 1024
# tomllib takes time in the square of a dotted key's length: minutes for a few hundred kilobytes of `a.a.a.…`.
_LONG_DOTTED_KEY: Final = re.compile(r"""(?:(?:(?<![\w-])[\w-]++|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){64}""")
_PLACE: Final = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """The repository's own file where it is not read from the work tree: its content (None: there is none) and the
    side of git it stands on ("HEAD"), which its messages name."""

    content: bytes | None
    place: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Source:
    """A file that may be read. `label` begins its messages; only a named file must exist and may be a pipe.
    `given` takes the place of what lies at `path`."""

    path: Path
    label: str
    origin: str
    is_named: bool = False
    is_trusted: bool = True
    given: Given | None = None


@dataclass(kw_only=True, slots=True)
class _Loading:
    """What is known so far. `is_trusted` knows the digests that the user trusts, `check` the schema."""

    is_trusted: Callable[[str], bool]
    check: Check
    merged: Merged = field(default_factory=Merged)
    layers: list[Layer] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    foreign: frozenset[str] = frozenset()

    def add(self, layer: Layer, values: Mapping[Key, Any]) -> None:
        """Lay a layer over the others."""
        self.layers.append(layer)
        self.lines += [mistake.line(layer.label) for mistake in layer.mistakes]
        self.merged.put(layer, values)


def _never(_: str) -> bool:
    return False


def load(
    *,
    directory: Path,
    environ: Mapping[str, str],
    config_file: Path | None = None,
    flags: Mapping[str, str | None] | None = None,
    given: Given | None = None,
    is_trusted: Callable[[str], bool] = _never,
    check: Check = by_schema,
) -> Settings:
    """Everything lok.toml says, resolved.

    `directory` is the repository's top (or the current directory outside one); `given` takes the place of the
    repository's file there, whose program-starting keys count when `is_trusted` says yes to their digest. `check` holds
    each file, variable and flag against the schema.
    `config_file` (`--config`), else `LOK_CONFIG`, takes the place of the repository's file and is trusted. `flags`
    holds the flags of `overrides.FLAGS` as typed, None for those not given. The user's file is `lok/lok.toml` under
    `$XDG_CONFIG_HOME`, else under `~/.config`, where the original Lok has it on every system.

    Raises ConfigError with one line for every mistake in all files, variables and flags.
    """
    loading = _Loading(is_trusted=is_trusted, check=check, notes=overrides.near_misses(environ))
    built_in = built_in_layer()
    loading.add(built_in, built_in.values)
    all_parsed = True
    for source in _sources(directory, environ, config_file, given):
        all_parsed &= _add_file(source, loading, built_in)
    overriding = (overrides.from_environment(environ, check), overrides.from_flags(flags or {}, check))
    for layer in (layer for some in overriding for layer in some.layers):
        loading.add(layer, layer.values)
    selection = overriding[1].selection or overriding[0].selection
    if all_parsed:
        loading.lines += checks.cross_checked(loading.merged, loading.layers)
    off = dict.fromkeys(loading.foreign, "not trusted (lok trust)")
    if all_parsed and selection:
        loading.lines += checks.unselectable(selection, loading.merged, loading.layers, loading.foreign)
        off |= _select(selection, loading.merged)
    if loading.lines:
        raise ConfigError("\n".join(dict.fromkeys(loading.lines)))
    settings = build.settings_from(loading.merged, tuple(loading.notes), off)
    return replace(settings, chosen=selection.names) if selection else settings


def user_folder(environ: Mapping[str, str]) -> Path | None:
    """Where the user's own settings are: `lok` under `$XDG_CONFIG_HOME`, else under `~/.config`. None where these name
    no absolute path."""
    home = environ.get("XDG_CONFIG_HOME", "")
    if not Path(home).is_absolute() and environ.get("HOME"):
        home = str(Path(environ["HOME"], ".config"))
    return Path(home, "lok") if Path(home).is_absolute() else None


def _sources(
    directory: Path, environ: Mapping[str, str], config_file: Path | None, given: Given | None
) -> list[_Source]:
    sources = []
    if folder := user_folder(environ):
        user = folder / FILE_NAME
        sources.append(_Source(path=user, label=str(user), origin=f"user file {user}"))
    named = config_file or (
        Path(environ[overrides.CONFIG_VARIABLE]) if environ.get(overrides.CONFIG_VARIABLE) else None
    )
    if named:
        sources.append(_Source(path=named, label=str(named), origin=str(named), is_named=True))
    else:
        own = directory / FILE_NAME
        at = f"{given.place}:{FILE_NAME}" if given and given.place else ""
        sources.append(_Source(path=own, label=at or FILE_NAME, origin=at or str(own), is_trusted=False, given=given))
    return sources


def _add_file(source: _Source, loading: _Loading, built_in: Layer) -> bool:
    """Lay one file over what is there; False when it exists but could not be parsed."""
    try:
        raw = _parsed(source)
    except ConfigError as error:
        loading.lines.append(error.message)
        return False
    if raw is None:
        return True
    layer = loading.check(raw, label=source.label, origin=source.origin)
    if source.is_trusted:
        loading.add(layer, layer.values)
        return True
    if _is_trusted(layer, loading, built_in):
        loading.add(layer, layer.values)
        return True
    sifted = trust.sift(layer.values, loading.merged.values, built_in.values)
    loading.add(layer, sifted.values)
    loading.foreign = sifted.foreign
    if sifted.ignored:
        place = source.given.place if source.given else ""
        loading.notes.append(trust.note(source.label, sifted.ignored, place))
    return True


def _is_trusted(layer: Layer, loading: _Loading, built_in: Layer) -> bool:
    covered = trust.covered(layer.values, built_in.values)
    return bool(covered) and loading.is_trusted(trust.digest(covered))


def _parsed(source: _Source) -> dict[str, Any] | None:
    """The file as TOML; None when it may be absent and is."""
    data = source.given.content if source.given else _content(source)
    return None if data is None else read_toml(data, source.label)


def read_toml(data: bytes, label: str) -> dict[str, Any]:
    """A file's content as TOML. Raises ConfigError, whose message begins with `label`."""
    if len(data) > LARGEST_BYTES:
        raise ConfigError(f"{label}: larger than {LARGEST_BYTES} bytes; is this the right file?")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{label}:{line}: not UTF-8 text (byte {error.start}); save the file as UTF-8") from error
    return _toml(text, label)


def _content(source: _Source) -> bytes | None:
    label = source.label
    try:
        if not source.is_named and not _is_there_by_that_name(source.path):
            return None
        if not source.is_named and not stat.S_ISREG(source.path.stat().st_mode):
            raise ConfigError(f"{label}: not a regular file; put a text file in its place or remove it")
        with source.path.open("rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        if not source.is_named:
            return None
        raise ConfigError(f"{label}: there is no such file; check --config and LOK_CONFIG") from None
    except OSError as error:
        raise ConfigError(f"{label}: cannot be read ({error.strerror}); mend it or remove it") from error


def _is_there_by_that_name(path: Path) -> bool:
    """Where a file system takes upper and lower case for the same, git does not: a change could bring a Lok.toml along
    that would pass for the user's own untracked file. Raises OSError."""
    with os.scandir(path.parent) as entries:
        return any(entry.name == path.name for entry in entries)


def _toml(text: str, label: str) -> dict[str, Any]:
    long_key = _LONG_DOTTED_KEY.search(text)
    if long_key:
        line = text.count("\n", 0, long_key.start()) + 1
        raise ConfigError(f"{label}:{line}: a key with more than 64 parts; lok.toml has none that long")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ConfigError(f"{label}: nested too deeply; lok.toml has no such value") from error
    except ValueError as error:
        raise ConfigError(_syntax_error(text, label, str(error))) from error


def _syntax_error(text: str, label: str, problem: str) -> str:
    """`lok.toml:3:11: not TOML: Invalid value; correct this line: timeout = soon`."""
    match = _PLACE.fullmatch(problem)
    if not match:
        return f"{label}: not TOML: {shown(problem)}; correct the file"
    if not match[2]:
        line = text.rstrip("\n").count("\n") + 1
        return f"{label}:{line}: not TOML: {shown(match[1])} at the end of the file; correct the file"
    number = int(match[2])
    content = text.split("\n")[number - 1].rstrip("\r")
    return f"{label}:{number}:{match[3]}: not TOML: {shown(match[1])}; correct this line: {shown(content)}"


def _select(selection: overrides.Selection, merged: Merged) -> dict[str, str]:
    """No other is asked, and every task prefers the named backends in the order named; gives those that would have
    been asked, each with the reason why it is not."""
    chosen = Layer(label=selection.label, origin=selection.origin, values={})
    others = [
        name
        for name in merged.names("backends")
        if name not in selection.names and merged.values.get(("backends", name, "enabled"), True)
    ]
    for name in others:
        merged.put(chosen, {("backends", name, "enabled"): False})
    for name in merged.names("tasks"):
        merged.put(chosen, {("tasks", name, "backends"): selection.names})
    return dict.fromkeys(others, f"not among {selection.label.replace('--backend', '-b')}")
