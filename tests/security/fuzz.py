"""Readers of outsiders' text under random input: `python -m tests.security.fuzz --minutes 10`.

Each check takes one input and asserts what must hold whatever it is. The tests run each for a moment; by hand they run
as long as they are told, every round with other seeds, and print how many inputs each reader saw.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from hypothesis import HealthCheck, Verbosity, given, seed, settings
from hypothesis import strategies as st

from lok_hooks.backends.sarif_log import Reading, UnreadableLog, read_log
from lok_hooks.backends.secrets import screen
from lok_hooks.core.answers import read_review
from lok_hooks.core.boundary import mark_for
from lok_hooks.core.diff import Diff, FileDiff, Hunk, Status
from lok_hooks.core.finding import Severity
from lok_hooks.core.ground import ground
from lok_hooks.core.prompts import review_prompt
from lok_hooks.core.reading import Unreadable
from lok_hooks.core.screen import Replacement, Screening
from lok_hooks.core.select import Selection
from lok_hooks.core.task import Aspect, Chunk, Piece, Prompt, Task
from lok_hooks.core.tripwire import tripped
from lok_hooks.core.votes import read_ballots
from lok_hooks.errors import DiffError, InternalError
from lok_hooks.repo.patch import parse_hunks
from lok_hooks.repo.records import parse_records
from lok_hooks.repo.snapshot import from_patch
from lok_hooks.report.visible import visible, visible_lines

FIXTURES: Final = Path(__file__).parents[1] / "repo" / "data" / "patches"
TASK: Final = Task(name="hunt", description="find bugs", aspects=(Aspect(name="errors", text="Lost errors."),))
LONGEST: Final = 5.0  # seconds one input may take

ANY_TEXT: Final = st.text(st.characters(), max_size=300)  # lone surrogates too
ODD: Final = st.sampled_from(
    [
        "../x",
        "/etc/passwd",
        "https://evil.example/a.py",
        "a.py\0",
        "a.py\n",
        "A.PY",
        "./a.py",
        "",
        "\ud800",
        "\x1b[2J",
        "NaN",
    ]
)
SCALARS: Final = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | ANY_TEXT
    | ODD
    | st.sampled_from(["critical", "low", "a.py"])
)
VALUES: Final = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT | ODD, inner, max_size=4),
    max_leaves=12,
)
FIELDS: Final = ("file", "line", "end_line", "severity", "category", "cwe", "title", "why", "fix", "quote")
FINDINGS: Final = st.lists(st.dictionaries(st.sampled_from(FIELDS), VALUES), max_size=4) | VALUES


def _file(path: str, body: str) -> FileDiff:
    count = body.count("\n")
    hunk = Hunk(old_start=0, old_count=0, new_start=1, new_count=count, section="", body=body)
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


def _chunk(*files: FileDiff) -> Chunk:
    return Chunk(pieces=tuple(Piece(file=f, hunks=f.hunks, enclosing=("",) * len(f.hunks)) for f in files))


PROMPT: Final = review_prompt(TASK, _chunk(_file("a.py", "+x = 1\n+y = 2\n")), str, "key")
VOTES_PROMPT: Final = Prompt(task="cross-examination", text="", receipt="c0ffee", chunk=PROMPT.chunk, asks="votes")


def check_answer(text: str) -> None:
    """A model's answer: claims with our attribution and known severities, or unreadable; nothing without receipt."""
    claims = read_review(text, PROMPT, "scripted")
    if isinstance(claims, Unreadable):
        return
    assert PROMPT.receipt in text
    for claim in claims:
        assert (claim.backend, claim.task, claim.is_proof) == ("scripted", "hunt", False)
        assert claim.severity in Severity
        assert 0 <= claim.line <= claim.end_line <= 2**31
        assert len(claim.why) <= 4000 >= len(claim.quote)
        for text in (claim.file, claim.title, claim.why, claim.fix, claim.quote, claim.category):
            text.encode()
        found = ground(claim, PROMPT.chunk)
        assert found.problem or (claim.file == "a.py" and found.place.path == "a.py" and 1 <= found.place.line <= 3)


def check_ballots(text: str) -> None:
    """A model's votes: entries of known stances, or unreadable."""
    ballots = read_ballots(text, VOTES_PROMPT)
    if isinstance(ballots, Unreadable):
        return
    assert len(ballots) <= 1000
    assert "c0ffee" in text
    for ballot in ballots:
        f"{ballot.claim}{ballot.reason}{ballot.quote}".encode()


def check_patch(data: bytes) -> None:
    """A diff from a file: files whose lines are those of the patch, or a DiffError."""
    try:
        diff = from_patch(data, "fuzz", Selection()).diff
    except DiffError:
        return
    shown = data.decode("utf-8", "replace")
    for file in diff.files:
        for hunk in file.hunks:
            for line in hunk.lines():
                assert line.text.rstrip("\r") in shown
                assert (line.new is None) == (line.kind == "removed")


