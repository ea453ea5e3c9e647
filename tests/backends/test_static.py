# ruff: noqa: E501  (a table is read by rows)
from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from lok_hooks.backends.deadline import Until
from lok_hooks.backends.static import Static, ruff_program
from lok_hooks.backends.static_rules import FREQUENT, ignored
from lok_hooks.backends.static_table import RULES, SYNTAX, UNCHECKED
from lok_hooks.core.diff import Status
from lok_hooks.core.finding import Remark, Severity
from lok_hooks.core.ground import ground
from lok_hooks.core.ports import Analysis, Failure, FailureKind
from lok_hooks.core.select import Selection
from lok_hooks.core.settings import BackendSettings
from lok_hooks.repo import snapshot
from lok_hooks.repo.git import Repository
from tests.backends.static_helpers import added, answer, claims, codes, file_diff, prompt_for, static

PROOF, SUSPICION = True, False
LOW, MEDIUM, HIGH, CRITICAL = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL

# rule, proof?, severity, what has it, its clean twin
RULE_CASES = [
    (SYNTAX, PROOF, CRITICAL, "def f(:\n    pass\n", "def f():\n    pass\n"),
    (SYNTAX, PROOF, CRITICAL, "def f(a, a):\n    pass\n", "def f(a, b):\n    pass\n"),
    ("F821", PROOF, HIGH, "print(os.name)\n", "import os\nprint(os.name)\n"),
    ("F823", SUSPICION, HIGH, "n = 0\ndef f():\n    print(n)\n    n = 1\n", "n = 0\ndef f():\n    n = 1\n    print(n)\n"),
    ("F701", PROOF, CRITICAL, "break\n", "while True:\n    break\n"),
    ("F702", PROOF, CRITICAL, "continue\n", "for _ in ():\n    continue\n"),
    ("F704", PROOF, CRITICAL, "yield 1\n", "def f():\n    yield 1\n"),
    ("F706", PROOF, CRITICAL, "return 1\n", "def f():\n    return 1\n"),
    ("F707", PROOF, CRITICAL, "try:\n    f = 1\nexcept:\n    f = 2\nexcept OSError:\n    f = 3\n", "try:\n    f = 1\nexcept OSError:\n    f = 2\nexcept:\n    f = 3\n"),
    ("F502", PROOF, HIGH, "'%(a)s' % (1,)\n", "x = '%(a)s' % {'a': 1}\n"),
    ("F507", PROOF, HIGH, "x = '%s %s' % (1,)\n", "x = '%s %s' % (1, 2)\n"),
    ("F524", PROOF, HIGH, "x = '{} {}'.format(1)\n", "x = '{} {}'.format(1, 2)\n"),
    ("F523", SUSPICION, LOW, "x = '{}'.format(1, 2)\n", "x = '{}'.format(1)\n"),
    ("PLE1307", PROOF, HIGH, "x = '%d' % 'one'\n", "x = '%d' % 1\n"),
    ("F601", SUSPICION, MEDIUM, "x = {'a': 1, 'a': 2}\n", "x = {'a': 1, 'b': 2}\n"),
    ("F631", PROOF, MEDIUM, "assert (1, 'text')\n", "assert 1, 'text'\n"),
    ("F632", SUSPICION, MEDIUM, "x = 1\nassert x is 'a'\n", "x = 1\nassert x == 'a'\n"),
    ("F506", SUSPICION, HIGH, "x = '%s %(a)s' % {'a': 1}\n", "x = '%(b)s %(a)s' % {'a': 1, 'b': 2}\n"),
    ("F633", SUSPICION, HIGH, "import sys\nprint >> sys.stderr, 'no'\n", "import sys\nprint('no', file=sys.stderr)\n"),
    ("PLE0101", SUSPICION, MEDIUM, "class A:\n    def __init__(self):\n        return super().__init__()\n", "class A:\n    def __init__(self):\n        super().__init__()\n"),
    ("PLE0237", SUSPICION, MEDIUM, "class A:\n    __slots__ = ('_A__x',)\n    def __init__(self):\n        self.__x = 1\n", "class A:\n    __slots__ = ('x',)\n    def __init__(self):\n        self.x = 1\n"),
    ("PLE0305", SUSPICION, MEDIUM, "class A:\n    def __index__(self):\n        return True\n", "class A:\n    def __index__(self):\n        return 1\n"),
    ("PLE1205", SUSPICION, MEDIUM, "import logging\nlogging.info('a', 1)\n", "import logging\nlogging.info('a %s', 1)\n"),
    ("PLE1300", SUSPICION, MEDIUM, "def f(q):\n    return '{:~P}'.format(q)\n", "def f(q):\n    return '{:>9}'.format(q)\n"),
    ("F901", SUSPICION, MEDIUM, "from own import NotImplemented\nraise NotImplemented\n", "raise NotImplementedError\n"),
    ("B006", SUSPICION, MEDIUM, "def f(a=[]):\n    return a\n", "def f(a=()):\n    return a\n"),
    ("B015", SUSPICION, MEDIUM, "x = 1\nx == 2\n", "x = 1\nassert x == 2\n"),
    ("B016", PROOF, MEDIUM, "raise 'no'\n", "raise ValueError('no')\n"),
    ("B023", SUSPICION, MEDIUM, "def f():\n    for i in [1]:\n        def g():\n            return i\n        print(g)\n", "def f():\n    for i in [1]:\n        def g(i=i):\n            return i\n        print(g)\n"),
    ("PLW0133", SUSPICION, MEDIUM, "def f():\n    ValueError('no')\n", "def f():\n    raise ValueError('no')\n"),
    ("PLW1501", PROOF, MEDIUM, "open('x', 'rwx')\n", "open('x', 'r')\n"),
    ("PLE0241", PROOF, HIGH, "class A: ...\nclass B(A, A): ...\n", "class A: ...\nclass B(A): ...\n"),
    ("PLE1142", PROOF, CRITICAL, "async def f(): ...\ndef g():\n    await f()\n", "async def f(): ...\nasync def g():\n    await f()\n"),
    ("PLE2502", SUSPICION, HIGH, "x = 'a\u202e b'\n", "x = 'a b'\n"),
    ("RUF006", SUSPICION, MEDIUM, "import asyncio\nasync def f():\n    asyncio.create_task(f())\n", "import asyncio\nasync def f():\n    t = asyncio.create_task(f())\n    await t\n"),
    ("ASYNC251", SUSPICION, MEDIUM, "import time\nasync def f():\n    time.sleep(1)\n", "import asyncio\nasync def f():\n    await asyncio.sleep(1)\n"),
    ("T100", SUSPICION, MEDIUM, "breakpoint()\n", "print()\n"),
    ("S301", SUSPICION, MEDIUM, "import pickle\ndef f(b):\n    return pickle.loads(b)\n", "import json\ndef f(b):\n    return json.loads(b)\n"),
    ("S307", SUSPICION, MEDIUM, "def f(t):\n    return eval(t)\n", "import ast\ndef f(t):\n    return ast.literal_eval(t)\n"),
    ("S324", SUSPICION, LOW, "import hashlib\ndef f(b):\n    return hashlib.md5(b)\n", "import hashlib\ndef f(b):\n    return hashlib.sha256(b)\n"),
    ("S501", SUSPICION, HIGH, "import requests\nrequests.get('https://a', verify=False, timeout=9)\n", "import requests\nrequests.get('https://a', timeout=9)\n"),
    ("S506", SUSPICION, HIGH, "import yaml\ndef f(t):\n    return yaml.load(t)\n", "import yaml\ndef f(t):\n    return yaml.safe_load(t)\n"),
    ("S602", SUSPICION, HIGH, "import subprocess\ndef f(c):\n    subprocess.run(c, shell=True)\n", "import subprocess\ndef f(c):\n    subprocess.run(['ls', c])\n"),
    ("S602", SUSPICION, HIGH, "import subprocess\ndef f(c):\n    subprocess.run(f'ls {c}', shell=True)\n", "import subprocess\nsubprocess.run('ls | wc', shell=True)\n"),
    ("S605", SUSPICION, HIGH, "import os\ndef f(c):\n    os.system(f'ls {c}')\n", "import os\nos.system('ls')\n"),
    ("S608", SUSPICION, HIGH, "def f(db, n):\n    return db.execute(f\"select * from users where name = '{n}'\")\n", "def f(db, n):\n    return db.execute('select * from users where name = ?', (n,))\n"),
    ("S608", SUSPICION, HIGH, "def f(db, n):\n    return db.execute('select * from users where name = ' + n)\n", "def f(db, n):\n    return db.execute('select * from users where name = ?', (n,))\n"),
    ("S608", SUSPICION, MEDIUM, "TABLE = 'users'\ndef f(db):\n    return db.execute(f'select * from {TABLE}')\n", "def f(db):\n    return db.execute('select * from users')\n"),
    ("S608", SUSPICION, MEDIUM, "def f(n):\n    raise ValueError(f'cannot select a row from {n}')\n", "x = 'cannot select a row from it'\n"),
    ("S701", SUSPICION, MEDIUM, "import jinja2\ne = jinja2.Environment(autoescape=False)\n", "import jinja2\ne = jinja2.Environment(autoescape=True)\n"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "is_proof", "severity", "bad", "clean"), RULE_CASES)
