"""The diff cannot speak for us: boundaries, receipts, grounding, stamps, limits of answers, the tripwire."""

from __future__ import annotations

from typing import Final

from tests.removal.places import ANSWERS, DATABASE, GROUND, PROMPTS, READING, TEST_ANSWERS, VERDICT_FLOW, WORDS
from tests.removal.row import Change, Removal, row

_SPEAKS: Final = "the diff approves itself"
_PARROTS: Final = "a gullible model parrots"
_PATHS: Final = "an answer names `../`"
_LARGE: Final = "an answer of megabytes"
_RULES: Final = "*Who raised what, how grave it is, what blocks*"
_ALOUD: Final = "*Hiding is said aloud.*"
_BOUNDARY: Final = "*The diff cannot speak for us.*"
_MARKS: Final = "lok_hooks/core/boundary.py"
_VOTES: Final = "lok_hooks/core/votes.py"
_KEY: Final = "lok_hooks/store/key.py"
_HIDDEN: Final = "lok_hooks/core/tripwire_hidden.py"
_TRIPWIRE: Final = "lok_hooks/core/tripwire.py"
_INJECTION: Final = "tests/security/test_injection.py"
_OUTPUT: Final = "tests/security/test_model_output.py"

_MARKED: Final = (
    Removal(
        name="marks that the text cannot contain",
        promise=_BOUNDARY,
        changes=(
            Change(_MARKS, 'yield digest(text, key, f"mark', 'yield digest("", key, f"mark'),
            Change(
                _MARKS,
                "next(mark for mark in _marks(text, key) if mark not in text)",
                "next(mark for mark in _marks(text, key))",
            ),
        ),
        tests=("tests/core/test_boundary.py::test_a_text_that_holds_the_marks_of_others_has_another",),
        doubled="a mark is computed from the text, and one that stands in it is passed over",
    ),
    row(
        "marks by the repository's key",
        _BOUNDARY,
        _MARKS,
        "        key=key.encode()[:_KEY_BYTES],\n",
        "",
        "tests/core/test_boundary.py::test_a_digest_depends_on_text_key_and_purpose_and_on_nothing_else",
    ),
    row(
        "a receipt of its own for each change",
        _BOUNDARY,
        PROMPTS,
        'receipt = digest(f"{REVIEW_VERSION}\\0{task.name}\\0{aspects}\\0{body}", key, "receipt")',
        'receipt = digest("", "", "receipt")',
        "tests/core/test_prompts.py::test_the_receipt_belongs_to_the_bytes",
    ),
    row(
        "the change between marks",
        _SPEAKS,
        PROMPTS,
        "            enclosed(body, mark),\n",
        "            body,\n",
        f"{_INJECTION}::test_no_attack_changes_the_verdict",
    ),
    row(
        "the last word is ours",
        _SPEAKS,
        PROMPTS,
        '            "End of the change. Answer now, with the JSON described above and nothing else.",\n',
        "",
        "tests/core/test_prompts.py::test_a_prompt_begins_with_a_letter_and_ends_with_our_words",
    ),
    row(
        "models report text that steers",
        _SPEAKS,
        PROMPTS,
        "is a finding of its \\\nown: category prompt-injection, severity medium. ",
        "is data. ",
        f"{_INJECTION}::test_models_are_asked_to_report_text_that_steers",
    ),
    row(
        "line breaks that pose as lines of a prompt",
        _SPEAKS,
        PROMPTS,
        '.rstrip("\\r").translate(_LINE_BREAKS)',
        "",
        "tests/core/test_prompts.py::test_code_cannot_pose_as_a_line_of_the_prompt",
    ),
    row(
        "paths that pose as lines of a prompt",
        _SPEAKS,
        PROMPTS,
        "return safe if safe.isprintable() and not safe.startswith('\"') else json.dumps(safe)",
        "return safe",
        "tests/core/test_prompts.py::test_odd_paths_stay_on_one_line",
    ),
    row(
        "the key for its owner alone",
        _BOUNDARY,
        _KEY,
        "files.write_new(partial, key.encode(), files.PRIVATE)",
        "files.write_new(partial, key.encode(), files.SHARED)",
        "tests/store/test_key.py::test_a_folder_has_a_key_of_its_own_and_keeps_it",
    ),
    Removal(
        name="the key not through links",
        promise=_BOUNDARY,
        changes=(
            Change(_KEY, "os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK", "os.O_RDONLY | os.O_NONBLOCK"),
            Change(
                DATABASE,
                "if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():",
                "if not found:",
            ),
        ),
        tests=("tests/store/test_key.py::test_a_folder_or_key_that_is_a_link_is_not_followed",),
    ),
)

