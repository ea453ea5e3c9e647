"""What a repository's own files may say: trust by digest, rules from the side before a change, workflows."""

from __future__ import annotations

from typing import Final

from tests.removal.places import RUN
from tests.removal.row import Removal, row

_CONFIGURED: Final = "the repository's own configuration runs code"
_RULES: Final = "*Who raised what, how grave it is, what blocks*"
_TRUST: Final = "lok_hooks/config/trust.py"
_TRUSTED: Final = "lok_hooks/config/trusted.py"
_COMMAND: Final = "lok_hooks/cli/commands/trust.py"
_TRUSTING: Final = "tests/end_to_end/test_trust.py"
_IGNORED: Final = "tests/config/test_trust.py::test_a_dangerous_key_is_ignored_and_named"
_TEMPLATES: Final = "lok_hooks/core/workflow_text.py"
_WORKFLOWS: Final = "lok_hooks/core/workflow_shell.py"

_CASES: Final = {
    "command": "codex.command-0",
    "args": "codex.args-1",
    "url": "claude.url-5",
    "env": "claude.env.LD_PRELOAD-6",
    "api_key_env": "claude.api_key_env-7",
    "kind": "mine.kind-17",
    "may_block": "ollama.may_block-10",
}
_SET: Final = ", ".join(f'"{key}"' for key in _CASES)


def _family(key: str, case: str) -> Removal:
    """A family of keys that counts only once it is trusted."""
    others = ", ".join(f'"{other}"' for other in _CASES if other != key)
    return row(f"trust of {key}", _CONFIGURED, _TRUST, _SET, others, f"{_IGNORED}[backends.{case}]")


def _family_of_true(key: str, case: str) -> Removal:
    """A family of keys that counts only once it is trusted, when it says true."""
    others = "local" if key == "enabled" else "enabled"
    return row(
        f"trust of {key}",
        _CONFIGURED,
        _TRUST,
        'frozenset({"enabled", "local"})',
        f'frozenset({{"{others}"}})',
        f"{_IGNORED}[backends.{case}]",
    )