def test_rule_and_its_clean_twin(rule: str, is_proof: bool, severity: Severity, bad: str, clean: str) -> None:
    found = [claim for claim in added(bad) if claim.title.endswith(f"({rule})")]
    assert [(claim.is_proof, claim.severity) for claim in found] == [(is_proof, severity)]
    assert found[0].quote in bad
    assert found[0].why
    assert rule not in codes(added(clean))


def test_every_rule_of_the_table_is_known_to_ruff() -> None:
    program = ruff_program()
    assert program
    output = subprocess.run(
        [program, "rule", "--all", "--output-format", "json"], capture_output=True, check=True
    ).stdout
    known = {rule["code"]: rule for rule in json.loads(output)}
    ours = (RULES.keys() | set(FREQUENT)) - {SYNTAX, UNCHECKED}
    assert ours - known.keys() == set()
    # An older release has it in preview, and then does not report it.
    assert {code for code in ours if known[code]["preview"]} <= {"PLE0304"}


@pytest.mark.parametrize(
    "text",
    [
        "x = t'{1}'\ntry:\n    pass\nexcept OSError, ValueError:\n    pass\nmatch x:\n    case 1: pass\ntype A = int\n",
        "assert True\n",
        "x = f'no placeholder'\nl = 1\n",
        "from math import *\nprint(sqrt(4))\n",
        "import os\n",
        "try:\n    text = unicode\nexcept NameError:\n    text = str\n",
        "",
        "\n",
        # ruff 0.17 takes the name of a later line for missing.
        "def f():\n    class A:\n        nonlocal x\n    x = 1\n    return A\n",
    ],
)
def test_what_is_no_defect_is_not_claimed(text: str) -> None:
    assert added(text) == ()


