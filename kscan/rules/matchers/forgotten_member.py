"""A member that was given a resource which nothing gives back when its object ends."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.releases.forgotten import Forgetting, Forgotten
from kscan.analyses.summaries.fields import Fields
from kscan.findings.model import Finding, Step
from kscan.kernel.load import KernelModel
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import call_text, claim


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``natures``: the natures of resources that are asked for.

    ``setups``: fields of functions after whose failure the driver core drops what they were to set up;
    ``unloading``: macros that say that a driver can go: only then the driver core frees its objects.
    """

    natures: tuple[str, ...]
    setups: tuple[str, ...] = ()
    unloading: frozenset[str] = frozenset()


HOLES = frozenset({"end", "ended", "struct", "member", "acquire", "keeper"})


def problems(options: Options, model: KernelModel) -> Iterator[str]:
    """What the options name that the model lacks."""
    known = {resource.nature for resource in model.apis.resources.values()}
    for nature in options.natures:
        if nature not in known:
            yield f"No resource of the model has the nature `{nature}`."


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each member of a scanned file's own structs that nothing gives back."""
    fields = program.shared(Fields, model.apis, model.lifecycle)
    forgetting = program.shared(Forgetting, model.apis, fields)
    options = rule.options_as(Options)
    natures = frozenset(options.natures)
    for path in sorted(program.scope):
        if path.endswith(".c") and rule.covers(path):
            for found in forgetting.found(path, options.setups, options.unloading):
                if model.apis.resources[found.kept.role.resource].nature in natures:
                    yield _finding(rule, found)


def _finding(rule: Rule, found: Forgotten) -> Finding:
    kept, ending = found.kept, found.ending
    struct, member = found.member
    end = call_text(ending.call)
    steps = [Step(kept.func.path, kept.call.line, kept.func.name, f"{kept.what} = {call_text(kept.call)}")]
    if found.undo is not None:
        undo = f"only where {kept.func.name}() fails: {call_text(found.undo)}"
        steps.append(Step(kept.func.path, found.undo.line, kept.func.name, undo))
    what, ended = f"{end} frees the object", f"{ending.call.callee}() frees"
    if ending.managed:
        what, ended = "the driver core frees what this gave", "the driver core frees"
    elif ending.fails:
        what, ended = "may fail after this", f"{ending.func.name}() may fail later, which ends"
    steps.append(Step(ending.func.path, ending.call.line, ending.func.name, what))
    func, at = (kept.func, kept.call) if ending.managed or ending.fails else (ending.func, ending.call)
    return claim(
        rule,
        func,
        at,
        message=rule.text(
            end=ending.call.callee,
            ended=ended,
            struct=kept.outer,
            member=member,
            acquire=kept.call.callee,
            keeper=kept.func.name,
        ),
        steps=steps,
        conditions=(f"false if something outside this file gives back {struct}.{member}",),
        subject=f"{kept.call.callee} {struct}.{member}",
    )
