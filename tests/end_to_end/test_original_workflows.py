"""The original Lok's own workflow files, unchanged and without any flag: whom they name is asked, and where they name
nobody all are, their answers joined; first by programs that read a script, then by the real CLIs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import pytest

from tests.backends.cli_helpers import CLI_KINDS
from tests.end_to_end.conftest import Project
from tests.end_to_end.kinds import MODELS, Place, place, real_cli
from tests.end_to_end.talk_helpers import CLIS, Talkers, talkers
from tests.end_to_end.test_workflow import ORIGINALS, gh, users_workflow
from tests.end_to_end.worker import VERDICT
from tests.fake_model_server import strings

__all__ = ["gh", "place", "real_cli", "talkers"]

ALL: Final = list(CLIS)
CLAUDE, CODEX, GEMINI, SHELL = ["claude"], ["codex"], ["gemini"], list[str]()
JOINED: Final = "All of us say so."
SCRIPT: Final = (
    ("Join their answers into one", JOINED),
    ("Synthesize their findings", {"json": VERDICT}),
    ("YOUR OUTPUT MUST BE RAW SHELL COMMANDS ONLY", "gh issue create --title 'Mend x'"),
)
# By file: its arguments, who answers each step, and what some prompt must hold.
FILES: Final[Mapping[str, tuple[Sequence[str], Mapping[str, Sequence[str]], str]]] = {
    "diff": ([], {"get-diff": SHELL, "review": ALL}, "+staged = 1"),
    "diff of a range": (["HEAD~1..HEAD"], {"get-diff": SHELL, "review": ALL}, "+committed = 1"),
    "diff of the work tree": (["--unstaged"], {"get-diff": SHELL, "review": ALL}, "+unstaged = 1"),
    "explain": (
        [],
        {"gather-readme": SHELL, "gather-manifests": SHELL, "gather-structure": SHELL, "explain": ALL},
        "=== README ===",
    ),
    "audit": (
        [],
        {"gather-code": SHELL, "audit-injection": ALL, "audit-auth": ALL, "synthesize": CLAUDE},
        "=== Security-Relevant Files ===",
    ),
    "hunt": ([], {"hunt-errors": ALL, "hunt-perf": ALL, "hunt-dead-code": ALL, "synthesize": CLAUDE}, JOINED),
    "fix": (
        ["123"],
        {"fetch": SHELL, "propose_claude": CLAUDE, "propose_codex": CODEX, "debate": CLAUDE, "comment": SHELL},
        "codex says so",
    ),
    "review-pr": (
        ["31"],
        {
            "fetch-meta": SHELL, "fetch-diff": SHELL, "review_claude": CLAUDE, "review_codex": CODEX,
            "review_gemini": GEMINI, "synthesize": CLAUDE, "comment": SHELL, "create_followups": CLAUDE,
            "run_followups": SHELL,
        },
        "gemini says so",
    ),
}  # fmt: skip


def change(project: Project) -> None:
    """Something in the last commit, in the index and in the work tree."""
    project.seed({"auth.py": "committed = 1\n"})
    project.stage("new.py", "staged = 1\n")
    project.write("auth.py", "committed = 1\nunstaged = 1\n")


@pytest.mark.parametrize("file", FILES)
def test_whom_a_file_names_is_asked_and_else_all(
    project: Project, talkers: Callable[..., Talkers], gh: Callable[[], list[list[str]]], file: str
) -> None:
    argv, steps, shown = FILES[file]
    change(project)
    made = talkers(**dict.fromkeys(CLIS, SCRIPT))
    name = file.split()[0]
    users_workflow(project.machine, name, (ORIGINALS / f"workflow-{name}.toml").read_text())
    done = made.lok("run", "--workflow", "--json", name, *argv)
    value = json.loads(done.out)
    assert {step["name"]: step["backends"] for step in value["steps"]} == steps
    # Commands that are nothing but an answer need leave of their own.
    stopped = {"run_followups"} & set(steps)
    assert {step["name"] for step in value["steps"] if step["state"] != "done"} == stopped
    assert done.code == (4 if stopped else 0)
    asked = Counter(name for names in steps.values() for name in names)
    asked["codex"] += sum(len(names) > 1 for names in steps.values())  # it joins, being the first that answered
    assert Counter(request["name"] for request in made.requests()) == asked
    assert any(shown in request["prompt"] for request in made.requests())
    if not gh():
        (output,) = value["outputs"].values()
        assert output == ("claude says so" if list(steps.values())[-1] == CLAUDE else JOINED)
    else:
        said = "claude says so" if name == "fix" else "### Verdict: NEEDS_WORK"
        assert any("comment" in call and said in "\n".join(call) for call in gh())


def by_script(model: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The rule of a model server that answers as the scripted programs do."""
    prompt = "\n".join(strings(body))
    for words, answer in SCRIPT:
        if words in prompt:
            return {"answer_json": answer["json"]} if isinstance(answer, dict) else {"answer": answer}
    return {"answer": f"{model} says so"}


@pytest.mark.parametrize("file", [file for file in FILES if " " not in file])
def test_the_real_clis_answer(place: Place, gh: Callable[[], list[list[str]]], file: str) -> None:
    argv, steps, shown = FILES[file]
    change(place.project)
    place.server.rules = [{"think": by_script}]
    place.configure(CLI_KINDS, CLI_KINDS, strong="codex", conductor="codex")
    users_workflow(place.project.machine, file, (ORIGINALS / f"workflow-{file}.toml").read_text())
    done = place.lok("run", "--workflow", "--json", file, *argv)
    value = json.loads(done.out)
    assert {step["name"]: set(step["backends"]) for step in value["steps"]} == {n: set(who) for n, who in steps.items()}
    assert {step["name"] for step in value["steps"] if step["state"] != "done"} == {"run_followups"} & set(steps)
    wanted = {name for names in steps.values() for name in names}
    assert {kind for kind in CLI_KINDS if place.asked_of(kind)} == wanted
    words = shown.replace("codex says", f"{MODELS['codex']} says").replace("gemini says", f"{MODELS['gemini']} says")
    assert any(words in text for kind in CLI_KINDS for text in place.asked_of(kind))
    said = {"fix": f"{MODELS['claude']} says so", "review-pr": "### Verdict: NEEDS_WORK"}.get(file, "")
    assert any("comment" in call and said in "\n".join(call) for call in gh()) is bool(said)
