"""The house: what is installed, hooked in, checked and read before anything is reviewed."""

from __future__ import annotations

from typing import Final

from tests.removal.places import OFFERED
from tests.removal.row import Change, Removal, row

_HOUSE: Final = "tests/test_house.py"
_README: Final = "tests/end_to_end/test_readme.py"
_PROJECT: Final = "pyproject.toml"
_RUN: Final = ".ci/run"


def _contract(name: str, old: str, new: str, module: str, imported: str) -> Removal:
    """A contract of the map, loosened."""
    test = f"{_HOUSE}::test_an_import_past_a_layer_or_a_door_breaks_its_contract[{module} imports {imported}]"
    return row(name, "import-linter executes the map", _PROJECT, old, new, test)


_STAGES: Final = {"lok-hunt": "pre-commit", "lok-audit": "pre-push", "lok-review": "manual"}


def _hooks(key: str, line: str) -> Removal:
    """A key that all hooks have."""
    changes = []
    for hook, stage in _STAGES.items():
        before = f"  entry: {hook}\n  language: python\n  stages: [{stage}]\n  pass_filenames: false\n"
        before += "  require_serial: true\n  always_run: true\n  verbose: true\n"
        changes.append(Change(OFFERED, before, before.replace(line.format(hook=hook, stage=stage), "")))
    test = f"{_HOUSE}::test_a_hook_reviews_a_whole_change_at_its_own_stage"
    return Removal(
        name=f"{key} of hooks",
        promise="hooks for pre-commit and prek",
        changes=tuple(changes),
        tests=tuple(f"{test}[{hook}-{stage}]" for hook, stage in _STAGES.items()),
    )


def _script(name: str, file: str, old: str, new: str) -> Removal:
    promise = "the entry points are installed"
    return row(f"script {name}", promise, file, old, new, f"{_HOUSE}::test_what_users_type_is_installed[{name}]")


_MAP: Final = (
    _contract("errors below core", '    "lok_hooks.errors",\n', "", "errors", "lok_hooks.core.diff"),
    _contract(
        "core below the edges",
        'type = "layers"\n',
        'type = "layers"\nignore_imports = ["lok_hooks.core.** -> lok_hooks.repo.**"]\n',
        "core/diff",
        "lok_hooks.repo.git",
    ),
    _contract(
        "edges that do not know each other",
        "lok_hooks.repo | lok_hooks.config",
        "lok_hooks.repo : lok_hooks.config",
        "repo/git",
        "lok_hooks.config.load",
    ),
    _contract("edges below flows", '    "lok_hooks.flows",\n', "", "report/plain", "lok_hooks.flows.review"),
    _contract("flows below cli", '    "lok_hooks.cli",\n', "", "flows/review", "lok_hooks.cli.run"),
    _contract("door of rich", 'forbidden_modules = ["rich"]', 'forbidden_modules = ["tkinter"]', "cli/run", "rich"),
    _contract("door of GitPython", '= ["git", "unidiff"]', '= ["unidiff"]', "flows/review", "git"),
    _contract("door of unidiff", '= ["git", "unidiff"]', '= ["git"]', "flows/review", "unidiff"),
    _contract(
        "door of processes",
        '["lok_hooks.backends.process -> subprocess"]',
        '["lok_hooks.** -> subprocess"]',
        "backends/codex",
        "subprocess",
    ),
    _contract("door of the network", '["httpx", "socket",', '["socket",', "flows/review", "httpx"),
    _contract("door of sockets", '["httpx", "socket",', '["httpx",', "report/plain", "socket"),
    _contract("door of outsiders' data", '["pydantic"]', '["tkinter"]', "flows/review", "pydantic"),
    _contract("core without files", '"time", "pathlib", ', '"time", ', "core/judge", "pathlib"),
    _contract("core without a clock", '"time", "pathlib", ', '"pathlib", ', "core/judge", "time"),
    _contract("core without an environment", '["os", "time",', '["time",', "core/judge", "os"),
    _contract("door of sqlite", '["sqlite3"]', '["tkinter"]', "repo/git", "sqlite3"),
)

