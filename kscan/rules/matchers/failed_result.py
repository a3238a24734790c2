"""A result that may be NULL or an error pointer, used, kept or tested as if it were the other thing."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.body.paths import shown
from kscan.analyses.owning.ownership import Ownership
from kscan.analyses.results.lookups import Lookups
from kscan.analyses.results.nullness import (
    DOUBTED,
    ERROR_USED,
    FOUND,
    IS_ERR,
    IS_NULL,
    KEPT,
    NEW,
    OTHER,
    USED,
    Misuse,
    Nullness,
)
from kscan.findings.model import Edit, Finding, Step
from kscan.kernel.apis import Apis
from kscan.kernel.load import KernelModel
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import branches, call_text, claim, source_text

_WHY = {
    USED: "{what} is evaluated where the result may be NULL",
    NEW: "{what} is evaluated where the result may be NULL",
    DOUBTED: "{what} is evaluated where the result may be NULL",
    FOUND: "{what} is evaluated where the result may be NULL",
    ERROR_USED: "{what} is evaluated where the result may be an error pointer",
    KEPT: "the result is stored without a test for NULL",
    IS_ERR: "IS_ERR({what}) does not see that it is NULL on failure",
    IS_NULL: "the test of {what} for NULL does not see that it is an error pointer on failure",
    OTHER: "the test for an error looks at {what}, which is another variable",
}
_WRONG_TESTS = frozenset({IS_ERR, IS_NULL, OTHER})


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``kinds`` of misuse: used, new memory used, found used, used though tested, error used, kept, is_err,
    is_null, other."""

    kinds: tuple[str, ...]


HOLES = frozenset({"call", "reason", "line", "failure"})


def problems(options: Options, _model: KernelModel) -> Iterator[str]:
    """What the options name that there is not."""
    for kind in options.kinds:
        if kind not in _WHY:
            yield f"There is no kind of misuse `{kind}`."


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each misused result."""
    owner = program.shared(Ownership, model.apis)
    nullness = program.shared(Nullness, model.apis, owner)
    lookups = program.shared(Lookups, model.apis, owner)
    kinds = rule.options_as(Options).kinds
    names = model.apis.may_return_null | model.apis.may_return_err_ptr
    if (_WRONG_TESTS | {ERROR_USED}).intersection(
        kinds
    ):  # which functions by whose bodies alone it is known may get, too
        tests = {n for n, role in model.apis.predicates.items() if role in ("is_err", "err_or_zero")}
        names = names | tests | nullness.conventions.giving_errors
    for func in owner.functions(names):
        told = set[tuple[str, int, str]]()  # what several calls may have given is tested once
        for misuse in nullness.misuses(func) if rule.covers(func.path) else ():
            callee, test = misuse.call.callee, (misuse.kind, misuse.line, misuse.what)
            kind = misuse.kind
            if kind == USED and lookups.is_asked_elsewhere(func, misuse.call):
                kind = DOUBTED
            if kind not in kinds or (misuse.kind in _WRONG_TESTS and test in told):
                continue
            told.add(test)
            harmless = misuse.kind == IS_NULL and _is_advisory(model.apis, callee)
            if not harmless and _gives_pointers(program, callee, func.path):
                yield _finding(rule, owner, misuse)


def _is_advisory(apis: Apis, name: str) -> bool:
    """Whether nobody has to care that it fails, as with what is only for debugging."""
    return any(apis.resources[role.resource].advisory for role in apis.acquires.get(name, ()))


def _gives_pointers(program: Program, name: str, path: str) -> bool:
    """Whether no function of the name is meant there that returns a number, or a struct."""
    targets = program.resolve(name, path)
    if targets:
        return any("*" in target.fact.returns for target in targets)
    return program.may_point(name) or not program.declares(name)


def _finding(rule: Rule, owner: Ownership, misuse: Misuse) -> Finding:
    func, call = misuse.func, misuse.call
    values = owner.holding(func).values
    decisions = shown(func.fact.body, list(misuse.node.decisions()))
    taken, conditions = branches(func, decisions, values)
    reason = _WHY[misuse.kind].format(what=source_text(misuse.what, values))
    failure = "an error pointer" if misuse.kind in (ERROR_USED, IS_NULL, OTHER) else "NULL"
    return claim(
        rule,
        func,
        misuse.line,
        message=rule.text(call=call.callee, reason=reason, line=str(call.line), failure=failure),
        steps=(
            Step(func.path, call.line, func.name, f"{call_text(call, values)} gives {failure} if it fails"),
            *taken,
            Step(func.path, misuse.line, func.name, reason),
        ),
        conditions=conditions,
        subject=f"{call.callee}({', '.join(call.args)}) {misuse.kind}",
        edit=_edit(misuse),
    )


def _edit(misuse: Misuse) -> Edit | None:
    """The right test in the place of the wrong one."""
    if misuse.kind == IS_ERR:
        return Edit((misuse.line,), f"!{misuse.what}", instead=f"IS_ERR({misuse.what})")
    if misuse.kind == IS_NULL:
        return Edit((misuse.line,), f"IS_ERR({misuse.what})", instead=f"!{misuse.what}")
    return None
