"""Commits through hook runners, and what makes a run fast."""

from __future__ import annotations

from typing import Final

from tests.removal.places import (
    BUILT_IN,
    COMPARE,
    COMPLAINTS,
    EXTRACT,
    FANOUT,
    GATE,
    GIT,
    HOOKS,
    OFFERED,
    PATCH,
    PROBE,
    REVIEW,
    REVIEW_FLOW,
    RUN,
    SNAPSHOT,
    TEST_BUILT_IN_RULES,
    WIRING,
)
from tests.removal.row import Removal, row

_RUNNERS: Final = "`git commit` through pre-commit, prek, lefthook and a plain hook"
_FAST: Final = "## Speed"
_MAIN: Final = "lok_hooks/cli/main.py"
_REFUSED: Final = "tests/end_to_end/test_runners.py::test_a_bad_commit_is_refused_and_the_mended_one_accepted"
_INDEX: Final = "tests/end_to_end/test_runners.py::test_the_index_counts_and_not_the_work_tree"
_COST: Final = "tests/repo/test_cost.py"
_START: Final = "tests/cli/test_start.py"

_RUNNER_ROWS: Final = (
    *(
        row(
            f"a bad commit is refused by {runner}",
            _RUNNERS,
            RUN,
            "    return code\n\n\ndef _refuse_two",
            "    return 0\n\n\ndef _refuse_two",
            f"{_REFUSED}[{runner}]",
        )
        for runner in ("plain", "lefthook")
    ),
    *(
        row(
            f"a mended commit is accepted by {runner}",
            _RUNNERS,
            REVIEW,
            "return EXIT_CLEAN",
            "return EXIT_CONFIRMED",
            f"{_REFUSED}[{runner}]",
        )
        for runner in ("plain", "lefthook")
    ),
    # The others put aside what is not staged.
    row(
        "the index counts under a plain hook",
        _RUNNERS,
        GATE,
        "return Scope((Sides(old=repository.head, new=INDEX),), partial(staged, repository))",
        "return _working_tree(repository)",
        f"{_INDEX}[plain]",
    ),
)
_MANIFEST: Final = "tests/end_to_end/test_offered_hooks.py"
_ONE_RUN: Final = f"{_MANIFEST}::test_a_change_is_one_run_without_names_and_its_words_are_seen"
_NAMES: Final = f"{_MANIFEST}::test_names_that_somebody_asks_for_come_in_one_run"
_NO_FILE: Final = f"{_MANIFEST}::test_a_change_that_leaves_no_file_to_name_is_a_run_too"
_OFFERED_ROWS: Final = tuple(
    row(
        f"offered hooks: {key}",
        _RUNNERS,
        OFFERED,
        f"  entry: lok-audit\n  language: python\n  stages: [pre-push]\n{before}  {key}: {value}\n",
        f"  entry: lok-audit\n  language: python\n  stages: [pre-push]\n{before}  {key}: {other}\n",
        f"{test}[pre-commit-lok-audit]",
        f"{test}[prek-lok-audit]",
    )
    for before, key, value, other, test in (
        ("", "pass_filenames", "false", "true", _ONE_RUN),
        ("  pass_filenames: false\n", "require_serial", "true", "false", _NAMES),
        ("  pass_filenames: false\n  require_serial: true\n", "always_run", "true", "false", _NO_FILE),
        ("  pass_filenames: false\n  require_serial: true\n  always_run: true\n", "verbose", "true", "false", _ONE_RUN),
    )
)
# Each installs our hooks from the copy first, which takes the better part of a minute.
_FRAMEWORK_ROWS: Final = (
    row(
        "a bad commit is refused by pre-commit",
        _RUNNERS,
        OFFERED,
        "  stages: [pre-commit]\n",
        "  stages: [manual]\n",
        f"{_REFUSED}[pre-commit]",
    ),
    row(
        "a bad commit is refused by prek",
        _RUNNERS,
        OFFERED,
        "  entry: lok-hunt\n",
        "  entry: lok-hunt --fail-on critical\n",
        f"{_REFUSED}[prek]",
    ),
)
_FAST_ROWS: Final = (
    row(
        "figures of speed with their command",
        _FAST,
        "README.md",
        "`python -m tests.bench.startup`, `tests.bench.debate`",
        "`tests.bench.startup`, `tests.bench.debate`",
        "tests/bench/test_figures.py::test_the_command_stands_with_the_figures",
    ),
    row(
        "figures of speed without thresholds",
        _FAST,
        ".ci/run",
        '-m tests.bench.startup || echo "this benchmark could not be run"',
        "-m tests.bench.startup",
        "tests/bench/test_figures.py::test_every_measure_is_there_and_is_taken_in_ci_without_a_threshold[tests.bench.startup]",
    ),
    row(
        "nothing staged: next to nothing is loaded",
        _FAST,
        HOOKS,
        '    if records == b"" and not argv and _is_written(_NOTHING):\n        return 0\n',
        "",
        f"{_START}::test_an_empty_commit_loads_next_to_nothing",
    ),
    row(
        "nothing staged: git is started without subprocess",
        _FAST,
        PROBE,
        "import os\n\n_GIT",
        "import os\nimport subprocess  # noqa: F401\n\n_GIT",
        "tests/test_architecture.py::test_an_empty_commit_imports_nothing_heavy",
    ),
    row(
        "--help: commands are loaded when they are used",
        _FAST,
        _MAIN,
        "        if command.name not in loaded:\n",
        '        if command.name not in loaded and command.name != "ask":\n',
        f"{_START}::test_a_command_loads_no_other",
    ),
    row(
        "--help: the width is known",
        _FAST,
        _MAIN,
        "commands.add_parser(command.name, help=command.help, formatter_class=Layout)",
        "commands.add_parser(command.name, help=command.help)",
        f"{_START}::test_help_loads_the_names_of_the_commands_alone",
    ),
    row(
        "a remembered commit loads nothing heavy",
        _FAST,
        HOOKS,
        "    from lok_hooks.cli import remembered\n",
        "    from lok_hooks.cli import gate, remembered  # noqa: F401\n",
        "tests/end_to_end/test_memory.py::test_a_remembered_commit_loads_nothing_heavy_and_starts_no_backend",
    ),
    row(
        "a remembered commit is the one that was reviewed",
        _FAST,
        "lok_hooks/cli/keeping.py",
        "    if not remembered.still_holds(ticket, arguments.argv):\n        return\n",
        "",
        "tests/end_to_end/test_memory.py::test_no_verdict_is_kept_where_something_else_was_staged_meanwhile",
    ),
    row(
        "a checked lok.toml loads no schema",
        _FAST,
        "lok_hooks/config/checked_before.py",
        "        if values is not None:\n",
        "        if values is raw:\n",
        "tests/config/test_checked_before.py::test_the_second_time_the_schema_is_not_loaded",
    ),
    row(
        "no lok.toml loads no schema",
        _FAST,
        "lok_hooks/config/defaults.py",
        "    raw = tomllib.loads(text)\n",
        "    import pydantic  # noqa: F401\n\n    raw = tomllib.loads(text)\n",
        "tests/config/test_defaults.py::test_who_has_no_lok_toml_does_not_wait_for_the_schema",
    ),
    row(
        "reports load rich for colours alone",
        _FAST,
        "lok_hooks/report/console.py",
        "    return as_text(",
        "    import rich.text  # noqa: F401\n\n    return as_text(",
        "tests/report/test_all.py::test_reports_without_colour_do_not_load_rich",
    ),
    row(
        "the gate stands before the patch",
        _FAST,
        EXTRACT,
        "    for record, patches in comparison.patches(chosen, unified, of=records):\n",
        "    for record, patches in comparison.patches(records, unified, of=records):\n        if record in outcome:\n"
        "            continue\n",
        f"{_COST}::test_git_makes_no_patch_and_shows_no_content_of_what_is_left_out",
    ),
    row(
        "one call of git for the whole diff",
        _FAST,
        COMPARE,
        "        if list(chosen) == list(of):\n",
        "        for record in chosen[1:]:\n            yield record, self._alone(record, options)\n"
        "        chosen = chosen[:1]\n        if list(chosen) == list(of):\n",
        f"{_COST}::test_git_is_asked_no_more_often_for_many_files_than_for_one[all chosen]",
    ),
    row(
        "one call of git for many files",
        _FAST,
        COMPARE,
        "        if batch and size + cost > _PATHSPEC_BYTES:\n",
        "        if batch:\n",
        f"{_COST}::test_git_is_asked_no_more_often_for_many_files_than_for_one[one left out]",
    ),
    row(
        "one call of git for many contents",
        _FAST,
        SNAPSHOT,
        "self.diff.files[place : place + BLOBS_AT_ONCE]",
        "self.diff.files[place : place + 1]",
        f"{_COST}::test_git_is_asked_for_many_contents_at_once",
    ),
    row(
        "git's answer is read as it comes",
        _FAST,
        COMPARE,
        'pieces = self.repository.stream(*self._diff("--raw", "-z", "-p", *detection, *options, paths=pathspecs))',
        'pieces = iter([self.repository.run(*self._diff("--raw", "-z", "-p", *detection, *options, paths=pathspecs))])',
        f"{_COST}::test_of_a_large_diff_one_file_at_a_time_is_taken_apart",
    ),
    row(
        "lines stay text",
        _FAST,
        PATCH,
        "PatchSet(lines, metadata_only=True)",
        "PatchSet(lines)",
        f"{_COST}::test_no_line_becomes_an_object_with_numbers_of_its_own",
    ),
    row(
        "one call of git for what a repository is",
        _FAST,
        GIT,
        "    if len(places) != len(_PLACES):",
        "    if places:",
        f"{_COST}::test_git_is_asked_once_for_what_a_repository_is",
    ),
    row(
        "one call of git for all files of rules",
        _FAST,
        "lok_hooks/repo/rules.py",
        'iter(_read(repository, [f"{side}:{name}" for name in names for side in asked]))',
        'iter([text for name in names for text in _read(repository, [f"{side}:{name}" for side in asked])])',
        f"{_COST}::test_git_is_asked_once_for_all_files_of_rules",
    ),
    row(
        "one call of git for rules and dismissals",
        _FAST,
        RUN,
        "dict(zip(names, rule_files(repository, scope.changes, names), strict=True))",
        "{name: rule_files(repository, scope.changes, (name,))[0] for name in names}",
        "tests/end_to_end/test_memory.py::test_git_is_asked_for_each_thing_once",
    ),
    row(
        "what answers need is loaded when there are some",
        _FAST,
        REVIEW_FLOW,
        "from lok_hooks.flows.recall import Keeping, recall\n",
        "import lok_hooks.flows.verdict\nfrom lok_hooks.flows.recall import Keeping, recall\n",
        f"{_START}::test_nothing_that_only_answers_need_is_loaded_before_models_are_asked",
    ),
    row(
        "vendors' words become patterns when they are needed",
        _FAST,
        COMPLAINTS,
        "    return bool(re.search(words, message, re.IGNORECASE))\n",
        "    return bool(re.search(words, message, re.IGNORECASE))\n\n\n_BUILT = re.compile(_WORDS[0][2])\n",
        f"{_START}::test_vendors_words_are_no_patterns_before_something_goes_wrong",
    ),
    row(
        "the end looks for no cycles",
        _FAST,
        "lok_hooks/cli/streams.py",
        "    gc.freeze()\n",
        "",
        f"{_START}::test_a_process_that_ends_does_not_look_through_all_it_has",
    ),
    row(
        "four reviewers at once",
        _FAST,
        FANOUT,
        "    if not parallel:\n",
        "    if parallel:\n",
        "tests/backends/test_fanout.py::test_four_backends_of_a_second_each_work_at_the_same_time",
    ),
    row("parallel unless told otherwise", _FAST, BUILT_IN, "parallel = true", "parallel = false", TEST_BUILT_IN_RULES),
    row(
        "what follows is loaded meanwhile",
        _FAST,
        WIRING,
        "        beside(_load_what_follows)\n",
        "        assert beside\n",
        "tests/cli/test_wiring.py::test_what_follows_is_loaded_while_models_are_waited_for",
    ),
)

ROWS: Final[tuple[Removal, ...]] = (*_RUNNER_ROWS, *_OFFERED_ROWS, *_FRAMEWORK_ROWS, *_FAST_ROWS)