_INSTALLED: Final = (
    _script("lok", _PROJECT, 'lok = "lok_hooks.cli.main:main"\n', ""),
    _script("lok-hunt", _PROJECT, '["lok_hooks/cli/scripts/lok-hunt"]', "[]"),
    _script("lok-audit", _PROJECT, 'lok-audit = "lok_hooks.cli.hooks:audit"\n', ""),
    _script("lok-review", _PROJECT, 'lok-review = "lok_hooks.cli.hooks:review"\n', ""),
    *(
        row(
            f"{pattern} in the package",
            "everything in the package is installed",
            _PROJECT,
            f'"{pattern}"',
            '"nothing"',
            f"{_HOUSE}::test_everything_in_the_package_is_installed_with_it",
        )
        for pattern in ("py.typed", "config/*.toml", "workflows/*.toml")
    ),
    *(
        row(
            f"{package} by an extra",
            "an extra brings what only some commands need",
            _PROJECT,
            f'    "{package}',
            '    "rich>=14.0", # ',
            "tests/cli/test_boundary.py::test_the_extras_bring_what_only_some_need_and_nothing_of_it_is_in_the_base",
        )
        for package in ("Jinja2>=3", "tomlkit>=", "ruamel.yaml>=", "shtab>=")
    ),
    row(
        "Python 3.11",
        "Python 3.11 and newer",
        _PROJECT,
        'requires-python = ">=3.11"',
        'requires-python = ">=3.12"',
        f"{_HOUSE}::test_the_oldest_python_is_the_one_that_code_is_checked_for",
    ),
    row(
        "the licence",
        "MIT",
        "LICENSE",
        "MIT License",
        "All rights reserved",
        f"{_HOUSE}::test_the_licence_is_the_one_that_is_named",
    ),
)

_CHECKED: Final = (
    row(
        "mypy --strict",
        "the code is typed",
        _PROJECT,
        "strict = true\nwarn_unreachable",
        "warn_unreachable",
        f"{_HOUSE}::test_code_without_types_is_refused[function]",
        f"{_HOUSE}::test_code_without_types_is_refused[list]",
    ),
    *(
        row(
            f"ruff: {name}",
            "the code is checked",
            _PROJECT,
            old,
            new,
            f"{_HOUSE}::test_code_that_ruff_would_mend_is_refused[{name}]",
        )
        for name, old, new in (
            ("name", '"EM", "F", "I"', '"EM", "I"'),
            ("length", '"C4", "E", "EM"', '"C4", "EM"'),
            ("security", '"RUF", "S", "SIM"', '"RUF", "SIM"'),
            ("import", '"SIM", "TID", "UP"', '"SIM", "UP"'),
        )
    ),
)

_HOOKED: Final = (
    *(
        row(
            f"hook {hook}",
            "hooks for pre-commit and prek",
            OFFERED,
            f"- id: {hook}\n",
            f"- id: our-{hook}\n",
            f"{_README}::test_the_hooks_readme_names_are_the_hooks_we_offer",
        )
        for hook in _STAGES
    ),
    _hooks("entry", "  entry: {hook}\n"),
    _hooks("language", "  language: python\n"),
    _hooks("stage", "  stages: [{stage}]\n"),
    _hooks("pass_filenames", "  pass_filenames: false\n"),
    _hooks("require_serial", "  require_serial: true\n"),
    _hooks("always_run", "  always_run: true\n"),
    *(
        row(
            f"our own {hook}",
            "our own hooks on ourselves",
            ".pre-commit-config.yaml",
            f"      - id: {hook}\n",
            f"      - id: no-{hook}\n",
            f"{_HOUSE}::test_our_own_commits_and_pushes_go_through_our_hooks",
        )
        for hook in ("lok-hunt", "lok-audit")
    ),
)