@pytest.mark.parametrize(
    ("text", "is_proof", "severity"),
    [
        ("globals().update(a=1)\nprint(a)\n", SUSPICION, MEDIUM),
        ("import sys\nPY2 = sys.version_info[0] == 2\nx = unicode if PY2 else str\n", SUSPICION, LOW),
        ("print(_('text'))\n", SUSPICION, LOW),
        ("from __future__ import annotations\ndef f(a: Missing) -> None: ...\n", SUSPICION, MEDIUM),
        ("def f(a: 'Missing') -> None: ...\n", SUSPICION, MEDIUM),
        ("from __future__ import annotations\ndef f(a: Missing = Missing()) -> None: ...\n", PROOF, HIGH),
        ("def f(a: Missing) -> None: ...\n", SUSPICION, HIGH),
        ("x = '\\d'\ndef f(a: 'Missing') -> None: ...\n", SUSPICION, MEDIUM),
        ("from typing import cast\nx = cast('Missing', 1)\n", SUSPICION, MEDIUM),
        ("def f() -> None:\n    a: Missing = 1\n", SUSPICION, MEDIUM),
        ("x = 1\nclass A:\n    a: Missing = x\n", SUSPICION, HIGH),
        ("if False:\n    print(missing)\n", SUSPICION, MEDIUM),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    x: int = missing()\n", SUSPICION, MEDIUM),
        ("def helper(): ...\ndef f():\n    helper()\nf()\ndel helper\n", SUSPICION, MEDIUM),
        (
            "def f(rows):\n    for row in rows:\n        if row:\n            print(last)\n        last = row\n",
            SUSPICION,
            MEDIUM,
        ),
        (
            "while True:\n    try:\n        step(state)\n    finally:\n        state = 1\nstep = print\n",
            SUSPICION,
            MEDIUM,
        ),
        (
            "try:\n    import fast\nexcept ImportError as error:\n    def load():\n        raise error\n",
            SUSPICION,
            MEDIUM,
        ),
        (
            "def f():\n    def g():\n        nonlocal x\n        x = 1\n    g()\n    print(x)\n    del x\n",
            SUSPICION,
            MEDIUM,
        ),
        (
            "def f(rows):\n    for row in rows:\n        if row:\n            print(hit)\n        any((hit := r) for r in row)\n",
            SUSPICION,
            MEDIUM,
        ),
        ("import sys\nif sys.version_info >= (3, 15):\n    print(frozendict)\n", SUSPICION, MEDIUM),
        ("try:\n    fast_path\nexcept Exception:\n    print('slow')\n", SUSPICION, MEDIUM),
        ("import pytest\ndef test_it():\n    with pytest.raises(NameError):\n        missing()\n", SUSPICION, MEDIUM),
        (
            "from enum import IntFlag, global_enum\n@global_enum\nclass A(IntFlag):\n    B = 1\nprint(B)\n",
            SUSPICION,
            MEDIUM,
        ),
        ("import sys\nsetattr(sys.modules[__name__], 'a', 1)\nprint(a)\n", SUSPICION, MEDIUM),
        ("# Databricks notebook source\n# MAGIC %run ./setup\nprint(table_name)\n", SUSPICION, MEDIUM),
        ("#!/usr/bin/env python2\nprint(unicode('a'))\n", SUSPICION, LOW),
        ("NAME = {{ cookiecutter.name }}\n", SUSPICION, LOW),
        ("reveal_type(1)\n", SUSPICION, LOW),
        ("class A:\n    def f(self):\n        return __hidden\n_A__hidden = 1\n", SUSPICION, HIGH),
        ("print(late)\nlate = 1\n", PROOF, HIGH),
        ("def f():\n    print(late)\n    late = 1\n", PROOF, HIGH),
        ("def f():\n    for x in late:\n        late = x\n", PROOF, HIGH),
        ("class A:\n    x = 1\n    def f(self):\n        return x\n", PROOF, HIGH),
        ("def f():\n    local = 1\ndef g():\n    return local\n", PROOF, HIGH),
        ("def f():\n    def g(a=missing):\n        return a\n    return g\n", PROOF, HIGH),
        ("x = [y for y in (1,) if missing]\n", PROOF, HIGH),
        ('x = f"""\n{missing}\n"""\n', PROOF, HIGH),
        ("try:\n    a = 1\n    missing()\nexcept Exception:\n    pass\n", PROOF, HIGH),
        ("count: int\nprint(missing)\n", PROOF, HIGH),
        ("x = 1" + " + 1" * 900 + "\nprint(missing)\n", PROOF, HIGH),
    ],
)
def test_undefined_names_that_are_not_certain_are_not_proof(text: str, is_proof: bool, severity: Severity) -> None:
    found = [claim for claim in added(text) if claim.title.endswith("(F821)")]
    assert {(claim.is_proof, claim.severity) for claim in found} == {(is_proof, severity)}


