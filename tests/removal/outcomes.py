"""What users choose and are told: flags at every entry point, the words they look for, backends switched off."""

from __future__ import annotations

from typing import Final

from tests.removal.places import CREWS, GATE, KEEPING, OUTPUT, RUN, TEST_WORDS, WIRING, WORDS
from tests.removal.row import Removal, row

_FLAGS: Final = "Flags of all of them"
_OFF: Final = "Any backend is switched off with `enabled = false`"
_REMEMBERED: Final = "lok_hooks/cli/remembered.py"
_EVERY: Final = "tests/end_to_end/test_gate_flags.py::test_every_flag_does_at_every_entry_point_what_it_says"
_SWITCHED: Final = "tests/cli/test_wiring.py"


def _flag(flag: str, file: str, old: str, new: str, entry: str = "lok-hunt") -> Removal:
    """A flag that is taken and does nothing."""
    return row(f"flag {flag}", _FLAGS, file, old, new, f"{_EVERY}[{flag}-{entry}]")


_DEBATE: Final = '_text(getattr(arguments, "debate", None))'
_EACH_FLAG: Final = (
    _flag("--config", WIRING, "config_file=arguments.config,", "config_file=None,", "lok-review"),
    _flag("--backend", WIRING, '"--backend": _joined(arguments.backend)', '"--backend": None', "lok"),
    _flag("--task", WIRING, '_joined(getattr(arguments, "task", None))', "None"),
    _flag("--fail-on", WIRING, 'getattr(arguments, "fail_on", None)', "None", "lok-audit"),
    _flag("--budget", WIRING, '_text(getattr(arguments, "budget", None))', "None", "lok-review"),
    _flag("--debate", WIRING, _DEBATE, '_text(getattr(arguments, "debate", None) and None)'),
    _flag("--no-debate", WIRING, _DEBATE, '_text(getattr(arguments, "debate", None) or None)'),
    _flag("--fresh", KEEPING, "noted, fresh=arguments.fresh) as kept", "noted, fresh=False) as kept", "lok-review"),
    _flag("--show-payload", RUN, "if arguments.show_payload:", "if arguments.show_payload is None:", "lok"),
    _flag("--transcript", RUN, "    if arguments.transcript:\n", "    if arguments.transcript is show:\n"),
    _flag("--format", RUN, "arguments.format or usual\n", "usual\n", "lok-audit"),
    _flag("-o", RUN, "    if arguments.output:\n", "    if arguments.output is show:\n", "lok-review"),
    _flag("--color", OUTPUT, 'return choice == "always"', "return False"),
    _flag("-v", KEEPING, "verbose=arguments.verbose", "verbose=False", "lok-audit"),
    row(
        "flag --color never",
        _FLAGS,
        OUTPUT,
        'return choice == "always"',
        "return True",
        "tests/cli/test_output.py::test_into_a_pipe",
    ),
    row(
        "flag -v in the report",
        _FLAGS,
        RUN,
        "color=color, verbose=arguments.verbose",
        "color=color, verbose=False",
        f"{_EVERY}[-v-lok-hunt]",
    ),
    row(
        "flag --fresh where the verdict is remembered",
        _FLAGS,
        _REMEMBERED,
        "if ticket.is_fresh or ticket.place.folder is None",
        "if ticket.place.folder is None",
        "tests/cli/test_remembered.py::test_a_report_is_recalled_with_its_exit_code",
    ),
    row(
        "flag --show-payload where the verdict is remembered",
        _FLAGS,
        _REMEMBERED,
        '"--transcript", "--show-payload", "-v"',
        '"--transcript", "-v"',
        "tests/cli/test_remembered.py::test_what_does_more_than_print_a_report_has_no_ticket",
    ),
    row(
        "flag -o where the verdict is remembered",
        _FLAGS,
        _REMEMBERED,
        '("-o", "--output", "--transcript"',
        '("--transcript"',
        "tests/cli/test_remembered.py::test_what_does_more_than_print_a_report_has_no_ticket",
    ),
    row(
        "flags are among what a remembered verdict hangs on",
        _FLAGS,
        _REMEMBERED,
        "repr((list(words), os.getcwd()",
        "repr((os.getcwd()",
        "tests/cli/test_remembered.py::test_flags_and_variables_make_another_key",
    ),
)
_EACH_ENTRY: Final = (
    row(
        "flags of lok-hunt",
        _FLAGS,
        GATE,
        "_hunt(_parsed(program, argv))",
        "_hunt(_parsed(program, []))",
        f"{_EVERY}[--fail-on-lok-hunt]",
    ),
    row(
        "flags of lok-audit",
        _FLAGS,
        GATE,
        "_audit(_parsed(program, argv))",
        "_audit(_parsed(program, argv[:2]))",
        f"{_EVERY}[--fail-on-lok-audit]",
    ),
    row(
        "flags of lok-review",
        _FLAGS,
        GATE,
        '_review("lok-review", _parsed(program, argv))',
        '_review("lok-review", _parsed(program, argv[:1]))',
        f"{_EVERY}[--fail-on-lok-review]",
    ),
    row(
        "flags of lok diff",
        _FLAGS,
        GATE,
        "arguments.commit = arguments.diff_file = None",
        "arguments.commit = arguments.diff_file = arguments.fail_on = None",
        f"{_EVERY}[--fail-on-lok]",
    ),
)
_WORDS_TO_LOOK_FOR: Final = (
    row(
        "the word incomplete",
        "the review is *incomplete*, never clean",
        WORDS,
        'sentence = f"incomplete: {share}',
        'sentence = f"unfinished: {share}',
        f"{TEST_WORDS}::test_what_was_not_reviewed_is_grouped",
    ),
    row(
        "the word incomplete where it goes on",
        "the review is *incomplete*, never clean",
        WORDS,
        "though the review is incomplete",
        "though the review is unfinished",
        f"{TEST_WORDS}::test_an_incomplete_review_says_what_happens_next",
    ),
    row(
        "the word incomplete where it blocks",
        "the review is *incomplete*, never clean",
        WORDS,
        "blocked (exit {EXIT_INCOMPLETE}): the review is incomplete",
        "blocked (exit {EXIT_INCOMPLETE}): the review is unfinished",
        f"{TEST_WORDS}::test_an_incomplete_review_says_what_happens_next",
    ),
    row(
        "the word trust",
        "Keys of a repository's own `lok.toml` count only after `lok trust`",
        "lok_hooks/config/trust.py",
        "ignored until you trust it (see them with `{how}`): ",
        "ignored: ",
        "tests/config/test_defaults.py::test_the_example_in_a_repository_says_which_keys_need_trust",
    ),
    row(
        "a line for ignored keys",
        "Keys of a repository's own `lok.toml` count only after `lok trust`",
        "lok_hooks/config/load.py",
        "        loading.notes.append(trust.note(source.label, sifted.ignored, place))\n",
        "        assert place is not None\n",
        "tests/config/test_defaults.py::test_the_example_in_a_repository_says_which_keys_need_trust",
    ),
)
_SWITCHED_OFF: Final = (
    row(
        "enabled = false in a review",
        _OFF,
        WIRING,
        "for backend in settings.backends if backend.enabled]\n    return tuple(\n        Remembering",
        "for backend in settings.backends]\n    return tuple(\n        Remembering",
        f"{_SWITCHED}::test_what_is_switched_off_reviews_nothing",
    ),
    row(
        "enabled = false by hand",
        _OFF,
        CREWS,
        "if b.enabled and not b.is_analyser",
        "if not b.is_analyser",
        f"{_SWITCHED}::test_what_is_switched_off_is_asked_nothing_by_hand",
    ),
    row(
        "enabled = false of analysers",
        _OFF,
        WIRING,
        "if backend.enabled and backend.is_analyser",
        "if backend.is_analyser",
        f"{_SWITCHED}::test_an_analyser_that_is_switched_off_looks_at_no_directory",
    ),
    row(
        "enabled = false is read",
        _OFF,
        "lok_hooks/config/build.py",
        'enabled=get("enabled", True)',
        "enabled=True",
        f"{_SWITCHED}::test_what_is_switched_off_reviews_nothing",
    ),
    row(
        "naming switches nothing on",
        _OFF,
        "lok_hooks/config/checks.py",
        "elif not merged.values.get(enabled, True):",
        "elif enabled is None:",
        "tests/config/test_layers.py::test_naming_a_backend_does_not_switch_it_on",
    ),
)

ROWS: Final[tuple[Removal, ...]] = (*_EACH_FLAG, *_EACH_ENTRY, *_WORDS_TO_LOOK_FOR, *_SWITCHED_OFF)
