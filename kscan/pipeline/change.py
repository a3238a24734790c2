"""What a change of some files does to the findings: a patch, a range of commits, what is staged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import msgspec

from kscan.findings.compare import compare
from kscan.findings.model import Coverage, Finding, Notice
from kscan.pipeline.forked import in_order
from kscan.pipeline.lines import with_lines
from kscan.pipeline.results import Result
from kscan.pipeline.setup import Setup, arch_of
from kscan.pipeline.stages import analyse, around_of, extracting, loader_of
from kscan.rules.matchers import find_matcher
from kscan.sources import Source

_MOST_CALLERS = 12  # a function that more files call is too common to follow each of them


class Change(msgspec.Struct, frozen=True, eq=False):
    """Two states of a tree: ``touched`` are the C files that differ, ``renamed`` old paths with new ones."""

    before: Source
    after: Source
    touched: tuple[str, ...]
    renamed: Mapping[str, str]


class Latest(msgspec.Struct):
    """What was found after the last change that was judged: the next one may start from there."""

    source: Source | None = None
    paths: tuple[str, ...] = ()
    arch: str = ""
    result: Result = Result(Coverage(), ())


Judgement = tuple[tuple[Finding, ...], Coverage]
"""The findings that a change introduces, fixes and carries, and what was looked at after it.

Of the notices only those are in it that the change is behind."""


def judge_changes(setup: Setup, changes: Sequence[Change]) -> Iterator[Judgement]:
    """The judgement on each of several changes, in their order.

    The first one is judged here, as what it loads serves all; the others by several processes at once, once
    the files that they make are extracted.
    """
    first, others = changes[:1], changes[1:]
    latest = Latest()
    works = [partial(judge_change, setup, change, latest) for change in others]
    if setup.config.jobs > 1 and len(works) > 1:
        with extracting(setup, [(change.after, change.touched) for change in others]):
            yield from [judge_change(setup, change, latest) for change in first]
        follows = [before.touched == change.touched for before, change in zip(changes, others, strict=False)]
        yield from in_order(setup, works, Judgement, follows)
    else:
        yield from (judge_change(setup, change, latest) for change in changes)


def judge_change(setup: Setup, change: Change, latest: Latest) -> Judgement:
    """The judgement on a change, which becomes the ``latest``.

    The files that call a changed function are looked at, too: what a callee no longer does, its callers
    may lack.
    """
    before, after, renamed = change.before, change.after, change.renamed
    arch = arch_of(setup, change.touched)
    mine = tuple(sorted({*change.touched, *renamed}))
    alone = None
    if setup.config.jobs > 1 and latest.source is not before:
        alone = _meanwhile(setup, change, mine, arch)
    callers = _callers(setup, before, after, mine, arch)
    paths = (*mine, *callers)
    if latest.source is before and (latest.paths, latest.arch) == (paths, arch):
        old = latest.result
    else:
        old = alone if alone is not None and not callers else _findings(setup, before, paths, arch)
    new = _findings(setup, after, paths, arch)
    latest.source, latest.paths, latest.arch, latest.result = after, paths, arch, new
    findings = compare(
        with_lines(setup, old.findings, before), with_lines(setup, new.findings, after), renamed
    )
    told = _new_notices(old.coverage.notices, new.coverage.notices, renamed)
    return findings, msgspec.structs.replace(new.coverage, notices=told)


def _meanwhile(setup: Setup, change: Change, mine: Sequence[str], arch: str) -> Result:
    """The findings in the changed files before the change, while other processes look around and extract
    what the change makes of them.

    Most often no caller is to be looked at besides: then they are all that is asked for.
    """
    setup.look_ahead(change.before, arch)
    with extracting(setup, [(change.after, mine)]):
        for rule in setup.rules:
            find_matcher(rule.matcher)  # rather than to wait for what lies around
        return _findings(setup, change.before, mine, arch)


def _new_notices(
    before: Sequence[Notice], after: Sequence[Notice], renamed: Mapping[str, str]
) -> tuple[Notice, ...]:
    known = Counter((renamed.get(notice.file, notice.file), notice.message) for notice in before)
    told = []
    for notice in after:
        key = (notice.file, notice.message)
        known[key] -= 1
        if known[key] < 0:
            told.append(notice)
    return tuple(told)


def _findings(setup: Setup, source: Source, paths: Sequence[str], arch: str) -> Result:
    there = tuple(path for path in paths if source.exists(path))
    return analyse(setup, source, there, arch, remembers=False) if there else Result(Coverage(), ())


def _callers(setup: Setup, before: Source, after: Source, touched: Sequence[str], arch: str) -> Sequence[str]:
    """The files that call, by name, a function for others which the change made, changed or took away."""
    old, new = (dict(_functions(setup, source, touched)) for source in (before, after))
    changed = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    if not changed:
        return ()
    around = around_of(setup, after, arch, touched)
    own, found = set(touched), set[str]()
    for name in changed:
        files = {path for path, _function in around.functions_calling(name) if path not in own}
        if len(files) <= _MOST_CALLERS:
            found |= files
    return sorted(found)


def _functions(setup: Setup, source: Source, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """The functions of some files that others may call, with their text."""
    there = [path for path in paths if source.exists(path)]
    loaded = loader_of(setup, source, jobs=setup.config.jobs).load(there)
    for path, file in loaded.facts.items():
        lines = source.read(path).split(b"\n")
        for function in file.functions:
            if function.linkage in ("global", "weak") and not function.generated:
                yield function.name, b"\n".join(lines[function.line - 1 : function.end_line])