_TYPED: Final = (
    *(
        row(
            f"{mark} command on the first screen",
            "two one-line commands for a fresh clone",
            "README.md",
            f"<!-- {mark} command -->",
            "",
            f"{_HOUSE}::test_the_first_screen_of_readme_has_both_commands",
        )
        for mark in ("demo", "test")
    ),
    *(
        row(
            f"demo: {name}",
            "a planted bug and a planted secret, refused and then accepted",
            "examples/demo.py",
            old,
            new,
            f"{_README}::test_the_demonstrations_bug_and_secret_are_refused_and_both_mended_accepted",
            says="lok-hunt....",
        )
        for name, old, new in (
            ("the bug", '"def total(prices):\\n', '"def total(prices, vat_rate):\\n'),
            ("the secret", "f'ACCESS_KEY_ID = \"{FAKE_KEY}\"\\n'", "'ACCESS_KEY_ID = \"\"\\n'"),
            ("the mended bug", '"def total(prices, vat_rate):\\n', '"def total(prices):\\n'),
        )
    ),
    *(
        row(
            f"demo: {name}",
            "two one-line commands for a fresh clone",
            "examples/demo.py",
            old,
            new,
            f"{_README}::test_the_demonstrations_bug_and_secret_are_refused_and_both_mended_accepted",
        )
        for name, old, new in (
            ("the hook of commits", "      - id: lok-hunt\n", "      - id: lok-audit\n"),
            ("no account is needed", "        args: [--backend, static]\n", ""),
            ("the checkout to install from", '*here, "add", "--all"]', '*here, "add", "README.md"]'),
        )
    ),
    row(
        "README's test command in CI",
        "what readers type is what is checked",
        _RUN,
        'bash -c "$test_command"',
        ".venv/bin/pytest",
        f"{_README}::test_ci_runs_readmes_test_command_with_the_real_reviewers",
    ),
    row(
        "a fresh environment in CI",
        "CI installs what it needs",
        _RUN,
        "python3 -m venv --clear .venv\n",
        "python3 -m venv .venv\n",
        f"{_README}::test_ci_runs_readmes_test_command_with_the_real_reviewers",
    ),
    row(
        "the packages of CI",
        "CI installs what it needs",
        _RUN,
        '.venv/bin/pip install -q -e ".[dev]"\n',
        "true\n",
        f"{_README}::test_ci_runs_readmes_test_command_with_the_real_reviewers",
    ),
    row(
        "the real reviewers in CI",
        "the real CLIs from npm",
        _RUN,
        'export LOK_TEST_CLIS="$outside/clis/node_modules/.bin"',
        "true",
        f"{_README}::test_ci_runs_readmes_test_command_with_the_real_reviewers",
    ),
    row(
        "pinned versions of the real reviewers",
        "the real CLIs from npm, versions pinned",
        _RUN,
        "@google/gemini-cli@0.61.0",
        "@google/gemini-cli",
        f"{_README}::test_ci_runs_readmes_test_command_with_the_real_reviewers",
    ),
    row(
        "the real model in CI",
        "a real model in CI",
        _RUN,
        'export LOK_TEST_MODEL="$outside/model/model.gguf"',
        "true",
        f"{_README}::test_ci_runs_readmes_test_command_with_the_real_reviewers",
    ),
    row(
        "CI stops at what fails",
        "CI is red when a step fails",
        _RUN,
        "set -euo pipefail",
        "set -uo pipefail",
        f"{_README}::test_ci_is_red_when_a_step_fails[mypy*]",
    ),
    *(
        row(
            f"{step.strip()} in CI",
            "CI is red when a step fails",
            _RUN,
            f".venv/bin/{step}\n",
            "true\n",
            f"{_README}::test_ci_is_red_when_a_step_fails[{step.split()[0]}{' check' * ('check .' in step)}*]",
        )
        for step in ("ruff check .", "mypy", "lint-imports")
    ),
)

ROWS: Final = (*_MAP, *_INSTALLED, *_CHECKED, *_HOOKED, *_TYPED)
