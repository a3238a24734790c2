"""Judge two states of a git repository: a range of commits, the work tree, or what is staged."""

from __future__ import annotations

from typing import Literal

import msgspec

from kscan.findings.model import Coverage, Finding, PatchResult, Report, Skipped
from kscan.pipeline.change import Change, Latest, judge_change
from kscan.pipeline.lines import rules_for
from kscan.pipeline.setup import Setup
from kscan.sources import Source
from kscan.sources.changes import INDEX, WORK_TREE, Changes
from kscan.sources.gitrev import GitIndex, GitRev
from kscan.sources.tree import Tree


def judge_changes(setup: Setup, changes: Changes) -> Report:
    """What ``changes`` introduce, fix and carry, as one patch."""
    findings, coverage = _judge(setup, changes) if changes.touched else ((), Coverage())
    in_conflict = tuple(
        Skipped(path, 0, "is in conflict", "resolve it and stage it") for path in changes.unmerged
    )
    not_analysed = (*in_conflict, *(s for s in coverage.skipped if not s.partial))
    coverage = msgspec.structs.replace(coverage, skipped=not_analysed)
    notes = () if changes.touched else ("touches no C file",)
    outcome: Literal["applied", "empty"] = "applied" if changes.touched else "empty"
    one = PatchResult(changes.name, changes.top, "", outcome, notes, changes.touched, findings)
    return Report(setup.config.invocation, coverage, findings, (one,), rules=rules_for(setup))


def _judge(setup: Setup, changes: Changes) -> tuple[tuple[Finding, ...], Coverage]:
    before, after = GitRev(changes.top, changes.before), state_after(changes)
    try:
        return judge_change(setup, Change(before, after, changes.touched, changes.renamed), Latest())
    finally:
        before.repo.close()
        if isinstance(after, GitRev | GitIndex):
            after.repo.close()


def state_after(changes: Changes) -> Source:
    """The state of the repository after ``changes``."""
    if changes.after == INDEX:
        return GitIndex(changes.top, changes.index_file)
    return Tree(changes.top) if changes.after == WORK_TREE else GitRev(changes.top, changes.after)
