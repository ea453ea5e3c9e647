"""`lok backends` for a person: who is configured, what each is good at, its limits, and where each value comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from lok_hooks.core.reliability import Precision
from lok_hooks.core.settings import BackendSettings
from lok_hooks.report.visible import visible
from lok_hooks.report.words import counted
from lok_hooks.report.wrap import Line, Role, Span, cells, filled, line_cells

_SHOWN: Final = (
    *("enabled", "kind", "command", "args", "url", "model", "api_key_env", "timeout", "may_block", "local"),
    *("max_parallel", "max_prompt_bytes", "skip_lines", "strengths", "env", "rules", "command_wrapper"),
)
_UNSET: Final[tuple[object, ...]] = ("", (), {})


def lay_out(backends: Sequence[BackendSettings], precision: Mapping[str, Precision], width: int) -> list[Line]:
    """One block for each backend: its line, strengths, limits, and how often it was right where that was measured."""
    column = max((cells(visible(backend.name)) for backend in backends), default=0) + 2
    lines: list[Line] = []
    for backend in backends:
        role: Role = "good" if backend.enabled else "quiet"
        name = visible(backend.name)
        head = [Span("✓ " if backend.enabled else "· ", role), Span(name.ljust(column), "strong")]
        hanging = " " * (column + 2)
        lines += filled([*head, Span(" · ".join(_facts(backend)))], width, hanging=hanging)
        further = [f"strengths: {', '.join(map(visible, backend.strengths))}"] if backend.strengths else []
        further += [_limits(backend)]
        if measured := precision.get(backend.name):
            further.append(precision_words(measured))
        for text in further:
            lines += filled([Span(text, "quiet")], width, indent=hanging, hanging=hanging + "  ")
    return lines


def precision_words(measured: Precision) -> str:
    """ "measured precision 82% (41 settled findings)"; says so where nothing follows from it yet."""
    count = counted(measured.count, "settled finding")
    return f"measured precision {measured.share:.0%} ({count}{'' if measured.is_enough else ', too few to weigh'})"


def explained(backends: Sequence[BackendSettings], origins: Mapping[str, str], width: int) -> list[Line]:
    """Every value of every backend and where it comes from. Values of `env` are not shown: they may be secrets."""
    lines: list[Line] = []
    for backend in backends:
        lines += [(), (Span(f"[backends.{visible(backend.name)}]", "strong"),)]
        for key in _SHOWN:
            value = getattr(backend, key)
            path = "defaults.command_wrapper" if key == "command_wrapper" else f"backends.{backend.name}.{key}"
            if value in _UNSET and path not in origins:
                continue
            if value in _UNSET and origins.get(path) == "built-in":
                continue
            lines += _value(key, _written(key, value), visible(_origin(path, origins)), width)
    return lines


def as_json(
    backends: Sequence[BackendSettings], origins: Mapping[str, str], precision: Mapping[str, Precision]
) -> Mapping[str, object]:
    """The same as plain values, the names alone of `env`."""
    return {
        "schema": "lok-hooks/backends/1",
        "backends": [
            {
                "name": backend.name,
                "off": "" if backend.enabled else backend.off,
                **{key: getattr(backend, key) for key in _SHOWN if key not in ("env", "rules")},
                "env": sorted(backend.env),
                "rules": dict(backend.rules),
                "measured": _measured(precision.get(backend.name)),
                "origins": {
                    key: _origin(f"backends.{backend.name}.{key}", origins)
                    for key in _SHOWN
                    if key != "command_wrapper"
                },
            }
            for backend in backends
        ],
    }


def _measured(precision: Precision | None) -> Mapping[str, float] | None:
    return {"share": precision.share, "count": precision.count} if precision else None


def _facts(backend: BackendSettings) -> list[str]:
    what = backend.url or " ".join((backend.command, *backend.args))
    facts = [backend.kind, *([visible(what)] if what and backend.kind != "static" else [])]
    if backend.model:
        facts.append(f"model {visible(backend.model)}")
    return facts if backend.enabled else [*facts, visible(backend.off)]


def _limits(backend: BackendSettings) -> str:
    words = "may refuse alone" if backend.may_block else "only adds weight"
    where = "text stays here" if backend.local else "text leaves here"
    size = f"{backend.max_prompt_bytes / 1000:,.0f} kB"
    return f"{words} · {where} · {size} · {backend.max_parallel} at once · {backend.timeout:g} s"


def _written(key: str, value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return visible(value)
        case tuple():
            return ", ".join(visible(str(one)) for one in value)
        case Mapping() if key == "env":
            return ", ".join(map(visible, value))
        case Mapping():
            return ", ".join(f"{visible(str(name))} = {visible(str(one))}" for name, one in value.items())
        case _:
            return f"{value:,g}" if isinstance(value, float) else f"{value}"


def _origin(path: str, origins: Mapping[str, str]) -> str:
    exact = origins.get(path)
    if exact:
        return exact
    inner = {origin for other, origin in origins.items() if other.startswith(f"{path}.")}
    return ", ".join(sorted(inner)) or "built-in"


def _value(key: str, value: str, origin: str, width: int) -> list[Line]:
    """The value uncut, and at the right where it comes from, on a line of its own where there is no room beside."""
    *lines, last = filled([Span(f"  {key:<18}"), Span(value)], width, hanging=" " * 20)
    tail = Span(origin, "quiet")
    free = width - line_cells(last) - cells(origin)
    if cells(origin) > width:
        return [*lines, last, *filled([tail], width, indent="    ", hanging="    ")]
    if free < 2:
        return [*lines, last, (Span(" " * max(0, width - cells(origin))), tail)]
    return [*lines, (*last, Span(" " * free), tail)]
