"""Packing a diff into requests, and what a request says."""

from __future__ import annotations

from typing import Final

from tests.removal.row import row

_CHUNK: Final = "lok_hooks/core/chunk.py"
_PLANNING: Final = "lok_hooks/flows/planning.py"
_PROMPTS: Final = "lok_hooks/core/prompts.py"
_REVIEW: Final = "lok_hooks/flows/review.py"
_IN_CHUNK: Final = "tests/core/test_chunk.py"
_IN_PROMPTS: Final = "tests/core/test_prompts.py"
_IN_REVIEW: Final = "tests/flows/test_review.py"

_PACKED: Final = (
    row(
        "planning: one request for a task",
        "the prompts of one task for the same backend and chunk are one request",
        _PLANNING,
        "    for task, way in zip(tasks, routes, strict=True):\n",
        "    for task, way in ((replace(t, aspects=(a,)), w) for t, w in zip(tasks, routes) for a in t.aspects):\n",
        f"{_IN_REVIEW}::test_all_prompts_of_a_task_are_one_request",
    ),
    row(
        "planning: files share a request",
        "chunks are packed up to the backend's budget",
        _CHUNK,
        "        if current and (used + cost > budget or",
        "        if current and (used + cost > 0 or",
        f"{_IN_CHUNK}::test_small_files_share_a_request",
    ),
    row(
        "planning: no request above the budget",
        "chunks are packed up to the backend's budget",
        _CHUNK,
        "        if current and (used + cost > budget or",
        "        if current and (used + cost < 0 or",
        f"{_IN_CHUNK}::test_every_line_is_shown_exactly_once_within_the_budget",
    ),
    row(
        "planning: the backend's own budget",
        "chunks are packed up to the backend's budget (max_prompt_bytes)",
        _PLANNING,
        "    packed = pack(files, budget, enclosing)\n",
        "    packed = pack(files, 190_000, enclosing)\n",
        f"{_IN_REVIEW}::test_a_file_in_several_parts_needs_an_answer_for_each",
    ),
    row(
        "planning: room for the instructions",
        "no prompt is larger than max_prompt_bytes",
        _PLANNING,
        "backend.traits.max_prompt_bytes - _INSTRUCTIONS - len",
        "backend.traits.max_prompt_bytes - len",
        f"{_IN_REVIEW}::test_no_prompt_is_larger_than_its_backend_takes[20-a new file]",
    ),
    row(
        "planning: room for the task's own words",
        "no prompt is larger than max_prompt_bytes",
        _PLANNING,
        ' - len(task_words(task).encode("utf-8", "replace"))\n',
        "\n",
        f"{_IN_REVIEW}::test_no_prompt_is_larger_than_its_backend_takes[10000-a new file]",
    ),
    row(
        "planning: room for headings",
        "no prompt is larger than max_prompt_bytes",
        _CHUNK,
        "        cost = _cost(hunk) + _heading_cost(heading)\n",
        "        cost = _cost(hunk)\n",
        f"{_IN_REVIEW}::test_no_prompt_is_larger_than_its_backend_takes[20-many hunks with long headings]",
    ),
    row(
        "planning: room for what is asked again",
        "no prompt is larger than max_prompt_bytes",
        _CHUNK,
        "sum(map(_cost, piece.hunks)) + sum(map(_heading_cost, piece.enclosing))\n",
        "sum(map(_cost, piece.hunks))\n",
        f"{_IN_CHUNK}::test_headings_take_room_too",
    ),
    row(
        "planning: files split at hunks",
        "a file is split only at hunks",
        _CHUNK,
        "for part in _cut(whole, budget)):",
        "for part in _cut(whole, budget // 16)):",
        f"{_IN_CHUNK}::test_a_file_is_split_only_at_hunks",
    ),
    row(
        "planning: a file over several requests",
        "a file that is larger than a request is split",
        _CHUNK,
        "        if group and used + cost > budget:\n            yield group",
        "        if group and used + cost < 0:\n            yield group",
        f"{_IN_CHUNK}::test_a_file_is_split_only_at_hunks",
    ),
    row(
        "planning: a hunk larger than a request",
        "a hunk that no request can hold is cut between lines",
        _CHUNK,
        "    if _cost(hunk) <= budget:\n        yield hunk",
        "    if _cost(hunk) > 0:\n        yield hunk",
        f"{_IN_CHUNK}::test_a_hunk_larger_than_the_budget_is_cut_between_lines_and_keeps_its_numbers",
    ),
    row(
        "planning: numbers of a cut hunk",
        "new-side line numbers",
        _CHUNK,
        "            start, lines, used = (old, new), [], 0\n",
        "            lines, used = [], 0\n",
        f"{_IN_CHUNK}::test_a_hunk_larger_than_the_budget_is_cut_between_lines_and_keeps_its_numbers",
    ),
    row(
        "planning: a line larger than a request",
        "what no request can hold is named",
        _CHUNK,
        "            too_large.append(file)\n",
        "",
        f"{_IN_CHUNK}::test_a_single_line_larger_than_the_budget_is_named_not_dropped",
    ),
    row(
        "planning: a line larger than a request is unreviewed",
        "what no request can hold is named",
        _PLANNING,
        "            too_large += left\n",
        "",
        f"{_IN_REVIEW}::test_a_line_too_long_for_one_model_may_be_reviewed_by_another",
    ),
    row(
        "planning: one version of a path in a request",
        "each pushed ref's version of a file is looked at by itself",
        _CHUNK,
        " or piece.file.path in {p.file.path for p in current}):",
        "):",
        f"{_IN_CHUNK}::test_one_request_never_shows_two_versions_of_a_path",
    ),
    row(
        "planning: all versions of a path for analysers",
        "each pushed ref's version of a file is looked at by itself",
        _CHUNK,
        "    for file in files:\n        if seen[file.path] == len(chunks):",
        "    for file in {file.path: file for file in files}.values():\n        if seen[file.path] == len(chunks):",
        f"{_IN_CHUNK}::test_who_looks_at_everything_at_once_sees_each_version_of_a_path_apart",
    ),
    row(
        "planning: credential files",
        "files whose names say that they hold credentials are shown to no model",
        _PLANNING,
        "if not file.held_back and (task",
        "if (task",
        f"{_IN_REVIEW}::test_a_credential_file_is_shown_to_no_model",
    ),
    row(
        "planning: the definition around a hunk",
        "each hunk is shown with its enclosing definition",
        _PLANNING,
        "        return heading(self._lines[key], hunk)\n",
        '        return ""\n',
        f"{_IN_REVIEW}::test_a_prompt_names_the_definition_around_a_hunk",
    ),
    row(
        "planning: definitions by the whole file",
        "each hunk is shown with its enclosing definition",
        "lok_hooks/core/enclosing.py",
        "    return enclosing_definition(lines, hunk.new_start) or _line_named(hunk, lines)\n",
        "    return _line_named(hunk, lines)\n",
        "tests/core/test_enclosing.py::test_a_definition_around_the_hunk_counts_before_what_git_names",
    ),
    row(
        "planning: headings are searched for secrets",
        "the diff is screened before any text leaves the machine",
        _REVIEW,
        "    screening = means.screen(with_headings(order.diff, planned), ())\n",
        "    screening = means.screen(order.diff, ())\n",
        f"{_IN_REVIEW}::test_what_stands_around_the_diff_is_screened_too",
    ),
)

