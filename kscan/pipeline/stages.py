"""Stage by stage from a source to findings: facts, link, rules."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec

from kscan.facts.model import FileFacts, forget_bodies
from kscan.findings.fingerprint import settle
from kscan.findings.model import Coverage, Finding, Skipped
from kscan.kernel.load import KernelModel
from kscan.link.program import Program
from kscan.pipeline.areas import as_set
from kscan.pipeline.around import Around
from kscan.pipeline.facts import CPU_SECONDS, FactsLoader, Loaded, no_collection, sizes_of
from kscan.pipeline.ground import Folders
from kscan.pipeline.outside import Outside
from kscan.pipeline.portions import portions
from kscan.pipeline.results import Manifest, Result, recall, remember
from kscan.pipeline.setup import Setup, view_of
from kscan.pipeline.suppress import with_comments
from kscan.rules.matchers import find_matcher
from kscan.rules.schema import Rule
from kscan.sources import Source

_MOST_LOADED = 4000  # files whose facts are kept from one patch to the next


class Linked(msgspec.Struct, frozen=True):
    """A linked program and what was looked at for it."""

    program: Program
    loaded: Loaded
    outside: Outside
    scope: frozenset[str]


def link(
    setup: Setup,
    source: Source,
    files: Sequence[str],
    arch: str,
    leaves_out: Callable[[str], bool] | None = None,
) -> Linked:
    """Load the facts of ``files`` and link them, with what their hooks need from outside.

    ``leaves_out`` tells which files the configuration does not build.
    """
    loaded = loader_of(setup, source, jobs=setup.config.jobs).load(files)
    outside = Outside(around_of(setup, source, arch, files), loader_of(setup, source, jobs=0))
    with no_collection():
        program = Program(loaded.facts, view_of(setup, arch), outside, leaves_out)
        program.link_hooks(setup.model.lifecycle.hooks)
    program.seal()
    return Linked(program, loaded, outside, frozenset(loaded.facts))


def loader_of(setup: Setup, source: Source, *, jobs: int) -> FactsLoader:
    """What loads facts of a source, and knows what was loaded of what it is laid over."""
    ground, apart = setup.ground(source)
    if len(ground.loaded) > _MOST_LOADED:
        ground.loaded.clear()
    progress = setup.config.progress if jobs else None
    loader = FactsLoader(source, setup.macros, setup.store, jobs=jobs, progress=progress)
    return loader.sharing(ground.loaded, apart)


def _forget(setup: Setup, source: Source, paths: Iterable[str]) -> None:
    """Drop the facts of files that nothing else will ask for."""
    loaded = setup.ground(source)[0].loaded
    for path in paths:
        loaded.pop(path, None)


def around_of(setup: Setup, source: Source, arch: str, inside: Collection[str]) -> Around:
    """What lies around the files ``inside``."""
    ground, changed = setup.ground(source)
    return Around(ground, source, Folders(*setup.context.folders(arch)), inside, changed)


@contextmanager
def extracting(setup: Setup, wanted: Sequence[tuple[Source, Sequence[str]]]) -> Iterator[None]:
    """While the context lasts, another process extracts files of sources: then their facts are in the cache,
    if there is one."""
    if setup.store is None or not wanted:
        yield
        return
    from kscan.pipeline import pool  # noqa: PLC0415 - see forked.py

    def load() -> bytes:
        setup.move()
        for source, paths in wanted:
            loader_of(setup, source, jobs=0).load(path for path in paths if source.exists(path))
        return b""

    extraction = pool.Ahead(load, CPU_SECONDS * len(wanted))
    try:
        yield
        extraction.answer()
    finally:
        extraction.stop()


def analyse(
    setup: Setup, source: Source, paths: Sequence[str], arch: str, *, remembers: bool = True
) -> Result:
    """The findings in ``paths`` of a source; at once where nothing has changed since they were asked for.

    Without ``remembers`` they are found anew: to ask what the whole tree is like takes longer than one
    file does.
    """
    result = _remembered(setup, source, paths, arch) if remembers else _found(setup, source, paths, arch)
    if not setup.config.areas:
        return result
    findings = as_set(result.findings, setup.config.areas, setup.rules, setup.chosen_rules)
    return msgspec.structs.replace(result, findings=findings)


def _remembered(setup: Setup, source: Source, paths: Sequence[str], arch: str) -> Result:
    manifest = Manifest(setup, source, paths, arch) if setup.store is not None else None
    known = recall(setup, manifest) if manifest is not None else None
    if known is not None:
        return known
    result = _found(setup, source, paths, arch)
    if manifest is not None:
        remember(setup, manifest, result)
    return result


def _found(setup: Setup, source: Source, paths: Sequence[str], arch: str) -> Result:
    files = tuple(source.paths(paths))
    everything = frozenset(files)
    told, remarked, coverage = list[Finding](), dict[str, FileFacts](), Coverage()
    context = set[str]()
    for portion in portions(sizes_of(source, files)):
        linked = link(setup, source, portion, arch)
        with no_collection():
            told += _raw_findings(setup, linked, everything)  # which may load more of the context
        remarked |= {path: facts for path, facts in linked.loaded.facts.items() if facts.remarks}
        coverage = coverage.plus(coverage_of(linked))
        context |= linked.outside.loaded.keys() - everything
        if len(portion) < len(files):
            _forget(setup, source, linked.scope)
            del linked
            forget_bodies()
            gc.unfreeze()  # what is frozen is never collected, and a program refers to itself
            gc.collect()
    findings, notices = with_comments(setup, remarked, settle(told))
    coverage = msgspec.structs.replace(coverage, context_files=len(context), notices=notices)
    return Result(coverage, findings)


def run_rules(setup: Setup, linked: Linked) -> tuple[Finding, ...]:
    """The findings of the chosen rules that concern the scanned files, settled."""
    with no_collection():
        return settle(_raw_findings(setup, linked))


def _raw_findings(setup: Setup, linked: Linked, elsewhere: Collection[str] = ()) -> Iterator[Finding]:
    """As ``run_rules``, unsettled.  The files ``elsewhere`` are linked for themselves."""
    for rule in _told(setup):
        yield from _findings(rule, setup.model, linked, elsewhere)


def _told(setup: Setup) -> Iterator[Rule]:
    """The rules, one after the other; whoever watches is told which."""
    for number, rule in enumerate(setup.rules):
        if setup.config.progress is not None:
            setup.config.progress(f"rule {rule.id}", number, len(setup.rules))
        yield rule


def _findings(
    rule: Rule, model: KernelModel, linked: Linked, elsewhere: Collection[str]
) -> Iterator[Finding]:
    for finding in find_matcher(rule.matcher).match(rule, linked.program, model):
        inside = finding.file in linked.scope or (
            finding.file not in elsewhere and any(s.file in linked.scope for s in finding.steps)
        )
        if inside and rule.covers(finding.file):
            yield finding


def coverage_of(linked: Linked) -> Coverage:
    """What was looked at, and every function that was understood only in part."""
    facts = linked.loaded.facts
    partial = tuple(_partial(facts))
    left = (*linked.loaded.skipped, *partial, *_unfinished(linked))
    return Coverage(
        files=len(facts),
        functions=sum(f.quality.bodies for f in facts.values()),
        partial=len(partial),
        context_files=len(linked.outside.loaded),
        skipped=tuple(sorted(left, key=lambda s: (s.file, s.line))),
    )


def _unfinished(linked: Linked) -> Iterator[Skipped]:
    for func in linked.program.unfinished:
        if func.path in linked.scope:
            reason = f"{func.name}() has too many paths: some were not followed"
            yield Skipped(func.path, func.fact.line, reason, partial=True)


def _partial(facts: Mapping[str, FileFacts]) -> Iterator[Skipped]:
    for path, file in facts.items():
        for function in file.functions:
            if function.partial:
                yield Skipped(path, function.line, f"{function.name}() was parsed in part", partial=True)
