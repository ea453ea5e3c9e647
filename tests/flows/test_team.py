"""A team: who works, who reviews, who synthesises, and what stays disputed."""

from __future__ import annotations

from typing import Any

from lok_hooks.core.talk import Absence, Disagreement, Step, Talk
from lok_hooks.flows.team import NOT_CONCLUDED, NOT_REVIEWED, debated_team, team
from tests.flows.talkers import Heard, Talker, failed, opinion, session, synthesis

QUESTION = "Find SQL injection"


def best(**says: Any) -> Talker:
    return Talker("gemini", {"work": "The work.", **says}, strengths=("audit",))


def colleague(name: str, review: Any, **says: Any) -> Talker:
    return Talker(name, {"review": review, **says})


def run(*talkers: Talker, debated: bool = False, rounds: float = 1e9) -> tuple[Talk, Heard]:
    asked, heard = session(*talkers, question=QUESTION, rounds=rounds)
    return (debated_team if debated else team)(asked), heard


def test_the_best_works_the_others_review_and_one_of_them_synthesises() -> None:
    codex = colleague("codex", opinion("It misses b.py.", "b.py"), synthesis=synthesis("Two holes."))
    talk, heard = run(codex, colleague("claude", opinion("Fine.")), best())
    assert [(turn.backend, turn.step) for turn in talk.turns] == [
        ("gemini", Step.WORK),
        ("codex", Step.REVIEW),
        ("claude", Step.REVIEW),
        ("codex", Step.SYNTHESIS),
    ]
    assert heard.notes == ["gemini: at hand; strong at security-audit"]
    assert talk.conclusion is not None
    assert (talk.conclusion.text, talk.conclusion.backend) == ("Two holes.", "codex")
    assert talk.conclusion.open == (Disagreement(backend="codex", point="b.py"),)
    assert [turn.agrees for turn in talk.turns] == [None, False, True, None]


def test_reviewers_see_the_work_and_the_synthesis_sees_the_reviews_without_names() -> None:
    codex = colleague("codex", opinion("It misses b.py.", "b.py"), synthesis=synthesis("Two holes."))
    gemini = best()
    run(codex, gemini)
    assert gemini.asked("work") == [QUESTION]
    assert "The work." in codex.asked("review")[0]
    (shown,) = codex.asked("synthesis")
    assert "The work." in shown
    assert "It misses b.py." in shown
    assert "D1: b.py" in shown
    assert "gemini" not in shown + codex.asked("review")[0]
    assert "codex" not in shown


def test_what_the_synthesis_settles_is_no_longer_open() -> None:
    codex = colleague("codex", opinion("No.", "b.py", "c.py"), synthesis=synthesis("Two.", settled=["D2"]))
    talk, _ = run(codex, best())
    assert talk.conclusion is not None
    assert talk.conclusion.open == (Disagreement(backend="codex", point="b.py"),)


def test_in_a_debate_the_author_answers_and_is_reviewed_again() -> None:
    reviews = [opinion("It misses b.py.", "b.py"), opinion("Now it holds.")]
    codex = colleague("codex", reviews, synthesis=synthesis("All holes."))
    gemini = best(revision="The work, with b.py.")
    talk, _ = run(codex, gemini, debated=True)
    assert [(turn.backend, turn.step, turn.round) for turn in talk.turns] == [
        ("gemini", Step.WORK, 1),
        ("codex", Step.REVIEW, 1),
        ("gemini", Step.REVISION, 2),
        ("codex", Step.REVIEW, 2),
        ("codex", Step.SYNTHESIS, 3),
    ]
    assert "It misses b.py." in gemini.asked("revision")[0]
    assert "with b.py" in codex.asked("review")[1]
    assert "with b.py" in codex.asked("synthesis")[0]
    assert talk.conclusion is not None
    assert talk.conclusion.open == ()


