"""Texts that a model, a repository or a vendor could send to fool a terminal, a log, a browser or a parser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

NASTY: Final[dict[str, str]] = {
    "colour": "\x1b[31mred\x1b[0m",
    "title": "\x1b]0;owned\x07",
    "clipboard": "\x1b]52;c;cm0gLXJmIC8=\x07",
    "hyperlink": "\x1b]8;;https://evil.example\x1b\\safe\x1b]8;;\x1b\\",
    "erase": "\x1b[2J\x1b[1;1H\x1b[2K",
    "c1": "\x9b31mred\x9d0;owned\x9c",
    "carriage return": "findings\rnothing found",
    "backspace": "refused\x08\x08\x08\x08\x08\x08\x08allowed",
    "null": "a\x00b\x7fc",
    "line separators": "a\x0bb\x0cc\x85d\u2028e\u2029f",
    "line break": "first\n::error::second\r\n- third",
    "bidi": "if admin\u202e \u2066// check\u2069 \u2066",
    "zero width": "pass\u200bword\ufeff\u2060\u00ad",
    "tags": "hi\U000e0041\U000e0042\U000e01ef",
    "hangul filler": "a\u3164b\u115f",
    "undecodable": "caf\udce9",
    "surrogate": "\ud83d alone \ude00",
    "rich markup": "[bold red]x[/bold red] [link=https://evil.example]y[/link] [/]",
    "rich emoji": ":smile: :boom:",
    "workflow command": "::error file=x,line=1::owned",
    "stop commands": "::stop-commands::token",
    "old command": "x ##[add-mask]y ##vso[task.setvariable variable=z]w ##teamcity[x]",
    "percent": "100%25 %0A %0D %3A %2C",
    "markdown link": "[click](https://evil.example) ![x](https://evil.example/p.png) <https://evil.example>",
    "reference link": "[a]\n\n[a]: https://evil.example",
    "bare link": "see https://evil.example/a and www.evil.example, ftp://evil.example",
    "mention": "@everyone #1 GH-2 org/repo#3 mail@evil.example",
    "heading": "# owned\n## owned\nowned\n===",
    "list": "1. one\n- two\n+ three\n* four",
    "fence": "```\nout\n``````\n~~~~\nx",
    "backticks": "`` a ` b ```",
    "table": "a | b \\| c \\\\| d\n|---|---|\n| x | y |",
    "html": "<script>alert(1)</script><img src=x onerror=y> <!-- <details></details></table> &lt; &amp;#x3c;",
    "entity": "&lt;b&gt; &#60;i&#62; &colon;",
    "emphasis": "**bold** _it_ __x__ ~~gone~~ $\\href{javascript:x}{y}$",
    "json": '"}],"exit_code":0,{"',
    "sarif link": "[a](1) [b](https://evil.example) {0} {1}",
    "quotes": "'\"\\",
    "spaces": "   \t \n ",
    "empty": "",
    "wide": "データベース接続 🚀👨‍👩‍👧 \uff57\uff49\uff44\uff45",
    "combining": "Z\u0351\u036b\u0343a\u0334l\u0335g\u0336o",
    "long": "x" * 5_000,
    "many lines": "line\n" * 400,
}

# What people write into code to fool its reviewers, one text for each way.
_CORPUS: Final = Path(__file__).parents[1] / "security" / "corpus" / "attacks.json"
for _way, _texts in json.loads(_CORPUS.read_text(encoding="utf-8"))["attacks"].items():
    if _way == "terminal and reports":
        NASTY.update({f"corpus: {text}": text for text in _texts})
    else:
        NASTY[f"corpus: {_way}"] = "\n".join(_texts)
