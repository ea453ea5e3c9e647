"""`lok hunt DIR` and `lok audit DIR`: what is asked, what counts, what is printed, how it ends."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end import explorer
from tests.end_to_end.conftest import Done, Machine, Project

BUG = "value = PLANTED_BUG"
SETTINGS = """\
[backends.codex]
enabled = false
[backends.gemini]
enabled = false
[backends.claude]
enabled = false
[backends.ollama]
enabled = false
[backends.static]
enabled = {analysers}
[tasks.hunt]
description = "Bugs"
backends = {backends}
prompts = [{{ name = "bugs", prompt = "Find bugs." }}, {{ name = "holes", prompt = "Find holes." }}]
[tasks.audit]
description = "Holes"
backends = {backends}
prompts = [{{ name = "holes", prompt = "Find holes." }}]
"""
Explorers = Callable[..., Path]


@pytest.fixture
def explorers(machine: Machine, tmp_path: Path) -> Explorers:
    """Makes models that look around, by name and behaviour; returns where their requests are written down. The tasks
    name those in `listed`, else all."""

    def make(more: str = "", analysers: str = "false", listed: Sequence[str] = (), **behaviours: str) -> Path:
        log = tmp_path / "explored.jsonl"
        text = SETTINGS.format(backends=json.dumps(list(listed or behaviours)), analysers=analysers)
        for name, behaviour in behaviours.items():
            arguments = json.dumps([explorer.__file__, str(log), behaviour])
            text += f'[backends.{name}]\nkind = "command"\ncommand = {json.dumps(sys.executable)}\nargs = {arguments}\n'
        settings = tmp_path / "lok.toml"
        settings.write_text(text + more, encoding="utf-8")
        assert isinstance(machine.environment, dict)
        machine.environment["LOK_CONFIG"] = str(settings)
        return log

    return make


def asked(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def report(done: Done) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(done.said)
    return value


@pytest.fixture
def buggy(project: Project) -> Project:
    project.seed({"app/shop.py": f"a = 1\nb = 2\n{BUG}\n", "app/clean.py": "x = 1\n", "other.py": f"{BUG}\n"})
    return project


def test_findings_stand_where_the_code_stands(buggy: Project, explorers: Explorers) -> None:
    log = explorers(sane="looks")
    done = buggy.run("lok", "hunt", "app", "--json")
    found = report(done)["findings"]
    assert done.code == 0
    assert [(f["path"], f["line"], f["quote"], f["raised_by"]) for f in found] == [("shop.py", 3, BUG, ["sane"])]
    assert report(done)["read"] == ["shop.py"]
    (place,) = {Path(request["directory"]) for request in asked(log)}
    assert (place.name, place.parent.name.startswith("lok-room-"), place.exists()) == ("project", True, False)
    assert sorted("Find bugs." in request["prompt"] for request in asked(log)) == [False, True]


def test_a_person_sees_code_and_authors(buggy: Project, explorers: Explorers) -> None:
    explorers(one="looks", two="looks")
    done = buggy.run("lok", "hunt", "app")
    assert done.code == 0
    assert "• high  shop.py:3  a planted bug" in done.said
    assert f"▸ 3 │ {BUG}" in done.said
    assert "raised by one, two" in done.said
    assert "\x1b" not in done.said


def test_what_is_made_up_is_told_and_not_counted(buggy: Project, explorers: Explorers, tmp_path: Path) -> None:
    (tmp_path / "outside.py").write_text("secret\n")
    (tmp_path / "far.py").write_text("far\n")
    (buggy.path / "link.py").symlink_to(tmp_path / "far.py")
    explorers(liar="invents")
    done = buggy.run("lok", "audit", "--json")
    value = report(done)
    assert {f["path"] for f in value["findings"]} == {"app/shop.py", "other.py"}
    assert {f["path"] for f in value["ungrounded"]} == {"nowhere.py", "../outside.py", "link.py"}
    assert all("not among those" in f["problem"] for f in value["ungrounded"])
    assert "not shown: nowhere.py:1 invented in nowhere.py" in buggy.run("lok", "audit").said


def test_what_a_rule_proves_is_found_without_any_model(buggy: Project, explorers: Explorers) -> None:
    log = explorers(analysers="true", gone="crashes")
    done = buggy.run("lok", "hunt", "app", "--json", "-b", "static")
    found = report(done)["findings"]
    assert [(f["path"], f["proof"], f["raised_by"]) for f in found] == [("shop.py", True, ["static"])]
    assert (done.code, report(done)["unanswered"], asked(log)) == (0, [], [])


def test_some_that_fail_do_not_take_the_answer_away(buggy: Project, explorers: Explorers) -> None:
    explorers(broken="crashes", sane="looks")
    done = buggy.run("lok", "hunt", "app")
    assert done.code == 0
    assert "a planted bug" in done.said
    assert "broken: crashed: exit code 7: cache is stale, come back tomorrow" in done.said


def test_a_question_that_nobody_answered_is_an_incomplete_look(buggy: Project, explorers: Explorers) -> None:
    explorers(half="crashes on holes")
    done = buggy.run("lok", "hunt", "app")
    assert done.code == 4
    assert "a planted bug" in done.said
    assert "! holes was answered by nobody: half: crashed" in done.said


def test_what_one_left_unanswered_goes_to_the_next_best(buggy: Project, explorers: Explorers) -> None:
    log = explorers(listed=["fst"], fst="crashes on holes", snd="looks", third="looks")
    done = buggy.run("lok", "hunt", "app")
    assert done.code == 0
    assert "snd, next best for hunt: fst: crashed on holes" in " ".join(done.said.split())
    assert "fst: crashed: exit code 7: cache is stale, come back tomorrow" in " ".join(done.said.split())
    assert "raised by fst, snd" in done.said
    assert sorted(request["behaviour"] for request in asked(log)) == ["crashes on holes", "crashes on holes", "looks"]
    explorers(listed=["fst"], fst="crashes", snd="crashes on holes", third="looks")
    done = buggy.run("lok", "hunt", "app", "--json")
    assert (done.code, report(done)["unanswered"]) == (0, [])
    assert [(asked["backend"], asked["why"]) for asked in report(done)["asked"]][1:] == [
        ("snd", "next best for hunt: fst: crashed"),
        ("third", "next best for hunt: fst: crashed; snd: crashed on holes"),
    ]


def test_nobody_takes_over_where_backends_are_named(buggy: Project, explorers: Explorers) -> None:
    log = explorers(fst="crashes", snd="looks")
    done = buggy.run("lok", "hunt", "app", "-b", "fst")
    assert done.code == 4
    assert "nobody answered; nothing was looked at" in " ".join(done.said.split())
    assert "nothing found" not in done.said
    assert {request["behaviour"] for request in asked(log)} == {"crashes"}


def test_two_prompts_of_one_name_are_refused(buggy: Project, explorers: Explorers) -> None:
    log = explorers(sane="looks", more='[tasks.twice]\nprompts = [{name="a", prompt="x"}, {name="a", prompt="y"}]\n')
    done = buggy.run("lok", "hunt", "app")
    assert done.code == 2
    assert (
        'tasks.twice.prompts#2.name: "a" is the name of tasks.twice.prompts#1 too; give each prompt a name' in done.said
    )
    assert asked(log) == []


def test_an_answer_in_the_wrong_form_is_asked_for_again(buggy: Project, explorers: Explorers) -> None:
    log = explorers(clumsy="mends its form")
    done = buggy.run("lok", "audit", "app", "--json")
    assert [f["path"] for f in report(done)["findings"]] == ["shop.py"]
    assert len(asked(log)) == 2
    explorers(chatty="prose")
    assert buggy.run("lok", "audit", "app").code == 4


@pytest.mark.parametrize(("fail_on", "code"), [("critical", 0), ("high", 1), ("low", 1)])
def test_findings_fail_only_when_told_to(buggy: Project, explorers: Explorers, fail_on: str, code: int) -> None:
    explorers(sane="looks")
    assert buggy.run("lok", "audit", "app", "--fail-on", fail_on).code == code


def test_no_secret_in_any_report(buggy: Project, explorers: Explorers) -> None:
    key = "AKIA" + "Q3EGRIZXT5LOPWMN"
    buggy.seed({"app/keys.py": f'PLANTED_BUG = "{key}"\n'})
    explorers(leaky="leaks")
    for format in ("plain", "json", "sarif"):
        said = buggy.run("lok", "audit", "app", "--format", format).said
        assert "PLANTED_BUG" in said
        assert key not in said


def test_no_secret_in_the_words_of_an_answer_that_does_not_count(buggy: Project, explorers: Explorers) -> None:
    key = "AKIA" + "Q3EGRIZXT5LOPWMN"
    buggy.seed({"app/keys.py": f'PLANTED_BUG = "{key}"\n'})
    explorers(leaky="leaks in prose")
    said = buggy.run("lok", "audit", "app", "--json").said
    assert "it is not JSON: I found this: ...." in said
    assert "PLANTED_BUG" in said
    assert key[:8] not in said


def test_sarif_names_the_place(buggy: Project, explorers: Explorers) -> None:
    explorers(sane="looks")
    (run,) = report(buggy.run("lok", "audit", "app", "--format", "sarif"))["runs"]
    (place,) = run["results"][0]["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "app/shop.py"


def test_what_is_found_can_be_dismissed(buggy: Project, explorers: Explorers) -> None:
    explorers(sane="looks")
    wrong, other = report(buggy.run("lok", "audit", "--json"))["findings"]
    assert buggy.run("lok", "dismiss", wrong["id"][:8], "--because", "it is planted").code == 0
    assert [f["id"] for f in report(buggy.run("lok", "audit", "--json"))["findings"]] == [other["id"]]


def test_a_finding_has_one_name_wherever_one_looks_from(buggy: Project, explorers: Explorers) -> None:
    explorers(sane="looks")
    whole = {f["path"]: f["id"] for f in report(buggy.run("lok", "audit", "--json"))["findings"]}
    (part,) = report(buggy.run("lok", "audit", "app", "--json"))["findings"]
    assert part["id"] == whole["app/shop.py"]
    assert buggy.run("lok", "dismiss", part["id"], "--because", "it is planted").code == 0
    assert json.loads(buggy.read(".lok/dismissed.json"))["findings"][0]["path"] == "app/shop.py"
    assert report(buggy.run("lok", "audit", "app", "--json"))["findings"] == []


def test_looking_measures_nobody(buggy: Project, explorers: Explorers) -> None:
    explorers(sane="looks")
    buggy.run("lok", "audit")
    (sane,) = (b for b in report(buggy.run("lok", "backends", "--json"))["backends"] if b["name"] == "sane")
    assert sane["measured"] is None


def test_a_directory_outside_any_repository(machine: Machine, explorers: Explorers, tmp_path: Path) -> None:
    folder = tmp_path / "plain folder"
    (folder / "node_modules").mkdir(parents=True)
    (folder / "node_modules" / "dependency.py").write_text(f"{BUG}\n")
    (folder / "a.py").write_text(f"{BUG}\n")
    explorers(sane="looks")
    done = machine.run("lok", "hunt", "--dir", folder, "--json", cwd=tmp_path)
    assert [f["path"] for f in report(done)["findings"]] == ["a.py"]
    assert report(done)["files"] == 1


def test_two_directories_are_one_too_many(buggy: Project, explorers: Explorers) -> None:
    explorers(sane="looks")
    done = buggy.run("lok", "hunt", "app", "--dir", ".")
    assert (done.code, "name two directories" in done.said) == (2, True)


def test_verbose_shows_prompts_and_routing(buggy: Project, explorers: Explorers) -> None:
    explorers(sane="looks")
    done = buggy.run("lok", "hunt", "app", "-v")
    assert "Your task: Bugs. Look from this angle:" in done.said
    assert "sane: hunt — listed for hunt (2 of 2 requests answered" in done.said


@pytest.mark.parametrize("command", ["hunt", "audit"])
def test_help_has_an_example(project: Project, command: str) -> None:
    done = project.run("lok", command, "--help")
    assert done.code == 0
    assert f"example: lok {command}" in done.said


def test_what_somebody_answered_for_is_counted_and_not_told(buggy: Project, explorers: Explorers) -> None:
    explorers(one="looks")
    buggy.write("app/shop.py", f"a = 1\nb = 2\n# lok: ignore[planted] wanted for the demo\n{BUG}\n")
    done = buggy.run("lok", "hunt", "--json")
    assert [f["path"] for f in report(done)["findings"]] == ["other.py"]
    (finding,) = report(done)["findings"]
    entry = {"id": finding["id"], "because": "planted on purpose"}
    buggy.write(".lok/dismissed.json", json.dumps({"schema": "lok-hooks/dismissed/1", "findings": [entry]}))
    assert report(buggy.run("lok", "hunt", "--json"))["findings"] == []
    assert "2 suppressed" in buggy.run("lok", "hunt").said


def test_a_list_of_dismissals_that_leads_elsewhere_is_not_read(
    buggy: Project, explorers: Explorers, tmp_path: Path
) -> None:
    log = explorers(one="looks")
    (tmp_path / "elsewhere.json").write_text(json.dumps({"schema": "lok-hooks/dismissed/1", "findings": []}))
    (buggy.path / ".lok").mkdir()
    (buggy.path / ".lok" / "dismissed.json").symlink_to(tmp_path / "elsewhere.json")
    done = buggy.run("lok", "hunt")
    assert (done.code, ".lok/dismissed.json: a symbolic link" in done.said, log.exists()) == (2, True, False)
