"""What may stand in a lok.toml: one frozen model per section, every key described.

The description of a key is also what its error message advises, so it says what to write. Keys that a file does
not set stay unset here: defaults come from the built-in layer (default.toml) and from `defaults.KIND_DEFAULTS`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from lok_hooks.core.settings import BackendKind

# Longer waits overflow the operating system's timers; a week is beyond any review.
LONGEST_SECONDS: Final = 7 * 24 * 3600

_NAME: Final = r"^\w[\w.+-]*$"
_VARIABLE: Final = r"^[A-Za-z_][A-Za-z0-9_]*$"
# No white space and no dash in front, so that a model name can never be read as an option of a command line.
_MODEL: Final = r"^[^\s\x00-\x1f\x7f-][^\s\x00-\x1f\x7f]*$"
# No credentials, query or backslash: what follows `//` up to the next `/` is the host, for every reader alike.
URL: Final = r"^https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?(/[^\s?#\\]*)?$"


def _no_limit(value: object) -> object:
    """0 and "none" are the two spellings of "no limit"."""
    return None if value == "none" or (value == 0 and not isinstance(value, bool)) else value


def _no_false_server(value: str) -> str:
    """A command that looks like a server's address must be one that every reader understands alike."""
    if value.lower().startswith(("http://", "https://")) and not re.fullmatch(URL, value):
        raise PydanticCustomError("server_address", "not a server's address")
    return value


Text = Annotated[str, Field(min_length=1, pattern=r"^[^\x00]*$")]
Variable = Annotated[str, Field(pattern=_VARIABLE)]
Name = Annotated[str, Field(pattern=_NAME)]
Words = Annotated[tuple[Text, ...], Field(strict=False)]
Arguments = Annotated[tuple[Annotated[str, Field(pattern=r"^[^\x00]*$")], ...], Field(strict=False)]
Seconds = Annotated[float, Field(gt=0, le=LONGEST_SECONDS)]
Budget = Annotated[Annotated[float, Field(ge=0, le=LONGEST_SECONDS)] | None, BeforeValidator(_no_limit)]
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]
OnIncomplete = Literal["allow", "block"]


class Section(BaseModel):
    """Base of all sections: nothing unknown, nothing converted, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def key(description: str, *, alias: str | None = None) -> Any:
    """A key that a file may leave out. It is then not among `model_fields_set`; the None here is never read."""
    return Field(default=None, description=description, alias=alias)


class Defaults(Section):
    """`[defaults]`, as in the original Lok."""

    parallel: bool = key("true asks all backends at once, false one after the other")
    timeout: Seconds = key("seconds one request may take, unless its backend says otherwise")
    command_wrapper: Annotated[str, Field(pattern=r"^$|\{cmd\}")] = key(
        "a command line around every program, with {cmd} where the program goes"
    )


class Backend(Section):
    """`[backends.NAME]`. `kind`, `url`, `env`, `may_block` and what follows them are ours, the rest is Lok's."""

    enabled: bool = key("false switches this backend off")
    kind: BackendKind = key("how to talk to it; needed only when the name does not say it")
    command: Annotated[Text, AfterValidator(_no_false_server)] = key(
        "the program to start, or an HTTP server as http://HOST:PORT/PATH"
    )
    args: Arguments = key("arguments behind the program, a list of texts")
    skip_lines: Annotated[int, Field(ge=0, le=10_000)] = key(
        "how many first lines of a `command` backend's output to drop"
    )
    api_key_env: Variable = key("the name of the environment variable that holds the key, never the key itself")
    model: Annotated[str, Field(pattern=_MODEL)] = key("the model's name, without spaces and not beginning with a dash")
    timeout: Seconds = key("seconds one request to it may take")
    url: Annotated[str, Field(pattern=URL)] = key(
        'the server\'s base URL, "http://HOST:PORT/PATH", without credentials in it'
    )
    env: dict[Variable, Annotated[str, Field(pattern=r"^[^\x00]*$")]] = key(
        'environment variables for its process, NAME = "text"'
    )
    may_block: bool = key("true lets its word alone count towards refusing a commit")
    local: bool = key("true says that text sent to it never leaves this machine")
    max_prompt_bytes: Count = key("bytes of one prompt; larger diffs are split")
    max_parallel: Annotated[int, Field(ge=1, le=64)] = key("requests under way at once")
    strengths: Words = key("tasks and kinds of question it is good at, best first")
    rules: dict[Text, Literal["proof", "suspicion", "off"]] = key(
        'for analysers: rule id or prefix = "proof", "suspicion" or "off"'
    )


