"""Running a workflow: each step in a thread of its own as soon as those it waits for have ended.

Plain daemon threads, as for asking many: the work is waiting, and Ctrl-C must not wait for it.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from typing import Any, Final

from lok_hooks.core.ports import Deadline
from lok_hooks.core.redaction import without_secrets
from lok_hooks.core.workflow import (
    MOST_ITEMS,
    State,
    Step,
    StepResult,
    Workflow,
    WorkflowResult,
    why_blocked,
)
from lok_hooks.core.workflow_output import NotInFormatError, items_of, parsed
from lok_hooks.core.workflow_text import (
    Arguments,
    Output,
    TemplateMistakeError,
    evaluated,
    is_nothing_but_a_value,
    rendered,
    why_not,
)
from lok_hooks.errors import InterruptedReview, InterruptedWork
from lok_hooks.flows.workflow_asking import Asking, Said, WorkflowMeans, together

_LOOK: Final = 0.05  # seconds between two looks for a step that ended, so that Ctrl-C is heard


@dataclass(frozen=True, kw_only=True)
class WorkflowOrder:
    """What the user asked for. `arguments` by name and by number from "1" on; `chosen` is `--backend`."""

    workflow: Workflow
    arguments: Mapping[str, str]
    chosen: tuple[str, ...] = ()


def run_workflow(order: WorkflowOrder, means: WorkflowMeans) -> WorkflowResult:
    """Runs every step that can run. Failing steps become results; exceptions are our own bugs, or InterruptedWork for
    Ctrl-C, which says how far it came. The result holds no secret; what steps hand to each other is as it was said."""
    started = means.crew.now()
    run = _Run(order, means)
    try:
        results = run.whole()
    except (KeyboardInterrupt, InterruptedReview) as interruption:
        raise InterruptedWork(run.so_far()) from interruption
    redactor = means.crew.redactor
    found = without_secrets(
        WorkflowResult(
            workflow=order.workflow,
            steps=tuple(results[step.name] for step in order.workflow.steps),
            seconds=means.crew.now() - started,
            notes=run.notes(),
        ),
        redactor.redact,
    )
    return replace(found, notes=(*found.notes, *filter(None, [redactor.note()])))


class _Run:
    """One run under way. Only the waiting thread writes results, before any step that reads them is started."""

    def __init__(self, order: WorkflowOrder, means: WorkflowMeans) -> None:
        self._order = order
        self._means = means
        self._asking = Asking(means, order.chosen)
        self._arguments = Arguments(order.arguments)
        self._steps = {step.name: step for step in order.workflow.steps}
        self._results: dict[str, StepResult] = {}
        self._begun: list[str] = []
        self._ended: queue.SimpleQueue[tuple[str, StepResult | BaseException]] = queue.SimpleQueue()

    def whole(self) -> Mapping[str, StepResult]:
        """The result of every step, by name."""
        order = TopologicalSorter({step.name: step.waits_for for step in self._steps.values()})
        order.prepare()
        while order.is_active():
            for name in order.get_ready():
                self._begun.append(name)
                threading.Thread(target=self._work, args=(self._steps[name],), name=f"step {name}", daemon=True).start()
            name, result = self._next()
            if isinstance(result, BaseException):
                raise result
            self._results[name] = result
            order.done(name)
        return self._results

    def so_far(self) -> str:
        """ "done: a, b; failed: c; in the middle of: d; not begun: e"."""
        with contextlib.suppress(queue.Empty):
            while ended := self._ended.get_nowait():
                if isinstance(ended[1], StepResult):
                    self._results[ended[0]] = ended[1]
        groups: dict[str, list[str]] = {State.DONE: []}
        for name in self._steps:
            result = self._results.get(name)
            group = result.state if result else "in the middle of" if name in self._begun else "not begun"
            groups.setdefault(group, []).append(name)
        return "; ".join(f"{group}: {', '.join(names) or 'no step'}" for group, names in groups.items())

    def notes(self) -> tuple[str, ...]:
        """What was left empty because nobody gave it."""
        missed = ", ".join(f"arg.{name}" for name in sorted(self._arguments.missed))
        return (f"workflow {self._order.workflow.name}: not given, so empty: {missed}",) if missed else ()

    def _next(self) -> tuple[str, StepResult | BaseException]:
        while True:
            with contextlib.suppress(queue.Empty):
                return self._ended.get(timeout=_LOOK)

    def _work(self, step: Step) -> None:
        try:
            self._ended.put((step.name, self._step(step)))
        except BaseException as error:  # raised again by the thread that waits
            self._ended.put((step.name, error))

    def _step(self, step: Step) -> StepResult:
        started = self._means.crew.now()
        result = self._run(step)
        is_forgiven = step.continue_on_error and result.state in (State.FAILED, State.NOT_RUN)
        return replace(result, seconds=self._means.crew.now() - started, is_forgiven=is_forgiven)

    def _run(self, step: Step) -> StepResult:
        nothing = StepResult(name=step.name, state=State.NOT_RUN)
        if blocked := why_blocked(step, self._results):
            return replace(nothing, reason=blocked)
        values = self._values()
        names = tuple(self._steps)
        try:
            if step.condition and (reason := why_not(step.condition, values, names)):
                return replace(nothing, state=State.SKIPPED, reason=reason)
            items = self._items(step, values)
            each = [values] if items is None else [{**values, "item": it, "index": n} for n, it in enumerate(items)]
            if refusal := self._refusal(step, each):
                return replace(nothing, reason=refusal)
        except TemplateMistakeError as mistake:
            return replace(nothing, state=State.FAILED, reason=str(mistake))
        if items is None:
            return _result(step, self._tries(step, values))
        return self._loop(step, items, each)

    def _refusal(self, step: Step, each: Sequence[Mapping[str, Any]]) -> str:
        """Why a step that is nothing but a value, so that not its author wrote the commands, may not run them."""
        if not step.shell or not is_nothing_but_a_value(step.shell) or not each:
            return ""
        commands = [rendered(step.shell, values, tuple(self._steps)) for values in each]
        return self._means.consent(step.name, commands, self._means.crew.deadline)

    def _loop(self, step: Step, items: list[Any], each: Sequence[Mapping[str, Any]]) -> StepResult:
        """Every item of a for_each: prompts side by side, commands one after the other, since these may collide."""
        import json

        if step.shell:
            said = [self._tries(step, one) for one in each]
        else:
            said = together([lambda one=one: self._tries(step, one) for one in each])  # type: ignore[misc]
        output = [
            {"index": index, "item": item, "output": one.text, "success": not one.failure, "error": one.failure}
            for index, (item, one) in enumerate(zip(items, said, strict=True))
        ]
        failures = [f"item {index}: {one.failure}" for index, one in enumerate(said) if one.failure]
        return StepResult(
            name=step.name,
            state=State.FAILED if failures else State.DONE,
            output=json.dumps(output, ensure_ascii=False, indent=2),
            reason="; ".join(failures[:3]) + (f" and {len(failures) - 3} more" if len(failures) > 3 else ""),
            backends=tuple(dict.fromkeys(name for one in said for name in one.backends)),
            attempts=max((one.attempts for one in said), default=0),
            notes=tuple(dict.fromkeys(note for one in said for note in one.notes)),
        )

    def _tries(self, step: Step, values: Mapping[str, Any]) -> Said:
        """The step once, or as often as it may be tried until it succeeds."""
        delay = step.retry_delay
        for attempt in range(1, step.retries + 2):
            said = replace(self._once(step, values), attempts=attempt)
            if not said.failure or said.is_final or attempt > step.retries:
                return said
            self._means.crew.listener.noted(f"{step.name}: {said.failure}; again in {delay:.1f} s")
            if not self._means.wait(delay, self._means.crew.deadline):
                return said
            delay *= 2
        raise AssertionError  # pragma: no cover  (the last attempt returns)

    def _once(self, step: Step, values: Mapping[str, Any]) -> Said:
        deadline: Deadline = self._means.crew.deadline
        if step.timeout is not None:
            deadline = deadline.at_most(step.timeout)
        ask = self._asking.shell if step.shell else self._asking.models
        try:
            said = ask(step, values, tuple(self._steps), deadline)
        except TemplateMistakeError as mistake:
            return Said(failure=str(mistake), is_final=True)
        if said.failure:
            return said
        try:
            parsed(said.text, step.output_format)
        except NotInFormatError as mistake:
            return replace(said, text="", failure=str(mistake))
        return said

    def _items(self, step: Step, values: Mapping[str, Any]) -> list[Any] | None:
        if step.for_each is None:
            return None
        found = (
            step.for_each if isinstance(step.for_each, tuple) else evaluated(step.for_each, values, tuple(self._steps))
        )
        if isinstance(found, Output) and isinstance(found.value, list):
            found = found.value
        items = items_of(found)
        if items is None:
            raise TemplateMistakeError(f"for_each: {step.for_each} is not a list")
        if len(items) > MOST_ITEMS:
            raise TemplateMistakeError(f"for_each: {len(items)} items, more than {MOST_ITEMS}")
        return list(items)

    def _values(self) -> dict[str, Any]:
        """What templates see of everything that has ended so far."""
        ended = dict(self._results)
        steps = {name: _seen(result, self._steps[name]) for name, result in ended.items()}
        named = self._asking.named(self._steps.values())
        workflow = {"name": self._order.workflow.name, "backends": " + ".join(name.capitalize() for name in named)}
        return {"steps": steps, "arg": self._arguments, "workflow": workflow}


def _seen(result: StepResult, step: Step) -> dict[str, Any]:
    """A step's result as templates see it: what failed says so, and can never be taken for an answer."""
    is_done = result.state is State.DONE
    said = "" if result.state is State.SKIPPED else f"[{step.name} {result.state}: {result.reason}]"
    output = Output(result.output or ("" if is_done else said))
    if result.output:
        output.value = parsed(output, "json" if step.for_each is not None else step.output_format)
    fields = output.value if isinstance(output.value, dict) else {}
    return {**fields, "output": output, "value": output.value, "success": is_done, "error": result.reason}


def _result(step: Step, said: Said) -> StepResult:
    return StepResult(
        name=step.name,
        state=State.FAILED if said.failure else State.DONE,
        output="" if said.failure else said.text,
        reason=said.failure,
        backends=said.backends,
        attempts=said.attempts,
        notes=said.notes,
    )
