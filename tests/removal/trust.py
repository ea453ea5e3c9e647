"""What a repository's own files may say: trust by digest, rules from the side before a change, workflows."""

from __future__ import annotations

from typing import Final

from tests.removal.row import Change, Removal

_CONFIGURED: Final = "the repository's own configuration runs code"
_RULES: Final = "*Who raised what, how grave it is, what blocks*"
_TRUST: Final = "lok_hooks/config/trust.py"
_TRUSTED: Final = "lok_hooks/config/trusted.py"
_COMMAND: Final = "lok_hooks/cli/commands/trust.py"
_TRUSTING: Final = "tests/end_to_end/test_trust.py"
_IGNORED: Final = "tests/config/test_trust.py::test_a_dangerous_key_is_ignored_and_named"
_TEMPLATES: Final = "lok_hooks/core/workflow_text.py"
_WORKFLOWS: Final = "lok_hooks/core/workflow_shell.py"


_KEYS: Final = ("command", "args", "url", "env", "api_key_env", "kind", "may_block")
_SET: Final = ", ".join(f'"{key}"' for key in _KEYS)
_CASES: Final = {
    "command": "codex.command-0",
    "args": "codex.args-1",
    "url": "claude.url-5",
    "env": "claude.env.LD_PRELOAD-6",
    "api_key_env": "claude.api_key_env-7",
    "kind": "mine.kind-17",
    "may_block": "ollama.may_block-10",
}


def _family(key: str) -> Removal:
    """A family of keys that counts only once it is trusted."""
    others = ", ".join(f'"{other}"' for other in _KEYS if other != key)
    return Removal(
        name=f"trust of {key}",
        promise=_CONFIGURED,
        changes=(Change(_TRUST, _SET, others),),
        tests=(f"{_IGNORED}[backends.{_CASES[key]}]",),
    )


def _family_of_true(key: str, case: str) -> Removal:
    """A family of keys that counts only once it is trusted, when it says true."""
    others = "local" if key == "enabled" else "enabled"
    return Removal(
        name=f"trust of {key}",
        promise=_CONFIGURED,
        changes=(Change(_TRUST, 'frozenset({"enabled", "local"})', f'frozenset({{"{others}"}})'),),
        tests=(f"{_IGNORED}[backends.{case}]",),
    )