def test_there_is_no_debate_where_all_agree() -> None:
    codex = colleague("codex", opinion("It holds."), synthesis=synthesis("Yes."))
    talk, _ = run(codex, best(), debated=True)
    assert Step.REVISION not in [turn.step for turn in talk.turns]
    assert talk.conclusion is not None
    assert talk.conclusion.text == "Yes."


def test_without_a_revision_the_first_version_stands() -> None:
    codex = colleague("codex", opinion("No.", "b.py"), synthesis=synthesis("One hole."))
    talk, heard = run(codex, best(revision=failed("gemini")), debated=True)
    assert "gemini did not answer the reviews; its first version stands" in heard.notes
    assert len(codex.asked("review")) == 1
    assert talk.conclusion is not None
    assert talk.conclusion.open == (Disagreement(backend="codex", point="b.py"),)


def test_a_reviewer_that_does_not_come_back_keeps_its_word_and_is_named() -> None:
    codex = colleague("codex", opinion("Good."), synthesis=synthesis("Yes."))
    claude = colleague("claude", [opinion("No.", "c.py"), failed("claude")])
    talk, _ = run(codex, claude, best(revision="Mended."), debated=True)
    assert talk.conclusion is not None
    assert talk.conclusion.open == (Disagreement(backend="claude", point="c.py"),)
    assert talk.conclusion.absent == (
        Absence(backend="claude", reason="its review is of the first version: timed out: too slow"),
    )


def test_the_next_best_works_when_the_best_fails_and_that_one_does_not_review() -> None:
    broken = best(work=failed("gemini"))
    claude = colleague("claude", opinion("Good."), synthesis=synthesis("Yes."))
    talk, heard = run(broken, Talker("codex", {"work": "Mine."}), claude)
    assert [(turn.backend, turn.step) for turn in talk.turns if turn.is_answered] == [
        ("codex", Step.WORK),
        ("claude", Step.REVIEW),
        ("claude", Step.SYNTHESIS),
    ]
    assert broken.asked("review") == []
    assert heard.notes[1].startswith("gemini did not answer; next is codex")
    assert talk.conclusion is not None
    assert [absence.backend for absence in talk.conclusion.absent] == ["gemini"]


def test_work_that_nobody_reviewed_is_called_that() -> None:
    alone, heard = run(best())
    silent, _ = run(best(), colleague("codex", failed("codex")))
    for talk in (alone, silent):
        assert talk.conclusion is not None
        assert (talk.conclusion.text, talk.conclusion.how, talk.conclusion.open) == ("The work.", NOT_REVIEWED, None)
        assert talk.exit_code == 0
    assert "nobody reviewed the work" in heard.notes


def test_the_author_synthesises_only_when_no_reviewer_does() -> None:
    codex = colleague("codex", opinion("No.", "b.py"), synthesis=failed("codex"))
    by_author, _ = run(codex, best(synthesis=synthesis("Mine.")))
    by_nobody, _ = run(codex, best(synthesis=failed("gemini")))
    assert by_author.conclusion is not None
    assert by_author.conclusion.backend == "gemini"
    assert by_nobody.conclusion is not None
    assert (by_nobody.conclusion.text, by_nobody.conclusion.how) == ("The work.", NOT_CONCLUDED)
    assert by_nobody.conclusion.open == (Disagreement(backend="codex", point="b.py"),)


def test_a_review_without_its_fields_agrees_with_nothing() -> None:
    codex = colleague("codex", "I agree with all of it.", synthesis=synthesis("Yes."))
    talk, _ = run(codex, best(revision="Again."), debated=True)
    assert [turn.agrees for turn in talk.turns if turn.step is Step.REVIEW] == [None, None]
    assert Step.REVISION in [turn.step for turn in talk.turns]


def test_nobody_who_works_is_exit_code_4() -> None:
    talk, _ = run(best(work=failed("gemini")), Talker("codex", {"work": failed("codex")}))
    assert (talk.conclusion, talk.exit_code) == (None, 4)
    nobody, _ = run(Talker("codex", absent=True))
    assert nobody.exit_code == 4
