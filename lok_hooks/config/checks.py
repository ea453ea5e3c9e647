"""What no single file can know: whether names meet, and whether every backend has what its kind needs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lok_hooks.config.build import kind_of
from lok_hooks.config.layers import Key, Layer, Merged, is_url
from lok_hooks.config.messages import Mistake, nearest, shown, shown_path
from lok_hooks.config.overrides import Selection

_KINDS_WITH_URL = frozenset({"openai", "ollama"})
_KINDS_WITH_COMMAND = frozenset({"command", "sarif"})


def cross_checked(merged: Merged, layers: list[Layer]) -> list[str]:
    """One line for each mistake in what the layers make together.

    What is missing because it was faulty and has been told already is not told twice.
    """
    told = {mistake.path[:2] for layer in layers for mistake in layer.mistakes}
    lines = []
    for key, mistake in (*_unknown_names(merged, _faulty(layers)), *_exclude_patterns(merged)):
        lines.append(_line(merged, key, mistake))
    for name in merged.names("tasks"):
        lines += _equal_names(("tasks", name, "prompts"), merged)
        if ("tasks", name, "prompts") not in merged.values and ("tasks", name) not in told:
            lines.append(_line(merged, ("tasks", name), "has no prompts; add prompts = [{ name = …, prompt = … }]"))
    for name in merged.names("backends"):
        if ("backends", name) not in told:
            lines += [_line(merged, key, text) for key, text in _needs_of(name, merged)]
    return lines


def unselectable(selection: Selection, merged: Merged, layers: list[Layer], foreign: frozenset[str]) -> list[str]:
    """One line for each backend chosen by name that cannot be: unknown, switched off, or (`foreign`)
    ignored for want of trust."""
    known = {*merged.names("backends")} - foreign
    lines = []
    for name in selection.names:
        enabled = ("backends", name, "enabled")
        if name in foreign:
            text = f'"{name}" stands in a lok.toml that you do not trust yet; run `lok trust`'
        elif name not in known | _faulty(layers):
            text = f'no backend is called "{shown(name)}"{nearest(name, known)}'
        elif not merged.values.get(enabled, True):
            text = f'"{name}" is switched off; set {shown_path(enabled)} = true in {merged.sources[enabled].label}'
        else:
            continue
        lines.append(f"{selection.label}: {text}")
    return lines


def _faulty(layers: list[Layer]) -> set[str]:
    return {name for layer in layers for name in layer.names}


def _line(merged: Merged, key: Key, text: str) -> str:
    layer = merged.sources[key]
    if layer.origin.startswith(("environment ", "flag ")):
        return f"{layer.label}: {text}"
    return Mistake(path=key, text=text).line(layer.label)


def _unknown_names(merged: Merged, faulty: set[str]) -> Iterator[tuple[Key, str]]:
    backends, tasks = merged.names("backends"), merged.names("tasks")
    for key, value in merged.values.items():
        if (key[0], key[-1]) == ("tasks", "backends") and len(key) == 3:
            known, word, names = backends, "backend", value
        elif key in {("conductor", "backend"), ("debate", "judge")}:
            known, word, names = backends, "backend", (value,)
        elif key[0] in {"hooks", "review"} and key[-1] == "tasks":
            known, word, names = tasks, "task", value
        else:
            continue
        for name in names:
            if name not in known and name not in faulty:
                yield key, f'no {word} is called "{shown(name)}"{nearest(name, known)}'


def _equal_names(key: Key, merged: Merged) -> Iterator[str]:
    """A line for each prompt of a task that has the name of an earlier one: reports tell them apart by it."""
    first: dict[str, int] = {}
    for index, prompt in enumerate(merged.values.get(key, ())):
        if first.setdefault(prompt.name, index) != index:
            earlier = shown_path((*key, first[prompt.name]))
            text = f'"{shown(prompt.name)}" is the name of {earlier} too; give each prompt a name of its own'
            yield Mistake(path=(*key, index, "name"), text=text).line(merged.sources[key].label)


def _needs_of(name: str, merged: Merged) -> Iterator[tuple[Key, str]]:
    section = ("backends", name)
    values = merged.values
    explicit, kind = values.get((*section, "kind")), kind_of(name, values)
    if explicit not in {None, kind}:
        yield (*section, "kind"), f'a backend named "{name}" is always of this kind; give the section another name'
    if not values.get((*section, "enabled"), True):
        return
    command = values.get((*section, "command"))
    if kind in _KINDS_WITH_URL and command is not None and not is_url(command):
        yield (*section, "command"), f'the kind "{kind}" starts no program; write url = "http://HOST:PORT" instead'
    elif kind in _KINDS_WITH_URL and (*section, "url") not in values:
        yield section, f'the kind "{kind}" needs a server; add url = "http://HOST:PORT"'
    elif kind in _KINDS_WITH_COMMAND and command is None:
        yield section, f'the kind "{kind}" needs a program; add command = "…", or kind = "…" for another kind'


def _exclude_patterns(merged: Merged) -> Iterator[tuple[Key, str]]:
    key: Key = ("review", "exclude")
    patterns = merged.values.get(key, ())
    if not patterns:
        return
    from pathspec import GitIgnoreSpec

    for index, pattern in enumerate(patterns):
        try:
            GitIgnoreSpec.from_lines([pattern])
        except (ValueError, re.error):
            place = shown_path((*key, index)).removeprefix("review.exclude")
            yield key, f'entry {place} "{shown(pattern)}" is not a gitignore pattern; correct or remove it'
