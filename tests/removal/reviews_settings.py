"""lok.toml: each key as it is read, the layers it may stand in, and what is said of mistakes."""

from __future__ import annotations

from typing import Final

from tests.removal.row import Removal, row

_BUILD: Final = "lok_hooks/config/build.py"
_LAYERS: Final = "lok_hooks/config/layers.py"
_LOAD: Final = "lok_hooks/config/load.py"
_MISTAKES: Final = "lok_hooks/config/mistakes.py"
_MESSAGES: Final = "lok_hooks/config/messages.py"
_IN_LAYERS: Final = "tests/config/test_layers.py"
_IN_MISTAKES: Final = "tests/config/test_mistakes.py"
_TOLD: Final = f"{_IN_MISTAKES}::test_a_mistake_is_told_with_place_and_advice"
_UNCHANGED: Final = "the original Lok's files load unchanged and mean the same"
_AT_ONCE: Final = "all mistakes of all layers are told at once, exit code 2"


def _setting(name: str, promise: str, file: str, old: str, new: str, test: str, says: str = "") -> Removal:
    return row(f"lok.toml: {name}", promise, file, old, new, test, says=says)


def _key(key: str, old: str, new: str, file: str = _BUILD) -> Removal:
    return _setting(f"{key} is read", key, file, old, new, f"tests/config/test_every_key.py::test_a_key_arrives[{key}]")


