"""Names of what is remembered: any change of what matters is another name; and answers as text and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lok_hooks.core.diff import Diff, FileDiff, Hunk, Status
from lok_hooks.core.finding import Claim, Severity
from lok_hooks.core.ports import Answer, Deadline, Failure, Reply, Traits
from lok_hooks.core.remember import (
    Forgetting,
    Fresh,
    answer_key,
    as_remembered,
    difference,
    name_of,
    piece_key,
    read_claims,
    read_reply,
    verdict_key,
    write_claims,
    write_reply,
    write_verdict,
)
from lok_hooks.core.review import Asked, Coverage, Disposition, Judged, Policy, Review
from lok_hooks.core.task import Aspect, Piece, Prompt, Task, plain_prompt
from tests.core.builders import claim, file_diff, finding

TRAITS = Traits(
    role="model", kind="command", may_block=True, is_local=False, max_prompt_bytes=9, model="m", identity="i"
)


@dataclass(frozen=True)
class Named:
    name: str = "codex"
    traits: Traits = TRAITS

    def missing(self) -> Failure | None:
        return None

    def ask(self, prompt: Prompt, deadline: Deadline) -> Answer:
        raise AssertionError("nobody is asked here")


TASK = Task(name="hunt", description="find bugs", aspects=(Aspect(name="errors", text="Lost errors."),))
FILE = file_diff("a.py", "x = 1\n", "x = 2\n")
PIECE = Piece(file=FILE, hunks=FILE.hunks, enclosing=("def f():",))


def same(text: str) -> str:
    return text


texts = st.text(max_size=6)


@given(st.lists(texts, max_size=4), st.lists(texts, max_size=4))
def test_two_lists_of_parts_have_one_name_only_when_they_are_one_list(one: list[str], other: list[str]) -> None:
    assert (name_of("kind", *one) == name_of("kind", *other)) is (one == other)


def test_the_same_parts_of_another_kind_are_something_else() -> None:
    assert name_of("piece", "x") != name_of("answer", "x")


def hunk(piece: Piece, **changed: Any) -> Piece:
    return replace(piece, hunks=(replace(piece.hunks[0], **changed),))


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param((Named("claude"), TASK, PIECE), id="backend"),
        pytest.param((Named(traits=replace(TRAITS, identity="j")), TASK, PIECE), id="its settings"),
        pytest.param((Named(traits=replace(TRAITS, model="n")), TASK, PIECE), id="its model"),
        pytest.param((Named(), replace(TASK, name="audit"), PIECE), id="task"),
        pytest.param((Named(), replace(TASK, description="find holes"), PIECE), id="description"),
        pytest.param((Named(), replace(TASK, aspects=()), PIECE), id="no aspect"),
        pytest.param(
            (Named(), replace(TASK, aspects=(Aspect(name="errors", text="Any."),)), PIECE), id="an aspect's words"
        ),
        pytest.param((Named(), TASK, replace(PIECE, file=replace(FILE, path="b.py"))), id="path"),
        pytest.param((Named(), TASK, replace(PIECE, file=replace(FILE, status=Status.ADDED))), id="status"),
        pytest.param((Named(), TASK, replace(PIECE, enclosing=("def g():",))), id="enclosing definition"),
        pytest.param((Named(), TASK, replace(PIECE, parts=2)), id="parts"),
        pytest.param((Named(), TASK, hunk(PIECE, body="-x = 1\n+x = 3\n")), id="text"),
        pytest.param((Named(), TASK, hunk(PIECE, body="-x = 1\n+x =  2\n")), id="white space"),
        pytest.param((Named(), TASK, hunk(PIECE, new_start=7)), id="line number"),
    ],
)
def test_what_a_reviewer_would_see_or_be_otherwise_is_in_a_pieces_name(changed: tuple[Named, Task, Piece]) -> None:
    assert piece_key(*changed, same) != piece_key(Named(), TASK, PIECE, same)


@given(st.text(alphabet="ab \t=", max_size=12), st.text(alphabet="ab \t=", max_size=12))
def test_any_two_texts_have_two_names(one: str, other: str) -> None:
    def key(text: str) -> str | None:
        return piece_key(Named(), TASK, hunk(PIECE, body=f"+{text}\n", new_count=1, old_count=0), same)

    assert (key(one) == key(other)) is (one == other)


def test_what_a_reviewer_does_not_see_is_not_in_a_pieces_name() -> None:
    moved = replace(FILE, ref="refs/heads/other", old_blob="3" * 40, new_blob="4" * 40)
    other_rules = Named(traits=replace(TRAITS, may_block=False, max_prompt_bytes=10, strengths=("hunt",)))
    assert piece_key(other_rules, TASK, replace(PIECE, file=moved), same) == piece_key(Named(), TASK, PIECE, same)


def test_a_secret_is_in_a_name_only_as_its_placeholder() -> None:
    def hide(text: str) -> str:
        return text.replace("x = 2", "S").replace("x = 3", "S")

    changed = hunk(PIECE, body="-x = 1\n+x = 3\n")
    assert piece_key(Named(), TASK, changed, hide) == piece_key(Named(), TASK, PIECE, hide)


def test_a_backend_that_does_not_say_who_it_is_is_not_remembered() -> None:
    nobody = Named(traits=replace(TRAITS, identity=""))
    assert piece_key(nobody, TASK, PIECE, same) is None
    assert answer_key(nobody, plain_prompt("ask", "why?"), "") is None


PROMPT = plain_prompt("ask", "why?")


@pytest.mark.parametrize(
    "changed",
    [
        (Named("claude"), PROMPT, "here"),
        (Named(traits=replace(TRAITS, identity="j")), PROMPT, "here"),
        (Named(traits=replace(TRAITS, model="n")), PROMPT, "here"),
        (Named(), replace(PROMPT, text="why not?"), "here"),
        (Named(), replace(PROMPT, task="team"), "here"),
        (Named(), replace(PROMPT, schema={"type": "object"}), "here"),
        (Named(), PROMPT, "there"),
    ],
)
def test_whatever_an_answer_hangs_on_is_in_its_name(changed: tuple[Named, Prompt, str]) -> None:
    assert answer_key(*changed) != answer_key(Named(), PROMPT, "here")


claims = st.builds(
    Claim,
    backend=texts,
    task=texts,
    file=texts,
    line=st.integers(0, 2**31),
    end_line=st.integers(0, 2**31),
    severity=st.sampled_from(Severity),
    category=texts,
    cwe=texts,
    title=texts,
    why=texts,
    fix=texts,
    quote=texts,
    is_proof=st.booleans(),
)


@given(st.lists(claims, max_size=3))
def test_claims_come_back_as_they_were_raised_and_never_as_proof(raised: list[Claim]) -> None:
    back = read_claims(write_claims(raised, same), "claude", "audit")
    assert back == tuple(replace(c, backend="claude", task="audit", is_proof=False) for c in raised)


def test_no_text_of_a_claim_is_kept_unredacted() -> None:
    secret = "hunter2"
    names = [field.name for field in fields(Claim) if field.type == "str"]
    values: dict[str, Any] = dict.fromkeys(names, f"a {secret}")
    raised = replace(claim(), **values)
    assert secret not in write_claims([raised], lambda text: text.replace(secret, "<SECRET:password:1>"))


WRONG: list[dict[str, object]] = [{"severity": "fatal"}, {"line": "3"}, {"line": True}, {"title": None}]
GOOD = json.loads(write_claims([claim("a.py", 3, "x = 1")], same))[0]


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "{", "[1]", "[{}]", "{}x", "[" * 100_000,
        *(json.dumps([GOOD | wrong]) for wrong in WRONG),
    ],
)  # fmt: skip
def test_what_is_no_list_of_claims_is_forgotten(text: str) -> None:
    assert read_claims(text, "codex", "hunt") is None


@given(texts, texts, st.none() | st.integers(0), st.none() | st.integers(0))
def test_a_reply_comes_back_marked_as_remembered(text: str, model: str, given_: int | None, got: int | None) -> None:
    reply = Reply(backend="codex", text=text, seconds=3.0, model=model, tokens_in=given_, tokens_out=got)
    assert read_reply(write_reply(reply), "codex") == replace(reply, seconds=0.0, is_remembered=True)


@pytest.mark.parametrize("text", ["", "null", "[]", '["x"]', '[1, "m", null, null]', '["x", "m", "1", null]', "7"])
def test_what_is_no_reply_is_forgotten(text: str) -> None:
    assert read_reply(text, "codex") is None


class Kept:
    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def recall(self, key: str) -> str | None:
        return self.texts.get(key)

    def keep(self, key: str, text: str) -> None:
        self.texts[key] = text


def test_asking_afresh_recalls_nothing_and_keeps_the_new_answer() -> None:
    kept = Kept()
    kept.keep("key", "old")
    fresh = Fresh(kept)
    assert fresh.recall("key") is None
    fresh.keep("key", "new")
    assert kept.recall("key") == "new"
    assert fresh.recall("key") is None


def test_a_memory_that_forgets() -> None:
    forgetting = Forgetting()
    forgetting.keep("key", "text")
    assert forgetting.recall("key") is None


DIFF = Diff(label="staged changes", files=(FILE,))


def verdict(diff: Diff = DIFF, policy: Policy | None = None, rest: object = (), name: str = "codex") -> str:
    return verdict_key("lok-hunt", diff, policy or Policy(), [Named(name)], rest)


def other_file(change: Callable[[FileDiff], FileDiff]) -> Diff:
    return replace(DIFF, files=(change(FILE),))


def moved(file: FileDiff) -> FileDiff:
    first: Hunk = file.hunks[0]
    return replace(file, hunks=(replace(first, new_start=first.new_start + 1),))


@pytest.mark.parametrize(
    "key",
    [
        verdict(policy=Policy(quorum=3)),
        verdict(rest=("chosen",)),
        verdict(name="claude"),
        verdict(replace(DIFF, files=())),
        verdict(other_file(lambda file: replace(file, new_blob="5" * 40))),
        verdict(other_file(lambda file: replace(file, path="b.py"))),
        verdict(other_file(lambda file: replace(file, new_mode="100755"))),
        verdict(other_file(lambda file: replace(file, hunks=()))),
        verdict(other_file(moved)),
        verdict_key("lok-audit", DIFF, Policy(), [Named()], ()),
    ],
)
def test_whatever_a_verdict_hangs_on_is_in_its_name(key: str) -> None:
    assert key != verdict()


def test_a_label_is_not_what_a_verdict_hangs_on() -> None:
    assert verdict(replace(DIFF, label="main...feature")) == verdict()


def reviewed(*identities: str) -> Review:
    judged = tuple(
        Judged(finding=replace(finding(), identity=identity), disposition=Disposition.CONFIRMED, reason="r")
        for identity in identities
    )
    asked = Asked(backend="codex", tasks=("hunt",), why="w", requests=2, answered=1, seconds=3.0, tokens_in=5)
    coverage = Coverage(reviewed=("a.py", "b.py"))
    return Review(
        command="lok-hunt", label="", judged=judged, coverage=coverage, asked=(asked,), failures=(), policy=Policy()
    )


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ((), (), ""),
        (("b", "a"), ("a", "b"), ""),
        ((), ("a",), "exit code 1, not 0, 1 newly confirmed"),
        (("a", "b"), (), "exit code 0, not 1, 2 no longer confirmed"),
        (("a",), ("b",), "1 newly confirmed, 1 no longer confirmed"),
    ],
)
def test_what_is_different_in_a_new_verdict(before: tuple[str, ...], after: tuple[str, ...], told: str) -> None:
    said = difference(write_verdict(reviewed(*before)), reviewed(*after))
    assert said.removeprefix("asked again, the verdict differs from the remembered one: ") == told


def test_a_verdict_that_cannot_be_read_differs_in_nothing() -> None:
    assert difference("{", reviewed()) == ""


def test_a_remembered_report_says_that_nobody_was_asked() -> None:
    (asked,) = as_remembered(reviewed()).asked
    assert (asked.requests, asked.answered, asked.seconds, asked.tokens_in, asked.remembered) == (0, 0, 0.0, None, 2)
