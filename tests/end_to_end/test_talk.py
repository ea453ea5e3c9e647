"""ask, smart, suggest, debate, team and conduct as they are typed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Project
from tests.end_to_end.talk_helpers import Said, Talkers, talkers
from tests.end_to_end.talker import FIRST_ORDER, ORDER, POSITION, RESPONSE, REVIEW, SYNTHESIS
from tests.end_to_end.terminal import Terminal
from tests.end_to_end.test_interrupt import eventually, is_running

__all__ = ["talkers"]

Make = Callable[..., Talkers]
COMMANDS = ("ask", "smart", "suggest", "debate", "team", "conduct")
ASKING = tuple(command for command in COMMANDS if command != "suggest")
CRASH = {"crash": "cache is stale"}
DIFFERS = {"json": {"response": "Yes, still.", "agrees": False, "disagreements": ["the cost"]}}
AGREES = {"json": {"response": "Yes.", "agrees": True, "disagreements": []}}
CONCLUDES = {"json": {"synthesis": "Yes, but later.", "settled": [], "disagreements": []}}
ASKS = {"json": {"done": False, "ask": [{"backend": "b", "prompt": "Count."}], "synthesis": None}}
ENDS = {"json": {"done": True, "ask": [], "synthesis": "Five.", "disagreements": []}}
# Answers to whatever the commands ask for.
ABLE = (
    (POSITION, "Yes."),
    (RESPONSE, DIFFERS),
    (REVIEW, DIFFERS),
    (SYNTHESIS, CONCLUDES),
    (FIRST_ORDER, ASKS),
    (ORDER, ENDS),
)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example_and_the_common_flags(talkers: Make, command: str) -> None:
    said = talkers().lok(command, "--help")
    assert said.code == 0
    assert f"example: lok {command} " in said.out
    flags = ("--no-cache", "--budget", "--trust-tree") if command != "suggest" else ()
    for flag in ("--dir", "--backend", "--json", "--verbose", *flags):
        assert flag in said.out


def test_ask_prints_answers_alone_on_standard_output_as_they_arrive(talkers: Make) -> None:
    said = talkers(a=[("", {"text": "late", "delay": 1.5})], b=[("", CRASH)], c=[("", "early\nline")]).lok(
        "ask", "Why?"
    )
    assert said.code == 0
    assert re.sub(r"\d+\.\d s", "N s", said.out) == "c · N s\n  early\n  line\n\na · N s\n  late\n\n"
    assert said.err.startswith("b did not answer: crashed: exit code 7: cache is stale")


def test_words_need_no_quotes_and_the_prompt_may_come_from_standard_input(talkers: Make) -> None:
    made = talkers(a=[])
    assert made.lok("ask", "Why", "this?", "-b", "a").code == 0
    assert made.lok("ask", "-", "--budget", "0", stdin="from a pipe: é".encode()).code == 0
    assert [request["prompt"] for request in made.requests()] == ["Why this?", "from a pipe: é"]


@pytest.mark.parametrize("command", ASKING)
def test_json_is_one_document_and_failures_are_no_answers_in_it(talkers: Make, command: str) -> None:
    said = talkers(a=ABLE, b=ABLE, broken=[("", CRASH)]).lok(command, "Why?", "--json", "-b", "a,b,broken")
    value = json.loads(said.out)
    assert (value["schema"], value["command"], value["exit_code"], said.code) == ("lok-hooks/talk/1", command, 0, 0)
    assert {turn["backend"] for turn in value["turns"]} <= {"a", "b"}
    assert (
        "cache is stale" not in json.dumps(value["turns"]) + json.dumps(value["conclusion"] or {}).split("not_incl")[0]
    )
    if command in ("ask", "debate", "team"):
        assert [failure["backend"] for failure in value["failures"]] == ["broken"]


@pytest.mark.parametrize("command", ASKING)
def test_when_nobody_answers_standard_output_is_empty_and_the_code_is_4(talkers: Make, command: str) -> None:
    said = talkers(a=[("", CRASH)], b=[("", "")]).lok(command, "Why?")
    assert (said.code, said.out) == (4, "")
    assert "a did not answer: crashed: exit code 7: cache is stale" in said.err
    assert "nobody answered" in said.err


def test_the_same_name_twice_asks_once(talkers: Make) -> None:
    made = talkers(a=[], b=[])
    assert made.lok("ask", "Why?", "-b", "b,b").code == 0
    assert [request["name"] for request in made.requests()] == ["b"]


def test_the_same_question_is_answered_from_memory_unless_told_otherwise(talkers: Make) -> None:
    made = talkers(a=[("", "Because.")])
    first, again, fresh = (made.lok("ask", "Why?", *flags) for flags in ((), (), ("--no-cache",)))
    assert again.out == "a · remembered\n  Because.\n\n"
    assert "remembered" not in first.out + fresh.out
    assert len(made.requests()) == 2


def test_an_answer_without_the_fields_it_was_asked_for_is_not_remembered(talkers: Make) -> None:
    made = talkers(a=[(RESPONSE, "I differ."), *ABLE], b=ABLE)
    made.lok("debate", "Why?")
    made.lok("debate", "Why?")
    asked = [r["name"] for r in made.requests() if re.search(RESPONSE, r["prompt"])]
    assert sorted(asked) == ["a", "a", "b"]


def test_what_hangs_is_named_at_the_end_of_the_budget_and_the_others_are_heard(talkers: Make) -> None:
    made = talkers(a=[("", {"delay": 600, "text": "never"})], b=[("", "here")])
    said = made.lok("ask", "Why?", "--budget", "3")
    assert said.code == 0
    assert "here" in said.out
    assert "a did not answer: timed out" in said.err
    assert not any(is_running(pid) for request in made.requests() for pid in request["pids"])


def test_smart_prints_the_answer_alone_and_says_who_and_why(talkers: Make) -> None:
    more = "strengths = ['performance']\n"
    said = talkers(more=more, a=[], b=[("", "Use a join.\n  indented")]).lok("smart", "Find N+1 queries")
    assert said == Said(code=0, out="Use a join.\n  indented\n", err="b: at hand; strong at performance\n")


def test_suggest_asks_nobody_and_shows_the_ranking(talkers: Make) -> None:
    made = talkers(codex=[], gemini=[], more="[backends.gone]\nkind = 'command'\ncommand = 'not-there'\n")
    said = made.lok("suggest", "Find N+1 queries")
    assert said.code == 0
    assert said.out.splitlines() == [
        "about",
        "  performance: 100% (n+1, queries)",
        "",
        "backends, best first",
        "  codex: 0.85 · strengths: hunt, code-analysis, performance, dead-code, audit"
        " · at hand · strong at performance",
        "  gemini: 0.10 · strengths: audit, security-audit, architecture, hunt"
        " · at hand · performance is none of its strengths",
        "  gone: 0.10 · strengths: none named · not at hand: no program 'not-there' on PATH",
        "",
        "lok smart would ask codex: at hand; strong at performance",
    ]
    best = [json.loads(made.lok("suggest", q, "--json").out)["best"] for q in ("Find SQL injection", "Security audit")]
    assert best == ["gemini", "gemini"]
    assert made.requests() == []


def test_verbose_shows_prompts_and_timing_on_standard_error(talkers: Make) -> None:
    said = talkers(a=[("", "Yes.")]).lok("ask", "Why on earth?", "-v")
    assert "Why on earth?" in said.err
    assert re.search(r"\d s  a answered answer 1/1 after \d", said.err)
    assert "Why on earth?" not in said.out


HOSTILE = "\x1b[31mred\x1b[0m \u202egnp.exe\n::error::owned\nforged · 0.1 s\n[bold]x[/bold]\x07"


def test_an_answer_can_neither_steer_a_terminal_nor_pose_as_another(talkers: Make) -> None:
    fields = {"json": {"response": HOSTILE, "agrees": False, "disagreements": [HOSTILE]}}
    end = {"json": {"synthesis": HOSTILE, "settled": [HOSTILE], "disagreements": [HOSTILE]}}
    made = talkers(a=[(RESPONSE, fields), (SYNTHESIS, end), ("", HOSTILE)], b=[(RESPONSE, fields), ("", HOSTILE)])
    for argv in (("ask",), ("debate",), ("debate", "--color", "always"), ("smart",)):
        said = made.lok(*argv, "Why?")
        assert said.code == 0
        plain = re.sub(r"\x1b\[[\d;]*m", "", said.out) if "always" in argv else said.out
        assert not re.search("[\x1b\x07\u202e]", plain + said.err)
        assert not re.search(r"(?m)^\s*::", plain) or "always" in argv
        assert "\\x1b[31mred" in plain
        assert "[bold]x[/bold]" in plain
        if argv != ("smart",):
            assert not re.search(r"(?m)^forged", plain)
    file = made.project.path / "debate.md"
    assert made.lok("debate", "Why?", "-o", file).code == 0
    assert not re.search("[\x1b\x07\u202e]", file.read_text())


def test_a_debate_is_written_whole_and_a_place_that_cannot_be_written_is_told(talkers: Make, tmp_path: Path) -> None:
    made = talkers(a=ABLE, b=ABLE, broken=[("", CRASH)])
    target = tmp_path / "debate.md"
    said = made.lok("debate", "Split it?", "-o", target)
    text = target.read_text()
    assert said.code == 0
    for part in ("# lok debate", "Split it?", "## Round 1", "### a: response (does not agree)", "Yes, but later."):
        assert part in text
    assert "broken did not answer" in text
    assert "Not in it:\n\n- broken" in text
    # A name that no file system takes: what was said still stands on standard output.
    nowhere = made.lok("debate", "Split it?", "-o", tmp_path / ("x" * 300))
    assert nowhere.code == 2
    assert "Yes, but later." in nowhere.out
    assert "could not be written" in nowhere.err


def test_a_debate_on_standard_output_stands_there_alone(talkers: Make, tmp_path: Path) -> None:
    made = talkers(a=ABLE, b=ABLE)
    target = tmp_path / "debate.md"
    assert made.lok("debate", "Split it?", "-o", target).code == 0
    done = made.lok("debate", "Split it?", "-o", "-")
    assert (done.code, done.out.startswith("# lok debate"), done.out.count("Yes, but later.")) == (
        0,
        True,
        target.read_text().count("Yes, but later."),
    )
    both = made.lok("debate", "Split it?", "-o", "-", "--json")
    assert (both.code, both.out, "standard output" in both.err) == (2, "", True)


def test_nobody_is_asked_for_a_debate_that_could_not_be_written(talkers: Make, tmp_path: Path) -> None:
    made = talkers(a=ABLE, b=ABLE)
    for place, words in ((tmp_path / "no" / "debate.md", "No such file or directory"), (tmp_path, "is a directory")):
        done = made.lok("debate", "Split it?", "-o", place)
        assert (done.code, words in done.err) == (2, True)
    assert made.requests() == []


def test_a_debate_in_agreement_needs_no_synthesis(talkers: Make) -> None:
    able = ((RESPONSE, AGREES), *ABLE)
    made = talkers(a=able, b=able)
    said = made.lok("debate", "Split it?")
    assert "agreed by a, b · a" in said.out
    assert not any(re.search(SYNTHESIS, request["prompt"]) for request in made.requests())


def test_team_debates_on_demand(talkers: Make) -> None:
    made = talkers(a=ABLE, b=ABLE)
    without, with_debate = made.lok("team", "Plan it."), made.lok("team", "Plan it.", "--debate")
    assert "revision" not in without.out
    assert "a · round 2 · revision" in with_debate.out
    assert "still disputed\n  b: the cost" in with_debate.out


def test_conduct_shows_every_step_and_its_limits_come_from_lok_toml(talkers: Make) -> None:
    more = "[conductor]\nbackend = 'a'\nmax_rounds = 2\n"
    made = talkers(more=more, a=ABLE, b=[("Count", "There are five.")])
    said = made.lok("conduct", "How many?")
    assert said.code == 0
    for part in ("a · round 1 · order · asks", "  b: Count.", "  There are five.", "synthesis · a\n  Five."):
        assert part in said.out
    endless = talkers(more=more, a=[(ORDER, ASKS)], b=[("Count", "There are five.")]).lok("conduct", "How?")
    assert endless.code == 0
    assert "no end after 2 rounds; what was answered stands for itself" in endless.err
    assert "There are five." in endless.out


@pytest.mark.parametrize("command", ASKING)
def test_ctrl_c_ends_with_130_and_leaves_nothing_behind(talkers: Make, command: str) -> None:
    made = talkers(a=[("", {"delay": 600, "text": "never", "child": True})])
    terminal = Terminal(["lok", command, "Why?"], made.project.path, made.project.machine.environment)
    try:
        assert eventually(lambda: bool(made.requests()))
        (request,) = made.requests()
        terminal.press(b"\x03")
        assert terminal.wait() == 130
        assert eventually(lambda: not any(map(is_running, request["pids"])), 5)
        shown = terminal.shown()
        assert "/lok_hooks/" not in shown
        assert f"lok {command}: interrupted\r\n" in shown  # what was answered is remembered by now
    finally:
        terminal.close()


def test_on_a_terminal_there_is_progress_and_the_answers_stay_whole(talkers: Make) -> None:
    made = talkers(a=[("", {"delay": 3, "text": "from a"})], b=[("", {"delay": 1.5, "text": "from b"})])
    environment = {**made.project.machine.environment, "NO_COLOR": "1"}
    terminal = Terminal(["lok", "ask", "Why?"], made.project.path, environment)
    try:
        assert terminal.wait() == 0
        assert "asking a (answer), b (answer)" in terminal.shown()
        assert [line for line in terminal.screen() if "from" in line or "asking" in line] == ["  from b", "  from a"]
    finally:
        terminal.close()


@pytest.mark.parametrize("words", ["ask Why?", "run explain --budget 9", "hunt . -b static", "baseline --dry-run"])
def test_where_nothing_can_be_kept_one_line_says_so(talkers: Make, project: Project, words: str) -> None:
    made = talkers("[backends.static]\nenabled = true\n", a=[])
    project.seed({"shop.py": "total = vat_rate\n"})
    project.kept.parent.mkdir(parents=True)
    project.kept.write_text("in the way")
    said = made.lok(*words.split())
    assert (said.out + said.err).count("nothing is remembered: ") == 1, said