_RECEIVED: Final = (
    row(
        "receipts are checked",
        _PARROTS,
        ANSWERS,
        "    if review.receipt.strip() != prompt.receipt:\n",
        "    if not review:\n",
        f"{TEST_ANSWERS}::test_an_answer_that_proves_nothing_does_not_count",
    ),
    row(
        "receipts of votes are checked",
        _PARROTS,
        _VOTES,
        'if str(value.get("receipt", "")).strip() != prompt.receipt:',
        "if not value:",
        "tests/core/test_votes.py::test_what_is_no_vote",
    ),
    row(
        "an answer lists all files",
        _PARROTS,
        ANSWERS,
        ' if unseen else ""',
        ' if unseen is None else ""',
        f"{TEST_ANSWERS}::test_an_answer_that_proves_nothing_does_not_count",
    ),
    Removal(
        name="an answer lists no other files",
        promise=_PATHS,
        changes=(
            Change(
                ANSWERS,
                '    if foreign:\n        return f"the answer names',
                '    if foreign is None:\n        return f"the answer names',
            ),
            Change(ANSWERS, "{paths[name] for name in listed}", "{paths.get(name) for name in listed}"),
        ),
        tests=(f"{_OUTPUT}::test_an_answer_that_lists_another_path_is_no_review",),
    ),
    row(
        "findings about other files",
        _PATHS,
        GROUND,
        "next((piece for piece in chunk.pieces if piece.file.path == claim.file), None)",
        "next((piece for piece in chunk.pieces), None)",
        f"{_OUTPUT}::test_a_finding_about_another_path_is_outside_the_diff",
    ),
    row(
        "grounding of the quote",
        _RULES,
        GROUND,
        "    located, starts = _located(piece, quote)\n",
        "    located, starts = _located(piece, quote)\n    starts = starts or [0]\n",
        "tests/end_to_end/test_traps.py::test_a_finding_that_is_not_in_the_diff_does_not_block",
    ),
    row(
        "grounding on a changed line",
        _RULES,
        GROUND,
        'problem = "" if place.touches_change else "the line it is about was not changed"',
        'problem = ""',
        "tests/core/test_ground.py::test_the_quote_decides_where_a_claim_stands",
    ),
    row(
        "refutations quote what was shown",
        _RULES,
        _VOTES,
        'return "" if stands_in(ballot.quote, batch.chunk) else',
        'return "" if ballot else',
        "tests/core/test_votes.py::test_what_a_vote_comes_to",
    ),
    Removal(
        name="claims stamped by us",
        promise=_RULES,
        changes=(
            Change(
                ANSWERS,
                '    category: Short = ""\n',
                '    category: Short = ""\n    is_proof: bool = False\n',
            ),
            Change(
                ANSWERS,
                "        backend=backend,\n        task=task,",
                "        is_proof=finding.is_proof,\n        backend=backend,\n        task=task,",
            ),
        ),
        tests=(f"{_INJECTION}::test_who_raised_what_is_not_the_answers_to_say",),
    ),
    row(
        "votes stamped by us",
        _RULES,
        _VOTES,
        "            is_self=voter in dossier.finding.raised_by,",
        "            is_self=False,",
        "tests/core/test_votes.py::test_a_vote_is_stamped_by_our_code",
    ),
    row(
        "a failed reviewer is no clean review",
        _PARROTS,
        VERDICT_FLOW,
        "    is_covered = all if task == ANALYSIS else any\n",
        "    is_covered = lambda answered: True  # noqa: E731\n",
        "tests/end_to_end/test_traps.py::test_a_failed_reviewer_is_never_a_clean_review",
    ),
)

