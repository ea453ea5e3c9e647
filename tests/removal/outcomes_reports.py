"""What a report says in each format."""

from __future__ import annotations

from typing import Final

from tests.removal.places import GITHUB, MARKDOWN, OUTPUT, SARIF, TEST_WORDS, WORDS
from tests.removal.row import Removal, row

_REPORTS: Final = "`console` and `plain` say the same words; `json`, `sarif`, `github`, `markdown`"
_LAYOUT: Final = "lok_hooks/report/layout.py"
_LINES: Final = "lok_hooks/report/lines.py"
_JSON: Final = "lok_hooks/report/json.py"
_ON_CONSOLE: Final = "tests/report/test_console.py"
_IN_JSON: Final = "tests/report/test_json.py"
_IN_SARIF: Final = "tests/report/test_sarif.py"
_ON_GITHUB: Final = "tests/report/test_github.py"
_IN_MARKDOWN: Final = "tests/report/test_markdown.py"
_LOOK: Final = "tests/cli/test_output.py::test_on_a_terminal"


def _report(name: str, file: str, old: str, new: str, test: str, says: str = "") -> Removal:
    return row(name, _REPORTS, file, old, new, test, says=says)


def _key(name: str, old: str, new: str, test: str = f"{_IN_JSON}::test_a_finding_in_full") -> Removal:
    """A key of the json report that says nothing."""
    return _report(f"json: {name}", _JSON, f'"{name}": {old},', f'"{name}": {new},', test)


