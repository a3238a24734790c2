"""A field that a failing function has released, released again by the error path of its caller."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.releases.undo import Twice, Undo
from kscan.analyses.summaries.fields import Fields
from kscan.analyses.summaries.states import States
from kscan.findings.model import Finding, Step
from kscan.kernel.load import KernelModel
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import claim, condition_text, edge_step, tests_at


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``natures``: the natures of resources that must not be released twice."""

    natures: tuple[str, ...] = ("memory",)


HOLES = frozenset({"release", "field", "struct", "first", "second", "top"})


def problems(options: Options, model: KernelModel) -> Iterator[str]:
    """What the options name that the model lacks."""
    known = {resource.nature for resource in model.apis.resources.values()}
    for nature in options.natures:
        if nature not in known:
            yield f"No resource of the model has the nature `{nature}`."


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each pair of releases that one path goes through."""
    fields = program.shared(Fields, model.apis, model.lifecycle)
    states = program.shared(States, model.apis, fields)
    undo = program.shared(Undo, fields, states, model)
    for twice in undo.twice(frozenset(rule.options_as(Options).natures)):
        yield _finding(rule, fields, twice)


def _finding(rule: Rule, fields: Fields, twice: Twice) -> Finding:
    first, second = twice.first.release, twice.second.release
    steps = [
        *(edge_step(edge) for edge in twice.first.path),
        Step(
            first.func.path, first.call.line, first.func.name, f"{first.call.callee}() releases {first.held}"
        ),
        *(
            Step(first.func.path, line, first.func.name, f"returns with {first.held} still pointing to it")
            for _block, line in fields.fate(first).left[:1]
        ),
        *(edge_step(edge) for edge in twice.second.path),
        Step(
            second.func.path,
            second.call.line,
            second.func.name,
            f"{second.call.callee}() releases {second.held} again",
        ),
    ]
    conditions = [
        condition_text(first.func, block, holds, fields.values(first.func))
        for block, holds in tests_at(first.func, first.place.block)
    ]
    known = {id(block) for block, _holds in tests_at(twice.top, twice.first_place.block)}
    conditions += [
        condition_text(twice.top, block, holds, fields.values(twice.top))
        for block, holds in tests_at(twice.top, twice.second_place.block)
        if id(block) not in known
    ]
    conditions.append(f"false if something between the two sets {first.struct}.{first.field}")
    call = first.call
    return claim(
        rule,
        first.func,
        call,
        message=rule.text(
            release=call.callee,
            field=str(first.held),
            struct=first.struct,
            first=first.func.name,
            second=second.func.name,
            top=twice.top.name,
        ),
        steps=steps,
        conditions=tuple(dict.fromkeys(conditions)),
        subject=f"{call.callee}({first.held}) {second.func.name}",
    )
