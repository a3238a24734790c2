"""Terminal text, in the form of gcc's messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kscan.findings.columns import display_column
from kscan.findings.model import Finding, PatchResult, Report
from kscan.findings.plain import plain
from kscan.findings.summary import concise, new_findings


def render(report: Report, *, verbose: bool) -> Iterator[str]:
    """The findings; for patches, by patch and by what became of them."""
    if not report.patches:
        yield from _blocks(report.findings if verbose else new_findings(report))
        return
    for number, patch in enumerate(report.patches, start=1):
        yield _header(patch, number, len(report.patches))
        yield from _by_status(patch.findings, verbose=verbose)


def _header(patch: PatchResult, number: int, total: int) -> str:
    origin = ", ".join(filter(None, (patch.source, patch.message_id)))
    what = f": {', '.join(patch.files)}" if patch.files else ""
    lines = [
        f"patch {number}/{total}: {patch.name}",
        *([f"  from {origin}"] if origin else []),
        f"  {patch.outcome}{what}",
        *(f"  {note}" for note in patch.notes),
    ]
    return "".join(plain(line) + "\n" for line in lines)


def _by_status(findings: Sequence[Finding], *, verbose: bool) -> Iterator[str]:
    for status in ("introduced", "fixed", "carried"):
        chosen = [f for f in findings if f.status == status]
        listed = verbose or status != "carried"
        if chosen:
            yield f"{status}: {len(chosen)}{'' if listed else ' (--verbose lists them)'}\n"
        if listed:
            yield from _blocks(chosen)


def _blocks(findings: Iterable[Finding]) -> Iterator[str]:
    for finding in findings:
        yield "".join(plain(line) + "\n" for line in _lines(finding))


def _lines(finding: Finding) -> Iterator[str]:
    place = f"{finding.file}:{finding.line}:{display_column(finding)}"
    yield concise(finding)
    for step in finding.steps:
        yield f"{step.file}:{step.line}: note: in {step.function}(): {step.message}"
    for condition in finding.conditions:
        yield f"{place}: note: condition: {condition}"
