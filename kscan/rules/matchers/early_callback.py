"""A callback that is installed before what it uses is ready."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.ordering.published import Early, Published
from kscan.findings.model import Finding, Step
from kscan.kernel.load import KernelModel
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import call_text, claim


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``publishers``: the arguments with the callback and with its object, by function.

    ``initialisers`` make their first argument ready; ``partners`` set the data of a handler that the
    function they stand for installs.  What is installed with one of the flags ``disabling`` stays off.
    """

    publishers: dict[str, tuple[int, int]]
    initialisers: tuple[str, ...]
    partners: dict[str, tuple[str, ...]] = {}
    disabling: tuple[str, ...] = ()


HOLES = frozenset({"publish", "ready", "what", "callback"})


def match(rule: Rule, program: Program, _model: KernelModel) -> Iterator[Finding]:
    """A finding for each call that installs a callback too early."""
    options = rule.options_as(Options)
    analysis = Published(
        program,
        options.publishers,
        frozenset(options.initialisers),
        options.partners,
        frozenset(options.disabling),
    )
    for func in program.own:
        if rule.covers(func.path) and not func.fact.partial:
            for early in analysis.early(func):
                yield _finding(rule, early)


def _finding(rule: Rule, early: Early) -> Finding:
    func, publish, callback = early.func, early.publish, early.callback
    name = callback.name if callback is not None else publish.args[1] if len(publish.args) > 1 else ""
    steps = [
        Step(func.path, publish.line, func.name, f"{call_text(publish)}: {name} may be called from here on"),
        Step(func.path, early.ready.line, func.name, f"{call_text(early.ready)} comes after"),
    ]
    if early.use is not None:
        used = early.use
        steps.insert(1, Step(used.func.path, used.line, used.func.name, f"uses {early.what}"))
    return claim(
        rule,
        func,
        publish,
        message=rule.text(publish=publish.callee, ready=early.ready.callee, what=early.what, callback=name),
        steps=steps,
        conditions=("false if the event cannot come before the driver enables it",),
        subject=f"{call_text(publish)} {early.what}",
    )
