"""Files of the package, and tests of it, that more than one table names."""

from __future__ import annotations

from typing import Final

CLAUDE: Final = "lok_hooks/backends/claude.py"
CODEX: Final = "lok_hooks/backends/codex.py"
COMMAND: Final = "lok_hooks/backends/command.py"
COMPLAINTS: Final = "lok_hooks/backends/complaints.py"
FANOUT: Final = "lok_hooks/backends/fanout.py"
GEMINI: Final = "lok_hooks/backends/gemini.py"
HTTP: Final = "lok_hooks/backends/http.py"
HTTP_FAILURES: Final = "lok_hooks/backends/http_failures.py"
OLLAMA: Final = "lok_hooks/backends/ollama.py"
OPENAI: Final = "lok_hooks/backends/openai.py"
PRIVATE_COPY: Final = "lok_hooks/backends/private_copy.py"
SEALED: Final = "lok_hooks/backends/sealed.py"

GATE: Final = "lok_hooks/cli/gate.py"
HOOKS: Final = "lok_hooks/cli/hooks.py"
KEEPING: Final = "lok_hooks/cli/keeping.py"
OUTPUT: Final = "lok_hooks/cli/output.py"
RUN: Final = "lok_hooks/cli/run.py"
WIRING: Final = "lok_hooks/cli/wiring.py"

BUILT_IN: Final = "lok_hooks/config/default.toml"
OFFERED: Final = ".pre-commit-hooks.yaml"

ANSWERS: Final = "lok_hooks/core/answers.py"
DIFF: Final = "lok_hooks/core/diff.py"
GROUND: Final = "lok_hooks/core/ground.py"
PROMPTS: Final = "lok_hooks/core/prompts.py"
READING: Final = "lok_hooks/core/reading.py"
REVIEW: Final = "lok_hooks/core/review.py"
SELECT: Final = "lok_hooks/core/select.py"

PLANNING: Final = "lok_hooks/flows/planning.py"
REVIEW_FLOW: Final = "lok_hooks/flows/review.py"

COMPARE: Final = "lok_hooks/repo/compare.py"
EXTRACT: Final = "lok_hooks/repo/extract.py"
GIT: Final = "lok_hooks/repo/git.py"
LISTING: Final = "lok_hooks/repo/listing.py"
PATCH: Final = "lok_hooks/repo/patch.py"
PROBE: Final = "lok_hooks/repo/probe.py"
RANGES: Final = "lok_hooks/repo/ranges.py"
SNAPSHOT: Final = "lok_hooks/repo/snapshot.py"

GITHUB: Final = "lok_hooks/report/github.py"
MARKDOWN: Final = "lok_hooks/report/markdown.py"
SARIF: Final = "lok_hooks/report/sarif.py"
WORDS: Final = "lok_hooks/report/words.py"

DATABASE: Final = "lok_hooks/store/database.py"

TEST_ANSWER_LIMIT: Final = "tests/backends/test_answer_limit.py"
TEST_ANSWERS: Final = "tests/core/test_answers.py"
TEST_BAD_INPUT: Final = "tests/end_to_end/test_bad_input.py"
TEST_CLI_FAULTS: Final = "tests/backends/test_cli_faults.py"
TEST_COMMAND: Final = "tests/backends/test_command.py"
TEST_HTTP_FAULTS: Final = "tests/backends/test_http_faults.py"
TEST_LISTING: Final = "tests/repo/test_listing.py"
TEST_PRIVATE_COPY: Final = "tests/backends/test_private_copy.py"
TEST_PROBE: Final = "tests/repo/test_probe.py"
TEST_REVIEW: Final = "tests/flows/test_review.py"
TEST_SECRETS: Final = "tests/backends/test_secrets.py"
TEST_SNAPSHOT: Final = "tests/repo/test_snapshot.py"
TEST_WORDS: Final = "tests/report/test_words.py"

TEST_BUILT_IN_RULES: Final = "tests/config/test_defaults.py::test_built_in_rules"
TEST_EVERY_STATUS: Final = "tests/backends/test_http.py::test_every_status_has_its_failure"
TEST_WHAT_A_MESSAGE_MEANS: Final = "tests/backends/test_complaints.py::test_a_message_is_taken_for_what_it_means"
TEST_WHAT_A_SERVER_CAN_DO: Final = f"{TEST_CLI_FAULTS}::test_what_a_server_can_do"
