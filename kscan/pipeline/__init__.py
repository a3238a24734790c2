"""The only module that runs the stages in order; it owns processes, memory and the cache.

The stages are imported when they are come to: other processes may be at work meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from kscan.config import Config
from kscan.errors import InputError
from kscan.facts.store import FactsStore
from kscan.pipeline.setup import Setup, arch_of, no_c_files, scope_found, scope_of, unlisted

if TYPE_CHECKING:
    from kscan.analyses.learning.roles import Proposal
    from kscan.facts.model import FileFacts
    from kscan.findings.model import Report
    from kscan.kernel.lifecycle import Lifecycle
    from kscan.link.callgraph import CallGraph
    from kscan.link.compare import Difference
    from kscan.link.queries import Graph
    from kscan.pipeline.stages import Linked
    from kscan.sources.changes import Changes


def scan(config: Config) -> Report:
    """The findings in the paths of a tree.  Raises InputError and RuleError."""
    with _store(config) as store, Setup(config, store) as setup:
        paths, missing = scope_found(setup)
        from kscan.findings.model import Report, Skipped  # noqa: PLC0415 - see above
        from kscan.pipeline.lines import rules_for, with_lines  # noqa: PLC0415
        from kscan.pipeline.stages import analyse  # noqa: PLC0415
        from kscan.pipeline.suppress import decided  # noqa: PLC0415

        result = analyse(setup, setup.source, paths, arch_of(setup, paths))
        findings = with_lines(setup, result.findings, setup.source)
        left_out = [Skipped(e.what, 0, e.reason, e.remedy) for e in (*missing, *unlisted(setup, paths))]
        coverage = msgspec.structs.replace(result.coverage, skipped=(*left_out, *result.coverage.skipped))
        notes = tuple(f"{path}: is no C file: left out" for path in no_c_files(setup, paths))
        report = Report(config.invocation, coverage, findings, notes=notes, rules=rules_for(setup))
        report = decided(setup, report, paths)
        if config.diff:
            from kscan.pipeline.remedy import with_patches  # noqa: PLC0415 - few ask for it

            report = report.with_findings(lambda found: with_patches(setup, found, setup.source))
    return _noted(report, store)


def judge(
    config: Config, inputs: Sequence[str], *, replies: bool = False, scissors: bool = False, since: str = ""
) -> Report:
    """What the patches in ``inputs`` introduce, fix and carry.  Raises InputError and RuleError.

    ``replies``, ``scissors`` and ``since`` are as for ``kscan.sources.inbox.read_inputs``.
    """
    with _store(config) as store, Setup(config, store) as setup:
        if config.jobs > 1:
            setup.look_ahead(setup.source, arch_of(setup, ()))
        from kscan.pipeline.patch import judge_inputs  # noqa: PLC0415 - see above
        from kscan.pipeline.suppress import decided  # noqa: PLC0415

        report = decided(setup, judge_inputs(setup, inputs, replies=replies, scissors=scissors, since=since))
    return _noted(report, store)


def _noted(report: Report, store: FactsStore | None) -> Report:
    """``report`` with what the cache had to say, which costs time and nothing else."""
    notes = tuple(dict.fromkeys(str(note) for note in store.notes)) if store is not None else ()
    return msgspec.structs.replace(report, notes=(*report.notes, *notes))


def judge_changes(config: Config, changes: Changes) -> Report:
    """What the difference of two states of a repository introduces, fixes and carries."""
    with _store(config) as store, Setup(config, store) as setup:
        from kscan.pipeline import revisions  # noqa: PLC0415 - see above
        from kscan.pipeline.suppress import decided  # noqa: PLC0415

        report = decided(setup, revisions.judge_changes(setup, changes))
    return _noted(report, store)


def facts_of(config: Config) -> FileFacts:
    """What kscan understands of the one file that ``config`` names.  Raises InputError."""
    from kscan.pipeline.facts import FactsLoader  # noqa: PLC0415 - see above

    with Setup(config, None) as setup:
        (path,) = scope_of(setup)
        loaded = FactsLoader(setup.source, setup.macros).load([path])
        for left_out in loaded.skipped:
            raise InputError(left_out.file, left_out.reason, left_out.remedy)
        return loaded.facts[path]


def learn(config: Config) -> tuple[Proposal, ...]:
    """The roles of functions that the paths of a tree teach.  Raises InputError and RuleError."""
    from kscan.pipeline.learning import learn as from_tree  # noqa: PLC0415 - a scan does without

    with _store(config) as store:
        return from_tree(config, store)


@contextmanager
def graph(config: Config) -> Iterator[tuple[CallGraph, Linked]]:
    """The call graph of the paths of a tree, and what was linked for it.  Raises InputError."""
    from kscan.pipeline.linked import linked_graph  # noqa: PLC0415 - a scan does without

    with _store(config) as store, linked_graph(config, store) as found:
        yield found


@contextmanager
def asked_graph(config: Config, *, whole: bool = False, names: Sequence[str] = ()) -> Iterator[Graph]:
    """The call graph of the paths of a tree, kept where ``whole`` of it, or much, is asked for.

    The functions of ``names`` are looked for in the tree where the paths have none with a body.  Raises
    InputError.
    """
    from kscan.pipeline import asked  # noqa: PLC0415 - a scan does without

    with _store(config) as store, asked.asked_graph(config, store, whole=whole, names=names) as found:
        yield found


def lifecycle(config: Config) -> Lifecycle:
    """The hooks of the kernel model, and the phases of events.  Raises InputError."""
    from kscan.pipeline import asked  # noqa: PLC0415 - a scan does without

    with _store(config) as store:
        return asked.lifecycle(config, store)


def graph_difference(config: Config, change: Changes | str) -> Difference:
    """The edges that a change, or the patches in a file, gain and lose.  Raises InputError."""
    from kscan.pipeline import edgediff  # noqa: PLC0415 - a scan does without

    with _store(config) as store, Setup(config, store) as setup:
        return edgediff.difference(setup, change)


def names_like(config: Config, prefix: str) -> tuple[str, ...]:
    """The functions whose names begin so, as far as they can be known at once."""
    from kscan.pipeline import asked  # noqa: PLC0415 - a scan does without

    with _store(config) as store:
        return asked.names_like(config, store, prefix)


@contextmanager
def _store(config: Config) -> Iterator[FactsStore | None]:
    if config.cache is None:
        yield None
        return
    with FactsStore(config.cache) as store:
        yield store