@pytest.mark.parametrize(
    ("path", "text", "severity"),
    [
        ("pkg/module.pyi", "def f(x: Foo) -> None: ...\n", MEDIUM),
        ("pkg/module.pyi", "x = '%s %s' % (1,)\n", MEDIUM),
        ("pkg/__init__.py", "import os\nprint(core.name)\n", HIGH),
        ("{{cookiecutter.slug}}/x.py", "class {{cookiecutter.Name}}:\n    pass\n", MEDIUM),
        ("{{cookiecutter.slug}}/x.py", "def f(:\n", MEDIUM),
        ("app/x.py", "{% if cookiecutter.cli %}\nimport click\n{% endif %}\n", MEDIUM),
        ("app/x.py", "#!/usr/bin/python2.7\nprint 'hello'\n", MEDIUM),
        ("app/x.py", "print 'hello'\n", HIGH),
        ("tests/data/broken.py", "def f(:\n", MEDIUM),
        ("tests/data/broken.py", "print(missing)\n", MEDIUM),
        ("app/x.py", "import load\n# %%\nawait load.it()\n", LOW),
        ("tests/test_a.py", "import pytest\nwith pytest.raises(TypeError):\n    '%s %s' % (1,)\n", LOW),
        ("app/x.py", "def f(values):\n    return 'nothing to put in' % values\n", HIGH),
        ("app/x.py", "x = '{[{]}'.format({'{': 1})\n", MEDIUM),
    ],
)
def test_what_proves_nothing_in_this_file_is_a_suspicion(path: str, text: str, severity: Severity) -> None:
    found = [claim for claim in added(text, path) if claim.category in ("undefined-name", "syntax-error", "error")]
    assert not any(claim.is_proof for claim in found)
    assert max(found, key=lambda claim: claim.severity.order).severity is severity


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pkg/module.pyi", "def f(x: -> None: ...\n"),
        ("pkg/__init__.py", "print(core.name)\n"),
        ("app/x.py", "page = '{{ name }}'\ndef f(:\n    pass\n"),
        ("app/x.py", "# prints 'x'\ndef f(:\n    pass\n"),
        ("tests/test_a.py", "def f(:\n    pass\n"),
        ("tests/test_a.py", "x = '%s %s' % (1,)\n"),
        ("app/x.py", "await load()\n"),
        ("app/x.py", "x = '{'.format(1)\n"),
        ("app/x.py", "try:\n    x = '%s %s' % (1,)\nexcept OSError:\n    pass\n"),
    ],
)
def test_what_proves_it_all_the_same(path: str, text: str) -> None:
    assert any(claim.is_proof for claim in added(text, path))


