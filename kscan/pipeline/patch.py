"""Judge patches: findings before and after each one, on the tree it is for.

A patch is laid over the tree in memory; its files are extracted anew, everything else
comes from the cache.  A series is a chain of such trees, so what one patch introduces and
a later one fixes shows as both.  Without a tree there are only the lines that the hunks show:
what is found in these is of low confidence.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from kscan.errors import InputError
from kscan.findings.model import Coverage, Finding, PatchResult, Report, Skipped
from kscan.pipeline.bases import Bases
from kscan.pipeline.change import Change, judge_changes
from kscan.pipeline.lines import rules_for
from kscan.pipeline.reply import MAIL_REPLY, drafted, mail_of
from kscan.pipeline.setup import Setup
from kscan.pipeline.versions import Judged, compare_versions, settle_series
from kscan.sources import Source
from kscan.sources.apply import ApplyResult, apply_patch, lost_changes
from kscan.sources.diff import FileDiff
from kscan.sources.fragments import NoTree, fragment
from kscan.sources.fragments import origins as fragment_origins
from kscan.sources.git import GitRepo
from kscan.sources.gitrev import in_repository
from kscan.sources.inbox import read_inputs
from kscan.sources.mail import Patch
from kscan.sources.overlay import Overlay
from kscan.sources.paths import is_c_file
from kscan.sources.series import Series, Unreadable

_WHOLE = "get the whole mail"
_ALONE = "there is no tree: judged by what its hunks show alone, at low confidence"

_AT_ONCE = 64  # patches that are applied before they are judged

_Outcome = Literal["applied", "refused", "empty"]
_Origins = Mapping[str, Mapping[int, int]]


class _Waiting(msgspec.Struct, frozen=True):
    """A patch that is applied, and still to be judged."""

    judged: Judged  # the series it is of
    number: int  # of its result
    change: Change
    origins: _Origins
    alone: bool  # without a tree


class _Judging(msgspec.Struct):
    """What judging gave so far."""

    setup: Setup
    repo: GitRepo | None
    bases: Bases
    tree: bool  # whether there is one to lay patches over
    judged: list[Judged] = msgspec.field(default_factory=list)
    skipped: list[Skipped] = msgspec.field(default_factory=list)
    notes: list[str] = msgspec.field(default_factory=list)
    coverage: Coverage = msgspec.field(default_factory=Coverage)
    waiting: list[_Waiting] = msgspec.field(default_factory=list)
    unsettled: list[Judged] = msgspec.field(default_factory=list)

    def take(self, item: Series | Unreadable) -> None:
        """Apply a series, each patch on the tree that the one before left; some are then judged at once."""
        if isinstance(item, Unreadable) and item.harmless:
            self.notes.append(f"{item.source} {item.reason}")
            return
        if isinstance(item, Unreadable):
            self.skipped.append(Skipped(item.source, 0, item.reason, item.remedy))
            return
        base = self.bases.of(item)
        source = base.source if self.tree else NoTree()
        judged = Judged(item, [], [], base.needs)
        for patch in item.patches:
            source = self._patch(judged, patch, source, base.name if self.tree else "the hunks alone")
        self.judged.append(judged)
        self.unsettled.append(judged)
        if len(self.waiting) >= _AT_ONCE:
            self.settle()

    def settle(self) -> None:
        """Judge what waits."""
        judgements = judge_changes(self.setup, [each.change for each in self.waiting])
        for each, (found, seen) in zip(self.waiting, judgements, strict=True):
            self.coverage = self.coverage.plus(seen)
            if self.setup.config.diff and not each.alone:
                from kscan.pipeline.remedy import with_patches  # noqa: PLC0415 - few ask for it

                found = with_patches(self.setup, found, each.change.after)  # noqa: PLW2901 - the same, and more
            findings = tuple(_with_patch_line(finding, each.origins) for finding in found)
            if each.alone:
                findings = tuple(msgspec.structs.replace(finding, confidence="low") for finding in findings)
            result = each.judged.results[each.number]
            each.judged.results[each.number] = msgspec.structs.replace(result, findings=findings)
        for judged in self.unsettled:
            settle_series(judged)
        self.waiting, self.unsettled = [], []

    def report(self) -> Report:
        """All that was judged."""
        series = tuple(compare_versions(self.judged))
        seen = self.coverage
        not_analysed = (*self.skipped, *(s for s in seen.skipped if not s.partial))
        coverage = msgspec.structs.replace(seen, skipped=not_analysed)
        patches = tuple(result for judged in self.judged for result in judged.results)
        findings = tuple(f for result in patches for f in result.findings)
        return Report(
            self.setup.config.invocation,
            coverage,
            findings,
            patches,
            tuple(self.notes),
            rules_for(self.setup),
            series,
        )

    def _patch(self, judged: Judged, patch: Patch, source: Source, base: str) -> Source:
        """Apply one patch to ``source``; gives the tree after it (``source`` where it does not apply)."""
        touched = tuple(sorted({f.path for f in patch.diff.files if is_c_file(f.path)}))
        renamed = {
            f.old_path: f.new_path for f in patch.diff.files if f.is_rename and f.old_path and f.new_path
        }
        judged.renames.append(renamed)
        outcome: _Outcome = "applied"
        change: Change | None = None
        origins: _Origins = {}
        notes = tuple(str(item) for item in patch.diff.not_handled)
        for item in patch.diff.not_handled:
            if item.unread and is_c_file(item.path):
                self._skip(patch, str(item))
        if unsafe := [str(item) for item in patch.diff.not_handled if item.unsafe]:
            outcome, notes = "refused", tuple(unsafe)
            self._skip(patch, unsafe[0], "no patch may touch it")
        elif lost := [str(item) for item in lost_changes(patch.diff.damage) if item.matters]:
            outcome, notes = "refused", tuple(lost)
            self._skip(patch, lost[0], _WHOLE)
        elif not touched:
            outcome, notes = "empty", ("touches no C file", *notes)
        elif not self.tree:
            files = [file for file in patch.diff.files if is_c_file(file.path)]
            before, after = (Overlay(NoTree(), dict(_side(files, side))) for side in "-+")
            change = Change(before, after, touched, renamed)
            origins = {file.path: fragment_origins(file) for file in files}
            notes = (_ALONE, *notes)
        else:
            applied = apply_patch(source, patch, self.repo)
            notes = applied.notes
            if applied.ok:
                change = Change(applied.before, applied.overlay, touched, renamed)
                origins, source = applied.origins, applied.overlay
                if applied.cut_off:
                    self._skip(patch, "is cut off: what follows is not judged", _WHOLE)
            else:
                outcome, notes = "refused", tuple(str(r) for r in applied.refusals)
                self._skip(patch, _refusal(applied), _remedy(applied, judged.needs))
        mail = mail_of(patch) if self.setup.config.format == MAIL_REPLY else None
        if change is not None:
            self.waiting.append(_Waiting(judged, len(judged.results), change, origins, not self.tree))
        judged.results.append(
            PatchResult(patch.name, patch.source, patch.message_id, outcome, notes, touched, (), base, mail)
        )
        return source

    def _skip(self, patch: Patch, reason: str, remedy: str = "") -> None:
        self.skipped.append(Skipped(patch.source or patch.name, 0, reason, remedy))


def _side(files: Sequence[FileDiff], side: str) -> Iterable[tuple[str, bytes | None]]:
    for file in files:
        path = file.old_path if side == "-" else file.new_path
        if path is not None:
            yield path, fragment(file, side)


def _with_patch_line(finding: Finding, origins: _Origins) -> Finding:
    if finding.status != "introduced":
        return finding
    places = ((finding.file, finding.line), *((step.file, step.line) for step in finding.steps))
    line = next((at for file, number in places if (at := origins.get(file, {}).get(number))), 0)
    return msgspec.structs.replace(finding, patch_line=line) if line else finding


def judge_inputs(
    setup: Setup, inputs: Sequence[str], *, replies: bool = False, scissors: bool = False, since: str = ""
) -> Report:
    """Read, apply and judge every patch of the inputs (files, folders, ``-`` for stdin).

    ``replies`` takes the diffs of replies for patches, too, ``scissors`` leaves out what stands above a
    scissors line, ``since`` is the date or commit after which archives are read.
    """
    repo = repository_of(setup)
    judging = _Judging(setup, repo, Bases(setup, repo), setup.has_tree)
    try:
        for item in read_inputs(inputs, sys.stdin.buffer, replies=replies, scissors=scissors, since=since):
            judging.take(item)
        judging.settle()
    finally:
        if repo is not None:
            repo.close()
    report = judging.report()
    return drafted(report) if setup.config.format == MAIL_REPLY else report


def repository_of(setup: Setup) -> GitRepo | None:
    """The repository a run's tree is in, None where there is none."""
    if not in_repository(setup.top):
        return None
    try:
        return GitRepo(setup.top)
    except InputError:
        return None  # git has its reasons: the work tree is all there is


def _refusal(applied: ApplyResult) -> str:
    if applied.already_applied:
        return "the tree already holds this patch"
    return f"does not apply: {applied.refusals[0]}"


def _remedy(applied: ApplyResult, needs: Sequence[str]) -> str:
    if applied.already_applied:
        return "give the tree before it"
    if needs:
        return f"it needs {'; '.join(needs)}: give these patches before it"
    return "give the tree it was made for with --tree or --rev"
