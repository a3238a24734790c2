"""A pointer, freed by a path that neither clears nor refreshes the copies that other objects keep."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.analyses.releases.copies import Copies, Copy, Reader, Stale
from kscan.analyses.summaries.fields import Fields
from kscan.analyses.summaries.levels import Levels
from kscan.findings.model import Finding, Step
from kscan.kernel.load import KernelModel
from kscan.link.program import Program
from kscan.rules.schema import Rule
from kscan.rules.trace import claim, condition_text, edge_step, tests_at, tests_on

_MOST = 3


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to choose."""


HOLES = frozenset({"release", "field", "struct", "copy", "reader"})


def match(rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
    """A finding for each free of a field, and each field of others that keeps a stale copy."""
    fields = program.shared(Fields, model.apis, model.lifecycle)
    levels = program.shared(Levels, model.lifecycle)
    for stale in program.shared(Copies, model.apis, fields, levels).stale():
        yield _finding(rule, fields, stale)


def _finding(rule: Rule, fields: Fields, stale: Stale) -> Finding:
    freed, dest = stale.freed, ".".join(stale.dest)
    call = freed.call
    readers = sorted(stale.readers, key=lambda r: (r.func.path, r.line))
    steps = [
        *(_copy_step(copy) for copy in (*stale.between[:1], *stale.copies[:_MOST])),
        *(edge_step(edge) for edge in stale.entry),
        Step(freed.func.path, call.line, freed.func.name, f"{call.callee}() frees {freed.held}"),
        *(edge_step(edge) for edge in freed.chain[1:]),
        *_alive_steps(stale),
        *(_reader_step(reader, dest) for reader in readers[:_MOST]),
    ]
    conditions = [
        *(condition_text(f, b, holds, fields.values(f)) for f, b, holds in tests_on(stale.entry)),
        *(
            condition_text(freed.func, b, holds, fields.values(freed.func))
            for b, holds in tests_at(freed.func, freed.place.block)
        ),
        *(
            condition_text(copy.func, b, holds, fields.values(copy.func))
            for copy in stale.copies[:1]
            for b, holds in tests_at(copy.func, copy.place.block)
            if not b.left.startswith("%")
        ),
        f"false if every {stale.dest[0]} that has a copy is gone, or gets another, before it is next used",
    ]
    return claim(
        rule,
        freed.func,
        call,
        message=rule.text(
            release=call.callee,
            field=str(freed.held),
            struct=freed.source[0],
            copy=dest,
            reader=readers[0].func.name,
        ),
        steps=steps,
        conditions=tuple(dict.fromkeys(conditions)),
        subject=f"{call.callee}({freed.held}) {dest}",
    )


def _copy_step(copy: Copy) -> Step:
    dest = ".".join(copy.dest)
    who = f"every {copy.text} of the walk keeps" if copy.loop else f"{copy.text} keeps"
    how = ""
    if copy.setter is not None:
        setter = copy.setter.callee
        how = f", through {setter.name}(), {setter.path}:{setter.fact.line}"
    return Step(copy.func.path, copy.line, copy.func.name, f"{who} a copy of the pointer in {dest}{how}")


def _reader_step(reader: Reader, dest: str) -> Step:
    how = "" if reader.getter is None else f", through {reader.getter.name}()"
    return Step(
        reader.func.path, reader.line, reader.func.name, f"reads {dest}{how}, and finds freed memory there"
    )


def _alive_steps(stale: Stale) -> Iterator[Step]:
    alive = stale.alive
    if alive.reach is not None:
        hook = alive.reach.hook
        start = alive.reach.start
        yield Step(
            start.path,
            start.fact.line,
            start.name,
            f"runs while the copies are in use ({hook.name}: {hook.why})",
        )
    if alive.store is not None:
        setter, line = alive.store
        where = (
            "which other functions of the same table lead to"
            if alive.kind != "replaced"
            else "while the copies stay as they are"
        )
        yield Step(
            setter.path, line, setter.name, f"puts a new pointer into {'.'.join(stale.freed.source)}, {where}"
        )
