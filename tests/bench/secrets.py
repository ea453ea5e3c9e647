"""What the search for secrets finds and what it takes: `python -m tests.bench.secrets [--cases DIR] [-v] [--code DIR]`.

`--cases` is the `tests/plugins` folder of a checkout of detect-secrets, whose files are loaded, which runs what they
say at their top, and whose parametrised cases are read: texts in which its tests expect a secret, and those in which
they expect none. `-v` lists those that we take otherwise. `--code` is any folder of code; what is found there is
counted (this package by default).
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lok_hooks.backends.known_secrets import KnownSecrets
from lok_hooks.backends.secrets import find_secrets, screen
from lok_hooks.core.diff import Diff, FileDiff, Hunk, Status
from lok_hooks.core.screen import Strength
from lok_hooks.core.tripwire import tripped
from lok_hooks.core.tripwire_speech import spoken_in
from tests.security.secret_samples import FORMATS, body_of, planted

ROOT: Final = Path(__file__).parents[2]
CORPUS: Final = ROOT / "tests" / "security" / "corpus"
SUFFIXES: Final = {
    ".py",
    ".js",
    ".ts",
    ".go",
    ".rb",
    ".java",
    ".c",
    ".h",
    ".toml",
    ".yaml",
    ".yml",
    ".json",
    ".md",
    ".sh",
}


def is_found(value: str, path: str, line: str) -> bool:
    """Whether what must be hidden of a value is."""
    body = body_of(value)
    return any(body in secret.value or secret.value in body for secret in find_secrets(path, [line]))


def recall() -> Iterator[str]:
    """Recall on the planted set, format by format."""
    found: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for name, value, path, line in planted():
        total[name] += 1
        found[name] += is_found(value, path, line)
    yield "| planted secrets | found |"
    yield "| --- | --- |"
    yield from (f"| {name} | {found[name]} of {total[name]} |" for name in FORMATS if found[name] < total[name])
    yield f"| all {len(FORMATS)} formats | {found.total()} of {total.total()} |"
    for where, template in (("a question", "Why does {} fail?"), ("JSON with escapes", '"the line \\"{}\\" there"')):
        texts = [(value, template.format(line)) for _, value, _, line in planted()]
        hidden = sum(body_of(value) not in KnownSecrets().redact(text) for value, text in texts)
        yield f"| all of them in {where} | {hidden} of {total.total()} |"


def upstream(folder: Path, *, is_verbose: bool = False) -> Iterator[str]:
    """Recall and false positives on detect-secrets' own cases; with each miss and false alarm if asked for."""
    rows: dict[str, Counter[str]] = {}
    wrong: list[str] = []
    from tests.bench.plugin_cases import cases_of  # needs pytest, which a user's environment has not

    cases = cases_of(folder)
    for case in cases.read:
        is_found = bool(find_secrets(case.path, case.text.split("\n")))
        rows.setdefault(case.plugin, Counter())[f"{case.is_secret} {is_found}"] += 1
        if is_found != case.is_secret:
            kind = "missed" if case.is_secret else "false alarm"
            wrong.append(f"{kind}: {case.plugin}, {case.path}: {case.text[:200]!r}")
    yield "| detect-secrets' cases | secrets found | false alarms |"
    yield "| --- | --- | --- |"
    total: Counter[str] = Counter()
    for plugin, row in rows.items():
        total += row
        yield _row(plugin, row)
    yield _row("all", total)
    yield f"{len(cases.read)} cases read, {cases.unread.total()} tests and cases not:"
    yield from (f"- {count}: {reason}" for reason, count in cases.unread.most_common())
    if is_verbose:
        yield from wrong


def _row(name: str, row: Counter[str]) -> str:
    secrets, others = row["True True"] + row["True False"], row["False True"] + row["False False"]
    return f"| {name} | {row['True True']} of {secrets} | {row['False True']} of {others} |"


def code_files(folder: Path) -> list[Path]:
    """The files of code below a folder."""
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and path.suffix in SUFFIXES and path.stat().st_size < 10**6
    )


def false_alarms(folder: Path) -> Iterator[str]:
    """What is found in code that holds no secret."""
    strengths: Counter[Strength] = Counter()
    trips: Counter[str] = Counter()
    lines = prose = 0
    files = code_files(folder)
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        lines += text.count("\n")
        prose += len(find_secrets("", text.split("\n")))
        strengths.update(secret.strength for secret in find_secrets(path.name, text.split("\n")))
        trips.update(item.claim.title for item in tripped(Diff(label="", files=(as_new(path.name, text),)), "x"))
    yield f"| {folder.name}: {len(files):,} files, {lines:,} lines | found |"
    yield "| --- | --- |"
    yield from (f"| secrets, {strength.name.lower()} | {strengths[strength]} |" for strength in reversed(Strength))
    yield f"| secrets, were it a question or an answer | {prose} |"
    yield from (f"| {title} | {count} |" for title, count in trips.most_common())


