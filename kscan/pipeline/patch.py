"""Judge patches: findings before and after each one, on the tree it is for.

A patch is laid over the tree in memory; its files are extracted anew, everything else
comes from the cache.  A series is a chain of such trees, so what one patch introduces and
a later one fixes shows as both.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from kscan.errors import InputError
from kscan.findings.model import Coverage, Finding, PatchResult, Report, Skipped
from kscan.pipeline.change import judge_change
from kscan.pipeline.lines import rules_for
from kscan.pipeline.reply import MAIL_REPLY, drafted, mail_of
from kscan.pipeline.setup import Setup
from kscan.sources import Source
from kscan.sources.apply import ApplyResult, apply_patch
from kscan.sources.git import GitRepo
from kscan.sources.inbox import read_inputs
from kscan.sources.mail import Patch
from kscan.sources.series import Series, Unreadable

_C_ENDINGS = (".c", ".h")


@dataclass(slots=True)
class _Judging:
    """What judging gave so far."""

    setup: Setup
    repo: GitRepo | None
    results: list[PatchResult] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage)

    def take(self, item: Series | Unreadable) -> None:
        """Judge a series, each patch on the tree that the one before left."""
        if isinstance(item, Unreadable):
            self.skipped.append(Skipped(item.source, 0, item.reason, item.remedy))
            return
        base = self.setup.source
        for patch in item.patches:
            base = self.patch(patch, base)

    def report(self) -> Report:
        """All that was judged."""
        seen = self.coverage
        not_analysed = (*self.skipped, *(s for s in seen.skipped if not s.partial))
        coverage = Coverage(seen.files, seen.functions, seen.partial, seen.context_files, not_analysed)
        findings = tuple(f for result in self.results for f in result.findings)
        patches, rules = tuple(self.results), rules_for(self.setup)
        return Report(self.setup.config.invocation, coverage, findings, patches, rules=rules)

    def patch(self, patch: Patch, base: Source) -> Source:
        """Judge one patch on ``base``; gives the tree after it (``base`` where it does not apply)."""
        touched = tuple(sorted({f.path for f in patch.diff.files if f.path.endswith(_C_ENDINGS)}))
        if not touched:
            self._add(patch, "empty", ("touches no C file",), touched)
            return base
        applied = apply_patch(base, patch, self.repo)
        if not applied.ok:
            self._add(patch, "refused", tuple(str(r) for r in applied.refusals), touched)
            self.skipped.append(Skipped(patch.source or patch.name, 0, _refusal(applied), _remedy(applied)))
            return base
        renamed = {
            f.old_path: f.new_path for f in patch.diff.files if f.is_rename and f.old_path and f.new_path
        }
        findings, self.coverage = judge_change(self.setup, applied.before, applied.overlay, touched, renamed)
        self._add(patch, "applied", applied.notes, touched, findings)
        return applied.overlay

    def _add(
        self,
        patch: Patch,
        outcome: Literal["applied", "refused", "empty"],
        notes: Iterable[str],
        files: tuple[str, ...],
        findings: tuple[Finding, ...] = (),
    ) -> None:
        result = PatchResult(
            patch.name,
            patch.source,
            patch.message_id,
            outcome,
            tuple(notes),
            files,
            findings,
            mail_of(patch) if self.setup.config.format == MAIL_REPLY else None,
        )
        self.results.append(result)


def judge_inputs(setup: Setup, inputs: Sequence[str]) -> Report:
    """Read, apply and judge every patch of the inputs (files, folders, ``-`` for stdin)."""
    repo = _repository(setup)
    judging = _Judging(setup, repo)
    try:
        for item in read_inputs(inputs, sys.stdin.buffer):
            judging.take(item)
    finally:
        if repo is not None:
            repo.close()
    report = judging.report()
    return drafted(report) if setup.config.format == MAIL_REPLY else report


def _repository(setup: Setup) -> GitRepo | None:
    try:
        return GitRepo(setup.top)
    except InputError:
        return None  # a tree without a repository: the work tree is all there is


def _refusal(applied: ApplyResult) -> str:
    if applied.already_applied:
        return "the tree already holds this patch"
    return f"does not apply: {applied.refusals[0]}"


def _remedy(applied: ApplyResult) -> str:
    return (
        "give the tree before it"
        if applied.already_applied
        else "give the tree it was made for with --tree or --rev"
    )
