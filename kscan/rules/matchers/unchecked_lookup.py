"""The result of a lookup that may find nothing, dereferenced in the caller or in a callee without a check."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.body.paths import shown
from kscan.analyses.owning.ownership import Ownership
from kscan.analyses.results.kept_lookups import KeptLookups, KeptNull, Reader
from kscan.analyses.results.lookups import MODEL, Lookups, Source, Unchecked
from kscan.analyses.results.nullness import NEW, USED, Nullness
from kscan.analyses.summaries.fields import Fields
from kscan.findings.model import Finding, Step
from kscan.kernel.load import KernelModel
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import branches, call_text, claim, edge_step, tests_at

CONTRACT, BODY = "contract", "body"
_MOST = 3  # readers that are shown


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``evidence`` that NULL is to be expected: contract (the model says so of the function, or of one whose
    result it hands on), body (it is a search that may fall out of its loop).

    ``except_for`` names functions whose result depends on what the caller knows.
    """

    evidence: tuple[str, ...]
    except_for: tuple[str, ...] = ()


HOLES = frozenset({"call", "use", "where", "line", "habit"})


def problems(options: Options, _model: KernelModel) -> Iterator[str]:
    """What the options name that there is not."""
    for evidence in options.evidence:
        if evidence not in (CONTRACT, BODY):
            yield f"There is no evidence `{evidence}`."


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each lookup that some path takes to a dereference."""
    options = rule.options_as(Options)
    owner = program.shared(Ownership, model.apis)
    lookups = program.shared(Lookups, model.apis, owner)
    nullness = program.shared(Nullness, model.apis, owner)
    for found in lookups.all_unchecked():
        if _is_asked(options, found) and not _is_plain(found, lookups, nullness):
            yield _finding(rule, owner, lookups, found)
    fields = program.shared(Fields, model.apis, model.lifecycle)
    for kept in program.shared(KeptLookups, model.apis, lookups, fields).all():
        if _is_asked(options, kept):
            yield _kept_finding(rule, owner, kept)


def _is_plain(found: Unchecked, lookups: Lookups, nullness: Nullness) -> bool:
    """Whether one function shows it by itself of new memory or a getter, of which other rules tell."""
    return not found.source.chain and any(
        misuse.call == found.call
        and (
            misuse.kind == NEW
            or (misuse.kind == USED and not lookups.is_asked_elsewhere(found.func, found.call))
        )
        for misuse in nullness.misuses(found.func)
    )


def _is_asked(options: Options, found: Unchecked | KeptNull) -> bool:
    known = CONTRACT if found.source.kind == MODEL else BODY
    return known in options.evidence and found.call.callee not in options.except_for


def _finding(rule: Rule, owner: Ownership, lookups: Lookups, found: Unchecked) -> Finding:
    func, call, use = found.func, found.call, found.use
    values = owner.holding(func).values
    decisions = shown(func.fact.body, list(found.node.decisions()))
    taken, conditions = branches(func, decisions, values, before=tests_at(func, found.place.block))
    checked, unchecked = lookups.belief(call.callee)
    where = f"{use.func.name}()" if use is not None else "this function"
    steps = [
        Step(func.path, call.line, func.name, f"{call_text(call, values)} gives NULL where it finds nothing"),
        *_source_steps(found.source),
        *taken,
        *_use_steps(found),
    ]
    conditions = (
        *conditions,
        f"false if {call.callee}() always finds something where {func.name}() calls it",
    )
    return claim(
        rule,
        func,
        found.line,
        message=rule.text(
            call=call.callee,
            use=use.operand if use is not None else found.what,
            where=where,
            line=str(call.line),
            habit=f"{checked} of {checked + unchecked} callers test it"
            if found.source.kind != MODEL and checked
            else "nothing tests it on this path",
        ),
        steps=steps,
        conditions=conditions,
        subject=f"{call_text(call)} {found.what}",
    )


def _kept_finding(rule: Rule, owner: Ownership, kept: KeptNull) -> Finding:
    """The finding is where the pointer is kept: there it can be tested."""
    func, call, reader = kept.func, kept.call, kept.readers[0]
    values = owner.holding(func).values
    decisions = shown(func.fact.body, list(kept.node.decisions()))
    taken, conditions = branches(func, decisions, values, before=tests_at(func, kept.place.block))
    place = f"{kept.struct}.{kept.field}"
    steps = [
        Step(func.path, call.line, func.name, f"{call_text(call, values)} gives NULL where it finds nothing"),
        *_source_steps(kept.source),
        *taken,
        Step(func.path, kept.line, func.name, f"keeps it in {place} without a test, and goes on"),
        *(step for other in kept.readers[:_MOST] for step in _reader_steps(other)),
    ]
    conditions = (
        *conditions,
        f"false if {call.callee}() always finds something where {func.name}() calls it, or "
        f"{reader.func.name}() never runs where it did not",
    )
    return claim(
        rule,
        func,
        kept.line,
        message=rule.text(
            call=call.callee,
            use=reader.operand,
            where=f"{reader.func.name}()",
            line=str(call.line),
            habit=f"nothing that reads {place} tests it",
        ),
        steps=steps,
        conditions=conditions,
        subject=f"{call_text(call)} {kept.target}",
    )


def _reader_steps(reader: Reader) -> Iterator[Step]:
    func, use = reader.func, reader.use
    if use is None:
        yield Step(func.path, reader.line, func.name, f"evaluates {reader.operand}: an oops if it is NULL")
        return
    yield Step(func.path, reader.line, func.name, f"hands it on to {reader.operand} without a test")
    yield from map(edge_step, use.chain)
    yield Step(use.func.path, use.line, use.func.name, f"evaluates {use.operand}: an oops if it is NULL")


def _source_steps(source: Source) -> Iterator[Step]:
    for hop in source.chain:
        yield Step(hop.func.path, hop.line, hop.func.name, f"hands on what {hop.callee}() gives")
    if source.func is not None:
        yield Step(
            source.func.path, source.line, source.func.name, "falls out of its search and returns NULL"
        )


def _use_steps(found: Unchecked) -> Iterator[Step]:
    func, use = found.func, found.use
    if use is None:
        yield Step(func.path, found.line, func.name, f"evaluates {found.what}: an oops where that is NULL")
        return
    yield Step(func.path, found.line, func.name, f"hands it on to {found.what} without a test")
    for edge in use.chain:
        yield edge_step(edge)
    yield Step(use.func.path, use.line, use.func.name, f"evaluates {use.operand}: an oops where that is NULL")