NEWER = "type A[T] = list[T]\nx = t'{1}'\n"


def test_syntax_newer_than_this_python_is_no_mistake() -> None:
    assert added(NEWER) == ()
    (claim,) = added(f"{NEWER}print(missing)\n")
    assert (claim.severity, claim.is_proof) == (HIGH, sys.version_info >= (3, 14))


def test_type_parameters_and_what_is_evaluated_late_are_no_proof() -> None:
    found = added(
        "class C[T](list[T]):\n    def m[U: Far](self, a: T, b: U) -> Missing: ...\ntype X[V] = dict[V, Gone]\n"
    )
    assert {claim.title.split("`")[1] for claim in found} == {"Far", "Missing", "Gone"}
    assert not any(claim.is_proof for claim in found)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "text",
    [
        "x = " + "{{a|" * 50_000 + "\n",
        "{{" + "a" * 200_000 + "\n",
        "x = a" + ".b" * 20_000 + "\nreturn 1\n",
        "x = " + "(" * 150 + ")" * 150 + "\nreturn 1\n",
        "return 1\nx = 1" + " + 1" * 20_000 + "\n",
        "print(missing)\nx = [" + "[], " * 50_000 + "]\n",
        "print(missing)\nif 1:\n" + "".join(" " * n + "if 1:\n" for n in range(1, 90)) + " " * 91 + "pass\n",
        "return 1\n" + "\n" * 300_000,
        "print(missing)\n" + "\n" * 300_000,
        "unicode\nx = '" + "from __future__ import " * 20_000 + "'\n",
        "def f(db, n):\n    db.execute('select * from t where a = %" + " " * 100_000 + "' + n)\n",
    ],
    ids=[
        *("template marks", "a long name", "a chain", "brackets", "a sum", "a list", "branches"),
        *("no lines", "no lines in a package", "imports in a text", "a gap in a statement"),
    ],
)
def test_hostile_code_is_weighed_in_time(text: str) -> None:
    assert len(added(text, "pkg/__init__.py")) < 10


def test_a_package_and_a_stub_have_names_of_their_own() -> None:
    assert codes(added("print(__path__)\n", "pkg/__init__.py")) == []
    assert codes(added("print(__path__)\n", "pkg/module.py")) == ["F821"]
    assert codes(added("x: Later\nclass Later: ...\n", "pkg/module.pyi")) == []


@pytest.mark.parametrize(
    ("text", "silenced"),
    [
        ("return_it = missing  # noqa\n", (1, "# noqa")),
        ("x = missing  # NOQA: F821,E501 wanted\n", (1, "# NOQA: F821,E501 wanted")),
        ("x = missing  # noqa: E501\n", None),
        ("x = missing  # type: ignore\n", None),
        ("x = '# noqa', missing\n", None),
        ("# ruff: noqa\nx = 1\nx = missing\n", (1, "# ruff: noqa")),
        ("x = 1\nx = missing\n# flake8: noqa\n", (3, "# flake8: noqa")),
        ("# ruff: noqa: F821\nx = missing\n", (1, "# ruff: noqa: F821")),
        ("# ruff: noqa: E501\nx = missing\n", None),
        ('x = f"""\n{missing}\n"""  # noqa: F821\ny = 1  # noqa: E501\n', (3, "# noqa: F821")),
        ("x = missing  # nosec\n", None),
        ("def f(t):\n    return eval(t)  # noqa: S307\n", (2, "# noqa: S307")),
        ("def f(t):\n    return eval(t)  # nosec\n", (2, "# nosec")),
        ("def f(t):\n    return eval(t)  # nosec B307 - a constant\n", (2, "# nosec B307 - a constant")),
        ("def f(t):\n    return eval(t)  # nosec B101, B102\n", None),
        ("def f(t):\n    return eval(t)  # nosec assert_used\n", None),
        ("def f(t):\n    return eval(\n        t,\n    )  # nosec\n", (4, "# nosec")),
    ],
)
def test_what_a_comment_silences_is_claimed_with_it(text: str, silenced: tuple[int, str] | None) -> None:
    (claim,) = [claim for claim in added(text) if claim.category in ("undefined-name", "code-injection")]
    assert claim.ignored_by == (Remark(line=silenced[0], comment=silenced[1]) if silenced else None)
    assert claim.is_proof is (claim.category == "undefined-name")


def test_a_comment_cannot_silence_a_mistake_of_syntax() -> None:
    (claim,) = added("# ruff: noqa\ndef f(:  # noqa\n    pass\n")
    assert (claim.is_proof, claim.ignored_by) == (True, None)


