"""`git commit` with several scripted reviewers: what one of them raises is put before the others."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end import reviewer
from tests.end_to_end.conftest import Machine, Project

BUG = "total = 1  # PLANTED_BUG\n"
SOUND = "total = 1\n"
OFF = "".join(f"[backends.{name}]\nenabled = false\n" for name in ("codex", "gemini", "claude", "ollama", "static"))


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Scripted reviewers by name, and what each was asked."""

    logs: Path

    def prompts(self, name: str) -> list[str]:
        """Every prompt that this reviewer got, in order."""
        log = self.logs / f"{name}.jsonl"
        return [json.loads(line)["prompt"] for line in log.read_text().splitlines()] if log.exists() else []

    def examined(self, name: str) -> list[str]:
        """Those of them that belong to a round of a debate."""
        return [prompt for prompt in self.prompts(name) if "\nround: " in prompt]


Convene = Callable[..., Panel]


@pytest.fixture
def convene(machine: Machine, tmp_path: Path) -> Convene:
    """Makes reviewers out of behaviours of reviewer.py by name; the first alone hunts. `more` goes into lok.toml."""

    def make(behaviours: Mapping[str, str], more: str = "") -> Panel:
        panel = Panel(logs=tmp_path / "logs")
        panel.logs.mkdir(exist_ok=True)
        sections = [OFF]
        for name, behaviour in behaviours.items():
            arguments = [reviewer.__file__, str(panel.logs / f"{name}.jsonl"), behaviour]
            sections.append(
                f'[backends.{name}]\nkind = "command"\ncommand = {json.dumps(sys.executable)}\n'
                f"args = {json.dumps(arguments)}\n"
            )
        task = '[tasks.hunt]\ndescription = "Bugs"\nprompts = [{ name = "bugs", prompt = "Find bugs." }]\n'
        sections.append(f"{task}backends = [{json.dumps(next(iter(behaviours)))}]\n")
        settings = tmp_path / "lok.toml"
        settings.write_text("".join(sections) + more, encoding="utf-8")
        assert isinstance(machine.environment, dict)
        machine.environment["LOK_CONFIG"] = str(settings)
        return panel

    return make


def report(project: Project, *flags: str) -> dict[str, Any]:
    done = project.run("lok-hunt", "--format", "json", *flags)
    found: dict[str, Any] = json.loads(done.said)
    return found


def test_a_hallucination_is_refuted_and_the_commit_passes(project: Project, convene: Convene) -> None:
    panel = convene({"one": "cries wolf", "two": "reviews", "three": "reviews"})
    project.plain_hook("pre-commit", "lok-hunt")
    project.stage("shop.py", SOUND)
    done = project.commit()
    assert done.code == 0, done.said
    assert "nothing confirmed" in done.said
    assert "refuted by three, two: “I refute it: total = 1”" in done.said
    assert (len(panel.examined("two")), len(panel.examined("one"))) == (1, 0)
    assert project.git("log", "--format=%s", "-1") == "change"


def test_what_is_true_is_confirmed_and_the_commit_refused_again_and_again(project: Project, convene: Convene) -> None:
    panel = convene({"one": "reviews", "two": "reviews", "three": "reviews"})
    project.plain_hook("pre-commit", "lok-hunt")
    project.stage("shop.py", BUG)
    before = project.head()
    first, second = project.commit(), project.commit()
    assert (first.code, second.code, project.head()) == (1, 1, before)
    assert "raised by one · confirmed by three, two" in first.said
    assert "examined by three" in first.said
    assert "Commit refused." in second.said
    assert panel.examined("two")


def test_a_clean_change_is_debated_by_nobody(project: Project, convene: Convene) -> None:
    panel = convene({"one": "reviews", "two": "reviews"})
    project.stage("shop.py", SOUND)
    assert report(project)["examined"] == []
    assert (len(panel.prompts("one")), len(panel.prompts("two"))) == (1, 0)


@pytest.mark.parametrize("behaviour", ["hangs", "crashes", "prose", "loses the receipt"])
def test_one_examiner_that_fails_changes_only_who_voted(project: Project, convene: Convene, behaviour: str) -> None:
    convene(
        {"one": "reviews", "two": "reviews", "three": f"{behaviour} when examining"},
        more="[hooks.pre-commit]\nbudget = 12\n",
    )
    project.stage("shop.py", BUG)
    found = report(project)
    (finding,) = found["findings"]
    assert (found["exit_code"], found["incomplete"], finding["disposition"]) == (1, False, "confirmed")
    assert [vote["voter"] for vote in finding["evidence"]["votes"]] == ["two"]
    assert [failure["backend"] for failure in found["failures"]] == ["three"]
    assert finding["reason"] == "confirmed by two"