def check_hunks(data: bytes) -> None:
    """The hunks of one file as git prints them: read whole, or an error."""
    try:
        hunks = parse_hunks(data)
    except (DiffError, InternalError):
        return
    for hunk in hunks:
        kinds = [line.kind for line in hunk.lines()]
        assert kinds.count("context") + kinds.count("added") == hunk.new_count
        assert kinds.count("context") + kinds.count("removed") == hunk.old_count


def check_records(data: bytes) -> None:
    """The records that git prints: read whole, or our error."""
    try:
        records, end = parse_records(data)
    except InternalError:
        return
    assert 0 <= end <= len(data)
    assert all(record.name for record in records)


def check_sarif(data: bytes) -> None:
    """A scanner's log: claims, or unreadable."""
    reading = Reading(
        backend="scanner",
        task="analysis",
        path_of=lambda uri: "a.py" if uri.endswith("a.py") else None,
        lines_of=lambda path: ["x = 1", "y = 2"],
        rules={},
    )
    try:
        claims = read_log(data, reading)
    except UnreadableLog:
        return
    assert all(claim.backend == "scanner" and claim.severity in Severity for claim in claims)


def check_prompt(path: str, code: str) -> None:
    """Whatever a change holds, its prompt has one beginning and one end of data, one receipt, and our last word."""
    body = "".join(f"+{line}\n" for line in code.split("\n"))
    prompt = review_prompt(TASK, _chunk(_file(path, body)), str, "key")
    lines = prompt.text.split("\n")
    marks = [line.split()[3] for line in lines if line.startswith("===== BEGIN DATA ")]
    assert len(marks) == 1
    assert [line for line in lines if line.startswith("===== END DATA")] == [f"===== END DATA {marks[0]} ====="]
    assert [line for line in lines if line.startswith("receipt: ")] == [f"receipt: {prompt.receipt}"]
    assert len([line for line in lines if line.startswith("file: ")]) == 1
    assert lines[-2].startswith("End of the change. Answer now")
    inside = prompt.text.split(f"===== BEGIN DATA {marks[0]} =====\n")[1].split(f"\n===== END DATA {marks[0]}")[0]
    assert marks[0] not in inside
    assert mark_for(inside, "key") == marks[0]
    assert mark_for(inside, "another") != marks[0]


def check_visible(text: str) -> None:
    """Nothing that is shown steers a terminal."""
    for shown in (visible(text), *visible_lines(text)):
        assert shown.encode().decode() == shown
        assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in shown)


def check_tripwire(code: str) -> None:
    """The tripwire says at most one thing of each kind, in time, and its words are its own."""
    started = time.monotonic()
    body = "".join(f"+{line}\n" for line in code.split("\n"))
    found = tripped(Diff(label="x", files=(_file("a.py", body),)), "analysis")
    assert time.monotonic() - started < LONGEST
    assert len({item.claim.title for item in found}) == len(found)
    assert all(item.claim.backend == "tripwire" and not item.problem for item in found)


OTHERS: Final = Screening(
    replacements=tuple(
        Replacement(value=f"{number:03d}-unseen-Zq9", placeholder=f"<SECRET:unseen:{number}>") for number in range(100)
    )
)


def check_screen(code: str) -> None:
    """What was taken out can be put back, and the same is taken out where many other secrets are known."""
    body = "".join(f"+{line}\n" for line in code.split("\n"))
    screening = screen(Diff(label="x", files=(_file("a.py", body),)))
    assert screening.restore(screening.redact(body)) == body
    assert screening.extended(OTHERS).redact(body) == screening.redact(body)


def _near(answer: Any) -> st.SearchStrategy[str]:
    """Texts that are almost the answer: its JSON with bytes changed, doubled, cut, wrapped."""
    text = json.dumps(answer)
    return st.builds(
        lambda cut, put, at, again: (text[:at] + put + text[at + cut :]) * again,
        st.integers(0, 5),
        ANY_TEXT | st.sampled_from(['"', "{", "[" * 50, "}" * 9, "\\", "NaN", '"receipt":"x",', "```json\n", "1e999"]),
        st.integers(0, len(text)),
        st.integers(1, 2),
    )


def _answers(receipt: str, key: str) -> st.SearchStrategy[str]:
    honest = {
        "receipt": receipt,
        "files": ["a.py"],
        key: [{"file": "a.py", "line": 1, "severity": "high", "quote": "x = 1"}],
    }
    shaped = st.builds(
        lambda files, entries, more: json.dumps({"receipt": receipt, "files": files, key: entries, **more}),
        st.lists(ODD | st.just("a.py"), max_size=3) | VALUES,
        FINDINGS,
        st.dictionaries(ANY_TEXT, VALUES, max_size=2),
    )
    return ANY_TEXT | _near(honest) | shaped | VALUES.map(json.dumps)


