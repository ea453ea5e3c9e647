"""Values in shell steps are data: real shells run the assembled scripts, with the nastiest values."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lok_hooks.core.workflow_mentions import misplaced_values
from lok_hooks.core.workflow_shell import assembled, quoted_values
from lok_hooks.core.workflow_text import rendered_for_shell

NASTY = 'a\'b"c`touch pwned`$(touch pwned);touch pwned\n&& touch pwned | x\\n * ? ~ ${HOME}\nEOF\n)\n"\n\tlast\n\n'
SHELLS = [name for name in ("sh", "dash", "bash") if shutil.which(name)]


def run(text: str, value: str, folder: Path, shell: str = "sh") -> str:
    """What the step prints, trailing line breaks and all."""
    rendered, taken = rendered_for_shell(text, {"v": value, "steps": {}}, ())
    script = assembled(rendered, len(taken))
    values = folder / "values"
    values.mkdir(exist_ok=True)
    for number, each in enumerate(quoted_values(taken), 1):
        (values / str(number)).write_bytes(each)
    done = subprocess.run(
        [shell, "-c", script],
        cwd=folder,
        env={"LOK_VALUES": str(values), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=True,
        timeout=20,
    )
    assert not (folder / "pwned").exists()
    return done.stdout.decode("utf-8", "surrogateescape")


PLACES = [
    pytest.param("printf %s {{ v }}", "{}", id="bare"),
    pytest.param("printf %s x{{ v }}y", "x{}y", id="inside a word"),
    pytest.param('printf %s "{{ v }}"', "{}", id="in double quotes"),
    pytest.param("printf %s 'it says: {{ v }}!'", "it says: {}!", id="in single quotes"),
    pytest.param("X={{ v }}\nprintf %s \"$X\"", "{}", id="assigned"),
    pytest.param("X='{{ v }}' ; printf %s \"$X\"", "{}", id="assigned in quotes"),
    pytest.param("cat <<'EOF'\n\\ $HOME `x` {{ v }}.\nEOF\nprintf x", "\\ $HOME `x` {}.\nx", id="quoted here-document"),
    pytest.param("cat <<EOF\n{{ v }}.\nEOF\n", "{}.\n", id="here-document"),
    pytest.param("cat <<-'EOF'\n\t{{ v }}.\n\tEOF\n", "{}.\n", id="here-document without tabs"),
    pytest.param(
        "printf %s \"$(cat <<'LOKEOF'\n## (it)\n{{ v }}!\nLOKEOF\n)\"", "## (it)\n{}!", id="as the original writes it"
    ),
    pytest.param('printf %s "$(printf %s "{{ v }}!")"', "{}!", id="nested substitution"),
    pytest.param("for each in {{ v }}; do printf %s \"$each\"; done", "{}", id="in a loop"),
    pytest.param("# a comment with {{ v }}\nprintf done", "done", id="in a comment"),
    pytest.param("[ -n \"{{ v }}\" ] && printf %s {{ v }}", "{}", id="tested"),
    pytest.param("sh -c 'printf %s \"$1\"' _ {{ v }}", "{}", id="as an argument of another shell"),
    pytest.param('export X={{ v }} "Y={{ v }}"; [ "$X" = "$Y" ] && printf %s "$Y"', "{}", id="exported"),
    pytest.param("X=$((1 << 2)); [ {{ v }} = 4 ] || printf %s {{ v }}", "{}", id="behind a calculation"),
    pytest.param("printf 'it'\\''s %s' {{ v }}", "it's {}", id="behind an escaped quote"),
]  # fmt: skip


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(("text", "expected"), PLACES)
def test_a_nasty_value_arrives_as_it_is(text: str, expected: str, shell: str, tmp_path: Path) -> None:
    said = run(text, NASTY, tmp_path, shell)
    if "<<-" in text:
        # The shell strips leading tabs of the script, never of a value.
        assert said == expected.format(NASTY)
    else:
        assert said == expected.replace("{}", NASTY)


def test_no_value_is_no_word(tmp_path: Path) -> None:
    assert run("set -- {{ v }}; printf %s $#", "", tmp_path) == "0"
    assert run('set -- "{{ v }}"; printf %s $#', "", tmp_path) == "1"


@given(value=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_arrives_as_it_is(value: str, tmp_path: Path) -> None:
    assert run("printf %s \"{{ v }}\"'{{ v }}'{{ v }}", value, tmp_path) == value * 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ v }} --version", "name of a command"),
        ("cd x && {{ v }}", "name of a command"),
        ("x; '{{ v }}'", "name of a command"),
        ('"{{ v }}"', "name of a command"),
        ("env A=1 {{ v }}", "name of a command"),
        ("foo{{ v }} bar", "name of a command"),
        ("echo $({{ v }})", "name of a command"),
        ("if {{ v }}; then x; fi", "name of a command"),
        ('eval "echo {{ v }}"', "what eval reads as code"),
        ("sh -c 'echo {{ v }}'", "what sh reads as code"),
        ('/bin/bash -ec "echo {{ v }}"', "what bash reads as code"),
        ('sudo sh -c "echo {{ v }}"', "what sh reads as code"),
        ('python3 -c "print({{ v }})"', "what python3 reads as code"),
        ("perl -e '{{ v }}'", "what perl reads as code"),
        ('sed "s/x/{{ v }}/" file', "what sed reads as code"),
        ("ssh host {{ v }}", "what ssh reads as code"),
        ("find . -exec sh -c 'echo {{ v }}' \\;", "what find reads as code"),
        ("find . -exec {{ v }} \\;", "what find reads as code"),
        ('docker exec web sh -c "echo {{ v }}"', "what docker reads as code"),
        ("nix-shell --run 'echo {{ v }}'", "what nix-shell reads as code"),
        ("echo " + "{{ v }} " * 300, "more than 200 values"),
        ("echo `cat {{ v }}`", "back-quotes"),
        ("echo $(( 1 + {{ v }} ))", "$((…))"),
        ('echo $(( "{{ v }}" + 1 ))', "$((…))"),
        ("echo $(( $(echo {{ v }}) + 1 ))", "$((…))"),
        ("x=$((1 << 2\n+ 1))\neval {{ v }}", "what eval reads as code"),
        ("for ((i=0; i<{{ v }}; i++)); do x; done", "((…))"),
        ("if (( x > '{{ v }}' )); then x; fi", "((…))"),
        ('[[ "{{ v }}" -gt 3 ]] && x', "that is calculated"),
        ("[[ a == b && 3 -lt {{ v }} ]]", "that is calculated"),
        ("[[ -v {{ v }} ]]", "that is calculated"),
        ("test -v {{ v }}", "where test takes the name of a variable"),
        ("printf -v {{ v }} x", "where printf takes the name"),
        ("builtin let y={{ v }}", "what let reads as code"),
        ("\\eval {{ v }}", "what eval reads as code"),
        ("declare -ri y={{ v }}", "where declare takes the name"),
        ("export {{ v }}", "where export takes the name"),
        ("read -r {{ v }} < file", "where read takes the name"),
        ("unset 'a{{ v }}'", "where unset takes the name"),
        ("echo ${X:-{{ v }}}", "${…}"),
        ("cat <<'E.F'\n{{ v }}\nE.F\n", "plain word"),
        ("cat <<EOF\n$(x) {{ v }}\nEOF\n", "write <<'EOF'"),
    ],
)
def test_places_where_a_value_would_be_code_are_refused(text: str, said: str) -> None:
    (mistake,) = misplaced_values(text)
    assert said in str(mistake)


@pytest.mark.parametrize(
    "text",
    [
        "[[ {{ v }} == x* && -n {{ v }} ]] || x",
        "[[ 1 -eq 1 ]] && echo {{ v }}",
        "read -r a b <<< {{ v }}",
        'mapfile -t lines <<<"{{ v }}"',
        "f() { local x={{ v }}; readonly y='{{ v }}'; }",
        "(( 1 + 1 )) && echo {{ v }}",
    ],
)
def test_places_of_bash_where_a_value_is_data_are_allowed(text: str) -> None:
    assert not list(misplaced_values(text))


@pytest.mark.parametrize("text", ["(( 1 + {} ))", "[[ {} -gt 3 ]]", "let y={}", "declare -i y={}"])
def test_what_is_refused_would_run_in_bash(text: str, tmp_path: Path) -> None:
    """The other side: each form does what it is refused for."""
    script = text.format('"$VALUE"')
    environment = {"PATH": "/usr/bin:/bin", "VALUE": "a[$(touch pwned)]"}
    subprocess.run(["bash", "-c", script], cwd=tmp_path, env=environment, check=False, timeout=20)
    assert (tmp_path / "pwned").exists()
    assert list(misplaced_values(text.format("{{ v }}")))


def test_every_misplaced_value_is_told_with_its_line() -> None:
    lines = [
        "echo {{ a }} && {{ b }}",
        "{% if c %}",
        "eval {{",
        "  d }} {{ e }}",
        "{% endif %}",
        "cat <<E",
        "$(x)",
        "{{ f }}",
        "E",
        "echo {{ g }} `{{ h }}`",
    ]
    told = [(mistake.line, str(mistake).split()[-1]) for mistake in misplaced_values("\n".join(lines))]
    assert told == [(1, "there"), (3, "input"), (4, "input"), (8, "<<'E'"), (10, "data")]


def test_a_value_that_another_would_arrive_for_is_told() -> None:
    text = "\n{% set x %}a {{ b }}{% endset %}echo {{ x }}\n{% filter upper %}echo {{ c }} {% set y=1 %}{% endfilter %}"
    told = list(misplaced_values(text + "{% set z = b %}echo {{ z }}{% set k %}v{% endset %}"))
    assert [mistake.line for mistake in told] == [2, 3]
    assert all("a value inside {% filter … %} or {% set … %}" in str(mistake) for mistake in told)


def test_a_script_without_values_stays_what_it_was() -> None:
    text = "find . -name '*.py' | xargs grep -l \"a b\" # it's\ncat <<'X'\n$(x)\nX\n"
    assert assembled(text, 0) == text
