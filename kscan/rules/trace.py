"""Steps and conditions of findings that lead along call edges; shared by matchers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from kscan.analyses.body import cfg
from kscan.analyses.body.values import Values
from kscan.facts.model import Block, Call, as_written
from kscan.findings.fingerprint import fingerprint
from kscan.findings.model import Edit, Finding, Step
from kscan.link.edges import DIRECT, Edge, Func
from kscan.regex import regex
from kscan.rules.schema import Rule

_TEMPORARY = regex(r"%\d+")
_NESTED = 3  # calls within calls that a reader can still follow


def claim(  # noqa: PLR0913 - one for each field of a finding
    rule: Rule,
    func: Func,
    at: Call | int,
    *,
    message: str,
    steps: Iterable[Step],
    conditions: Iterable[str],
    subject: str,
    edit: Edit | None = None,
) -> Finding:
    """The finding of a rule in a function: at a call's callee, or on a line (1-based).

    ``subject`` is what tells it from others of the rule in the function, whatever lines they are on.
    """
    if isinstance(at, int):
        line, column, end = at, 1, 1
    else:
        line, column, end = at.line, at.column, at.column + len(at.callee)
    return Finding(
        rule=rule.id,
        hazard=rule.hazard,
        severity=rule.severity,
        confidence=rule.confidence,
        file=func.path,
        line=line,
        column=column,
        end_line=line,
        end_column=end,
        function=func.name,
        message=as_written(message),
        steps=tuple(Step(step.file, step.line, step.function, as_written(step.message)) for step in steps),
        conditions=tuple(map(as_written, conditions)),
        fingerprint=fingerprint(rule.id, func.path, func.name, subject),
        edit=edit and Edit(edit.lines, as_written(edit.text), edit.instead, as_written(edit.uses)),
    )


def edge_step(edge: Edge) -> Step:
    """One hop: the call site, what it calls, and through what."""
    how = "" if edge.kind == DIRECT else f" ({edge.kind}{' ' + edge.via if edge.via else ''})"
    place = f"{edge.callee.path}:{edge.callee.fact.line}"
    return Step(edge.caller.path, edge.line, edge.caller.name, f"calls {edge.callee.name}(){how}, {place}")


def call_place(edge: Edge) -> cfg.Place | None:
    """Where the call of an edge stands in its caller's body."""
    best = None
    for place, call in cfg.calls(edge.caller.fact.body):
        if call.line == edge.line:
            if call.callee == edge.callee.name or call.callee.endswith(edge.via.rpartition(".")[2] or "\0"):
                return place
            best = best or place
    return best


def tests_at(func: Func, block: int) -> Iterator[tuple[Block, bool]]:
    """The branches that surely went one way when control is at a block of a function."""
    body = func.fact.body
    for condition in cfg.conditions(body, block):
        yield body.blocks[condition.block], condition.holds


def tests_on(path: Iterable[Edge]) -> Iterator[tuple[Func, Block, bool]]:
    """The branches that must go one way for the calls of a path to be made."""
    for edge in path:
        place = call_place(edge)
        if place is not None:
            for block, holds in tests_at(edge.caller, place.block):
                yield edge.caller, block, holds


def condition_text(func: Func, block: Block, holds: bool, values: Values) -> str:
    """A path condition as text: temporaries are shown as the calls they stand for."""
    return f"{source_text(cfg.describe(block, holds), values)} in {func.name}()"


def branches(
    func: Func,
    decisions: Sequence[tuple[Block, bool]],
    values: Values,
    *,
    before: Iterable[tuple[Block, bool]] = (),
    most: int = 4,
) -> tuple[tuple[Step, ...], tuple[str, ...]]:
    """The steps of the last ``most`` branches that a path takes in a body, and the conditions of all.

    ``before`` are branches that led to where the path starts.
    """
    told = dict.fromkeys(condition_text(func, block, holds, values) for block, holds in (*before, *decisions))
    steps = (
        Step(func.path, b.line, func.name, f"takes the branch {source_text(cfg.describe(b, holds), values)}")
        for b, holds in decisions[-most:]
    )
    return tuple(steps), tuple(told)


def call_text(call: Call, values: Values | None = None) -> str:
    """A call as C text; with the body's ``values``, temporaries are shown as the calls they stand for."""
    text = f"{call.callee}({', '.join(call.args)})"
    return text if values is None else source_text(text, values)


def source_text(text: str, values: Values) -> str:
    """``text`` of facts with its temporaries shown as the calls they stand for."""

    def known(temporary: re.Match[str]) -> str:
        call = values.calls.get(temporary[0])
        return temporary[0] if call is None else call_text(call)

    for _ in range(_NESTED):
        text = _TEMPORARY.sub(known, text)
    return text