ROWS: Final = (
    *(_family(key, case) for key, case in _CASES.items()),
    _family_of_true("enabled", "gemini.enabled-14"),
    _family_of_true("local", "ollama.local-11"),
    row(
        "trust of command_wrapper",
        _CONFIGURED,
        _TRUST,
        "    if path == _COMMAND_WRAPPER:\n        return True\n    if path[0]",
        "    if path[0]",
        f"{_IGNORED}[defaults.command_wrapper-24]",
    ),
    row(
        "trust of scanners",
        _CONFIGURED,
        _TRUST,
        'if path[1] == "sarif" or below.get((*path[:2], "kind")) == "sarif":',
        'if path[1] == "":',
        f"{_IGNORED}[backends.scan.timeout-21]",
    ),
    row(
        "backends that only the repository knows",
        _CONFIGURED,
        _TRUST,
        '            kept[(*section, "enabled")] = False\n',
        "            kept[path] = value\n",
        f"{_TRUSTING}::test_a_repositorys_reviewer_runs_only_once_trusted",
    ),
    row(
        "trust in one text only",
        _CONFIGURED,
        _TRUSTED,
        "approved.digest == digest for approved",
        "approved.digest for approved",
        f"{_TRUSTING}::test_a_change_of_what_was_trusted_needs_trust_again",
    ),
    row(
        "trust for one repository alone",
        _CONFIGURED,
        _TRUSTED,
        "named_after(os.fsencode(place.resolve()))",
        "named_after(b'')",
        "tests/config/test_trusted.py::test_trust_is_remembered_for_this_repository_alone",
    ),
    row(
        "trust kept outside of the repository",
        _CONFIGURED,
        _TRUSTED,
        "    state = state_folder(os.environ)\n",
        "    state = str(place)\n",
        "tests/config/test_trusted.py::test_trust_is_remembered_for_this_repository_alone",
    ),
    row(
        "trust shows what would run",
        _CONFIGURED,
        "lok_hooks/config/trust_items.py",
        'else f"{shown_path(path)} = {json.dumps(value)}"',
        "else shown_path(path)",
        "tests/config/test_trusted.py::test_what_is_shown_of_a_lok_toml_is_all_that_needs_trust",
    ),
    row(
        "trust asks",
        _CONFIGURED,
        _COMMAND,
        "if not arguments.yes and not _agrees(wanted):",
        "if not arguments and wanted:",
        f"{_TRUSTING}::test_it_shows_exactly_what_would_run_and_asks[n\\n-2-False]",
    ),
    row(
        "trust without a terminal is not given",
        _CONFIGURED,
        _COMMAND,
        "if not sys.stdin.isatty():",
        "if sys.stdin is None:",
        f"{_TRUSTING}::test_without_a_terminal_nobody_is_asked",
    ),
    row(
        "trust that is only shown",
        _CONFIGURED,
        _COMMAND,
        "if arguments.show or not wanted:",
        "if not wanted:",
        f"{_TRUSTING}::test_what_is_only_shown_is_not_asked_for",
    ),
    row(
        "trust that is taken back",
        _CONFIGURED,
        _TRUSTED,
        "        path.unlink()\n",
        "        path.lstat()\n",
        "tests/config/test_trusted.py::test_revoking_takes_all_of_it_back",
    ),
    row(
        "trust by a variable is for those digests",
        _CONFIGURED,
        _TRUSTED,
        'if digest in {word.strip() for word in environ.get(VARIABLE, "").split(",")}:',
        'if environ.get(VARIABLE, ""):',
        "tests/config/test_trusted.py::test_the_variable_trusts_digests_for_one_run",
    ),
    row(
        "trust by a variable",
        _CONFIGURED,
        _TRUSTED,
        'environ.get(VARIABLE, "").split(",")',
        '"".split(",")',
        "tests/config/test_trusted.py::test_the_variable_trusts_digests_for_one_run",
    ),
    row(
        "edited rules are said",
        _RULES,
        "lok_hooks/cli/rules.py",
        'return _noted(loaded, f"{EDITED} ({FILE_NAME}): {counting}") if found.is_edited else loaded',
        "return loaded",
        f"{_TRUSTING}::test_a_commit_cannot_excuse_itself",
    ),
    row(
        "records that others could have written",
        _CONFIGURED,
        "lok_hooks/config/own_files.py",
        " or status.st_mode & 0o022:",
        ":",
        "tests/config/test_trusted.py::test_a_record_that_others_could_have_made_trusts_nothing",
    ),
    row(
        "shell steps of a repository's workflow",
        _CONFIGURED,
        "lok_hooks/cli/workflow.py",
        "    if not shells or arguments.trust_tree:\n",
        "    if not shells or True:\n",
        "tests/end_to_end/test_workflow.py::test_a_projects_commands_need_trust",
    ),
    row(
        "values in quotes in a shell step",
        "text run as code",
        _WORKFLOWS,
        "self._out.append(_variable(found[1], self._frames[-1].kind))",
        'self._out.append(f"$LOK_{found[1]}")',
        "tests/core/test_workflow_shell.py::test_a_nasty_value_arrives_as_it_is",
    ),
    row(
        "values where a shell would read code",
        "text run as code",
        _WORKFLOWS,
        "                self._refuse_code()\n",
        "",
        "tests/core/test_workflow_shell.py::test_places_where_a_value_would_be_code_are_refused",
    ),
    row(
        "answers that are a whole step",
        "text run as code",
        "lok_hooks/cli/workflow.py",
        "consent=consented if may_run_answers else consent_of(crew.listener)",
        "consent=consented",
        "tests/end_to_end/test_workflow.py::test_the_originals_review_runs_answers_only_when_allowed",
    ),
    row(
        "templates in a sandbox",
        "text run as code",
        _TEMPLATES,
        "        return self.getitem(obj, attribute)\n",
        '        return getattr(obj, attribute, "")\n',
        "tests/core/test_workflow_text.py::test_a_hostile_template_gets_nothing",
    ),
    row(
        "modules of the reviewed repository",
        "*Nothing of a reviewed tree runs.*",
        "lok_hooks/repo/hook_files.py",
        'call = f"{program} -P -c',
        'call = f"{program} -c',
        "tests/repo/test_hook_files.py::test_modules_of_the_reviewed_repository_are_not_imported",
    ),
    row(
        "rules from the side before the change",
        _RULES,
        "lok_hooks/repo/rules.py",
        "        if old != new and not is_only_intended:\n            return RuleFile(content=old,",
        "        if old != new and not is_only_intended:\n            return RuleFile(content=new,",
        f"{_TRUSTING}::test_a_commit_cannot_excuse_itself",
    ),
    row(
        "dismissals from the side before the change",
        _RULES,
        "lok_hooks/repo/rules.py",
        "        if old != new and not is_only_intended:\n            return RuleFile(content=old,",
        "        if old != new and not is_only_intended:\n            return RuleFile(content=new,",
        "tests/end_to_end/test_suppressions.py::test_a_change_cannot_dismiss_its_own_findings",
    ),
    row(
        "a patch that edits the rules",
        _RULES,
        RUN,
        "    if wiring.edits_rules(snapshot, arguments):\n",
        "    if not snapshot:\n",
        f"{_TRUSTING}::test_a_patch_that_edits_the_rules_is_judged_without_them",
    ),
    row(
        "rules pinned to a revision",
        _RULES,
        "lok_hooks/cli/rules.py",
        "if revision := loaded.review.config_from:",
        'if revision := "":',
        f"{_TRUSTING}::test_rules_can_be_pinned_to_a_revision",
    ),
    row(
        "what is remembered outside of the repository",
        "the repository brings its verdict along",
        "lok_hooks/store/place.py",
        'return Place(Path(state, "repositories", named_after(os.fsencode(repository.resolve()))), repository)',
        'return Place(repository / "lok", repository)',
        "tests/security/test_planted_memory.py::test_a_clean_verdict_that_came_along_is_asked_for_again",
        "tests/security/test_planted_memory.py::test_a_dismissal_that_came_along_does_not_count",
    ),
    row(
        "nothing written into the repository",
        "*No repository brings its verdict along.*",
        "lok_hooks/store/place.py",
        'return Place(Path(state, "repositories", named_after(os.fsencode(repository.resolve()))), repository)',
        'return Place(repository / "lok", repository)',
        "tests/security/test_planted_memory.py::test_nothing_is_written_into_the_repository",
    ),
    row(
        "no state folder named from here on",
        "*No repository brings its verdict along.*",
        "lok_hooks/core/state.py",
        'if home.startswith("/") else ""',
        'if home or not state else ""',
        "tests/security/test_planted_memory.py::test_without_a_home_no_folder_of_the_tree_is_taken_for_one",
    ),
)
