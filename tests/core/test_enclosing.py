from __future__ import annotations

import pytest

from lok_hooks.core.enclosing import enclosing_definition

PYTHON = """\
import os


class Store:
    limit = 3

    @property
    def user(self, name):
        if name:
            for x in name:
                print(x)
        return None

    async def other(self):
        pass
""".split("\n")
JAVASCRIPT = """\
export class Store {
  async load(name) {
    const a = 1;
    return a;
  }
}
function top() {
  return 1;
}
""".split("\n")
GO = """\
func (s *Store) Load(name string) error {
\tif name == "" {
\t\treturn nil
\t}
\treturn err
}
""".split("\n")


@pytest.mark.parametrize(
    ("lines", "number", "expected"),
    [
        (PYTHON, 1, ""),
        (PYTHON, 2, ""),
        (PYTHON, 5, "class Store:"),
        (PYTHON, 11, "class Store: > def user(self, name):"),
        (PYTHON, 15, "class Store: > async def other(self):"),
        (PYTHON, 500, ""),
        (JAVASCRIPT, 4, "export class Store { > async load(name) {"),
        (JAVASCRIPT, 8, "function top() {"),
        (GO, 3, "func (s *Store) Load(name string) error {"),
        ([], 1, ""),
        ([""], 2, ""),
    ],
)
def test_the_definitions_around_a_line(lines: list[str], number: int, expected: str) -> None:
    assert enclosing_definition(lines, number) == expected