def test_if_every_examiner_fails_the_quorum_decides_and_the_report_says_so(project: Project, convene: Convene) -> None:
    convene({"one": "reviews", "two": "crashes when examining", "three": "prose when examining"})
    project.stage("shop.py", BUG)
    found = report(project)
    (finding,) = found["findings"]
    assert (found["exit_code"], finding["evidence"]["votes"]) == (1, [])
    assert finding["reason"] == "raised by the only model that reviewed it"
    assert found["notes"] == [
        "no one examined 1 finding that could block (three: unreadable; two: crashed): judged as without debate"
    ]


@pytest.mark.parametrize(("behaviour", "code"), [("reviews", 1), ("refutes when examining", 0)])
def test_a_single_backend_examines_itself_in_a_fresh_context(
    project: Project, convene: Convene, behaviour: str, code: int
) -> None:
    panel = convene({"one": behaviour})
    project.stage("shop.py", BUG)
    done = project.run("lok-hunt")
    assert done.code == code, done.said
    assert "self-examined by one" in done.said
    assert len(panel.examined("one")) == 1


def test_a_refutation_that_quotes_nothing_real_is_no_refutation(project: Project, convene: Convene) -> None:
    convene({"one": "reviews", "two": "refutes with a made-up quote when examining", "three": "reviews"})
    project.stage("shop.py", BUG)
    (finding,) = report(project)["findings"]
    votes = {vote["voter"]: (vote["stance"], vote["doubt"]) for vote in finding["evidence"]["votes"]}
    assert votes["two"] == ("unsure", "the code it quotes does not stand in what was shown")
    assert (votes["three"], finding["disposition"]) == (("confirm", ""), "confirmed")


def test_examiners_who_disagree_get_a_rebuttal_and_a_judge_ends_it(project: Project, convene: Convene) -> None:
    names = {"one": "reviews", "two": "refutes when examining", "three": "reviews", "four": "refutes when examining"}
    more = '[debate]\njudge = "four"\nreviewers = 2\n'
    panel = convene(names, more=more)
    project.stage("shop.py", BUG)
    (finding,) = report(project)["findings"]
    rounds = [(vote["round"], vote["voter"], vote["stance"]) for vote in finding["evidence"]["votes"]]
    # By name, four comes first among equals: it examines, and judges in the end.
    assert rounds == [
        ("cross-examination", "four", "refute"),
        ("cross-examination", "three", "confirm"),
        ("rebuttal", "four", "refute"),
        ("rebuttal", "three", "confirm"),
        ("judge", "four", "refute"),
    ]
    assert finding["disposition"] == "unconfirmed"
    assert panel.prompts("two") == []
    rebuttal = panel.examined("three")[1]
    assert "  you voted: confirm: I confirm it" in rebuttal
    assert "  Reviewer A voted: refute (misread code): I refute it" in rebuttal


def test_nobody_is_named_in_a_debate(project: Project, convene: Convene) -> None:
    panel = convene({"zebra": "reviews", "yak": "refutes when examining", "xerus": "reviews"})
    project.stage("shop.py", BUG)
    report(project)
    said = "".join(prompt for name in ("yak", "xerus") for prompt in panel.examined(name))
    assert said.count("\nround: rebuttal\n") == 2
    assert not any(name in said for name in ("zebra", "yak", "xerus"))


def test_without_debate_nobody_is_asked_a_second_time(project: Project, convene: Convene) -> None:
    panel = convene({"one": "reviews", "two": "refutes when examining"})
    project.stage("shop.py", BUG)
    found = report(project, "--no-debate")
    assert (found["exit_code"], panel.prompts("two")) == (1, [])


def test_a_chosen_backend_is_not_examined_by_others(project: Project, convene: Convene) -> None:
    panel = convene({"one": "reviews", "two": "refutes when examining"})
    project.stage("shop.py", BUG)
    assert report(project, "--backend", "one")["exit_code"] == 1
    assert (panel.prompts("two"), len(panel.examined("one"))) == ([], 1)


def test_a_transcript_holds_the_whole_debate(project: Project, convene: Convene, tmp_path: Path) -> None:
    convene({"one": "reviews", "two": "refutes when examining", "three": "reviews"})
    project.stage("shop.py", BUG)
    written = tmp_path / "debate.md"
    done = project.run("lok-review", "--staged", "--task", "hunt", "--transcript", written)
    text = written.read_text(encoding="utf-8")
    assert done.code == 1, done.said
    assert text.startswith("# Debate: lok-review, staged changes\n")
    for part in ("### Cross-examination", "### Rebuttal", "**two**: refute (misread code)", "**three**: confirm"):
        assert part in text
    assert "Outcome: **confirmed by three; refuted by two**" in text


def test_a_transcript_that_cannot_be_written_is_said(project: Project, convene: Convene, tmp_path: Path) -> None:
    convene({"one": "reviews"})
    project.stage("shop.py", SOUND)
    done = project.run("lok-review", "--staged", "--transcript", tmp_path / "nowhere" / "debate.md", "--task", "hunt")
    assert (done.code, "the transcript could not be written to" in done.said) == (2, True)