_KEYS: Final = (
    _key("defaults.parallel", 'parallel=reader.get(("defaults", "parallel")),', "parallel=True,"),
    _key("defaults.timeout", 'instead=("defaults", "timeout")))', "300))"),
    _key(
        "defaults.command_wrapper", 'command_wrapper=wrapper if kind in _RUN_A_PROGRAM else "",', 'command_wrapper="",'
    ),
    _key("backends.enabled", 'enabled=get("enabled", True),', "enabled=True,"),
    _key("backends.kind", "        kind=kind,\n", '        kind="command",\n'),
    _key("backends.command", 'command=get("command", ""),', 'command="",'),
    _key("backends.args", 'args=get("args", ()),', "args=(),"),
    _key("backends.skip_lines", 'skip_lines=get("skip_lines", 0),', "skip_lines=0,"),
    _key("backends.api_key_env", 'api_key_env=get("api_key_env", ""),', 'api_key_env="",'),
    _key("backends.model", 'get("url", ""), get("model", "")', 'get("url", ""), ""'),
    _key(
        "backends.timeout",
        'reader.get((*section, "timeout"), instead=("defaults", "timeout"))',
        'reader.get(("defaults", "timeout"))',
    ),
    _key("backends.url", 'get("url", ""), get("model", "")', '"", get("model", "")'),
    _key("backends.env", 'env=reader.table((*section, "env")),', "env={},"),
    _key("backends.may_block", 'may_block=get("may_block", by_kind.may_block),', "may_block=by_kind.may_block,"),
    _key(
        "backends.local", 'local=get("local", stays_local(kind, url, model)),', "local=stays_local(kind, url, model),"
    ),
    _key(
        "backends.max_prompt_bytes",
        'max_prompt_bytes=get("max_prompt_bytes", by_kind.max_prompt_bytes),',
        "max_prompt_bytes=by_kind.max_prompt_bytes,",
    ),
    _key(
        "backends.max_parallel",
        'max_parallel=get("max_parallel", by_kind.max_parallel),',
        "max_parallel=by_kind.max_parallel,",
    ),
    _key("backends.strengths", 'strengths=get("strengths", ()),', "strengths=(),"),
    _key("backends.rules", 'rules=reader.table((*section, "rules")),', "rules={},"),
    _key("tasks.description", 'description=reader.get((*section, "description"), ""),', 'description="",'),
    _key("tasks.backends", 'backends=tuple(dict.fromkeys(reader.get((*section, "backends"), ()))),', "backends=(),"),
    _key("tasks.prompts", "for prompt in prompts),", "for prompt in prompts[:0]),"),
    _key("tasks.prompts.name", "Aspect(name=prompt.name,", 'Aspect(name="",'),
    _key("tasks.prompts.prompt", "text=prompt.prompt)", 'text="")'),
    _key("hooks.pre-commit.tasks", 'tasks=tuple(dict.fromkeys(reader.get((*section, "tasks")))),', 'tasks=("hunt",),'),
    _key("hooks.pre-commit.budget", 'budget=reader.get((*section, "budget")),', "budget=60.0,"),
    _key(
        "hooks.pre-commit.on_incomplete",
        'on_incomplete=reader.get((*section, "on_incomplete")),',
        'on_incomplete="allow",',
    ),
    _key(
        "hooks.pre-push.budget",
        'audit=_entry(("hooks", "pre-push"), reader),',
        'audit=_entry(("hooks", "pre-commit"), reader),',
    ),
    _key("review.budget", 'by_hand=_entry(("review",), reader),', 'by_hand=_entry(("hooks", "pre-push"), reader),'),
    _key("review.fail_on", 'fail_on=Severity(get("fail_on")),', "fail_on=Severity.HIGH,"),
    _key("review.quorum", 'quorum=get("quorum"),', "quorum=2,"),
    _key("review.debate", 'debate=get("debate"),', "debate=True,"),
    _key("review.exclude", 'exclude=get("exclude"),', "exclude=(),"),
    _key("review.max_file_bytes", 'max_file_bytes=get("max_file_bytes"),', "max_file_bytes=1_000_000,"),
    _key("review.context_lines", 'context_lines=get("context_lines"),', "context_lines=10,"),
    _key("review.confirm", 'confirm=get("confirm"),', 'confirm="rule",'),
    _key("review.threshold", 'threshold=get("threshold"),', "threshold=0.5,"),
    _key("review.config_from", 'config_from=reader.get(("review", "config_from"), ""),', 'config_from="",'),
    _key("review.redact_local", 'redact_local=get("redact_local"),', "redact_local=True,"),
    _key(
        "debate.enabled",
        "        result[DEBATE if path == DEBATE_SECTION else path] = value\n",
        "        result[path] = value\n",
        _LAYERS,
    ),
    _key("debate.rounds", 'rounds=reader.get(("debate", "rounds")),', "rounds=2,"),
    _key("debate.reviewers", 'reviewers=reader.get(("debate", "reviewers")),', "reviewers=0,"),
    _key("debate.min_severity", 'Severity(reader.get(("debate", "min_severity"))),', "Severity.LOW,"),
    _key("debate.judge", 'judge=reader.get(("debate", "judge"), ""),', 'judge="",'),
    _key("cache.enabled", 'enabled=reader.get(("cache", "enabled")),', "enabled=True,"),
    _key("cache.ttl_hours", 'ttl_hours=reader.get(("cache", "ttl_hours")),', "ttl_hours=24,"),
    _key("cache.max_megabytes", 'max_megabytes=reader.get(("cache", "max_megabytes")),', "max_megabytes=100,"),
    _key("conductor.max_rounds", 'max_rounds=reader.get(("conductor", "max_rounds")),', "max_rounds=5,"),
    _key("conductor.max_tokens", 'max_tokens=reader.get(("conductor", "max_tokens")),', "max_tokens=4096,"),
    _key("conductor.backend", 'backend=reader.get(("conductor", "backend"), ""),', 'backend="",'),
    _setting(
        "no key is left out of the tests",
        "every key is read",
        "lok_hooks/config/schema.py",
        "    max_rounds: Annotated",
        '    more: str = key("a key that nothing reads")\n    max_rounds: Annotated',
        "tests/config/test_every_key.py::test_no_key_is_left_out",
    ),
    _setting(
        "every key stands in the example",
        "examples/lok.toml has every key with a comment",
        "lok_hooks/config/schema.py",
        "    max_rounds: Annotated",
        '    more: str = key("a key that nothing reads")\n    max_rounds: Annotated',
        "tests/config/test_defaults.py::test_every_key_is_described_and_stands_in_the_example",
    ),
)

