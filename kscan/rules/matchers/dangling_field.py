"""A pointer field that is released and left as it is, where what it stood for goes on being used.

A field left dangling is a hazard only where something shows that its container lives on:
the function runs again for the same container (a hook of an inner level), or another path
of the same function stores a new value after the release.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.releases.again import Again
from kscan.analyses.summaries.fields import Fate, Fields, Release
from kscan.analyses.summaries.levels import Levels, Reach, repeated
from kscan.findings.model import Confidence, Finding, Step
from kscan.kernel.load import KernelModel
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import claim, condition_text, edge_step, tests_at, tests_on


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``natures``: the natures of resources whose release leaves the pointer useless."""

    natures: tuple[str, ...] = ("memory",)


HOLES = frozenset({"release", "field", "struct", "consequence"})


def problems(options: Options, model: KernelModel) -> Iterator[str]:
    """What the options name that the model lacks."""
    known = {resource.nature for resource in model.apis.resources.values()}
    for nature in options.natures:
        if nature not in known:
            yield f"No resource of the model has the nature `{nature}`."


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each release after which a path leaves the field dangling."""
    fields = program.shared(Fields, model.apis, model.lifecycle)
    levels = program.shared(Levels, model.lifecycle)
    natures = frozenset(rule.options_as(Options).natures)
    again = program.shared(Again, fields)
    for release in fields.all_releases(natures):
        fate = fields.fate(release)
        found = None
        if not fate.doubtful and (fate.left or fate.moved):
            found = _by_itself(rule, fields, levels, release, fate)
        second = again.second(release) if found is None else None
        if second is not None:
            found = _freed_again(rule, fields, release, second)
        if found is not None:
            yield found


def _by_itself(rule: Rule, fields: Fields, levels: Levels, release: Release, fate: Fate) -> Finding | None:
    """The finding where the function, or the hook it runs in, shows that the container lives on."""
    reach = repeated(fields, levels, release) if fate.left and not fate.moved else None
    if reach is not None:
        return _run_again(rule, fields, release, fate, reach)
    if not fate.stored or fields.is_local(release) or fields.is_flagged(release):
        return None
    left = tuple(end for end in (*fate.left, *fate.moved) if not _is_asked_for(release, end[0]))
    return _left_on_a_path(rule, fields, release, fate, left) if left else None


def _is_asked_for(release: Release, block: int) -> bool:
    """Whether a parameter alone decides that a path only releases: callers ask for it, and know."""
    names = {parameter.name for parameter in release.func.params}
    return any(test.left in names for test, _holds in tests_at(release.func, block))


def _run_again(rule: Rule, fields: Fields, release: Release, fate: Fate, again: Reach) -> Finding:
    steps = [
        *(
            Step(func.path, line, func.name, f"{release.struct}.{release.field} gets its value here")
            for func, line in fields.setters(release.struct, release.field)[:3]
        ),
        *(edge_step(edge) for edge in again.path),
        _release_step(release),
        *_left_steps(release, fate, fate.left),
        Step(
            again.start.path,
            again.start.fact.line,
            again.start.name,
            f"runs again for the same {release.struct} ({again.hook.name}: {again.hook.why})",
        ),
    ]
    consequence = "the next run frees it a second time"
    conditions = [
        *(condition_text(f, b, holds, fields.values(f)) for f, b, holds in tests_on(again.path)),
        *_conditions(release, fields),
        f"false if only one {again.hook.level.partition('.')[2]} ever lies below a {release.struct}",
    ]
    return _finding(rule, release, steps, conditions, consequence, rule.confidence)


def _left_on_a_path(
    rule: Rule, fields: Fields, release: Release, fate: Fate, left: tuple[tuple[int, int], ...]
) -> Finding:
    steps = [
        _release_step(release),
        *_left_steps(release, fate, left),
        Step(
            release.func.path,
            fate.stored[0],
            release.func.name,
            "the other path stores a new value: its container lives on",
        ),
    ]
    consequence = "a later use or release of the field finds freed memory"
    known = {id(block) for block, _holds in tests_at(release.func, release.place.block)}
    conditions = [
        condition_text(release.func, block, holds, fields.values(release.func))
        for block, holds in tests_at(release.func, left[0][0])
        if id(block) not in known
    ]
    conditions.append(
        "false if every caller ends the container's life, or stores to the field, after this return"
    )
    # That the container lives on is seen in this function only, not in its callers.
    confidence = "medium" if rule.confidence == "high" else rule.confidence
    return _finding(rule, release, steps, conditions, consequence, confidence)


def _freed_again(rule: Rule, fields: Fields, release: Release, second: Release) -> Finding:
    func, other = release.func, second.func
    steps = [
        _release_step(release),
        Step(func.path, func.fact.end_line, func.name, f"may return 0, with {release.held} as it was"),
        Step(
            other.path, second.call.line, other.name, f"{second.call.callee}() releases {second.held} again"
        ),
    ]
    conditions = [
        *_conditions(release, fields),
        f"false if {other.name}() never runs for a {release.struct} for which {func.name}() got there",
    ]
    consequence = f"{other.name}() frees it a second time"
    return _finding(rule, release, steps, conditions, consequence, "medium")


def _conditions(release: Release, fields: Fields) -> Iterator[str]:
    for block, holds in tests_at(release.func, release.place.block):
        yield condition_text(release.func, block, holds, fields.values(release.func))


def _release_step(release: Release) -> Step:
    return Step(
        release.func.path,
        release.call.line,
        release.func.name,
        f"{release.call.callee}() releases {release.held}",
    )


def _left_steps(release: Release, fate: Fate, left: tuple[tuple[int, int], ...]) -> Iterator[Step]:
    for end in left[:2]:
        how = "goes on to the next object" if end in fate.moved else "returns"
        yield Step(
            release.func.path, end[1], release.func.name, f"{how} with {release.held} still pointing to it"
        )


def _finding(
    rule: Rule,
    release: Release,
    steps: list[Step],
    conditions: list[str],
    consequence: str,
    confidence: Confidence,
) -> Finding:
    call = release.call
    found = claim(
        rule,
        release.func,
        call,
        message=rule.text(
            release=call.callee, field=str(release.held), struct=release.struct, consequence=consequence
        ),
        steps=steps,
        conditions=tuple(dict.fromkeys(conditions)),
        subject=f"{call.callee}({release.held})",
    )
    return msgspec.structs.replace(found, confidence=confidence)