_LIMITS: Final = (
    row(
        "the size of an answer",
        _LARGE,
        READING,
        "    if len(text) > MAX_ANSWER:\n",
        "    if len(text) < 0:\n",
        f"{_OUTPUT}::test_an_answer_of_another_form_is_no_review",
    ),
    row(
        "the number of findings",
        _LARGE,
        ANSWERS,
        "    if len(review.findings) > MAX_FINDINGS:\n",
        "    if len(review.findings) < 0:\n",
        f"{_OUTPUT}::test_an_answer_of_another_form_is_no_review",
    ),
    row(
        "the depth of an answer",
        _LARGE,
        READING,
        "    except (ValueError, RecursionError):\n        return\n\n\ndef _repaired",
        "    except ValueError:\n        return\n\n\ndef _repaired",
        f"{_OUTPUT}::test_an_answer_of_another_form_is_no_review",
        says="RecursionError",
    ),
    row(
        "doubled keys",
        _LARGE,
        READING,
        "    if len(made) != len(pairs):\n        raise AmbiguousError\n",
        "",
        f"{_OUTPUT}::test_an_answer_of_another_form_is_no_review",
    ),
    Removal(
        name="NaN",
        promise=_LARGE,
        changes=(
            Change(
                ANSWERS,
                "Number = Annotated[int, BeforeValidator(_number)]",
                "Number = Annotated[float, BeforeValidator(_number)]",
            ),
            Change(
                READING,
                "json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=_unique)",
                "json.JSONDecoder(object_pairs_hook=_unique)",
            ),
        ),
        tests=(f"{TEST_ANSWERS}::test_a_finding_is_made_harmless_and_kept",),
        doubled="the schema takes whole numbers alone",
    ),
    row(
        "halves of characters",
        _LARGE,
        READING,
        'return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")',
        "return text",
        f"{TEST_ANSWERS}::test_a_finding_is_made_harmless_and_kept",
    ),
    row(
        "the length of texts",
        _LARGE,
        "lok_hooks/flows/screening.py",
        "why=redact(finding.why)[:_TEXT],",
        "why=redact(finding.why),",
        "tests/flows/test_screening.py::test_texts_are_cut_where_no_secret_is_left_to_be_cut",
    ),
    row(
        "line numbers within bounds",
        _LARGE,
        ANSWERS,
        "    line = max(0, min(finding.line, 2**31))\n",
        "    line = finding.line\n",
        f"{TEST_ANSWERS}::test_a_finding_is_made_harmless_and_kept",
    ),
    row(
        "answers that stop in the middle",
        _LARGE,
        READING,
        "if not _is_closed(body) or not _is_worth_repairing(body):",
        "if not _is_worth_repairing(body):",
        f"{TEST_ANSWERS}::test_no_beginning_of_an_answer_passes_for_the_whole",
    ),
    row(
        "time to ground thousands of claims",
        _LARGE,
        GROUND,
        "shown, begun = _shown(piece), _by_text(piece).get(quote[0], ())",
        "shown = _shown(piece)\n    begun = [n for n, line in enumerate(shown) if line.text == quote[0]]",
        "tests/core/test_ground.py::test_many_claims_about_many_lines_take_no_time_by_the_square",
    ),
    row(
        "time to repair an answer",
        _LARGE,
        READING,
        "if not _is_closed(body) or not _is_worth_repairing(body):",
        "if not _is_closed(body):",
        f"{TEST_ANSWERS}::test_no_answer_takes_long_to_read",
        says="Failed: Timeout",
    ),
    row(
        "the output of a program",
        _LARGE,
        "lok_hooks/backends/process.py",
        "        return len(self.stdout) > self._limit\n",
        "        return len(self.stdout) < 0\n",
        "tests/backends/test_process.py::test_too_much_output_ends_the_program",
    ),
)