def test_a_file_that_ruff_crashes_on_is_not_silenced_by_its_comments() -> None:
    (claim,) = added("# ruff: noqa\nx = " + "-" * 100_000 + "1\n")
    assert claim.title.endswith(f"({UNCHECKED})")
    assert claim.ignored_by is None


def test_remarks_in_one_file_say_nothing_about_another() -> None:
    files = {"a.py": (None, "print(missing)  # noqa\n"), "b.py": (None, "print(missing)\n")}
    assert [(claim.file, claim.ignored_by is not None) for claim in claims(files)] == [("a.py", True), ("b.py", False)]


def test_only_results_on_added_lines_count() -> None:
    old = "def f(t):\n    return eval(t)\n\n\nx = 1\n"
    assert claims({"a.py": (old, old + "y = 2\n")}) == ()
    found = claims({"a.py": (old, old + "def g(t):\n    return eval(t)\n")})
    assert [(claim.line, claim.quote) for claim in found] == [(7, "return eval(t)")]


def test_a_long_result_is_placed_on_the_line_that_changed() -> None:
    old = "def f(db, n):\n    q = f'''\n    select * from users\n    where name = {n}\n    '''\n    return db.execute(q)\n"
    new = old.replace("where name", "where surname")
    (claim,) = claims({"a.py": (old, new)})
    assert (claim.line, claim.quote) == (4, "where surname = {n}")


def test_a_name_that_the_change_removes_is_blamed_on_the_removal() -> None:
    middle = "".join(f"x{n} = {n}\n" for n in range(30))
    old = "import os\nimport sys\n" + middle + "print(os.name, sys.path)\n"
    new = old.replace("import os\n", "")
    (claim,) = claims({"a.py": (old, new)})
    assert claim.is_proof
    assert claim.severity is HIGH
    assert claim.quote == "import os"
    assert "`os`" in claim.title
    assert "line 32" in claim.title
    grounded = ground(claim, prompt_for(file_diff("a.py", old, new)).chunk)
    assert grounded.problem == ""
    assert grounded.place.touches_change


def test_of_several_removed_lines_the_one_with_the_name_is_quoted() -> None:
    old = "import json\nimport os\n" + "x = 1\n" * 20 + "print(os.name)\n"
    (claim,) = claims({"a.py": (old, old.replace("import json\nimport os\n", ""))})
    assert claim.quote == "import os"


def test_a_name_that_was_undefined_before_is_not_blamed_on_a_removal() -> None:
    old = "# uses nothing\n" + "print(nothing)\n" * 20
    assert claims({"a.py": (old, old.replace("# uses nothing\n", ""))}) == ()


def test_a_syntax_error_noticed_elsewhere_is_placed_on_the_change() -> None:
    old = "a = f(\n    1,\n)\n" + "x = 1\n" * 20
    new = old.replace("    1,\n)\n", "    1,\n")
    (claim,) = claims({"a.py": (old, new)})
    assert claim.is_proof
    assert claim.quote == ")"
    assert ground(claim, prompt_for(file_diff("a.py", old, new)).chunk).problem == ""


def test_one_mistake_is_one_syntax_error() -> None:
    found = added("def f(:\n    return (\n\nclass )\n x = undefined\n")
    assert codes(found) == [SYNTAX]


@pytest.mark.parametrize("old", ["print 'python 2'\n", "{{ cookiecutter.name }} = 1\n{% if x %}\n"])
def test_a_file_that_was_no_python_before_is_not_blamed_on_the_change(old: str) -> None:
    assert claims({"a.py": (old, old + old)}) == ()


def test_parts_of_a_split_file_claim_their_own_lines() -> None:
    old = "".join(f"x{n} = {n}\n" for n in range(60))
    new = old.replace("x1 = 1\n", "x1 = eval('1')\n").replace("x50 = 50\n", "x50 = eval(x1)\n")
    file = file_diff("a.py", old, new)
    backend = static({"a.py": new.encode()})
    seen = []
    for hunk in file.hunks:
        prompt = prompt_for(file)
        piece = prompt.chunk.pieces[0]
        part = type(piece)(file=file, hunks=(hunk,), enclosing=("",))
        answered = backend.ask(
            type(prompt)(task="t", text="", receipt="", chunk=type(prompt.chunk)(pieces=(part,))), Until.after(60)
        )
        assert isinstance(answered, Analysis)
        seen.append([claim.line for claim in answered.claims])
    assert seen == [[2], [51]]


