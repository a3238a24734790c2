"""An object that is used, or given back once more, after it was given back."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.body.paths import shown
from kscan.analyses.owning.ownership import Ownership
from kscan.analyses.releases.afterwards import TWICE, USED, Afterwards, Misstep
from kscan.analyses.results.nullness import Nullness
from kscan.findings.model import Finding, Step
from kscan.kernel.load import KernelModel
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import branches, call_text, claim


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``kinds`` of misstep: used, twice; ``natures`` of what was given back.

    ``callbacks``: the fields that hold a callback which frees an object with its last reference.
    """

    kinds: tuple[str, ...]
    natures: tuple[str, ...]
    callbacks: tuple[str, ...] = ()


HOLES = frozenset({"release", "what", "line", "text"})


def problems(options: Options, _model: KernelModel) -> Iterator[str]:
    """What the options name that there is not."""
    for kind in options.kinds:
        if kind not in (USED, TWICE):
            yield f"There is no kind of misstep `{kind}`."
    for nature in options.natures:
        if nature not in ("memory", "reference"):
            yield f"Nothing is known of what was given back and is `{nature}`."


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each release and the nearest misstep after it."""
    owner = program.shared(Ownership, model.apis)
    nullness = program.shared(Nullness, model.apis, owner)
    afterwards = program.shared(Afterwards, model.apis, owner, nullness)
    options = rule.options_as(Options)
    for func in afterwards.functions():
        for misstep in afterwards.missteps(func, options.callbacks) if rule.covers(func.path) else ():
            nature = model.apis.resources[misstep.gone.role.resource].nature
            nature = "memory" if misstep.gone.why else nature
            if misstep.kind in options.kinds and nature in options.natures:
                yield _finding(rule, owner, misstep)


def _finding(rule: Rule, owner: Ownership, misstep: Misstep) -> Finding:
    func, call = misstep.func, misstep.gone.call
    values = owner.holding(func).values
    decisions = shown(func.fact.body, list(misstep.node.decisions()))
    taken, conditions = branches(func, decisions, values)
    what = str(misstep.gone.what)
    why = f": {misstep.gone.why}" if misstep.gone.why else ""
    return claim(
        rule,
        func,
        misstep.line,
        message=rule.text(release=call.callee, what=what, line=str(call.line), text=misstep.text),
        steps=(
            Step(func.path, call.line, func.name, f"{call_text(call, values)} gives {what} back{why}"),
            *taken,
            Step(func.path, misstep.line, func.name, misstep.text),
        ),
        conditions=conditions,
        subject=f"{call_text(call)} {misstep.text}",
    )
