"""Which source wins, and where each value is said to come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from lok_hooks.config.overrides import ENVIRONMENT, FLAGS
from lok_hooks.core.finding import Severity
from lok_hooks.errors import InternalError
from tests.config.support import Home, backend, task


def fail_on(level: str) -> str:
    return f'[review]\nfail_on = "{level}"\n'


@pytest.mark.parametrize(
    ("repository", "user", "environ", "flag", "expected", "origin"),
    [
        (None, None, None, None, Severity.HIGH, "built-in"),
        (None, "low", None, None, Severity.LOW, "user file {user}"),
        ("medium", None, None, None, Severity.MEDIUM, "{repository}"),
        ("medium", "low", None, None, Severity.MEDIUM, "{repository}"),
        ("medium", "low", "critical", None, Severity.CRITICAL, "environment LOK_FAIL_ON"),
        ("medium", "low", "critical", "low", Severity.LOW, "flag --fail-on"),
        (None, "critical", None, "low", Severity.LOW, "flag --fail-on"),
    ],
)
def test_the_later_layer_wins_and_is_named(
    home: Home,
    repository: str | None,
    user: str | None,
    environ: str | None,
    flag: str | None,
    expected: Severity,
    origin: str,
) -> None:
    settings = home.load(
        fail_on(repository) if repository else None,
        user=fail_on(user) if user else None,
        environ={"LOK_FAIL_ON": environ} if environ else {},
        flags={"--fail-on": flag},
    )

    assert settings.review.fail_on is expected
    assert settings.origins["review.fail_on"] == origin.format(user=home.user_file, repository=home.repository_file)


def test_tables_merge_key_by_key_and_lists_are_replaced(home: Home) -> None:
    settings = home.load(
        '[backends.codex]\nmodel = "m"\n[review]\nexclude = ["b"]\n[tasks.hunt]\nbackends = ["claude"]\n',
        user='[backends.codex]\ntimeout = 7\nargs = ["x"]\nenv = { A = "1" }\n[review]\nexclude = ["a", "c"]\n',
    )

    codex = backend(settings, "codex")
    assert (codex.model, codex.timeout, codex.args, codex.env) == ("m", 7.0, ("x",), {"A": "1"})
    assert settings.review.exclude == ("b",)
    assert task(settings, "hunt").backends == ("claude",)
    assert task(settings, "hunt").aspects[0].name == "correctness"
    assert {key: settings.origins[f"backends.codex.{key}"] for key in ("model", "timeout", "env.A", "command")} == {
        "model": str(home.repository_file),
        "timeout": f"user file {home.user_file}",
        "env.A": f"user file {home.user_file}",
        "command": "built-in",
    }


def test_the_users_variables_and_rules_merge_with_a_named_files(home: Home, tmp_path: Path) -> None:
    named = tmp_path / "named.toml"
    named.write_text('[backends.static]\nrules = { E9 = "off" }\nenv = { B = "2" }\n')
    settings = home.load(
        user='[backends.static]\nrules = { F = "proof", E9 = "proof" }\nenv = { A = "1" }\n', config_file=named
    )

    assert backend(settings, "static").rules == {"F": "proof", "E9": "off"}
    assert backend(settings, "static").env == {"A": "1", "B": "2"}


def test_backends_stand_in_the_order_of_the_files_built_in_first(home: Home) -> None:
    settings = home.load(
        user='[backends.zeta]\ncommand = "z"\n[backends.codex]\nmodel = "m"\n[backends.alpha]\ncommand = "a"\n'
    )

    assert [backend.name for backend in settings.backends] == [
        "codex",
        "gemini",
        "claude",
        "ollama",
        "static",
        "zeta",
        "alpha",
    ]


def test_a_timeout_comes_from_defaults_unless_the_backend_has_one(home: Home) -> None:
    settings = home.load("[defaults]\ntimeout = 11\n[backends.gemini]\ntimeout = 600\n")

    assert [backend.timeout for backend in settings.backends] == [11.0, 600.0, 11.0, 11.0, 11.0]
    assert settings.origins["backends.codex.timeout"] == str(home.repository_file)


def test_a_name_given_twice_counts_once(home: Home) -> None:
    settings = home.load('[review]\ntasks = ["audit", "hunt", "audit"]\n[tasks.hunt]\nbackends = ["codex", "codex"]\n')

    assert settings.by_hand.tasks == ("audit", "hunt")
    assert task(settings, "hunt").backends == ("codex",)


@pytest.mark.parametrize("spelling", ["0", "0.0", '"none"'])
def test_a_budget_can_be_lifted(home: Home, spelling: str) -> None:
    assert home.load(f"[hooks.pre-commit]\nbudget = {spelling}\n").hunt.budget is None


@pytest.mark.parametrize("text", ["[review]\ndebate = false\n", "[debate]\nenabled = false\n"])
def test_both_spellings_of_debate_are_one_switch(home: Home, text: str) -> None:
    settings = home.load(text, user="[review]\ndebate = true\n[debate]\nenabled = true\n")

    assert settings.review.debate is False
    assert settings.origins["review.debate"] == str(home.repository_file)


def test_the_later_of_command_and_url_says_where_a_server_is(home: Home, tmp_path: Path) -> None:
    named = tmp_path / "named.toml"
    named.write_text('[backends.ollama]\ncommand = "http://two"\n')

    assert backend(home.load(user='[backends.ollama]\nurl = "http://one"\n'), "ollama").url == "http://one"
    assert backend(home.load(config_file=named), "ollama").url == "http://two"


@pytest.mark.parametrize("how", ["flag", "variable", "both"])
def test_a_named_file_takes_the_place_of_the_repositorys_and_is_trusted(home: Home, tmp_path: Path, how: str) -> None:
    named = tmp_path / "named.toml"
    named.write_text('[backends.codex]\ncommand = "/opt/codex"\n')
    other = tmp_path / "other.toml"
    other.write_text("[review]\nquorum = 9\n")
    variable = {"variable": named, "both": other}
    settings = home.load(
        fail_on("low"),
        config_file=None if how == "variable" else named,
        environ={"LOK_CONFIG": str(variable[how])} if how in variable else {},
    )

    assert backend(settings, "codex").command == "/opt/codex"
    assert settings.origins["backends.codex.command"] == str(named)
    assert settings.review.fail_on is Severity.HIGH
    assert settings.review.quorum == 2
    assert settings.notes == ()


def test_the_users_file_stands_under_xdg_config_home_where_that_is_set(home: Home, tmp_path: Path) -> None:
    (tmp_path / "xdg" / "lok").mkdir(parents=True)
    (tmp_path / "xdg" / "lok" / "lok.toml").write_text("[review]\nquorum = 5\n")
    user = "[review]\nquorum = 3\n"

    assert home.load(user=user, environ={"XDG_CONFIG_HOME": str(tmp_path / "xdg")}).review.quorum == 5
    assert home.load(environ={"XDG_CONFIG_HOME": "relative"}).review.quorum == 3
    assert home.load(environ={"XDG_CONFIG_HOME": ""}).review.quorum == 3
    assert home.load(environ={"HOME": ""}).review.quorum == 2


@pytest.mark.parametrize("table", [ENVIRONMENT, FLAGS], ids=["environment", "flags"])
def test_every_variable_and_flag(home: Home, table: dict[str, object]) -> None:
    text = {
        "LOK_TASK": "audit, hunt",
        "LOK_FAIL_ON": "medium",
        "LOK_BUDGET": "12.5",
        "LOK_ON_INCOMPLETE": "allow",
        "LOK_DEBATE": "off",
        "LOK_TIMEOUT": "9",
        "LOK_BACKEND": "claude,codex,claude",
        "--task": "audit, hunt",
        "--fail-on": "medium",
        "--budget": "12.5",
        "--debate": "false",
        "--backend": "claude,codex,claude",
    }
    given = {name: text[name] for name in table}
    settings = home.load(environ=given) if table is ENVIRONMENT else home.load(flags=dict(given))

    assert [entry.tasks for entry in (settings.hunt, settings.audit, settings.by_hand)] == [("audit", "hunt")] * 3
    assert [entry.budget for entry in (settings.hunt, settings.audit, settings.by_hand)] == [12.5] * 3
    assert settings.review.fail_on is Severity.MEDIUM
    assert settings.review.debate is False
    assert [backend.name for backend in settings.backends if backend.enabled] == ["codex", "claude"]
    assert [task.backends for task in settings.tasks] == [("claude", "codex")] * 2
    if table is ENVIRONMENT:
        assert {entry.on_incomplete for entry in (settings.hunt, settings.audit, settings.by_hand)} == {"allow"}
        assert {backend.timeout for backend in settings.backends} == {9.0}
        assert settings.origins["backends.gemini.enabled"] == "environment LOK_BACKEND"
    else:
        assert settings.origins["tasks.hunt.backends"] == "flag --backend"
        assert settings.origins["hooks.pre-push.budget"] == "flag --budget"


def test_naming_a_backend_does_not_switch_it_on(home: Home) -> None:
    off = "[backends.static]\nenabled = false\n"

    assert home.refused(user=off, flags={"--backend": "codex,static"}) == (
        '--backend: "static" is switched off; set backends.static.enabled = true in USER'
    )
    assert home.refused(off, user="", environ={"LOK_BACKEND": "static"}) == (
        'LOK_BACKEND: "static" is switched off; set backends.static.enabled = true in lok.toml'
    )


def test_why_a_backend_is_not_asked(home: Home) -> None:
    text = "[backends.claude]\nenabled = false\n"
    settings = home.load("[backends.new]\ncommand = 'x'\n", user=text, flags={"--backend": "codex"})
    assert {backend.name: backend.off for backend in settings.backends if not backend.enabled} == {
        "gemini": "not among -b",
        "claude": "switched off",
        "ollama": "not among -b",
        "static": "not among -b",
        "new": "not trusted (lok trust)",
    }
    by_variable = {backend.name: backend.off for backend in home.load(environ={"LOK_BACKEND": "codex"}).backends}
    assert by_variable["gemini"] == "not among LOK_BACKEND"


def test_the_flag_beats_the_variable_in_the_choice_of_backends(home: Home) -> None:
    settings = home.load(environ={"LOK_BACKEND": "codex"}, flags={"--backend": "gemini"})

    assert [backend.name for backend in settings.backends if backend.enabled] == ["gemini"]


def test_empty_variables_and_flags_not_given_change_nothing(home: Home) -> None:
    environ = dict.fromkeys([*ENVIRONMENT, "LOK_CONFIG"], "")

    assert home.load(environ=environ, flags=dict.fromkeys(FLAGS)) == home.load()


@pytest.mark.parametrize(
    ("variable", "note"),
    [
        ("LOK_FAILON", "LOK_FAILON is not read; did you mean LOK_FAIL_ON?"),
        ("LOKBUDGET", "LOKBUDGET is not read; did you mean LOK_BUDGET?"),
        ("LOK_BACKENDS", "LOK_BACKENDS is not read; did you mean LOK_BACKEND?"),
        ("LOK_CONFIGS", "LOK_CONFIGS is not read; did you mean LOK_CONFIG?"),
    ],
)
def test_a_misspelled_variable_is_noted(home: Home, variable: str, note: str) -> None:
    assert home.load(environ={variable: "1"}).notes == (note,)


@pytest.mark.parametrize("variable", ["LOK_TRUST", "LOKI_URL", "LOK_HOME", "BLOK_BUDGET", "LOKALISE_TOKEN"])
def test_other_peoples_variables_are_left_alone(home: Home, variable: str) -> None:
    assert home.load(environ={variable: "1"}).notes == ()


def test_a_flag_without_a_setting_is_our_bug(home: Home) -> None:
    with pytest.raises(InternalError, match="--nonsense"):
        home.load(flags={"--nonsense": "1"})