ROWS: Final = (
    *map(_family, _KEYS),
    _family_of_true("enabled", "gemini.enabled-14"),
    _family_of_true("local", "ollama.local-11"),
    Removal(
        name="trust of command_wrapper",
        promise=_CONFIGURED,
        changes=(
            Change(_TRUST, "    if path == _COMMAND_WRAPPER:\n        return True\n    if path[0]", "    if path[0]"),
        ),
        tests=(f"{_IGNORED}[defaults.command_wrapper-24]",),
    ),
    Removal(
        name="trust of scanners",
        promise=_CONFIGURED,
        changes=(
            Change(_TRUST, 'if path[1] == "sarif" or below.get((*path[:2], "kind")) == "sarif":', 'if path[1] == "":'),
        ),
        tests=(f"{_IGNORED}[backends.scan.timeout-21]",),
    ),
    Removal(
        name="backends that only the repository knows",
        promise=_CONFIGURED,
        changes=(
            Change(_TRUST, '            kept[(*section, "enabled")] = False\n', "            kept[path] = value\n"),
        ),
        tests=("tests/end_to_end/test_trust.py::test_a_repositorys_reviewer_runs_only_once_trusted",),
    ),
    Removal(
        name="trust in one text only",
        promise=_CONFIGURED,
        changes=(
            Change(
                "lok_hooks/config/trusted.py", "approved.digest == digest for approved", "approved.digest for approved"
            ),
        ),
        tests=("tests/end_to_end/test_trust.py::test_a_change_of_what_was_trusted_needs_trust_again",),
    ),
    Removal(
        name="trust for one repository alone",
        promise=_CONFIGURED,
        changes=(Change(_TRUSTED, "named_after(os.fsencode(place.resolve()))", "named_after(b'')"),),
        tests=("tests/config/test_trusted.py::test_trust_is_remembered_for_this_repository_alone",),
    ),
    Removal(
        name="trust kept outside of the repository",
        promise=_CONFIGURED,
        changes=(Change(_TRUSTED, "    state = state_folder(os.environ)\n", "    state = str(place)\n"),),
        tests=("tests/config/test_trusted.py::test_trust_is_remembered_for_this_repository_alone",),
    ),
    Removal(
        name="trust shows what would run",
        promise=_CONFIGURED,
        changes=(
            Change(
                "lok_hooks/config/trust_items.py",
                'else f"{shown_path(path)} = {json.dumps(value)}"',
                "else shown_path(path)",
            ),
        ),
        tests=("tests/config/test_trusted.py::test_what_is_shown_of_a_lok_toml_is_all_that_needs_trust",),
    ),
    Removal(
        name="trust asks",
        promise=_CONFIGURED,
        changes=(Change(_COMMAND, "if not arguments.yes and not _agrees(wanted):", "if not arguments and wanted:"),),
        tests=(f"{_TRUSTING}::test_it_shows_exactly_what_would_run_and_asks[n\\n-2-False]",),
    ),
    Removal(
        name="trust without a terminal is not given",
        promise=_CONFIGURED,
        changes=(Change(_COMMAND, "if not sys.stdin.isatty():", "if sys.stdin is None:"),),
        tests=(f"{_TRUSTING}::test_without_a_terminal_nobody_is_asked",),
    ),
    Removal(
        name="trust that is only shown",
        promise=_CONFIGURED,
        changes=(Change(_COMMAND, "if arguments.show or not wanted:", "if not wanted:"),),
        tests=(f"{_TRUSTING}::test_what_is_only_shown_is_not_asked_for",),
    ),
    Removal(
        name="trust that is taken back",
        promise=_CONFIGURED,
        changes=(Change(_TRUSTED, "        path.unlink()\n", "        path.lstat()\n"),),
        tests=("tests/config/test_trusted.py::test_revoking_takes_all_of_it_back",),
    ),
    Removal(
        name="trust by a variable is for those digests",
        promise=_CONFIGURED,
        changes=(
            Change(
                _TRUSTED,
                'if digest in {word.strip() for word in environ.get(VARIABLE, "").split(",")}:',
                'if environ.get(VARIABLE, ""):',
            ),
        ),
        tests=("tests/config/test_trusted.py::test_the_variable_trusts_digests_for_one_run",),
    ),
    Removal(
        name="trust by a variable",
        promise=_CONFIGURED,
        changes=(Change(_TRUSTED, 'environ.get(VARIABLE, "").split(",")', '"".split(",")'),),
        tests=("tests/config/test_trusted.py::test_the_variable_trusts_digests_for_one_run",),
    ),
    Removal(
        name="edited rules are said",
        promise=_RULES,
        changes=(
            Change(
                "lok_hooks/cli/rules.py",
                'return _noted(loaded, f"{EDITED} ({FILE_NAME}): {counting}") if found.is_edited else loaded',
                "return loaded",
            ),
        ),
        tests=(f"{_TRUSTING}::test_a_commit_cannot_excuse_itself",),
    ),
    Removal(
        name="records that others could have written",
        promise=_CONFIGURED,
        changes=(Change("lok_hooks/config/own_files.py", " or status.st_mode & 0o022:", ":"),),
        tests=("tests/config/test_trusted.py::test_a_record_that_others_could_have_made_trusts_nothing",),
    ),
    Removal(
        name="shell steps of a repository's workflow",
        promise=_CONFIGURED,
        changes=(
            Change(
                "lok_hooks/cli/workflow.py",
                "    if not shells or arguments.trust_tree:\n",
                "    if not shells or True:\n",
            ),
        ),
        tests=("tests/end_to_end/test_workflow.py::test_a_projects_commands_need_trust",),
    ),
    Removal(
        name="values in quotes in a shell step",
        promise="text run as code",
        changes=(
            Change(
                _WORKFLOWS,
                "self._out.append(_variable(found[1], self._frames[-1].kind))",
                'self._out.append(f"$LOK_{found[1]}")',
            ),
        ),
        tests=("tests/core/test_workflow_shell.py::test_a_nasty_value_arrives_as_it_is",),
    ),
    Removal(
        name="values where a shell would read code",
        promise="text run as code",
        changes=(Change(_WORKFLOWS, "                self._refuse_code()\n", ""),),
        tests=("tests/core/test_workflow_shell.py::test_places_where_a_value_would_be_code_are_refused",),
    ),
    Removal(
        name="answers that are a whole step",
        promise="text run as code",
        changes=(
            Change(
                "lok_hooks/cli/workflow.py",
                "consent=consented if may_run_answers else consent_of(crew.listener)",
                "consent=consented",
            ),
        ),
        tests=("tests/end_to_end/test_workflow.py::test_the_originals_review_runs_answers_only_when_allowed",),
    ),
    Removal(
        name="templates in a sandbox",
        promise="text run as code",
        changes=(
            Change(
                _TEMPLATES,
                "        return self.getitem(obj, attribute)\n",
                '        return getattr(obj, attribute, "")\n',
            ),
        ),
        tests=("tests/core/test_workflow_text.py::test_a_hostile_template_gets_nothing",),
    ),
    Removal(
        name="modules of the reviewed repository",
        promise="*Nothing of a reviewed tree runs.*",
        changes=(Change("lok_hooks/repo/hook_files.py", 'call = f"{program} -P -c', 'call = f"{program} -c'),),
        tests=("tests/repo/test_hook_files.py::test_modules_of_the_reviewed_repository_are_not_imported",),
    ),
    Removal(
        name="rules from the side before the change",
        promise=_RULES,
        changes=(
            Change(
                "lok_hooks/repo/rules.py",
                "        if old != new and not is_only_intended:\n            return RuleFile(content=old,",
                "        if old != new and not is_only_intended:\n            return RuleFile(content=new,",
            ),
        ),
        tests=("tests/end_to_end/test_trust.py::test_a_commit_cannot_excuse_itself",),
    ),
    Removal(
        name="dismissals from the side before the change",
        promise=_RULES,
        changes=(
            Change(
                "lok_hooks/repo/rules.py",
                "        if old != new and not is_only_intended:\n            return RuleFile(content=old,",
                "        if old != new and not is_only_intended:\n            return RuleFile(content=new,",
            ),
        ),
        tests=("tests/end_to_end/test_suppressions.py::test_a_change_cannot_dismiss_its_own_findings",),
    ),
    Removal(
        name="a patch that edits the rules",
        promise=_RULES,
        changes=(
            Change(
                "lok_hooks/cli/run.py", "    if wiring.edits_rules(snapshot, arguments):\n", "    if not snapshot:\n"
            ),
        ),
        tests=("tests/end_to_end/test_trust.py::test_a_patch_that_edits_the_rules_is_judged_without_them",),
    ),
    Removal(
        name="rules pinned to a revision",
        promise=_RULES,
        changes=(Change("lok_hooks/cli/rules.py", "if revision := loaded.review.config_from:", 'if revision := "":'),),
        tests=("tests/end_to_end/test_trust.py::test_rules_can_be_pinned_to_a_revision",),
    ),
    Removal(
        name="what is remembered outside of the repository",
        promise="the repository brings its verdict along",
        changes=(
            Change(
                "lok_hooks/store/place.py",
                'return Place(Path(state, "repositories", named_after(os.fsencode(repository.resolve()))), repository)',
                'return Place(repository / "lok", repository)',
            ),
        ),
        tests=(
            "tests/security/test_planted_memory.py::test_a_clean_verdict_that_came_along_is_asked_for_again",
            "tests/security/test_planted_memory.py::test_a_dismissal_that_came_along_does_not_count",
        ),
    ),
    Removal(
        name="nothing written into the repository",
        promise="*No repository brings its verdict along.*",
        changes=(
            Change(
                "lok_hooks/store/place.py",
                'return Place(Path(state, "repositories", named_after(os.fsencode(repository.resolve()))), repository)',
                'return Place(repository / "lok", repository)',
            ),
        ),
        tests=("tests/security/test_planted_memory.py::test_nothing_is_written_into_the_repository",),
    ),
    Removal(
        name="no state folder named from here on",
        promise="*No repository brings its verdict along.*",
        changes=(Change("lok_hooks/core/state.py", 'if home.startswith("/") else ""', 'if home or not state else ""'),),
        tests=("tests/security/test_planted_memory.py::test_without_a_home_no_folder_of_the_tree_is_taken_for_one",),
    ),
)
