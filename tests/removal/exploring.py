"""Models that look around, read-only and nowhere else; trees that are refused."""

from __future__ import annotations

from typing import Final

from tests.removal.places import CREWS
from tests.removal.row import Removal, row
from tests.removal.sealing import IN_THE_TREE

_EXPLORING: Final = "the same, when a model explores the tree"
_LOOKS: Final = "a model that looks around reads credential files or secrets"
_EXPLORERS: Final = "lok_hooks/backends/exploring.py"
_DANGER: Final = "lok_hooks/core/tree_danger.py"
_EXPLORED: Final = "tests/security/test_exploring_attacks.py::test_no_attack_works_even_in_a_tree_that_is_trusted"
_REFUSED: Final = "tests/security/test_exploring_attacks.py::test_a_tree_that_runs_or_redirects_something_is_refused"
_OF_EXPLORERS: Final = "tests/backends/test_exploring.py"
_NOT_STARTED: Final = f"{_OF_EXPLORERS}::test_codex_is_not_started_where_it_cannot_be_kept_to_the_directory"
_OWN_PLACES: Final = f"{_OF_EXPLORERS}::test_codex_reads_programs_the_directory_and_itself_alone"

ROWS: Final = (
    Removal(
        name="exploring from an empty room",
        promise=_EXPLORING,
        changes=(IN_THE_TREE,),
        tests=(f"{_EXPLORED}[claude-git-fsmonitor]",),
        says="at.fired()",
    ),
    row(
        "claude's reading tools alone",
        _EXPLORING,
        _EXPLORERS,
        '"Read,Glob,Grep"',
        '"Read,Glob,Grep,Write,Bash"',
        f"{_OF_EXPLORERS}::test_only_reading_tools_are_offered[claude]",
    ),
    row(
        "claude's questions refused",
        _EXPLORING,
        _EXPLORERS,
        '"--permission-mode", "dontAsk"',
        '"--permission-mode", "bypassPermissions"',
        f"{_OF_EXPLORERS}::test_what_lies_outside_cannot_be_read",
    ),
    row(
        "codex's sandbox when it explores",
        _EXPLORING,
        _EXPLORERS,
        """*("-c", f'default_permissions="{_PROFILE}"'),""",
        '*("-s", "danger-full-access"),',
        f"{_OF_EXPLORERS}::test_nothing_can_be_written",
    ),
    row(
        "codex's login out of its commands' reach",
        _LOOKS,
        _EXPLORERS,
        '{":minimal": "read", ',
        '{":root": "read", ',
        f"{_OF_EXPLORERS}::test_codex_commands_cannot_read_the_login_that_was_lent",
    ),
    row(
        "codex's commands without the system's settings",
        _LOOKS,
        _EXPLORERS,
        ', _SYSTEM_SETTINGS: "none"}',
        "}",
        f"{_OF_EXPLORERS}::test_what_lies_outside_cannot_be_read[codex-tool1]",
    ),
    row(
        "codex exploring from an unknown place",
        _LOOKS,
        _EXPLORERS,
        "        if not self._is_own_place_known:\n",
        "        if not self._places:\n",
        f"{_NOT_STARTED}[inside-the-container-wrap {{cmd}}]",
    ),
    row(
        "codex exploring a pattern",
        _EXPLORING,
        _EXPLORERS,
        "for path in self._places if _PATTERN.search(path)]:",
        "for path in self._places if not path]:",
        f"{_OF_EXPLORERS}::test_codex_is_not_started_where_it_could_read_nothing",
    ),
    row(
        "codex under npx reads npm's cache alone",
        _LOOKS,
        _EXPLORERS,
        "self._npm_cache() if len(self.program) > 1 else self._own_program()",
        "self._own_program()",
        f"{_OWN_PLACES}[npx-args4--{{home}}/.npm]",
    ),
    row(
        "codex under nix reads the store",
        _EXPLORING,
        _EXPLORERS,
        '_NIX_STORE if is_nix else ""',
        '""',
        f"{_OWN_PLACES}[no-such-codex-args3-nix {{cmd}}-/nix/store]",
    ),
    row(
        "codex reads itself alone, and nothing beside it",
        _LOOKS,
        _EXPLORERS,
        "            return str(program)\n",
        "            return str(program.parent)\n",
        f"{_OWN_PLACES}[codex-args0--{{bin}}/codex]",
    ),
    row(
        "codex by a script of one's own is not started",
        _LOOKS,
        _EXPLORERS,
        'return str(packages) if packages.name == "@openai" else ""',
        "return str(packages)",
        f"{_NOT_STARTED}[{{home}}/codex.js-]",
    ),
    row(
        "codex's key out of its commands' reach",
        _EXPLORING,
        _EXPLORERS,
        '{inherit="none",set=',
        '{inherit="all",set=',
        f"{_OF_EXPLORERS}::test_codex_commands_have_neither_the_key_nor_a_network",
    ),
    row(
        "gemini's reading tools alone",
        _EXPLORING,
        _EXPLORERS,
        '"glob", "grep_search"]',
        '"glob", "grep_search", "run_shell_command"]',
        f"{_OF_EXPLORERS}::test_only_reading_tools_are_offered[gemini]",
    ),
    row(
        "gemini exploring: the environment stands over the user's file",
        _EXPLORING,
        _EXPLORERS,
        "in self._own_variables().items() if not self.value_of(name)}",
        "in self._own_variables().items()}",
        f"{_OF_EXPLORERS}::test_what_geminis_user_says_in_the_environment_stands_over_that_file",
    ),
    row(
        "gemini's trust in the directory",
        _EXPLORING,
        _EXPLORERS,
        '"GEMINI_CLI_TRUST_WORKSPACE": "false"',
        '"GEMINI_CLI_TRUST_WORKSPACE": "true"',
        f"{_EXPLORED}[gemini-instructions]",
        says="at.fired()",
    ),
    row(
        "a tree that runs something is refused",
        _EXPLORING,
        CREWS,
        "if has_hands and not trust_tree:",
        "if not has_hands and False:",
        f"{_REFUSED}[.-claude-hooks]",
    ),
    row(
        "a tree that the user opens",
        _EXPLORING,
        CREWS,
        "if has_hands and not trust_tree:",
        "if has_hands:",
        "tests/security/test_exploring_attacks.py::test_all_attacks_at_once_do_not_work_either[codex]",
    ),
    row(
        "unknown keys of agents' settings are a danger",
        _EXPLORING,
        _DANGER,
        "if key not in harmless and value not in",
        "if key in ('hooks',) and value not in",
        "tests/core/test_tree_danger.py::test_what_an_agent_would_act_on",
    ),
    row(
        "variables files that steer agents are a danger",
        _EXPLORING,
        _DANGER,
        '    ".env": _environment,\n',
        "",
        f"{_REFUSED}[.-gemini-redirect]",
    ),
    row(
        "folders of extensions are a danger",
        _EXPLORING,
        _DANGER,
        '    ".gemini/extensions": "gemini starts the programs of extensions",\n',
        "",
        "tests/repo/test_tree_danger.py::test_a_folder_is_dangerous_once_it_holds_something",
    ),
)
