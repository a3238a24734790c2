"""A teardown that leaves what its setup made, or frees an object whose work may still run."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.teardown import Gap, Pair, Pending, Teardown
from kscan.findings.model import Finding, Step
from kscan.kernel.load import KernelModel
from kscan.link.program import Func, Program
from kscan.rules.schema import Rule
from kscan.rules.trace import call_text, claim


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names of the functions that go together.

    ``fields``: setup and teardown in one table of functions; ``macros``: the same at file scope.
    ``undoes``: further calls that undo others.  With ``starters`` (what makes a work or timer ready),
    ``queuers`` and ``stoppers`` the question is whether a freed object has one that may still run.
    """

    fields: dict[str, tuple[str, ...]]
    macros: dict[str, tuple[str, ...]] = {}
    undoes: dict[str, tuple[str, ...]] = {}
    starters: tuple[str, ...] = ()
    queuers: tuple[str, ...] = ()
    stoppers: tuple[str, ...] = ()


HOLES = frozenset({"setup", "teardown", "made", "undo", "what"})


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each thing that a teardown leaves."""
    options = rule.options_as(Options)
    analysis = program.shared(Teardown, model.apis)
    pairs = {
        p.teardown: p for p in analysis.pairs(options.fields, options.macros) if rule.covers(p.teardown.path)
    }
    if options.starters:
        for found in analysis.pending(pairs, options.starters, options.queuers, options.stoppers):
            yield _pending(rule, pairs[found.func], found)
        return
    for pair in pairs.values():
        for gap in analysis.gaps(pair, options.undoes):
            yield _gap(rule, gap)


def _gap(rule: Rule, gap: Gap) -> Finding:
    setup, teardown = gap.pair.setup, gap.pair.teardown
    steps = (
        Step(setup.path, gap.made.line, setup.name, f"calls {call_text(gap.made)}"),
        Step(setup.path, gap.undo.line, setup.name, f"its error exit undoes that with {call_text(gap.undo)}"),
        Step(teardown.path, teardown.fact.line, teardown.name, f"nothing called from here does: {gap.what}"),
    )
    return _finding(
        rule,
        teardown,
        teardown.fact.line,
        steps,
        gap.undo.callee,
        setup=setup.name,
        teardown=teardown.name,
        made=gap.made.callee,
        undo=gap.undo.callee,
        what=gap.what,
    )


def _pending(rule: Rule, pair: Pair, found: Pending) -> Finding:
    func = found.func
    what = f"{found.struct}.{found.field}"
    steps = (
        Step(found.starter.path, found.start.line, found.starter.name, f"{what} is made ready"),
        Step(
            func.path, found.free.line, func.name, f"calls {call_text(found.free)}, with {what} not stopped"
        ),
    )
    return _finding(
        rule,
        func,
        found.free.line,
        steps,
        what,
        setup=pair.setup.name,
        teardown=func.name,
        made=found.start.callee,
        undo=found.free.callee,
        what=what,
    )


def _finding(rule: Rule, func: Func, line: int, steps: tuple[Step, ...], key: str, **holes: str) -> Finding:
    return claim(rule, func, line, message=rule.text(**holes), steps=steps, conditions=(), subject=key)
