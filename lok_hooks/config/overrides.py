"""Settings from `LOK_*` environment variables and from command-line flags.

`LOK_CONFIG` names a file and is read by `load`, `LOK_TRUST` by `trusted`; every other variable is a row of `OVERRIDES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lok_hooks.config.checked_before import Check
from lok_hooks.config.layers import Key, Layer
from lok_hooks.config.messages import Mistake
from lok_hooks.config.trusted import VARIABLE as TRUST_VARIABLE
from lok_hooks.errors import InternalError

CONFIG_VARIABLE: Final = "LOK_CONFIG"
_ENTRIES: Final[tuple[Key, ...]] = (("hooks", "pre-commit"), ("hooks", "pre-push"), ("review",))
_WORDS: Final = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


def _boolean(text: str) -> object:
    return _WORDS.get(text.lower(), text)


def _number(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text


def _names(text: str) -> object:
    return [name.strip() for name in text.split(",") if name.strip()]


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """One variable and the flag of the same meaning ("" where there is none). `keys` are the key paths they set,
    none for the choice of backends; `read` turns the text into a value, or leaves it for the schema to refuse."""

    variable: str
    flag: str
    keys: tuple[Key, ...]
    read: Callable[[str], object]
    meaning: str


OVERRIDES: Final = (
    Override(
        variable="LOK_BACKEND",
        flag="--backend",
        keys=(),
        read=_names,
        meaning="ask these backends only, in this order of preference",
    ),
    Override(
        variable="LOK_TASK",
        flag="--task",
        keys=tuple((*entry, "tasks") for entry in _ENTRIES),
        read=_names,
        meaning="run these tasks",
    ),
    Override(
        variable="LOK_FAIL_ON",
        flag="--fail-on",
        keys=(("review", "fail_on"),),
        read=str,
        meaning="the mildest severity that refuses: low, medium, high, critical",
    ),
    Override(
        variable="LOK_BUDGET",
        flag="--budget",
        keys=tuple((*entry, "budget") for entry in _ENTRIES),
        read=_number,
        meaning='seconds for the whole review, 0 or "none" for no limit',
    ),
    Override(
        variable="LOK_ON_INCOMPLETE",
        flag="",
        keys=tuple((*entry, "on_incomplete") for entry in _ENTRIES),
        read=str,
        meaning="what an unfinished review does: allow, block",
    ),
    Override(
        variable="LOK_DEBATE",
        flag="--debate",
        keys=(("review", "debate"),),
        read=_boolean,
        meaning="cross-examine findings: true, false",
    ),
    Override(
        variable="LOK_TIMEOUT",
        flag="",
        keys=(("defaults", "timeout"),),
        read=_number,
        meaning="seconds one request may take, for backends without a timeout of their own",
    ),
)
ENVIRONMENT: Final[Mapping[str, Override]] = {override.variable: override for override in OVERRIDES}
FLAGS: Final[Mapping[str, Override]] = {override.flag: override for override in OVERRIDES if override.flag}


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """The backends that the user named on the command line or in the environment."""

    label: str
    origin: str
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Overriding:
    """What variables or flags say: one layer for each, so that a message can name it."""

    layers: tuple[Layer, ...]
    selection: Selection | None


def from_environment(environ: Mapping[str, str], check: Check) -> Overriding:
    """The settings in `LOK_*` variables; an empty variable counts as unset."""
    given = {name: environ[name] for name in ENVIRONMENT if environ.get(name)}
    return _overriding(given, ENVIRONMENT, "environment ", check)


def from_flags(flags: Mapping[str, str | None], check: Check) -> Overriding:
    """The settings in flags, as typed: {"--fail-on": "low", "--debate": "false"}; None means not given."""
    unknown = sorted(flags.keys() - FLAGS.keys())
    if unknown:
        message = f"no setting belongs to the flags {unknown}"
        raise InternalError(message)
    return _overriding({name: text for name, text in flags.items() if text is not None}, FLAGS, "flag ", check)


def near_misses(environ: Iterable[str]) -> list[str]:
    """A note for each variable that looks like a misspelled one of ours; others' variables are left alone."""
    unknown = [
        name
        for name in environ
        if name.startswith("LOK") and name not in {*ENVIRONMENT, CONFIG_VARIABLE, TRUST_VARIABLE}
    ]
    if not unknown:
        return []
    import difflib

    known = {name.replace("_", ""): name for name in (*ENVIRONMENT, CONFIG_VARIABLE, TRUST_VARIABLE)}
    notes = []
    for name in sorted(unknown):
        close = difflib.get_close_matches(name.replace("_", ""), known, n=1, cutoff=0.9)
        if close:
            notes.append(f"{name} is not read; did you mean {known[close[0]]}?")
    return notes


def _overriding(given: Mapping[str, str], table: Mapping[str, Override], kind: str, check: Check) -> Overriding:
    layers = []
    selection = None
    for name, text in given.items():
        value = table[name].read(text)
        if value == []:
            empty = Mistake(path=(), text="names nothing; give one or more names, separated by commas")
            layers.append(Layer(label=name, origin=kind + name, values={}, mistakes=(empty,)))
        elif isinstance(value, list) and not table[name].keys:
            selection = Selection(label=name, origin=kind + name, names=tuple(dict.fromkeys(value)))
        else:
            layers.append(_layer(name, kind + name, table[name].keys, value, check))
    return Overriding(layers=tuple(layers), selection=selection)


def _layer(label: str, origin: str, keys: tuple[Key, ...], value: object, check: Check) -> Layer:
    raw: dict[str, Any] = {}
    for *tables, last in keys:
        table = raw
        for name in tables:
            table = table.setdefault(name, {})
        table[last] = value
    layer = check(raw, label=label, origin=origin)
    # The key paths behind a variable are not the user's words; what is left is the same sentence for each.
    mistakes = tuple(Mistake(path=(), text=mistake.text) for mistake in layer.mistakes)
    return Layer(label=label, origin=origin, values=layer.values, mistakes=mistakes)