_FILES: Final = (
    _setting(
        "the user's file",
        "~/.config/lok/lok.toml",
        _LOAD,
        '        sources.append(_Source(path=user, label=str(user), origin=f"user file {user}"))\n',
        "        del user\n",
        f"{_IN_LAYERS}::test_the_later_layer_wins_and_is_named",
    ),
    _setting(
        "the repository's file over the user's",
        "built-in < user < repository < LOK_* < flags",
        _LOAD,
        "    return sources\n",
        "    return sources[::-1]\n",
        f"{_IN_LAYERS}::test_the_later_layer_wins_and_is_named",
    ),
    _setting(
        "flags over variables",
        "built-in < user < repository < LOK_* < flags",
        _LOAD,
        "(layer for some in overriding for layer in some.layers)",
        "(layer for some in overriding[::-1] for layer in some.layers)",
        f"{_IN_LAYERS}::test_the_later_layer_wins_and_is_named",
    ),
    _setting(
        "variables",
        "LOK_* environment",
        "lok_hooks/config/overrides.py",
        "for name in ENVIRONMENT if environ.get(name)}",
        "for name in ENVIRONMENT if not environ}",
        f"{_IN_LAYERS}::test_every_variable_and_flag[environment]",
    ),
    _setting(
        "flags",
        "flags over everything",
        "lok_hooks/config/overrides.py",
        "for name, text in flags.items() if text is not None}, FLAGS",
        "for name, text in flags.items() if text is None}, FLAGS",
        f"{_IN_LAYERS}::test_every_variable_and_flag[flags]",
    ),
    _setting(
        "tables merge",
        "what stands in a file is laid over the rest, key by key",
        _LAYERS,
        "        for path, value in with_aliases(values).items():\n",
        "        for path in [path for path in self.values for new in values if path[:2] == new[:2]]:\n"
        "            self.values.pop(path, None)\n"
        "        for path, value in with_aliases(values).items():\n",
        f"{_IN_LAYERS}::test_the_users_variables_and_rules_merge_with_a_named_files",
    ),
    _setting(
        "where each value comes from",
        "lok backends --explain shows where each value came from",
        _BUILD,
        "        self.origins[shown_path(key)] = layer.origin if layer else BUILT_IN\n",
        "        self.origins[shown_path(key)] = BUILT_IN\n",
        f"{_IN_LAYERS}::test_the_later_layer_wins_and_is_named",
    ),
    _setting(
        "--config",
        "a file given by --config takes the place of the repository's",
        _LOAD,
        "    named = config_file or (\n",
        "    named = (\n",
        f"{_IN_LAYERS}::test_a_named_file_takes_the_place_of_the_repositorys_and_is_trusted[flag]",
    ),
    _setting(
        "LOK_CONFIG",
        "a file given by LOK_CONFIG takes the place of the repository's",
        _LOAD,
        "if environ.get(overrides.CONFIG_VARIABLE) else None\n",
        "if not environ else None\n",
        f"{_IN_LAYERS}::test_a_named_file_takes_the_place_of_the_repositorys_and_is_trusted[variable]",
    ),
    _setting(
        "named files are trusted",
        "a file given by --config or LOK_CONFIG is trusted",
        _LOAD,
        "origin=str(named), is_named=True))\n",
        "origin=str(named), is_named=True, is_trusted=False))\n",
        f"{_IN_LAYERS}::test_a_named_file_takes_the_place_of_the_repositorys_and_is_trusted[flag]",
    ),
    _setting(
        "the repository's own needs trust",
        "the repository's own needs trust",
        _LOAD,
        "is_trusted=False, given=given))\n",
        "given=given))\n",
        "tests/config/test_trust.py::test_all_ignored_keys_stand_in_one_line_with_the_word_trust",
    ),
    _setting(
        "ignored keys are told",
        "the sentence for ignored repository keys contains the word trust",
        _LOAD,
        "        loading.notes.append(trust.note(source.label, sifted.ignored, place))\n",
        "        del place\n",
        "tests/config/test_trust.py::test_all_ignored_keys_stand_in_one_line_with_the_word_trust",
    ),
    _setting(
        "a server in Lok's spelling",
        _UNCHANGED,
        _LAYERS,
        '            result.setdefault((*path[:2], "url"), value)\n',
        "            continue\n",
        "tests/config/test_original_lok.py::test_backends_of_its_own_file",
        says="needs a server",
    ),
    _setting(
        "Lok's stock arguments make no noise",
        _UNCHANGED,
        "lok_hooks/config/trust.py",
        "    return is_stock or bool(value == _in_effect(path, below))\n",
        "    return False and is_stock\n",
        "tests/config/test_original_lok.py::test_in_a_repository_only_what_the_network_delivers_needs_trust",
    ),
    _setting(
        "Lok's stock arguments are understood",
        _UNCHANGED,
        "lok_hooks/backends/arguments.py",
        "        elif value in allowed.stock.get(flag, ()):\n",
        "        elif value is None and flag in allowed.stock:\n",
        "tests/backends/test_arguments.py::test_stock_arguments_are_understood",
        says="may not stand here",
    ),
)