_SAID: Final = (
    row(
        "prompt: the task's prompts",
        "task prompts of lok.toml are what a reviewer is asked",
        _PROMPTS,
        '        lines += [f"- {_one_line(aspect.name)}: {first}", *(f"  {line}" for line in rest)]\n',
        "        del first, rest\n",
        f"{_IN_PROMPTS}::test_all_prompts_of_a_task_share_one_showing_of_the_diff",
    ),
    row(
        "prompt: all lines of a prompt",
        "task prompts of lok.toml are what a reviewer is asked",
        _PROMPTS,
        ', *(f"  {line}" for line in rest)]',
        ', *(f"  {line}" for line in rest[1:])]',
        f"{_IN_PROMPTS}::test_all_prompts_of_a_task_share_one_showing_of_the_diff",
    ),
    row(
        "prompt: the line `receipt: TOKEN`",
        "the prompt has a line `receipt: TOKEN`",
        _PROMPTS,
        '            f"receipt: {receipt}",\n            "",\n',
        '            "",\n',
        f"{_IN_PROMPTS}::test_the_contract_with_scripts_that_answer",
    ),
    row(
        "prompt: the lines `file: PATH`",
        "the prompt has one line `file: PATH` for each file",
        _PROMPTS,
        '    yield f"file: {shown_path(file.path, redact)}"\n',
        '    yield f"path: {shown_path(file.path, redact)}"\n',
        f"{_IN_PROMPTS}::test_the_contract_with_scripts_that_answer",
    ),
    row(
        "prompt: numbers of the new side",
        "lines are shown with their new-side numbers",
        _PROMPTS,
        'number = "" if line.new is None else str(line.new)',
        'number = "" if line.old is None else str(line.old)',
        f"{_IN_PROMPTS}::test_lines_carry_new_side_numbers_and_signs",
    ),
    row(
        "prompt: signs of changed lines",
        "added and removed lines are told apart",
        _PROMPTS,
        '{"added": "+", "removed": "-", "context": " "}[line.kind]',
        '{"added": " ", "removed": " ", "context": " "}[line.kind]',
        f"{_IN_PROMPTS}::test_lines_carry_new_side_numbers_and_signs",
    ),
    row(
        "prompt: parts of a file",
        "a reviewer is told that it sees a part of a file's changes",
        _PROMPTS,
        "    if piece.parts > 1:\n",
        "    if piece.parts > 10**9:\n",
        f"{_IN_PROMPTS}::test_what_became_of_a_file_is_told",
    ),
    row(
        "prompt: renamed files",
        "a reviewer is told what became of a file",
        _PROMPTS,
        '        yield f"({word} from {shown_path(file.old_path, redact)})"\n',
        '        yield f"({word})"\n',
        f"{_IN_PROMPTS}::test_what_became_of_a_file_is_told",
    ),
    row(
        "prompt: deleted files",
        "a reviewer is told what became of a file",
        _PROMPTS,
        '        yield "(the whole file is deleted)"\n',
        '        yield ""\n',
        f"{_IN_PROMPTS}::test_what_became_of_a_file_is_told",
    ),
    row(
        "prompt: new files",
        "a reviewer is told what became of a file",
        _PROMPTS,
        '        yield "(new file)"\n',
        '        yield ""\n',
        f"{_IN_PROMPTS}::test_what_became_of_a_file_is_told",
    ),
    row(
        "prompt: the shape of the answer in words",
        "the prompt says which JSON is wanted",
        _PROMPTS,
        "            _ANSWER.format(receipt=receipt),\n",
        "",
        f"{_IN_PROMPTS}::test_the_shape_of_the_answer_is_told_in_words_and_as_a_schema",
    ),
    row(
        "prompt: the shape of the answer as a schema",
        "backends that can enforce a schema are given one",
        _PROMPTS,
        "chunk=chunk, names=names, schema=REVIEW_SCHEMA)",
        "chunk=chunk, names=names)",
        f"{_IN_PROMPTS}::test_the_shape_of_the_answer_is_told_in_words_and_as_a_schema",
    ),
)

ROWS: Final = (*_PACKED, *_SAID)
