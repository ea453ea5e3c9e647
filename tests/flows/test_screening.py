"""How words about the code are told: by whom, with the search for secrets that the product uses."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from lok_hooks.backends.known_secrets import KnownSecrets
from lok_hooks.backends.secrets import screen
from lok_hooks.backends.static_secrets import secret_claims
from lok_hooks.core.diff import Diff
from lok_hooks.core.finding import Finding
from lok_hooks.core.ground import ground
from lok_hooks.core.merge import merge
from lok_hooks.core.ports import Answer, Failure, FailureKind
from lok_hooks.core.screen import Screening
from lok_hooks.flows.screening import Discreet, Discretion, Searched, who_knows
from lok_hooks.flows.verdict import secrets_on_added_lines
from tests.core.builders import chunk, claim, file_diff
from tests.flows.reviewers import Reviewer, analyses, says
from tests.security.panel import Heard, Scripted, honest

LINE = 'password = "swordfish"'
TOKEN = "ghp_" + "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5"
KNOWN = screen(Diff(label="", files=(file_diff("a.py", "", f"{LINE}\n"),)), ())
DISCRETION = Discretion(screening=KNOWN, knowing=frozenset({"static"}))


def found(backend: str, **texts: str) -> Finding:
    said = replace(claim("a.py", 1, LINE, backend=backend), **texts)  # type: ignore[arg-type]
    (finding,) = merge([ground(said, chunk(file_diff("a.py", "", f"{LINE}\n")))])
    return finding


def test_who_saw_the_code_as_it_is_may_not_say_a_secret_in_any_words() -> None:
    words = "the role swordfish may do it"
    told = DISCRETION.finding(found("static", title=words, why=words, fix=words))
    assert {told.title, told.why, told.fix} == {"the role <SECRET:password:1> may do it"}
    assert (told.quote, told.place.code) == ('password = "<SECRET:password:1>"', ('password = "<SECRET:password:1>"',))
    # Who was shown the placeholder means a word of its own.
    told = DISCRETION.finding(found("codex", title=words))
    assert (told.title, told.quote) == (words, 'password = "<SECRET:password:1>"')


def test_texts_are_cut_where_no_secret_is_left_to_be_cut() -> None:
    long = f"{'w' * 3_990} {TOKEN} and more"
    discretion = DISCRETION.with_words(screen, [finding := found("codex", title=long, why=long, fix=long, quote=LINE)])
    told = discretion.finding(finding)
    assert (len(told.title), len(told.why), len(told.fix)) == (200, 4_000, 4_000)
    assert told.why == f"{'w' * 3_990} <SECRET:g"
    # What is kept to be read again is kept whole, or a later review would find another.
    said = claim("a.py", 1, LINE, backend="static")
    kept = discretion.claim(replace(said, why=f"{long} swordfish"))
    assert kept.why == f"{'w' * 3_990} <SECRET:github-token:1> and more <SECRET:password:1>"


def test_what_is_quoted_from_outside_the_change_is_searched_by_its_files_rules() -> None:
    quoted = found("scanner", why=f"key '{TOKEN}'")
    quoted = replace(quoted, place=replace(quoted.place, path="values.yaml", code=()), quote="  password: letmein")
    told = DISCRETION.with_words(screen, [quoted]).finding(quoted)
    assert (told.quote, told.why) == ("  password: <SECRET:password:2>", "key '<SECRET:github-token:1>'")


def test_no_placeholder_means_two_things() -> None:
    other = found("codex", why='pwd = "letmein" and password = "swordfish"')
    screening = DISCRETION.with_words(screen, [other]).screening
    assert screening.restore(screening.redact(f'{LINE}; pwd = "letmein"')) == f'{LINE}; pwd = "letmein"'
    assert {each.value: each.placeholder for each in screening.replacements} == {
        "swordfish": "<SECRET:password:1>",
        "letmein": "<SECRET:password:2>",
    }


def failure(backend: str, reason: str, answer: str = "") -> Failure:
    return Failure(backend=backend, kind=FailureKind.CRASHED, reason=reason, advice="", answer=answer)


def test_a_listener_hears_neither_what_the_change_holds_nor_what_only_a_failure_says() -> None:
    listener = Heard()
    discreet = Discreet(listener, DISCRETION, screen)
    answers: list[Answer] = [
        failure("static", f"stopped at swordfish, {TOKEN} refused", f"Authorization: Bearer {TOKEN}"),
        failure("codex", f"key {TOKEN} is wrong"),
    ]
    for answer in answers:
        discreet.answered(answer.backend, "hunt", "1/1", answer)
    discreet.noted(f"shown: {LINE}")
    assert not [word for word in ("swordfish", TOKEN, TOKEN[:20]) if word in repr(listener.words)]
    assert "stopped at <SECRET:password:1>, <SECRET:github-token:1> refused" in listener.words[0]


def test_texts_that_nobody_has_searched_are_searched_for_the_listener() -> None:
    listener = Heard()
    searched = Searched(listener, KnownSecrets().redact)
    searched.asked("codex", "hunt", "1/1")
    searched.answered("codex", "hunt", "1/1", failure("codex", f"key {TOKEN} is wrong"))
    searched.noted(f"shown: {TOKEN}")
    asked, answered, noted = listener.words
    assert (asked, noted) == ("codex", "shown: <SECRET:github-token:1>")
    assert "key <SECRET:github-token:1> is wrong" in answered


@pytest.mark.parametrize(("spares_local", "expected"), [(False, {"static"}), (True, {"static", "ollama"})])
def test_those_know_who_see_the_code_itself(spares_local: bool, expected: set[str]) -> None:
    static = Reviewer("static", analyses("static"), role="analyser")
    local = Scripted(honest, name="ollama", is_local=True)
    knowing = who_knows([static, local, Reviewer("codex", says("codex"))], spares_local=spares_local)
    assert knowing - {"screening", "tripwire"} == expected
    assert {"screening", "tripwire"} <= knowing


def test_an_empty_change_is_told_as_it_is() -> None:
    nothing = Discretion(screening=Screening(), knowing=frozenset())
    assert nothing.told("a label", screen, "a label") == "a label"


def test_a_secret_is_looked_for_in_each_pushed_ref_by_itself() -> None:
    texts = {"refs/heads/one": "a = 1\n", "refs/heads/other": f"a = 1\ntoken = '{TOKEN}'\n"}
    files = (replace(file_diff("a.py", "", text), ref=ref) for ref, text in texts.items())
    (secret,) = secrets_on_added_lines(Diff(label="push", files=tuple(files)), partial(secret_claims, rules={}))
    assert (secret.problem, secret.place.ref, secret.place.line) == ("", "refs/heads/other", 2)
