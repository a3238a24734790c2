"""A resource owned by a containing object, released in a hook that runs for each of the contained ones."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.summaries.fields import Fields, Release
from kscan.analyses.summaries.levels import Levels, Reach, repeated
from kscan.findings.model import Finding, Step
from kscan.kernel.load import KernelModel
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import claim, condition_text, edge_step, tests_at, tests_on


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``natures``: the natures of resources whose release is looked at."""

    natures: tuple[str, ...] = ("memory", "reference", "state")


HOLES = frozenset({"release", "field", "struct", "hook", "outer", "inner"})


def problems(options: Options, model: KernelModel) -> Iterator[str]:
    """What the options name that the model lacks."""
    known = {resource.nature for resource in model.apis.resources.values()}
    for nature in options.natures:
        if nature not in known:
            yield f"No resource of the model has the nature `{nature}`."


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each field of an outer object that a hook of an inner level releases."""
    fields = program.shared(Fields, model.apis, model.lifecycle)
    levels = program.shared(Levels, model.lifecycle)
    natures = frozenset(rule.options_as(Options).natures)
    said: set[tuple[object, str]] = set()
    # The last release of a function first: it ends the resource, and is the one to point at.
    for release in sorted(fields.all_releases(natures), key=lambda r: (str(r.func), -r.call.line)):
        if (release.func, release.field) in said:
            continue
        again = repeated(fields, levels, release)
        if again is not None:
            said.add((release.func, release.field))
            yield _finding(rule, fields, model, release, again)


def _finding(rule: Rule, fields: Fields, model: KernelModel, release: Release, again: Reach) -> Finding:
    level = model.lifecycle.level_of_type.get(release.struct, "")
    outer = level.partition(".")[2] or release.struct
    call = release.call
    owner = f"once per {outer}"
    inner = again.hook.level.partition(".")[2]
    steps = [
        *(
            Step(f.path, line, f.name, f"{release.struct}.{release.field} gets its value here, {owner}")
            for f, line in fields.setters(release.struct, release.field)[:3]
        ),
        *(
            Step(f.path, line, f.name, "its elements are filled here")
            for f, line in fields.fillers(release.struct, release.field)[:3]
        ),
        Step(
            again.start.path,
            again.start.fact.line,
            again.start.name,
            f"runs for each {inner} ({again.hook.name}: {again.hook.why})",
        ),
        *(edge_step(edge) for edge in again.path),
        Step(release.func.path, call.line, release.func.name, f"{call.callee}() releases {release.held}"),
    ]
    conditions = [
        *(condition_text(f, b, holds, fields.values(f)) for f, b, holds in tests_on(again.path)),
        *(
            condition_text(release.func, b, holds, fields.values(release.func))
            for b, holds in tests_at(release.func, release.place.block)
        ),
        f"false if only one {inner} ever lies below a {release.struct}",
    ]
    return claim(
        rule,
        release.func,
        call,
        message=rule.text(
            release=call.callee,
            field=str(release.held),
            struct=release.struct,
            hook=again.start.name,
            outer=outer,
            inner=inner,
        ),
        steps=steps,
        conditions=tuple(dict.fromkeys(conditions)),
        subject=f"{release.struct}.{release.field}",
    )