def test_security_patterns_in_tests_are_low() -> None:
    text = "import subprocess\ndef f(c):\n    subprocess.run(c, shell=True)\n"
    assert [claim.severity for claim in added(text, "tests/test_run.py")] == [LOW]
    assert [claim.severity for claim in added("print(os.name)\n", "tests/test_run.py")] == [HIGH]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"S307": "off"}, []),
        ({"S": "off"}, []),
        ({"S307": "proof"}, [("S307", PROOF)]),
        ({"S": "off", "S307": "suspicion"}, [("S307", SUSPICION)]),
        ({"UP031": "suspicion"}, [("S307", SUSPICION), ("UP031", SUSPICION)]),
        ({"S101": "proof"}, [("S101", PROOF), ("S307", SUSPICION)]),
    ],
)
def test_rules_of_the_settings_stand_over_the_table(rules: dict[str, str], expected: list[tuple[str, bool]]) -> None:
    found = added("def f(t):\n    assert t\n    print('%s' % t)\n    return eval(t)\n", rules=rules)
    assert sorted(zip(codes(found), (claim.is_proof for claim in found), strict=True)) == expected


def test_a_rule_that_ruff_does_not_know_is_a_failure_with_its_words() -> None:
    failed = answer({"a.py": (None, "x = 1\n")}, {"QQQ999": "proof"})
    assert isinstance(failed, Failure)
    assert failed.kind is FailureKind.UNREADABLE
    assert "QQQ999" in failed.reason
    assert "rules" in failed.advice


def test_staged_content_is_read_and_the_working_tree_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*args: str) -> bytes:
        return subprocess.run(["git", "-C", str(tmp_path), *args], capture_output=True, check=True).stdout

    git("init", "-q")
    (tmp_path / "a.py").write_text("print(undefined_in_index)\n", encoding="utf-8")
    (tmp_path / "ruff.toml").write_text("[lint]\nselect = []\n", encoding="utf-8")
    git("add", "a.py")
    (tmp_path / "a.py").write_text("print(1)\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    taken = snapshot.staged(Repository.open(tmp_path), Selection())
    backend = Static(BackendSettings(name="static", kind="static"), taken)
    found = backend.ask(prompt_for(*taken.diff.files), Until.after(60))
    assert isinstance(found, Analysis)
    assert codes(found.claims) == ["F821"]
    assert git("status", "--porcelain").decode().splitlines() == ["AM a.py", "?? ruff.toml"]


@pytest.mark.parametrize(
    "path", ["../../evil.py", "/etc/evil.py", "a\nb.py", "x" * 300 + ".py", "venv/lib/a.py", "node_modules/a.py"]
)
def test_hostile_and_unusual_paths_are_checked_like_any(path: str) -> None:
    assert codes(added("print(undefined)\n", path)) == ["F821"]


def test_many_files_in_one_request() -> None:
    files = {f"pkg{n}/__init__.py": (None, f"print(undefined_{n})\n") for n in range(40)}
    found = claims(files)
    assert sorted(claim.file for claim in found) == sorted(files)
    assert all(claim.file.removeprefix("pkg").partition("/")[0] in claim.title for claim in found)


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\nprint(undefined)\n", "# -*- coding: latin-1 -*-\nx = '\\xe9'\nprint(undefined)\n"),
        (b"x = '\xe9\xff'\n\nprint(undefined)\n", "x = '\\xe9\\xff'\n\nprint(undefined)\n"),
        (b"\xef\xbb\xbfx = 1\n\nprint(undefined)\n", "\ufeffx = 1\n\nprint(undefined)\n"),
        (b"x = 1\r\n\r\nprint(undefined)\r\n", "x = 1\r\n\r\nprint(undefined)\r\n"),
        (b"x = 1\ry = 2\nz = 3\nprint(undefined)", "x = 1\ry = 2\nz = 3\nprint(undefined)"),
    ],
)  # fmt: skip
def test_encodings_and_line_ends(content: bytes, shown: str) -> None:
    found = static({"a.py": content}).ask(prompt_for(file_diff("a.py", None, shown)), Until.after(60))
    assert isinstance(found, Analysis)
    assert [(claim.line, claim.quote) for claim in found.claims] == [(3, "print(undefined)")]


def test_a_file_that_crashes_ruff_hides_neither_itself_nor_the_others() -> None:
    deep = "x = " + "-" * 100_000 + "1\n"
    files: dict[str, tuple[str | None, str | None]] = {f"{n}.py": (None, f"print(undefined_{n})\n") for n in range(5)}
    found = claims({**files, "deep.py": (None, deep)})
    assert [claim.file for claim in found if claim.title.endswith("(F821)")] == sorted(files)
    (crash,) = [claim for claim in found if claim.title.endswith(f"({UNCHECKED})")]
    assert (crash.file, crash.line, crash.severity, crash.is_proof) == ("deep.py", 1, MEDIUM, SUSPICION)
    assert crash.title.startswith("ruff crashes on this file")