def _trip(name: str, file: str, old: str, new: str, test: str) -> Removal:
    """A kind of text that the tripwire notices."""
    return row(f"tripwire: {name}", _ALOUD, file, old, new, test)


_EVERY_ATTACK: Final = f"{_INJECTION}::test_every_attack_of_the_corpus_is_told"
_TRIPS: Final = (
    _trip(
        "speech",
        _TRIPWIRE,
        "            for index, spoken, words in spoken_in(texts):\n",
        "            for index, spoken, words in ():\n",
        _EVERY_ATTACK,
    ),
    _trip(
        "names",
        _TRIPWIRE,
        "    for _, spoken, words in spoken_in([file.path]):\n",
        "    for _, spoken, words in ():\n",
        _EVERY_ATTACK,
    ),
    _trip(
        "order",
        _HIDDEN,
        'yield ("reordered" if is_code and _is_reordered(line) else "bidi"), _named(found)',
        'yield "bidi", _named(found)',
        f"{_INJECTION}::test_code_that_is_shown_in_another_order_is_proof",
    ),
    _trip("bidi controls", _HIDDEN, "    if found := _BIDI.search(line):\n", "    if found := None:\n", _EVERY_ATTACK),
    _trip(
        "smuggled text", _HIDDEN, "    if found := _SMUGGLED.search(line):\n", "    if found := None:\n", _EVERY_ATTACK
    ),
    _trip(
        "invisible characters",
        _HIDDEN,
        "    elif found := _IN_A_WORD.search(line):\n",
        "    elif found := None:\n",
        _EVERY_ATTACK,
    ),
    _trip(
        "look-alikes",
        _HIDDEN,
        "if found := _MIXED.search(line) or (_CALLED.search(line) if is_code else None):",
        "if found := None:",
        _EVERY_ATTACK,
    ),
    _trip("escapes", _HIDDEN, "    if found := _STEER.search(line):\n", "    if found := None:\n", _EVERY_ATTACK),
    _trip(
        "far right",
        _HIDDEN,
        "if is_code and len(line) > FAR_RIGHT and _PUSHED.search(line):",
        "if False:",
        _EVERY_ATTACK,
    ),
    _trip("long lines", _HIDDEN, "if is_code and len(line) > LONGEST_LINE:", "if False:", _EVERY_ATTACK),
)

_TOLD: Final = (
    row(
        "what the tripwire saw becomes a finding",
        _ALOUD,
        VERDICT_FLOW,
        "merge([*grounded, *heard.hidden(), *secrets])",
        "merge([*grounded, *heard.hidden()[:0], *secrets])",
        f"{_INJECTION}::test_code_that_is_shown_in_another_order_is_proof",
    ),
    row(
        "what the tripwire saw keeps its place on a long list",
        _ALOUD,
        WORDS,
        "sorted(range(len(advisories)), key=lambda place: not _is_of_tripwire(advisories[place]))",
        "list(range(len(advisories)))",
        "tests/report/test_console.py::test_what_the_tripwire_saw_is_not_pushed_off_a_long_list",
    ),
    row(
        "what the tripwire saw is counted beyond a long list",
        _ALOUD,
        WORDS,
        'hides)" if steering else ""',
        'hides)" if not more else ""',
        "tests/report/test_console.py::test_what_the_tripwire_saw_beyond_a_long_list_is_counted_apart",
    ),
)

ROWS: Final = (*_MARKED, *_RECEIVED, *_LIMITS, *_TRIPS, *_TOLD)
