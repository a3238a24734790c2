"""What a run amounts to: its exit status, and the lines that are about the run itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from kscan.findings.columns import display_column
from kscan.findings.model import Finding, Notice, Report, Skipped
from kscan.findings.plain import plain

_RANK = {"error": 3, "warning": 2, "note": 1}
_SURE = ("high", "medium", "low")
_FEW = 20  # complaints printed unless all are asked for


def exit_status(report: Report, fail_on: str, *, strict: bool = False) -> int:
    """0 clean, 1 findings at or above ``fail_on``, 2 not everything could be analysed.

    What was analysed in part is a failure if ``strict``.
    """
    whole = report.coverage.complete and not (strict and report.coverage.partial)
    if not whole or any(p.outcome == "refused" for p in report.patches):
        return 2
    limit = _RANK.get(fail_on)  # None for "never"
    if limit is None:
        return 0
    return int(any(_RANK[f.severity] >= limit for f in report.findings if is_new(f)))


def is_new(finding: Finding) -> bool:
    """Whether the code as it is (or the patch, unless a later one of its series mends it) is to blame."""
    return (
        finding.suppression is None and finding.status in {"present", "introduced"} and not finding.fixed_by
    )


def new_findings(report: Report) -> tuple[Finding, ...]:
    """The findings a change, or the code as it is, can be blamed for, in the report's order."""
    return tuple(finding for finding in report.findings if is_new(finding))


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """``findings`` by severity, then by confidence, then by place."""
    return sorted(findings, key=lambda f: (-_RANK[f.severity], _SURE.index(f.confidence), f.sort_key))


def untold_conditions(finding: Finding) -> list[str]:
    """The conditions of a finding that its steps do not tell already."""
    told = "\n".join(f"{step.message} in {step.function}()" for step in finding.steps)
    return [condition for condition in finding.conditions if condition not in told]


def place(finding: Finding, *, byte_columns: bool = False) -> str:
    """``path:line:column`` of a finding, with the column that a terminal shows or that counts bytes."""
    column = finding.column if byte_columns else display_column(finding)
    return plain(f"{finding.file}:{finding.line}:{column}")


def concise(finding: Finding, *, byte_columns: bool = False) -> str:
    """A finding in one line, as gcc prints a warning."""
    where = place(finding, byte_columns=byte_columns)
    return f"{where}: {finding.severity}: {plain(f'{finding.message} [{finding.rule}]')}"


def summary(report: Report, seconds: float | None = None) -> str:
    """The run in one line: what was found, what was looked at, how long that took, what was not counted."""
    coverage = report.coverage
    partial = sum(s.partial for s in coverage.skipped)
    parts = [
        counted(coverage.files, "file"),
        f"{counted(coverage.functions, 'function')} ({coverage.partial:,} partly parsed)",
        counted(coverage.context_files, "context file"),
        f"{len(coverage.skipped) - partial:,} skipped",
    ]
    if report.patches:
        outcomes: Counter[str] = Counter(p.outcome for p in report.patches)
        parts.insert(0, f"{counted(len(report.patches), 'patch', 'patches')} ({_tally(outcomes)})")
    sections = [_headline(report), ", ".join(parts)]
    if seconds is not None:
        sections.append(f"{seconds:.1f} s")
    uncounted = _uncounted(report)
    return "; ".join([*sections, uncounted] if uncounted else sections)


def complaints(report: Report, *, verbose: bool) -> Iterator[str]:
    """One line per note and per thing that was not analysed; with ``verbose`` also those analysed in part."""
    yield from (f"note: {plain(note)}" for note in report.notes)
    yield from map(_notice, report.coverage.notices)
    skipped = [s for s in report.coverage.skipped if verbose or not s.partial]
    shown = skipped if verbose else skipped[:_FEW]
    yield from map(_complaint, shown)
    if len(shown) < len(skipped):
        yield f"skipped: {len(skipped) - len(shown)} more (--verbose lists all)"


def counted(number: int, noun: str, plural: str = "") -> str:
    """``1 file``, ``2 files``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def _headline(report: Report) -> str:
    if report.patches:
        statuses = Counter(f.status for f in report.findings if f.suppression is None)
        return ", ".join(f"{statuses[s]} {s}" for s in ("introduced", "fixed", "carried"))
    new = new_findings(report)
    severities: Counter[str] = Counter(f.severity for f in new)
    tally = _tally({s: severities[s] for s in _RANK if severities[s]})
    files = len({f.file for f in new})
    where = f" ({tally}) in {counted(files, 'file')}" if tally else ""
    return counted(len(new), "finding") + where


def _uncounted(report: Report) -> str:
    suppressed = sum(f.suppression is not None and f.status != "fixed" for f in report.findings)
    known = 0
    if not report.patches:
        known = sum(f.status == "carried" and f.suppression is None for f in report.findings)
    return _tally({w: n for w, n in (("suppressed", suppressed), ("in the baseline", known)) if n})


def _tally(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{n} {what}" for what, n in counts.items())


def _notice(notice: Notice) -> str:
    where = f"{notice.file}:{notice.line}" if notice.line else notice.file
    remedy = f" ({notice.remedy})" if notice.remedy else ""
    return plain(f"warning: {where}: {notice.message}{remedy}")


def _complaint(skipped: Skipped) -> str:
    where = f"{skipped.file}:{skipped.line}" if skipped.line else skipped.file
    remedy = f" ({skipped.remedy})" if skipped.remedy else ""
    kind = "partly analysed" if skipped.partial else "skipped"
    return plain(f"{kind}: {where}: {skipped.reason}{remedy}")
