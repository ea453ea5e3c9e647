"""What source code does that only a few named functions may do: run text as code, start programs, write files.

A module is read, never run. Names are followed through imports, assignments and `getattr` with a literal, so that
`from os import system as s; s(x)` is seen for what it is. What cannot be followed counts as the worse case.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

Sort = Literal["code", "loads", "program", "writes"]
"""`code` is forbidden to everybody; the others are for functions that a list names."""

_CODE = {
    *("eval", "exec", "compile", "__import__", "breakpoint", "execfile"),
    *("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "tempfile.mktemp"),
    *("importlib.reload", "types.FunctionType", "types.CodeType", "jinja2.Environment", "jinja2.Template"),
    *("jinja2.sandbox.SandboxedEnvironment", "logging.config.listen", "os.startfile"),
}
_CODE_PREFIXES = ("os.exec", "os.spawn")
# Readers that build whatever objects a text names (ruamel.yaml, which is used, builds none when told "rt" or "safe"),
# XML with entities, and what runs a text or a file of Python.
_CODE_MODULES = {
    *("pickle", "_pickle", "cPickle", "cloudpickle", "dill", "joblib", "jsonpickle", "marshal", "shelve", "yaml"),
    *("xml", "imp", "runpy", "code", "codeop", "timeit", "pty", "ctypes", "cffi", "pdb", "bdb", "trace"),
}
_LOADS = {"importlib.import_module", "importlib.util.spec_from_file_location"}
_PROGRAMS = {
    *(f"subprocess.{name}" for name in ("Popen", "run", "call", "check_call", "check_output")),
    *("os.posix_spawn", "os.posix_spawnp", "os.fork", "os.forkpty"),
    *("asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell", "multiprocessing.Process"),
}
_WRITES = {
    *(f"os.{name}" for name in ("replace", "rename", "renames", "link", "symlink", "truncate", "mkfifo", "mknod")),
    *(f"os.{name}" for name in ("chmod", "lchmod", "fchmod", "chown", "sendfile", "copy_file_range")),
    *(f"shutil.{name}" for name in ("copy", "copy2", "copyfile", "copyfileobj", "copymode", "copystat", "copytree")),
    *("shutil.move", "shutil.make_archive", "shutil.unpack_archive", "sqlite3.connect", "logging.FileHandler"),
}
_WRITE_MODULES = {"tempfile", "zipfile", "tarfile", "dbm", "fileinput", "mmap"}
_HARMLESS = {"tempfile.gettempdir"}
_WRITE_METHODS = {
    *("write_text", "write_bytes", "touch", "symlink_to", "hardlink_to", "rename", "chmod", "lchmod"),
}
_OPENERS = {"open": 1, "io.open": 1, "os.fdopen": 1, "pathlib.Path.open": 1, "codecs.open": 1}
"""Dotted names, and which argument is the mode."""
_WATCHED = {
    *("os", "io", "builtins", "subprocess", "asyncio", "multiprocessing", "importlib", "shutil", "sqlite3", "pathlib"),
    *_CODE_MODULES,
    *_WRITE_MODULES,
}
"""Modules that one of ours may have bound as its own attribute."""
_READING_FLAGS = {
    f"os.O_{name}" for name in ("RDONLY", "NOFOLLOW", "NONBLOCK", "CLOEXEC", "DIRECTORY", "NOCTTY", "PATH")
}


@dataclass(frozen=True, kw_only=True, order=True)
class Deed:
    """`what` (a dotted name) is done, or could be, in `function` (with its class) at `line`."""

    sort: Sort
    what: str
    function: str
    line: int


@cache
def deeds(source: str) -> tuple[Deed, ...]:
    """Everything of these sorts that a module's text does, in order."""
    return tuple(sorted(_Reader(ast.parse(source)).deeds()))


def careless_opens(source: str) -> list[int]:
    """The lines where `os.open` may make a file without saying that it is a new one or added to, and no link."""
    return list(_Reader(ast.parse(source)).careless_opens())


