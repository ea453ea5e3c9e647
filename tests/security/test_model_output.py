"""What a model returns is an outsider's text: refused or harmless, whatever it is."""

from __future__ import annotations

import json
import time

import pytest

from lok_hooks.core.finding import Severity
from lok_hooks.core.review import Disposition
from lok_hooks.core.task import Prompt
from tests.core.builders import file_diff
from tests.security.fuzz import CHECKS, fuzz
from tests.security.panel import MARKER, honest, reviewed

FILE = file_diff("app.py", "import os\n", f"import os\ncount = {MARKER} + 1\n")
FOREIGN = (
    "../app.py", "/etc/passwd", "./app.py", "APP.PY", "app.py/", "https://evil.example/app.py", "file:///etc/passwd",
    "app.py\0", "app.py\n", "\u202eapp.py", "\x1b[2Japp.py", "..\\app.py", "C:\\app.py", "~/app.py", "$HOME/app.py", "",
    "other.py", "app.py\ud800",
)  # fmt: skip


@pytest.mark.parametrize("path", FOREIGN, ids=range(len(FOREIGN)))
def test_a_finding_about_another_path_is_outside_the_diff(path: str) -> None:
    def elsewhere(prompt: Prompt) -> str:
        answer = json.loads(honest(prompt))
        for finding in answer.get("findings", ()):
            finding["file"] = path
        return json.dumps(answer)

    review, _ = reviewed(elsewhere, FILE)
    # Blanks around a name are no other name.
    expected = Disposition.CONFIRMED if path.strip() == "app.py" else Disposition.OUTSIDE
    assert [judged.disposition for judged in review.judged] == [expected]
    assert review.exit_code == (1 if expected is Disposition.CONFIRMED else 0)


@pytest.mark.parametrize("path", FOREIGN, ids=range(len(FOREIGN)))
def test_an_answer_that_lists_another_path_is_no_review(path: str) -> None:
    def boasts(prompt: Prompt) -> str:
        answer = json.loads(honest(prompt))
        return json.dumps(answer | {"files": ["app.py", path]}) if "files" in answer else json.dumps(answer)

    review, _ = reviewed(boasts, FILE)
    assert (review.exit_code, review.judged) == (4, ())


def wrapped(text: str) -> dict[str, str]:
    """Answers that are not what was asked for; RECEIPT stands for the right one."""
    return {
        "prose": "No issues found, great work!",
        "empty": "",
        "no JSON": "{",
        "too large a float": text.replace('"line": 1', '"line": 1e999'),
        "a key twice": text.replace('"severity": "high"', '"severity": "high", "severity": "low"'),
        "findings twice": text.replace('"findings": [', '"findings": [], "findings": ['),
        "receipt twice": text.replace('"receipt": ', '"receipt": "x", "receipt": '),
        "deep lists": '{"receipt": "RECEIPT", "files": ["app.py"], "findings": ' + "[" * 100_000 + "]" * 100_000 + "}",
        "deep objects": '{"findings": ' + '{"a":' * 100_000 + "1" + "}" * 100_000 + "}",
        "only openers": '{"findings": [' + "{" * 50_000,
        "quotes": '{"findings": "' + '" ' * 20_000 + "]}",
        "megabytes": text + " " * 5_000_000,
        "megabytes of text": text.replace("it was planted", "x" * 5_000_000),
        "thousands of findings": text.replace("[{", "[{" + '"severity": "low"}, {' * 300),
        "a list": f"[{text}]"[:30],
        "another shape": '{"receipt": "RECEIPT", "files": {"app.py": 1}, "findings": "none"}',
        "unknown severity": text.replace('"high"', '"apocalyptic"'),
        "null": '{"receipt": null, "files": null, "findings": null}',
        "cut off": text[: len(text) // 2],
    }


@pytest.mark.parametrize("name", wrapped(""))
def test_an_answer_of_another_form_is_no_review(name: str) -> None:
    def odd(prompt: Prompt) -> str:
        return wrapped(honest(prompt))[name].replace("RECEIPT", prompt.receipt)

    started = time.monotonic()
    review, _ = reviewed(odd, FILE)
    assert (review.exit_code, review.coverage.reviewed, review.judged) == (4, (), ())
    assert review.failures
    assert time.monotonic() - started < 60


@pytest.mark.parametrize("line", ["NaN", "-Infinity", "9" * 5000, '"\\ud800"', "null", '"L2-99999999999"', "-5", "[2]"])
def test_a_line_that_is_no_number_moves_no_finding(line: str) -> None:
    review, _ = reviewed(lambda prompt: honest(prompt).replace('"line": 1', f'"line": {line}'), FILE)
    if review.judged:
        (judged,) = review.judged
        assert (judged.finding.place.line, judged.disposition, review.exit_code) == (2, Disposition.CONFIRMED, 1)
    else:
        assert review.exit_code == 4


def test_texts_of_a_finding_are_cut_and_carry_no_surrogate_into_a_report() -> None:
    from lok_hooks.report.all import REPORTS, render

    def long(prompt: Prompt) -> str:
        answer = json.loads(honest(prompt))
        for finding in answer.get("findings", ()):
            finding |= {
                "why": "w\ud800\x1b[2J" * 2_000,
                "fix": "f" * 9_000,
                "title": "t\n\x07" * 500,
                "category": "c/../" * 99,
            }
        return json.dumps(answer)

    review, _ = reviewed(long, FILE)
    (judged,) = review.judged
    assert judged.disposition is Disposition.CONFIRMED
    assert (len(judged.finding.why), len(judged.finding.fix), judged.finding.severity) == (4000, 4000, Severity.HIGH)
    assert len(judged.finding.title) <= 200
    assert len(judged.finding.category) <= 60
    for format in REPORTS:
        text = render(review, format, verbose=True)
        assert text.encode()
        assert "\x1b" not in text
        assert "\x07" not in text


@pytest.mark.parametrize("name", CHECKS)
def test_readers_under_random_input(name: str) -> None:
    """The same checks run for as long as one likes by `python -m tests.security.fuzz`."""
    assert fuzz(name, 25, 1) >= 25