_WRONG: Final = (
    _setting(
        "bad TOML",
        _AT_ONCE,
        _LOAD,
        "        raise ConfigError(_syntax_error(text, label, str(error))) from error\n",
        "        return {}\n",
        f"{_TOLD}[not TOML]",
    ),
    _setting(
        "bad TOML with its place",
        _AT_ONCE,
        _LOAD,
        "    match = _PLACE.fullmatch(problem)\n",
        "    match = None\n",
        f"{_TOLD}[not TOML]",
    ),
    _setting(
        "unknown keys",
        _AT_ONCE,
        "lok_hooks/config/schema.py",
        'model_config = ConfigDict(extra="forbid", strict=True,',
        'model_config = ConfigDict(extra="ignore", strict=True,',
        f"{_TOLD}[unknown key]",
    ),
    _setting(
        "the nearest key",
        "unknown key: the nearest name is offered",
        _MISTAKES,
        'text="unknown key" + nearest(str(path[-1]), _known_keys(path[:-1])))',
        'text="unknown key")',
        f"{_TOLD}[unknown key]",
    ),
    _setting(
        "the nearest name",
        "unknown key: the nearest name is offered",
        _MESSAGES,
        "        return f'; did you mean \"{close}\"?'\n",
        '        return ""\n',
        f"{_TOLD}[unknown backend of a task]",
    ),
    _setting(
        "the known names where none is near",
        "unknown key: the nearest name is offered",
        _MESSAGES,
        '    return f"; known: {\', \'.join(names)}" if names else ""\n',
        '    return ""\n',
        f"{_TOLD}[unknown key, nothing near]",
    ),
    _setting(
        "the nearest word",
        "unknown key: the nearest name is offered",
        _MISTAKES,
        '            return words + _suggestion(details["input"], words)\n',
        "            return words\n",
        f"{_TOLD}[unknown severity]",
    ),
    _setting(
        "wrong types",
        _AT_ONCE,
        "lok_hooks/config/schema.py",
        'extra="forbid", strict=True, frozen=True',
        'extra="forbid", strict=False, frozen=True',
        f"{_TOLD}[text for a switch]",
    ),
    _setting(
        "unknown backends",
        _AT_ONCE,
        "lok_hooks/config/checks.py",
        '        if (key[0], key[-1]) == ("tasks", "backends") and len(key) == 3:\n',
        '        if (key[0], key[-1]) == ("tasks", "backends") and len(key) == 4:\n',
        f"{_TOLD}[unknown backend of a task]",
    ),
    _setting(
        "unknown tasks",
        _AT_ONCE,
        "lok_hooks/config/checks.py",
        '        elif key[0] in {"hooks", "review"} and key[-1] == "tasks":\n',
        '        elif key[0] in {"review"} and key[-1] == "tasks":\n',
        f"{_TOLD}[unknown task of a hook]",
    ),
    _setting(
        "all mistakes of a file",
        _AT_ONCE,
        "lok_hooks/config/checking.py",
        "            mistakes += found\n",
        "            mistakes += found[:1]\n",
        f"{_IN_MISTAKES}::test_all_mistakes_of_all_sources_are_told_at_once",
    ),
    _setting(
        "all mistakes of all layers",
        _AT_ONCE,
        _LOAD,
        "        self.lines += [mistake.line(layer.label) for mistake in layer.mistakes]\n",
        "        self.lines += [mistake.line(layer.label) for mistake in layer.mistakes if not self.lines]\n",
        f"{_IN_MISTAKES}::test_all_mistakes_of_all_sources_are_told_at_once",
    ),
    _setting(
        "mistakes are mistakes",
        _AT_ONCE,
        _LOAD,
        "    if loading.lines:\n",
        "    if not loading.layers:\n",
        f"{_TOLD}[unknown key]",
    ),
    _setting(
        "mistakes are the user's",
        _AT_ONCE,
        "lok_hooks/errors.py",
        "class ConfigError(UserError):\n",
        "class ConfigError(LokError):\n",
        f"{_TOLD}[unknown key]",
    ),
    _setting(
        "a named file that is missing",
        _AT_ONCE,
        _LOAD,
        "        if not source.is_named:\n            return None\n        raise",
        "        if source:\n            return None\n        raise",
        f"{_IN_MISTAKES}::test_a_named_file_that_is_missing",
    ),
    _setting(
        "misspelled variables",
        "a variable that looks like a misspelled one of ours is noted",
        _LOAD,
        "notes=overrides.near_misses(environ))",
        "notes=[])",
        f"{_IN_LAYERS}::test_a_misspelled_variable_is_noted",
    ),
)

ROWS: Final = (*_KEYS, *_FILES, *_WRONG)
