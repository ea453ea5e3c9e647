"""The measuring itself, on a sample of the data: the whole way runs, and counts what it says it counts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lok_hooks.core.evidence import Features, terms
from lok_hooks.core.finding import Severity
from lok_hooks.core.prompts import review_prompt
from lok_hooks.core.task import Aspect, Chunk, Piece, Task
from tests.bench.blocking import Merged, Panel, by_probability, by_votes
from tests.bench.debating import Skill, closed_form, replayed, scenes
from tests.bench.logistic import Example, fit, predict
from tests.bench.merging import Pairs, opposite_neighbours, same_defect
from tests.bench.recorded import Cast, became, is_confirmed, rebuilt, replay
from tests.bench.replay import debate_table
from tests.bench.rows import RECORDED, Change, Comment, aacr, martian, read, realvuln

SAMPLE = Path(__file__).parent / "sample"
ROOT = Path(__file__).parents[2]


def comment(author: str, golden: set[int], text: str, line: int = 1) -> Comment:
    return Comment(
        author=author, text=text, is_true=bool(golden), golden=frozenset(golden), file="a.py", line=line, end_line=line
    )


def change(*comments: Comment) -> Change:
    return Change(name="c", group="g", golden=frozenset({0, 1}), comments=comments, reviewers=2)


LEAK, RACE = "The connection is never closed", "Two threads write the counter"


@pytest.mark.parametrize(
    ("comments", "unmatched", "expected"),
    [
        pytest.param([comment("a", {0}, LEAK), comment("b", {0}, LEAK)], False, (1, 0, 0), id="rightly merged"),
        pytest.param([comment("a", {0}, LEAK), comment("b", {1}, LEAK)], False, (0, 1, 0), id="wrongly merged"),
        pytest.param([comment("a", {0}, LEAK), comment("b", {0}, RACE)], False, (0, 0, 1), id="missed"),
        pytest.param([comment("a", {0}, LEAK), comment("a", {0}, LEAK)], False, (0, 0, 0), id="one author"),
        pytest.param([comment("a", {0}, LEAK), comment("b", set(), LEAK)], False, (0, 0, 0), id="unmatched, left out"),
        pytest.param([comment("a", {0}, LEAK), comment("b", set(), LEAK)], True, (0, 1, 0), id="unmatched, counted"),
        pytest.param([comment("a", set(), LEAK), comment("b", set(), LEAK)], True, (0, 0, 0), id="nobody knows"),
    ],
)
def test_pairs_are_counted(comments: list[Comment], unmatched: bool, expected: tuple[int, int, int]) -> None:
    right, wrong, missed = expected
    assert same_defect([change(*comments)], unmatched=unmatched) == Pairs(right=right, wrong=wrong, missed=missed)


def test_pair_f_is_the_harmonic_mean() -> None:
    pairs = Pairs(right=6, wrong=2, missed=6)
    assert (pairs.precision, pairs.recall, pairs.f) == (0.75, 0.5, 0.6)


@pytest.mark.parametrize(("line", "pairs", "merged"), [(1, 1, 1), (4, 1, 0), (5, 0, 0)])
def test_neighbours_with_opposite_labels_are_counted(line: int, pairs: int, merged: int) -> None:
    there = comment("b", set(), LEAK if line == 1 else RACE, line)
    found = opposite_neighbours([change(comment("a", {0}, LEAK), there)])
    assert (found.pairs, found.merged) == (pairs, merged)


def test_the_sample_merges_well() -> None:
    assert same_defect(martian(SAMPLE), unmatched=False).f > 0.9
    assert same_defect(realvuln(SAMPLE, 1), unmatched=False).precision > 0.9
    assert opposite_neighbours(aacr(SAMPLE)).share <= 0.1


def test_the_fit_finds_the_odds_that_made_the_data() -> None:
    examples = [Example(terms={"base": 1.0}, is_true=n < 20, count=1.0) for n in range(100)]
    examples += [Example(terms={"base": 1.0, "more": 1.0}, is_true=n < 8000, count=1.0) for n in range(10000)]
    weights = fit(examples, free=("base",))
    assert predict(weights, {"base": 1.0}) == pytest.approx(0.2, abs=0.05)
    assert predict(weights, {"base": 1.0, "more": 1.0}) == pytest.approx(0.8, abs=0.001)


def found(group: str, models: int, golden: int | None) -> Merged:
    return Merged(
        group=group,
        features=Features(severity=Severity.HIGH, kind="xss", is_audit=True, models=models),
        is_true=golden is not None,
        golden=frozenset() if golden is None else frozenset({(group, golden)}),
    )


PANEL = Panel(
    findings=tuple(
        finding
        for group in ("one", "two", "three")
        for finding in (found(group, 2, 0), found(group, 2, 0), found(group, 1, 1), found(group, 1, None))
    ),
    known={"one": 2, "two": 2, "three": 2},
)


def test_votes_are_weighed_against_what_is_known() -> None:
    assert str(by_votes(PANEL, 1)) == "0.750 / 1.000 / 0.857"
    assert str(by_votes(PANEL, 2)) == "1.000 / 0.500 / 0.667"


@pytest.mark.parametrize(("floor", "expected"), [(0.0, "0.750 / 1.000 / 0.857"), (0.9, "1.000 / 0.500 / 0.667")])
def test_no_group_is_judged_by_what_it_taught_itself(floor: float, expected: str) -> None:
    asked: list[str] = []

    def weights_without(group: str) -> dict[str, float]:
        asked.append(group)
        rest = [f for f in PANEL.findings if f.group != group]
        return fit([Example(terms=terms(f.features), is_true=f.is_true) for f in rest], free=("base",))

    decision, _ = by_probability(PANEL, weights_without, floor)
    assert str(decision) == expected
    assert sorted(asked) == ["one", "three", "two"]


def test_a_recorded_change_is_rebuilt_from_its_prompt() -> None:
    row = next(row for row in read(SAMPLE / RECORDED) if row["id"] == "X02")
    (file,) = rebuilt(row["prompt"])
    assert file.path == "youtube_dl/utils.py"
    assert file.added_lines() == frozenset({1268})
    assert file.changed_line_count() == 5


def test_a_prompt_that_cannot_be_rebuilt_is_an_error() -> None:
    with pytest.raises(ValueError, match="not the recorded one"):
        rebuilt("rules\n\nreceipt: ab\n\nfile: a.py\n@@\n    1 + x\n      ? what\n")


@pytest.mark.parametrize(
    "phrase",
    [
        "The commit is refused when you report a high or critical finding",
        "a false alarm costs a developer's time and trust",
        "Report only defects that THIS change introduces or makes reachable",
        "Not style, naming, missing tests, or what was there before",
        "A change without defects gets an empty list; most changes have none.",
        'each file with new-side line numbers; "+" added, "-" removed',
        "new-side line number (for a removal: the next line)",
        '"why": what goes wrong, for which input',
        '"quote": one line of the shown code, copied exactly (without number and sign)',
    ],
)
def test_our_prompt_is_as_tight_as_the_recorded_one(phrase: str) -> None:
    row = next(read(SAMPLE / RECORDED))
    files = rebuilt(row["prompt"])
    shown = Chunk(pieces=tuple(Piece(file=f, hunks=f.hunks, enclosing=("",) * len(f.hunks)) for f in files))
    task = Task(name="hunt", description="defects", aspects=(Aspect(name="all", text="Every defect."),))
    assert phrase in row["prompt"]
    assert phrase in review_prompt(task, shown, str).text


def test_the_gate_tells_the_recorded_changes_apart() -> None:
    made = list(replay(SAMPLE, Cast()))
    assert [each.is_refused for each in made] == [each.is_defective for each in made]
    assert all(judged.votes for each in made for judged in each.review.blocking)
    assert not any(each.review.failures for each in made)


def test_planted_claims_are_refuted_and_true_ones_are_not() -> None:
    made = list(replay(SAMPLE, Cast(planted=True, fail_on=Severity.LOW)))
    assert [is_confirmed(judged) for _, judged in became(made, is_true=True)] == [True, True]
    false = became(made, is_true=False)
    assert len(false) == 4
    assert not any(is_confirmed(judged) for _, judged in false)


def test_the_weak_model_alone_refuses_nothing() -> None:
    made = list(replay(SAMPLE, Cast(reviewers=(), weak=True, examiners=())))
    assert any(each.review.judged for each in made)
    assert not any(each.is_refused for each in made)


@pytest.mark.parametrize("examiners", [1, 2, 3])
def test_a_debate_among_examiners_of_known_skill_comes_out_as_computed(examiners: int) -> None:
    all_ = scenes(SAMPLE)
    skill = Skill(sensitivity=0.8, specificity=0.7)
    must, did = closed_form(all_, skill, examiners), replayed(all_, skill, examiners, repetitions=300)
    assert did.precision == pytest.approx(must.precision, abs=0.01)
    assert did.recall == pytest.approx(must.recall, abs=0.01)


def test_the_table_of_debates_has_a_row_for_every_skill() -> None:
    rows = [line for line in debate_table(SAMPLE).splitlines() if line.startswith("| 0")]
    assert len(rows) == 9
    assert all(line.count(" / ") == 3 for line in rows)


@pytest.mark.parametrize("program", ["tests.bench.replay", "tests.bench.fit_evidence"])
def test_without_data_it_says_what_to_do(program: str, tmp_path: Path) -> None:
    missing = subprocess.run(
        [sys.executable, "-m", program, "--data", tmp_path], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert missing.returncode == 1
    assert "is it the folder of the evaluation data?" in missing.stderr
    unnamed = subprocess.run(
        [sys.executable, "-m", program], cwd=ROOT, capture_output=True, text=True, check=False, env={}
    )
    assert "--data DIR or LOK_REPLAY_DATA" in unnamed.stderr


def test_the_fit_prints_a_weight_for_every_term() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "tests.bench.fit_evidence", "--data", SAMPLE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line.split('"')[1] for line in made.stdout.splitlines()] == list(terms(found("a", 1, 0).features))