class Prompt(Section):
    """One `prompts` entry of a task: an aspect to look at."""

    name: Text = Field(description="a short name for the aspect")
    prompt: Text = Field(description="what the reviewer shall look for")


class Task(Section):
    """`[tasks.NAME]`, as in the original Lok."""

    description: str = key("one line on what the task is for")
    backends: Words = key(
        "names of backends: all that are at hand review; where none is, the router takes the next best"
    )
    prompts: Annotated[tuple[Prompt, ...], Field(strict=False, min_length=1)] = key(
        "a list of { name, prompt }, at least one"
    )


class Entry(Section):
    """`[hooks.pre-commit]` and `[hooks.pre-push]`: how lok-hunt and lok-audit behave."""

    tasks: Annotated[Words, Field(min_length=1)] = key("names of the tasks to run, at least one")
    budget: Budget = key('seconds for the whole review; 0 or "none" for no limit')
    on_incomplete: OnIncomplete = key("what an unfinished review does when nothing is confirmed")


class Review(Entry):
    """`[review]`: the rules of every review, and (`tasks`, `budget`, `on_incomplete`) how lok-review behaves."""

    fail_on: Literal["low", "medium", "high", "critical"] = key("the mildest severity that can refuse a commit")
    quorum: Annotated[int, Field(ge=1, le=100)] = key(
        "how many reviewers must raise a finding to confirm it without debate"
    )
    debate: bool = key("true lets reviewers cross-examine findings, as [debate] enabled")
    exclude: Words = key("patterns of files to leave out, in gitignore syntax")
    max_file_bytes: Count = key("larger files are left out of the review")
    context_lines: Annotated[int, Field(ge=0, le=1000)] = key("unchanged lines shown around a change")
    confirm: Literal["rule", "probability"] = key(
        "what confirms a finding: the rule of quorum and debate, or a calibrated probability"
    )
    threshold: Annotated[float, Field(gt=0, le=1)] = key("the probability from which a finding is confirmed")
    config_from: Annotated[str, Field(pattern=r"^[^\s\x00-\x1f\x7f-][^\s\x00-\x1f\x7f]*$")] = key(
        "a revision whose lok.toml sets this repository's rules, like origin/main"
    )
    redact_local: bool = key("false shows secrets to backends marked `local`")


class Debate(Section):
    """`[debate]`: how findings that could block are cross-examined."""

    enabled: bool = key("true lets reviewers cross-examine findings")
    rounds: Annotated[int, Field(ge=1, le=2)] = key("1: cross-examination alone, 2: a rebuttal where they disagree")
    reviewers: Annotated[int, Field(ge=0, le=64)] = key("how many backends examine at most, 0 for all")
    min_severity: Literal["low", "medium", "high", "critical"] = key("milder findings are not examined")
    judge: Text = key("the name of the backend that ends what is still disputed")


class Hooks(Section):
    """`[hooks]`."""

    pre_commit: Entry = key("how lok-hunt behaves", alias="pre-commit")
    pre_push: Entry = key("how lok-audit behaves", alias="pre-push")


class Cache(Section):
    """`[cache]`, as in the original Lok, plus a cap."""

    enabled: bool = key("true keeps answers for the same question")
    ttl_hours: Annotated[int, Field(ge=0, le=1_000_000)] = key("hours an answer is kept")
    max_megabytes: Count = key("megabytes kept at most")


class Conductor(Section):
    """`[conductor]`, as in the original Lok, plus the backend."""

    max_rounds: Annotated[int, Field(ge=1, le=1000)] = key("rounds before the conductor must end")
    max_tokens: Count = key("tokens of one answer of the conductor")
    backend: Text = key("the name of the backend that conducts")


class Document(Section):
    """A whole lok.toml."""

    defaults: Defaults = key("values for all backends")
    backends: dict[Name, Backend] = key("a table [backends.NAME] for each backend")
    tasks: dict[Name, Task] = key("a table [tasks.NAME] for each task")
    hooks: Hooks = key("tables [hooks.pre-commit] and [hooks.pre-push]")
    review: Review = key("a table with the rules of every review")
    debate: Debate = key("a table with the rules of cross-examination")
    cache: Cache = key("a table about kept answers")
    conductor: Conductor = key("a table about lok conduct")