def test_a_file_of_which_ruff_has_too_much_to_say_hides_neither_itself_nor_the_others() -> None:
    contents = {"many.py": b"print(undefined)\n" * 330_000, "b.py": b"print(undefined)\n"}
    files = (file_diff(path, None, "print(undefined)\n") for path in contents)
    found = static(contents).ask(prompt_for(*files), Until.after(60))
    assert isinstance(found, Analysis)
    assert [(claim.file, claim.line, claim.is_proof) for claim in found.claims] == [
        ("b.py", 1, PROOF),
        ("many.py", 1, SUSPICION),
    ]
    assert found.claims[1].title == f"ruff has too much to say of this file ({UNCHECKED})"


def test_nul_bytes_do_not_stop_the_others() -> None:
    contents = {"nul.py": b"x = 1\0\n", "b.py": b"print(undefined)\n"}
    files = (file_diff("nul.py", None, "x = 1\n"), file_diff("b.py", None, "print(undefined)\n"))
    found = static(contents).ask(prompt_for(*files), Until.after(60))
    assert isinstance(found, Analysis)
    assert [(claim.file, claim.severity) for claim in found.claims] == [("b.py", HIGH)]


def test_of_a_file_known_as_a_patch_only_secrets_are_found_and_nothing_is_made_up() -> None:
    key = "AKIA" + "Q3EGRIZ5T7WNCB2M"
    text = f"key = '{key}'\nprint(undefined)\n"
    found = static({"a.py": None}).ask(prompt_for(file_diff("a.py", None, text)), Until.after(60))
    assert isinstance(found, Analysis)
    assert [claim.category for claim in found.claims] == ["secret"]


def test_deleted_files_and_symbolic_links_are_not_python() -> None:
    gone = file_diff("a.py", "print(undefined)\n", None)
    link = file_diff("b.py", None, "elsewhere/b.py\n")
    link = type(link)(path="b.py", old_path="b.py", status=Status.ADDED, old_mode="000000", new_mode="120000", old_blob=link.old_blob, new_blob=link.new_blob, hunks=link.hunks)  # fmt: skip
    found = static({"a.py": None, "b.py": b"elsewhere/b.py"}).ask(prompt_for(gone, link), Until.after(60))
    assert isinstance(found, Analysis)
    assert found.claims == ()


def test_the_deadline_and_calling_off() -> None:
    timed_out = answer({"a.py": (None, "x = 1\n")}, seconds=0.0)
    assert isinstance(timed_out, Failure)
    assert timed_out.kind is FailureKind.TIMED_OUT
    deadline = Until.after(60)
    deadline.cancel()
    failed = static({"a.py": b"x = 1\n"}).ask(prompt_for(file_diff("a.py", None, "x = 1\n")), deadline)
    assert isinstance(failed, Failure)
    assert failed.kind is FailureKind.CANCELLED


def test_the_same_input_gives_the_same_claims() -> None:
    key = "AKIA" + "Q3EGRIZ5T7WNCB2M"
    text = f"print(a)\nprint(b)\ndef f(t=[]):\n    return eval(t)\nk = '{key}'\n"
    files: dict[str, tuple[str | None, str | None]] = {f"m{n}.py": (None, text) for n in range(5)}
    first = claims(files)
    assert len(first) == 25
    assert first == claims(files)
    assert list(first) == sorted(first, key=lambda claim: (claim.file, claim.line))


def test_it_says_what_it_is() -> None:
    backend = static({})
    assert backend.name == "static"
    assert (backend.traits.role, backend.traits.kind, backend.traits.is_local, backend.traits.may_block) == (
        "analyser", "static", True, True,
    )  # fmt: skip
    assert backend.missing() is None


def test_without_ruff_it_is_missing(tmp_path: Path) -> None:
    venv.create(tmp_path / "bare", with_pip=False)
    code = (
        "from lok_hooks.backends.static import Static\n"
        "from lok_hooks.core.settings import BackendSettings\n"
        "failure = Static(BackendSettings(name='static', kind='static'), None).missing()\n"
        "print(failure and failure.kind, '|', failure and failure.advice)\n"
    )
    output = subprocess.run(
        [str(tmp_path / "bare" / "bin" / "python"), "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
    ).stdout
    assert output.startswith("missing | install it again")


def test_rules_that_only_make_noise_are_not_computed_unless_switched_on() -> None:
    assert "F401" in ignored({}).split(",")
    assert "F401" not in ignored({"F401": "suspicion"}).split(",")
    assert "F841" not in ignored({"F": "proof"}).split(",")
    assert not any(code in RULES for code in FREQUENT)
