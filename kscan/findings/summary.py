"""What a run amounts to: its exit status, and the lines that are about the run itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from kscan.findings.columns import display_column
from kscan.findings.model import Finding, Report, Skipped
from kscan.findings.plain import plain

_RANK = {"error": 3, "warning": 2, "note": 1}
_SURE = ("high", "medium", "low")
_FEW = 20  # complaints printed unless all are asked for


def exit_status(report: Report, fail_on: str) -> int:
    """0 clean, 1 findings at or above ``fail_on``, 2 not everything could be analysed."""
    if not report.coverage.complete or any(p.outcome == "refused" for p in report.patches):
        return 2
    limit = _RANK.get(fail_on)  # None for "never"
    if limit is None:
        return 0
    return int(any(_RANK[f.severity] >= limit for f in report.findings if is_new(f)))


def is_new(finding: Finding) -> bool:
    """Whether the code as it is (or the patch) is to blame for the finding."""
    return finding.status in {"present", "introduced"}


def new_findings(report: Report) -> tuple[Finding, ...]:
    """The findings a change, or the code as it is, can be blamed for, in the report's order."""
    return tuple(finding for finding in report.findings if is_new(finding))


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """``findings`` by severity, then by confidence, then by place."""
    return sorted(findings, key=lambda f: (-_RANK[f.severity], _SURE.index(f.confidence), f.sort_key))


def concise(finding: Finding) -> str:
    """A finding in one line, as gcc prints a warning: columns are those a terminal shows."""
    place = f"{finding.file}:{finding.line}:{display_column(finding)}"
    return plain(f"{place}: {finding.severity}: {finding.message} [{finding.rule}]")


def summary(report: Report) -> str:
    """The run in one line."""
    coverage = report.coverage
    partial = sum(s.partial for s in coverage.skipped)
    parts = [
        counted(coverage.files, "file"),
        f"{counted(coverage.functions, 'function')} ({coverage.partial} partly parsed)",
        counted(coverage.context_files, "context file"),
        f"{len(coverage.skipped) - partial} skipped",
    ]
    if report.patches:
        outcomes: Counter[str] = Counter(p.outcome for p in report.patches)
        parts.insert(0, f"{counted(len(report.patches), 'patch', 'patches')} ({_tally(outcomes)})")
    return f"{_headline(report)}; {', '.join(parts)}"


def complaints(report: Report, *, verbose: bool) -> Iterator[str]:
    """One line per note and per thing that was not analysed; with ``verbose`` also those analysed in part."""
    yield from (f"note: {plain(note)}" for note in report.notes)
    skipped = [s for s in report.coverage.skipped if verbose or not s.partial]
    shown = skipped if verbose else skipped[:_FEW]
    yield from map(_complaint, shown)
    if len(shown) < len(skipped):
        yield f"skipped: {len(skipped) - len(shown)} more (--verbose lists all)"


def counted(number: int, noun: str, plural: str = "") -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def _headline(report: Report) -> str:
    if report.patches:
        statuses = Counter(f.status for f in report.findings)
        return ", ".join(f"{statuses[s]} {s}" for s in ("introduced", "fixed", "carried"))
    new = new_findings(report)
    severities: Counter[str] = Counter(f.severity for f in new)
    tally = _tally({s: severities[s] for s in _RANK if severities[s]})
    files = len({f.file for f in new})
    where = f" ({tally}) in {counted(files, 'file')}" if tally else ""
    known = f", {len(report.findings) - len(new)} in the baseline" if len(new) < len(report.findings) else ""
    return counted(len(new), "finding") + where + known


def _tally(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{n} {what}" for what, n in counts.items())


def _complaint(skipped: Skipped) -> str:
    where = f"{skipped.file}:{skipped.line}" if skipped.line else skipped.file
    remedy = f" ({skipped.remedy})" if skipped.remedy else ""
    kind = "partly analysed" if skipped.partial else "skipped"
    return plain(f"{kind}: {where}: {skipped.reason}{remedy}")
