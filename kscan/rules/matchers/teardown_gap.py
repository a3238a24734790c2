"""A teardown that leaves what its setup made, or frees an object whose work may still run."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.releases.forgotten import Forgetting
from kscan.analyses.releases.teardown import Gap, Pair, Pending, Teardown
from kscan.analyses.summaries.fields import Fields
from kscan.findings.model import Finding, Step
from kscan.kernel.load import KernelModel
from kscan.link.edges import Func
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import call_text, claim


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names of the functions that go together.

    ``fields``: setup and teardown in one table of functions; ``macros``: the same at file scope.
    ``undoes``: further calls that undo others; ``partners``: what must be undone by one of the calls
    named, even where no error exit of the setup shows that.  With ``starters`` (what makes a work or
    timer ready), ``queuers`` and ``stoppers`` the question is whether a freed object has one that may
    still run; ``managed``: the fields of setups whose managed objects end after the teardown.
    """

    fields: dict[str, tuple[str, ...]]
    macros: dict[str, tuple[str, ...]] = {}
    undoes: dict[str, tuple[str, ...]] = {}
    partners: dict[str, tuple[str, ...]] = {}
    managed: tuple[str, ...] = ()
    starters: tuple[str, ...] = ()
    queuers: tuple[str, ...] = ()
    stoppers: tuple[str, ...] = ()


HOLES = frozenset({"setup", "teardown", "made", "undo", "what", "shown"})


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each thing that a teardown leaves."""
    options = rule.options_as(Options)
    fields = program.shared(Fields, model.apis, model.lifecycle)
    forgetting = program.shared(Forgetting, model.apis, fields)
    analysis = program.shared(Teardown, model.apis, forgetting)
    pairs = {
        p.teardown: p for p in analysis.pairs(options.fields, options.macros) if rule.covers(p.teardown.path)
    }
    if options.starters:
        for found in analysis.pending(
            pairs.values(), options.managed, options.starters, options.queuers, options.stoppers
        ):
            yield _pending(rule, pairs[found.teardown], found)
        return
    for pair in pairs.values():
        for gap in (*analysis.gaps(pair, options.undoes, options.partners), *analysis.unmatched(pair)):
            yield _gap(rule, gap)


def _gap(rule: Rule, gap: Gap) -> Finding:
    setup, teardown = gap.pair.setup, gap.pair.teardown
    steps = [Step(setup.path, gap.made.line, setup.name, f"calls {call_text(gap.made)}")]
    if gap.undo is not None:
        exits = f"its error exit undoes that with {call_text(gap.undo)}"
        steps.append(Step(setup.path, gap.undo.line, setup.name, exits))
    left = f"nothing called from here calls {gap.way}(): {gap.what}"
    steps.append(Step(teardown.path, teardown.fact.line, teardown.name, left))
    return _finding(
        rule,
        teardown,
        teardown.fact.line,
        tuple(steps),
        gap.way,
        setup=setup.name,
        teardown=teardown.name,
        made=gap.made.callee,
        undo=gap.way,
        what=gap.what,
        shown=", whose error exit does" if gap.undo is not None else "",
    )


def _pending(rule: Rule, pair: Pair, found: Pending) -> Finding:
    func = found.func
    what = f"{found.struct}.{found.field}"
    end = (
        f"the driver core frees the object, made by {call_text(found.free)}"
        if found.managed
        else f"{call_text(found.free)} frees the object, with {what} not stopped"
    )
    steps = (
        Step(found.starter.path, found.start.line, found.starter.name, f"{what} is made ready"),
        Step(func.path, func.fact.line if found.managed else found.free.line, func.name, end),
    )
    return _finding(
        rule,
        func,
        func.fact.line if found.managed else found.free.line,
        steps,
        what,
        setup=pair.setup.name,
        teardown=pair.teardown.name,
        made=found.start.callee,
        undo="the driver core" if found.managed else f"{found.free.callee}()",
        what=what,
        shown="",
    )


def _finding(rule: Rule, func: Func, line: int, steps: tuple[Step, ...], key: str, **holes: str) -> Finding:
    return claim(rule, func, line, message=rule.text(**holes), steps=steps, conditions=(), subject=key)