def phrasings_told() -> Iterator[str]:
    """What the tripwire tells of our own phrasings, whose author knew both halves when writing its rules, and of those
    that others published, of which one half was read before."""
    yield "| phrasings | told |"
    yield "| --- | --- |"
    for name in ("developed", "other_half"):
        texts = phrasings(name)
        yield f"| {name.replace('_', ' ')} | {sum(map(is_told, texts))} of {len(texts)} |"
    published = json.loads((CORPUS / "published.json").read_text(encoding="utf-8"))
    for half in ("developed", "held_out"):
        texts = [text for of_source in published[half].values() for text in of_source]
        yield f"| published by others, {half.replace('_', ' ')} | {sum(map(is_told, texts))} of {len(texts)} |"


def phrasings(name: str) -> list[str]:
    """The texts of a file of the corpus."""
    by_author = json.loads((CORPUS / f"{name}.json").read_text(encoding="utf-8"))["attacks"]
    return [text for texts in by_author.values() for text in texts]


def is_told(text: str) -> bool:
    """Whether the tripwire says anything of an added text."""
    return any(True for _ in spoken_in(text.split("\n")))


def speech_alarms(folder: Path) -> Iterator[str]:
    """Lines that only sound like speech to a reviewer."""
    lines = alarms = 0
    for path in code_files(folder):
        texts = path.read_text(encoding="utf-8", errors="replace").split("\n")
        lines += len(texts)
        alarms += sum(1 for _, kind, _ in spoken_in(texts) if kind == "speech")
    yield f"| {folder.name}: lines taken for speech (at most 1 in 10,000 is wanted of ordinary code) | rate |"
    yield "| --- | --- |"
    yield f"| {alarms} of {lines:,} | {alarms * 10_000 / max(1, lines):.2f} in 10,000 |"


def as_new(path: str, text: str) -> FileDiff:
    """A file as a change that adds it."""
    body = "".join(f"+{line}\n" for line in text.split("\n"))
    hunk = Hunk(old_start=0, old_count=0, new_start=1, new_count=body.count("\n"), section="", body=body)
    return FileDiff(
        path=path,
        old_path=path,
        status=Status.ADDED,
        old_mode="000000",
        new_mode="100644",
        old_blob="0" * 40,
        new_blob="1" * 40,
        hunks=(hunk,),
    )


def overhead(folder: Path, files: int = 100, lines: int = 28) -> Iterator[str]:
    """CPU milliseconds on a commit of 100 files with 28 added lines each, after the first search (which imports
    detect-secrets), best of five."""
    texts = [(p.name, p.read_text(encoding="utf-8", errors="replace").split("\n")) for p in code_files(folder)]
    chosen = [(name, "\n".join(text[30 : 30 + lines])) for name, text in texts if len(text) > 30 + lines][:files]
    diff = Diff(label="", files=tuple(as_new(name, text) for name, text in chosen))
    screening = screen(diff)
    body = "\n".join(text for _, text in chosen)
    rows = {
        "search for secrets (gates and detect-secrets)": lambda: screen(diff),
        "tripwire": lambda: tripped(diff, "x"),
        "placeholders": lambda: screening.redact(body),
    }
    yield f"| {len(chosen)} files, {len(body):,} characters added | ms |"
    yield "| --- | --- |"
    for name, action in rows.items():
        best = min(_cpu(action) for _ in range(5))
        yield f"| {name} | {best * 1000:.0f} |"


def _cpu(action: object) -> float:
    assert callable(action)
    started = time.process_time()
    action()
    return time.process_time() - started


def main() -> None:
    """Prints every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=Path)
    parser.add_argument("--code", type=Path, default=ROOT / "lok_hooks")
    parser.add_argument("-v", "--verbose", action="store_true", help="list the cases that are missed or false alarms")
    arguments = parser.parse_args()
    parts = [
        recall(),
        phrasings_told(),
        false_alarms(arguments.code),
        speech_alarms(arguments.code),
        overhead(arguments.code),
    ]
    if arguments.cases:
        parts.insert(1, upstream(arguments.cases, is_verbose=arguments.verbose))
    for part in parts:
        print("\n".join(part), end="\n\n")


if __name__ == "__main__":
    main()