def _patches() -> st.SearchStrategy[bytes]:
    """Real patches with bytes changed, and random bytes with the words of patches in them."""
    real = [path.read_bytes()[:4000] for path in sorted(FIXTURES.rglob("*.diff"))][:60]
    pieces = st.sampled_from(
        [b"diff --git a/f b/f\n", b"--- a/f\n", b"+++ b/f\n", b"@@ -1 +1 @@\n", b"+x\n", b"-y\n", b" z\n",
         b"rename from a\n", b"rename to b\n", b"index 1..2 100644\n", b"GIT binary patch\n", b"\0", b"\\ No newline\n",
         b"@@ -0,0 +1,99 @@\n", b'--- "a/\\303"\n', b"new file mode 100644\n", b"Binary files differ\n",
         b"@@ -1,99999999999 +1 @@\n"]
    )  # fmt: skip
    made = st.lists(pieces | st.binary(max_size=20), max_size=12).map(b"".join)
    changed = st.builds(
        lambda patch, at, cut, put: patch[: at % (len(patch) + 1)] + put + patch[at % (len(patch) + 1) + cut :],
        st.sampled_from(real),
        st.integers(0, 4000),
        st.integers(0, 40),
        st.binary(max_size=30) | pieces,
    )
    return made | changed


def _logs() -> st.SearchStrategy[bytes]:
    """SARIF with anything in its places, and anything else."""
    location = st.fixed_dictionaries(
        {
            "physicalLocation": st.fixed_dictionaries(
                {"artifactLocation": st.fixed_dictionaries({"uri": ODD | st.just("a.py") | VALUES}), "region": VALUES}
            )
        }
    )
    result = st.fixed_dictionaries(
        {"ruleId": SCALARS, "message": VALUES, "level": SCALARS, "locations": st.lists(location | VALUES)}
    )
    log = st.fixed_dictionaries(
        {"runs": st.lists(st.fixed_dictionaries({"tool": VALUES, "results": st.lists(result | VALUES)}), max_size=2)}
    )
    return (log.map(json.dumps) | VALUES.map(json.dumps) | ANY_TEXT).map(lambda text: text.encode("utf-8", "replace"))


ATTACKS: Final = [
    text
    for texts in json.loads((Path(__file__).parent / "corpus" / "attacks.json").read_text())["attacks"].values()
    for text in texts
]
CODE: Final = st.lists(
    st.sampled_from(ATTACKS)
    | ANY_TEXT
    | st.sampled_from(["", "x" * 3000, "key = '" + "aB3" * 12 + "'", "pwd='word'; x('word')"]),
    max_size=5,
)
CHECKS: Final[Mapping[str, tuple[Callable[..., None], tuple[st.SearchStrategy[Any], ...]]]] = {
    "answers": (check_answer, (_answers(PROMPT.receipt, "findings"),)),
    "votes": (check_ballots, (_answers("c0ffee", "votes"),)),
    "diff files": (check_patch, (_patches(),)),
    "hunks": (check_hunks, (_patches(),)),
    "records": (check_records, (st.binary(max_size=300) | _patches(),)),
    "SARIF logs": (check_sarif, (_logs(),)),
    "prompts": (check_prompt, (st.sampled_from(ATTACKS) | ANY_TEXT.filter(bool), CODE.map("\n".join))),
    "visible text": (check_visible, (ANY_TEXT | st.sampled_from(ATTACKS),)),
    "tripwire": (check_tripwire, (CODE.map("\n".join),)),
    "screening": (check_screen, (CODE.map("\n".join),)),
}


def fuzz(name: str, examples: int, number: int) -> int:
    """Runs one check on so many inputs; returns how many it saw. Raises what the check raises."""
    check, inputs = CHECKS[name]
    seen = 0

    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.tuples(*inputs))
    def run(values: tuple[Any, ...]) -> None:
        nonlocal seen
        seen += 1
        check(*values)

    run()
    return seen


def main() -> int:
    """Runs every check in turn until the time is over; exit code 1 when one failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    end = time.monotonic() + parser.parse_args().minutes * 60
    started = time.time()
    counts = dict.fromkeys(CHECKS, 0)
    failures = 0
    number = int(started)
    while time.monotonic() < end:
        number += 1
        for name in CHECKS:
            try:
                counts[name] += fuzz(name, 300, number)
            except Exception:
                failures += 1
                print(f"--- {name}, seed {number}", flush=True)
                traceback.print_exc(file=sys.stdout)
    print(f"{(time.time() - started) / 60:.1f} minutes, {sum(counts.values()):,} inputs, {failures} failures")
    for name, count in counts.items():
        print(f"{name:14} {count:10,}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