class _Reader:
    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._values: dict[str, ast.expr] = {}
        self._names = self._imported()
        self._called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        self._hints = {id(part) for hint in _annotations(tree) for part in ast.walk(hint)}

    def _imported(self) -> dict[str, str]:
        """The dotted name behind each name that an import or a plain assignment binds, wherever in the module."""
        names: dict[str, str] = {}
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    names[alias.asname or alias.name.partition(".")[0]] = (
                        alias.name if alias.asname else alias.name.partition(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    names[alias.asname or alias.name] = _plain(f"{node.module or ''}.{alias.name}")
        self._names = names
        for node in ast.walk(self._tree):
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) else None
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            for target in targets if value is not None else []:
                if isinstance(target, ast.Name) and value is not None:
                    self._values[target.id] = value
                    if isinstance(value, ast.Name | ast.Attribute | ast.Call) and (dotted := self._dotted(value)):
                        names.setdefault(target.id, dotted)
        return names

    def _dotted(self, node: ast.AST) -> str:
        """The dotted name of an expression, "" for one that has none: a name that nothing binds is a builtin, and an
        attribute of a value is not one of a module."""
        if isinstance(node, ast.Name):
            return self._names.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            return self._inside(node.value, node.attr)
        if isinstance(node, ast.Call) and self._dotted(node.func) == "getattr" and len(node.args) >= 2:
            name = node.args[1]
            return self._inside(node.args[0], name.value if isinstance(name, ast.Constant) else "*")
        return ""

    def _inside(self, value: ast.expr, attribute: object) -> str:
        before = self._dotted(value)
        if isinstance(value, ast.Name) and value.id not in self._names and value.id != "__builtins__":
            return ""
        return _plain(f"{before}.{attribute}") if before else ""

    def deeds(self) -> Iterator[Deed]:
        for function, node in _with_function(self._tree, ""):
            for sort, what in self._done(node):
                yield Deed(sort=sort, what=what, function=function, line=getattr(node, "lineno", 0))

    def _done(self, node: ast.AST) -> Iterator[tuple[Sort, str]]:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from self._of_import(node)
        elif isinstance(node, ast.Call):
            yield from self._of_call(node)
        if isinstance(node, ast.Name | ast.Attribute) and id(node) not in self._hints:
            yield from self._of_reference(node) if isinstance(node.ctx, ast.Load) else ()

    def _of_import(self, node: ast.Import | ast.ImportFrom) -> Iterator[tuple[Sort, str]]:
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        yield from (("code", name) for name in modules if name.partition(".")[0] in _CODE_MODULES)
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            yield "code", f"{node.module}.*"

    def _of_reference(self, node: ast.Name | ast.Attribute) -> Iterator[tuple[Sort, str]]:
        """What it is enough to name: it may be handed on and called elsewhere."""
        dotted = self._dotted(node)
        found = self._sort(dotted)
        if found:
            yield found, dotted
        elif isinstance(node, ast.Attribute) and node.attr in _WRITE_METHODS and not dotted.startswith("os."):
            yield "writes", f".{node.attr}"
        elif (dotted in _OPENERS or dotted == "os.open") and id(node) not in self._called:
            yield "writes", dotted

    def _of_call(self, node: ast.Call) -> Iterator[tuple[Sort, str]]:
        dotted = self._dotted(node.func)
        keywords = {keyword.arg: keyword.value for keyword in node.keywords}
        if isinstance(node.func, ast.Call) and (found := self._sort(dotted)):
            yield found, dotted
        shell = keywords.get("shell")
        is_off = isinstance(shell, ast.Constant) and shell.value is False
        if shell is not None and not is_off and not dotted.startswith("lok_hooks."):
            yield "code", "shell="
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if method == "execute" and "shell" in keywords:  # GitPython's; sqlite's has no such keyword
            yield "program", ".execute"
        starts = dotted in _PROGRAMS or method == "execute"
        # The ninth positional argument of Popen is the shell.
        if starts and (None in keywords or any(isinstance(each, ast.Starred) for each in node.args)):
            yield "code", f"{dotted}(**)"
        if dotted.startswith("subprocess.") and dotted in _PROGRAMS and len(node.args) > 1:
            yield "code", f"{dotted}(positional)"
        if dotted.endswith("ruamel.yaml.YAML") and not _is_one_of(keywords.get("typ"), ("rt", "safe")):
            yield "code", "ruamel.yaml"
        if self._writes(node, dotted, keywords):
            yield "writes", dotted or f".{method}"

    def _sort(self, dotted: str) -> Sort | None:
        root = dotted.partition(".")[0]
        if dotted in _CODE or dotted.startswith(_CODE_PREFIXES) or (root in _CODE_MODULES and "." in dotted):
            return "code"
        if dotted == "*" or (dotted.endswith(".*") and root in _WATCHED):
            return "code"
        if dotted in _LOADS:
            return "loads"
        if dotted in _PROGRAMS:
            return "program"
        if dotted in _WRITES or (root in _WRITE_MODULES and "." in dotted and dotted not in _HARMLESS):
            return "writes"
        return None

    def _writes(self, node: ast.Call, dotted: str, keywords: dict[str | None, ast.expr]) -> bool:
        """Whether a call opens a file for more than reading, or moves one."""
        if dotted == "os.open":
            flags = keywords.get("flags") or (node.args[1] if len(node.args) > 1 else None)
            return flags is None or not self._leaves(flags) <= _READING_FLAGS
        if dotted in _OPENERS:
            place = _OPENERS[dotted]
            mode = keywords.get("mode") or (node.args[place] if len(node.args) > place else None)
            return (mode is not None and not _is_reading(mode)) or "opener" in keywords or None in keywords
        if not isinstance(node.func, ast.Attribute):
            return False
        if node.func.attr == "open" and not dotted.startswith("lok_hooks."):
            mode = keywords.get("mode") or (node.args[0] if node.args else None)
            return mode is not None and not _is_reading(mode)
        # A text's `replace` takes two arguments, a date's takes keywords.
        return node.func.attr == "replace" and len(node.args) == 1 and not keywords

    def _leaves(self, flags: ast.expr, depth: int = 0) -> set[str]:
        """The flags that are or'ed together, constants of the module followed."""
        if isinstance(flags, ast.BinOp) and isinstance(flags.op, ast.BitOr):
            return self._leaves(flags.left, depth) | self._leaves(flags.right, depth)
        if isinstance(flags, ast.Name) and flags.id in self._values and depth < 9:
            return self._leaves(self._values[flags.id], depth + 1)
        return {self._dotted(flags) or ast.unparse(flags)}

    def careless_opens(self) -> Iterator[int]:
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Call) and self._dotted(node.func) == "os.open" and len(node.args) > 1:
                flags = self._leaves(node.args[1])
                is_careful = flags & {"os.O_EXCL", "os.O_APPEND"} and "os.O_NOFOLLOW" in flags
                if "os.O_CREAT" in flags and not is_careful:
                    yield node.lineno


def _with_function(node: ast.AST, function: str) -> Iterator[tuple[str, ast.AST]]:
    """Every node with the function it stands in, classes before it."""
    for child in ast.iter_child_nodes(node):
        inside = function
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inside = f"{function}.{child.name}".removeprefix(".")
        yield inside, child
        yield from _with_function(child, inside)


def _plain(dotted: str) -> str:
    """Without what leads to a builtin, or to another's module that one of ours has bound."""
    before, _, last = dotted.rpartition(".")
    is_another = before in ("builtins", "__builtins__") or (before.startswith("lok_hooks.") and last in _WATCHED)
    return last if is_another else dotted


def _annotations(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        hints = (getattr(node, "annotation", None), getattr(node, "returns", None))
        yield from (hint for hint in hints if isinstance(hint, ast.expr))


def _is_reading(mode: ast.expr) -> bool:
    return isinstance(mode, ast.Constant) and isinstance(mode.value, str) and {*mode.value} <= {*"rbt"}


def _is_one_of(value: ast.expr | None, words: tuple[str, ...]) -> bool:
    return isinstance(value, ast.Constant) and value.value in words