_CONSOLE: Final = (
    _report(
        "console: 80 columns",
        _LAYOUT,
        "width = max(options.width, MIN_WIDTH)\n    lines = _headline",
        "width = 120\n    lines = _headline",
        f"{_ON_CONSOLE}::test_the_whole_text[80-incomplete_allowed-plain]",
    ),
    _report(
        "console: 120 columns",
        _LAYOUT,
        "width = max(options.width, MIN_WIDTH)\n    lines = _headline",
        "width = 80\n    lines = _headline",
        f"{_ON_CONSOLE}::test_the_whole_text[120-refused-plain]",
    ),
    _report(
        "console: the terminal's own width",
        OUTPUT,
        "return columns_of(sys.stdout) if is_terminal() else DEFAULT_WIDTH",
        "return DEFAULT_WIDTH",
        f"{_LOOK}[120 columns]",
    ),
    _report("console: COLUMNS", OUTPUT, "int(given) if given.isdecimal() else 0", "0", f"{_LOOK}[COLUMNS]"),
    _report(
        "console: no wider than is read",
        OUTPUT,
        "min(columns or DEFAULT_WIDTH, WIDEST)",
        "columns or DEFAULT_WIDTH",
        f"{_LOOK}[wider than people read]",
    ),
    _report(
        "console: colours",
        _LINES,
        'color_system="standard"',
        "color_system=None",
        f"{_ON_CONSOLE}::test_severity_has_its_colour",
    ),
    _report(
        "console: severity by colour",
        _LINES,
        '"high": "bold red"',
        '"high": "bold yellow"',
        f"{_ON_CONSOLE}::test_severity_has_its_colour",
    ),
    _report(
        "console: no colours under a hook runner",
        OUTPUT,
        '(stream or sys.stdout).isatty() and not os.environ.get("PRE_COMMIT")',
        "(stream or sys.stdout).isatty()",
        f"{_LOOK}[a hook runner]",
    ),
    _report(
        "console: plain under a hook runner",
        OUTPUT,
        'return sys.stdout.isatty() and not os.environ.get("PRE_COMMIT")',
        "return sys.stdout.isatty()",
        f"{_LOOK}[a hook runner]",
    ),
    _report("console: NO_COLOR", OUTPUT, 'not os.environ.get("NO_COLOR") and os', "os", f"{_LOOK}[NO_COLOR]"),
    _report(
        "console: dumb terminals",
        OUTPUT,
        ' and os.environ.get("TERM") != "dumb"',
        "",
        f"{_LOOK}[a dumb terminal]",
    ),
    _report(
        "console: plain into a pipe",
        OUTPUT,
        'return "console" if is_terminal() or color == "always" else "plain"',
        'return "console"',
        "tests/cli/test_output.py::test_into_a_pipe",
    ),
    _report(
        "plain: the console's words",
        "lok_hooks/report/plain.py",
        "lay_out(review, options)",
        "lay_out(review, Options())",
        f"{_ON_CONSOLE}::test_the_whole_text[120-refused-plain]",
    ),
    _report(
        "plain: no escapes",
        "lok_hooks/report/plain.py",
        "color=False",
        "color=True",
        f"{_ON_CONSOLE}::test_the_whole_text[80-clean-plain]",
    ),
    _report(
        "nothing found is not nothing reviewed",
        WORDS,
        'return "nothing reviewed: no changes"',
        'return "nothing found"',
        f"{TEST_WORDS}::test_every_end_has_its_own_sentence",
    ),
    _report(
        "nothing confirmed is not nothing found",
        WORDS,
        'return "nothing confirmed"',
        'return "nothing found"',
        f"{TEST_WORDS}::test_every_end_has_its_own_sentence",
    ),
    _report(
        "found in what was reviewed",
        WORDS,
        'return "nothing found in what was reviewed" if review.is_incomplete else "nothing found"',
        'return "nothing found"',
        f"{TEST_WORDS}::test_every_end_has_its_own_sentence",
    ),
    _report(
        "who was asked and why",
        WORDS,
        'return f"asked: {\'; \'.join(parts)}" if parts else ""',
        'return ""',
        f"{TEST_WORDS}::test_who_was_asked_and_why",
    ),
    _report(
        "who did not answer",
        _LAYOUT,
        '    lines += _texts(words.failures(review), width, indent="  ")\n',
        "",
        f"{_ON_CONSOLE}::test_the_whole_text[80-incomplete_allowed-plain]",
    ),
    _report(
        "notes",
        _LAYOUT,
        '    lines += _texts(words.notes(review), width, indent="  ")\n',
        "",
        f"{_ON_CONSOLE}::test_the_whole_text[80-static_only-plain]",
    ),
    _report(
        "what was left out",
        _LAYOUT,
        "(totals, words.left_out_in_short(review)) if part",
        "(totals,) if part",
        f"{_ON_CONSOLE}::test_the_whole_text[80-refused-plain]",
    ),
    _report(
        "every file left out with -v",
        _LAYOUT,
        "    if options.verbose and files:\n",
        "    if options.verbose and not files:\n",
        f"{_ON_CONSOLE}::test_verbose_lists_every_file",
    ),
)
_BLOCKED: Final = f"{_IN_JSON}::test_what_was_not_reviewed_and_who_failed"
_VALUES: Final = (
    _report(
        "json: schema",
        _JSON,
        '"lok-hooks/review/1"',
        '"lok-hooks/review/2"',
        f"{_IN_JSON}::test_the_keys_are_the_contract",
    ),
    _key("path", "visible(finding.place.path)", '""'),
    _key("line", "finding.place.line", "0"),
    _key("end_line", "finding.place.end_line", "0"),
    _key("severity", "str(finding.severity)", '"low"'),
    _key("category", "visible(finding.category)", '""'),
    _key("title", "visible(finding.title)", '""'),
    _key("why", "visible_text(finding.why)", '""'),
    _key("fix", "visible_text(finding.fix)", '""'),
    _key("disposition", "str(judged.disposition)", '"unconfirmed"'),
    _key("raised_by", "[visible(name) for name in finding.raised_by]", "[]"),
    _key("proof", "finding.is_proof", "True"),
    _key(
        "votes",
        "[_vote(vote) for vote in judged.votes]",
        "[_vote(vote) for vote in judged.votes[::-1]]",
        f"{_IN_JSON}::test_the_votes_are_evidence",
    ),
    _key("reviewed", "[visible(path) for path in coverage.reviewed]", "[]", _BLOCKED),
    _key("failures", "[_failure(failure) for failure in review.failures]", "[]", _BLOCKED),
    _key("timing", '{"seconds": _seconds(review.seconds), "backends": _slowest(review)}', "{}", _BLOCKED),
    _key("incomplete", "review.is_incomplete", "False", _BLOCKED),
    _key("exit_code", "review.exit_code", "0", _BLOCKED),
    _report(
        "json: skipped",
        _JSON,
        '"reason": str(item.reason), "detail"',
        '"reason": "", "detail"',
        f"{_IN_JSON}::test_left_out_files_have_their_reason",
    ),
    _report(
        "json: unreviewed",
        _JSON,
        "for item in coverage.unreviewed\n",
        "for item in coverage.unreviewed[:1]\n",
        _BLOCKED,
    ),
    _report(
        "json: the order of findings",
        _JSON,
        "for judged in words.ordered(review)]",
        "for judged in review.judged]",
        f"{_IN_JSON}::test_the_order_of_findings_does_not_depend_on_the_order_of_answers",
    ),
    _report(
        "sarif: the version",
        SARIF,
        '"version": "2.1.0", "runs"',
        '"version": "2.0.0", "runs"',
        f"{_IN_SARIF}::test_a_confirmed_finding",
        says="ValidationError",
    ),
    _report(
        "sarif: what the schema demands",
        SARIF,
        '"driver": {"name": "lok-hooks", "version"',
        '"driver": {"title": "lok-hooks", "version"',
        f"{_IN_SARIF}::test_a_confirmed_finding",
        says="ValidationError",
    ),
    _report(
        "sarif: fingerprints",
        SARIF,
        '        "partialFingerprints": {FINGERPRINT: visible(finding.identity)},\n',
        '        "partialFingerprints": {},\n',
        f"{_IN_SARIF}::test_a_confirmed_finding",
    ),
    _report(
        "sarif: suppressions",
        SARIF,
        "    if judged.disposition is not Disposition.SUPPRESSED:\n",
        "    if judged:\n",
        f"{_IN_SARIF}::test_a_suppressed_finding_carries_its_justification",
    ),
    _report(
        "sarif: suppressions on all or none",
        SARIF,
        '"suppressions": _suppressions(judged),',
        '**({"suppressions": told} if (told := _suppressions(judged)) else {}),',
        f"{_IN_SARIF}::test_a_suppressed_finding_carries_its_justification",
        says="KeyError: 'suppressions'",
    ),
    _report(
        "sarif: the level",
        SARIF,
        '_LEVELS[finding.severity] if is_confirmed else "note"',
        "_LEVELS[finding.severity]",
        f"{_IN_SARIF}::test_only_confirmed_findings_are_more_than_notes",
    ),
    _report(
        "sarif: where",
        SARIF,
        '"startLine": place.line,',
        '"startLine": 1,',
        f"{_IN_SARIF}::test_a_confirmed_finding",
    ),
    _report(
        "sarif: an unfinished run",
        SARIF,
        '"executionSuccessful": not review.is_incomplete',
        '"executionSuccessful": True',
        f"{_IN_SARIF}::test_an_incomplete_review_did_not_succeed",
    ),
    _report(
        "github: the level",
        GITHUB,
        '{Disposition.CONFIRMED: "error", Disposition.UNCONFIRMED: "warning"}',
        '{Disposition.UNCONFIRMED: "warning"}',
        f"{_ON_GITHUB}::test_the_level_of_each_disposition",
    ),
    _report(
        "github: the line",
        GITHUB,
        '"line": str(place.line), "endLine"',
        '"line": "1", "endLine"',
        f"{_ON_GITHUB}::test_a_refused_commit",
    ),
    _report(
        "github: an unfinished review",
        GITHUB,
        "    if missing:\n",
        "    if not review:\n",
        f"{_ON_GITHUB}::test_an_incomplete_review_is_annotated",
    ),
    _report(
        "markdown: the table",
        MARKDOWN,
        "    parts += [_table(confirmed)] if confirmed else []\n",
        "",
        f"{_IN_MARKDOWN}::test_the_whole_comment",
    ),
    _report(
        "markdown: details",
        MARKDOWN,
        "[_details(judged) for judged in confirmed[:DETAILS]]",
        "[]",
        f"{_IN_MARKDOWN}::test_the_whole_comment",
    ),
    _report(
        "markdown: advisories folded away",
        MARKDOWN,
        "    parts += [_folded(advisories)] if advisories else []\n",
        "",
        f"{_IN_MARKDOWN}::test_the_whole_comment",
    ),
    _report(
        "markdown: below GitHub's limit",
        MARKDOWN,
        "for judged in confirmed[:DETAILS]]",
        "for judged in confirmed]",
        f"{_IN_MARKDOWN}::test_many_confirmed_findings_stay_in_the_table",
    ),
)

ROWS: Final[tuple[Removal, ...]] = (*_CONSOLE, *_VALUES)
