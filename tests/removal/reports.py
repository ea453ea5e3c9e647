"""No report steers a terminal, a log, a page or a parser."""

from __future__ import annotations

from typing import Final

from tests.removal.places import GITHUB, MARKDOWN, SARIF
from tests.removal.row import Removal, row

_STEERS: Final = "escapes, markup, workflow commands, links in a report"
_HOSTILE: Final = "tests/report/test_hostile.py"
_VISIBLE: Final = "lok_hooks/report/visible.py"


def _shown(name: str, file: str, old: str, new: str, test: str) -> Removal:
    return row(name, _STEERS, file, old, new, test)


ROWS: Final = (
    row(
        "hidden characters in a plain report",
        "*No report steers a terminal, a log, a page or a parser.*",
        _VISIBLE,
        "_HIDDEN.sub(lambda match: _escape(match.group()), text)",
        "text",
        f"{_HOSTILE}::test_nothing_hidden_comes_through_any_review",
    ),
    _shown(
        "hidden characters in every format",
        _VISIBLE,
        "_HIDDEN.sub(lambda match: _escape(match.group()), text)",
        "text",
        f"{_HOSTILE}::test_nothing_hidden_comes_through",
    ),
    _shown(
        "commands of other runners",
        _VISIBLE,
        'return _RUNNER.sub(r"#\\\\x23", ',
        'return re.sub(r"\\A\\Z", "", ',
        f"{_HOSTILE}::test_a_runner_reads_only_our_commands",
    ),
    _shown(
        "commands at the start of a line",
        _VISIBLE,
        'return _COMMAND.sub(r"\\1\\\\x3a", line)',
        "return line",
        f"{_HOSTILE}::test_a_runner_reads_only_our_commands",
    ),
    row(
        "markup of the console",
        _STEERS,
        "lok_hooks/report/lines.py",
        "Text.assemble(*((span.text, STYLES[span.role]) for span in line))",
        'Text.from_markup("".join(span.text for span in line))',
        f"{_HOSTILE}::test_rich_markup_and_emoji_codes_are_shown_as_written",
        says="MarkupError",
    ),
    _shown(
        "github: line breaks in messages",
        GITHUB,
        '.replace("\\n", "%0A")',
        "",
        f"{_HOSTILE}::test_github_gets_one_command_for_each_thing",
    ),
    _shown(
        "github: colons in properties",
        GITHUB,
        '.replace(":", "%3A").replace(",", "%2C")',
        "",
        "tests/report/test_github.py::test_the_escapes_of_the_toolkit",
    ),
    _shown(
        "markdown: punctuation",
        MARKDOWN,
        "return _SPECIAL.sub(_replacement, visible(text))",
        "return visible(text)",
        f"{_HOSTILE}::test_markdown_brings_no_link_no_html_and_no_emphasis_of_theirs",
    ),
    _shown(
        "markdown: what GitHub links by itself",
        MARKDOWN,
        '    if match["linked"]:\n',
        '    if match["linked"] is match:\n',
        f"{_HOSTILE}::test_markdown_breaks_what_github_would_link",
    ),
    _shown(
        "markdown: fences",
        MARKDOWN,
        'ticks = "`" * max(3, _longest_ticks(lines) + 1)',
        'ticks = "`" * 3',
        f"{_HOSTILE}::test_a_fence_holds",
    ),
    _shown(
        "markdown: spans of code",
        MARKDOWN,
        'ticks = "`" * (_longest_ticks([shown]) + 1)',
        'ticks = "`"',
        "tests/report/test_markdown.py::test_code_spans_hold_backticks",
    ),
    _shown(
        "sarif: links in messages",
        SARIF,
        'visible_text.replace("](", "] (")',
        "visible_text",
        "tests/report/test_sarif.py::test_messages_bring_no_links",
    ),
    _shown(
        "sarif: paths as addresses",
        SARIF,
        'if byte in _UNRESERVED and (index or byte != ord("/"))',
        "if byte",
        "tests/report/test_sarif.py::test_no_path_names_a_scheme_or_a_host",
    ),
    _shown(
        "json: hidden characters",
        "lok_hooks/report/json.py",
        '"title": visible(finding.title),',
        '"title": finding.title,',
        f"{_HOSTILE}::test_decoded_values_hide_nothing_either",
    ),
    _shown(
        "transcript: markup",
        "lok_hooks/report/transcript.py",
        'f"{label}: {escaped(lines[0].strip())}"',
        'f"{label}: {lines[0].strip()}"',
        "tests/report/test_transcript.py::test_no_words_of_models_become_markup",
    ),
    _shown(
        "issues: mentions and marks",
        "lok_hooks/report/issue.py",
        "map(escaped, words.prose(finding.why))",
        "words.prose(finding.why)",
        "tests/report/test_sweep.py::test_an_issue_brings_no_markup_no_mention_and_no_second_mark",
    ),
    _shown(
        "answers by hand",
        "lok_hooks/report/talk.py",
        "    for line in visible_lines(text):\n",
        "    for line in text.split(chr(10)):\n",
        "tests/report/test_talk.py::test_no_text_leaves_its_indentation_or_steers_a_terminal",
    ),
    _shown(
        "markdown of talks",
        "lok_hooks/report/talk_markdown.py",
        "fence(visible_lines(turn.text))",
        "turn.text",
        "tests/report/test_talk.py::test_a_models_markdown_stays_inside_its_fence",
    ),
    _shown(
        "errors",
        "lok_hooks/cli/boundary.py",
        "harmless_line(visible(line))",
        "line",
        "tests/cli/test_boundary.py::test_what_outsiders_wrote_reaches_the_terminal_without_control_characters",
    ),
)
