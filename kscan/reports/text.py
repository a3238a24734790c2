"""Terminal text, in the form of gcc's messages, with the line of source that each is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kscan.findings.columns import frame
from kscan.findings.model import Finding, PatchResult, Report, SeriesResult
from kscan.findings.plain import plain
from kscan.findings.summary import is_new, place, untold_conditions
from kscan.reports import Style
from kscan.reports._paint import Paint

_MOST_NAMED = 20  # files, or notes, of one patch


def render(report: Report, style: Style) -> Iterator[str]:
    """The findings; for patches, by patch and by what became of them."""
    text = _Text(style)
    if not report.patches:
        yield from text.blocks(f for f in report.findings if style.verbose or is_new(f) or f.suppression)
        return
    for number, patch in enumerate(report.patches, start=1):
        yield text.header(patch, number, len(report.patches))
        yield from text.by_status(patch.findings)
    yield from (plain(line) + "\n" for series in report.series for line in _about_the_series(series))


class _Text:
    def __init__(self, style: Style) -> None:
        self._style = style
        self._paint = Paint(on=style.colour)

    def header(self, patch: PatchResult, number: int, total: int) -> str:
        origin = ", ".join(filter(None, (patch.source, patch.message_id)))
        what = f": {', '.join(self._first(patch.files))}" if patch.files else ""
        first = self._paint.strong(plain(f"patch {number}/{total}: {patch.name}"))
        rest = [f"from {origin}"] if origin else []
        base = f" (on {patch.base})" if patch.base not in ("", "the tree") else ""
        rest += [f"{patch.outcome}{what}{base}", *self._first(patch.notes)]
        return "".join(line + "\n" for line in (first, *(plain(f"  {line}") for line in rest)))

    def _first(self, named: Sequence[str]) -> Sequence[str]:
        """As many as a reader takes in, and how many more there are; all of them where he asked for it."""
        if self._style.verbose or len(named) <= _MOST_NAMED:
            return named
        return (*named[:_MOST_NAMED], f"and {len(named) - _MOST_NAMED:,} more (--verbose lists them)")

    def by_status(self, findings: Sequence[Finding]) -> Iterator[str]:
        counted = [f for f in findings if f.suppression is None]
        for status in ("introduced", "fixed", "carried"):
            chosen = [f for f in counted if f.status == status]
            listed = self._style.verbose or status != "carried"
            if chosen:
                yield f"{status}: {len(chosen)}{'' if listed else ' (--verbose lists them)'}\n"
            if listed:
                yield from self.blocks(chosen)
        suppressed = [f for f in findings if f.suppression is not None and f.status == "introduced"]
        if suppressed:
            hint = "" if self._style.show_suppressed else " (--show-suppressed lists them)"
            yield f"introduced, but suppressed: {len(suppressed)}{hint}\n"
            yield from self.blocks(suppressed)

    def blocks(self, findings: Iterable[Finding]) -> Iterator[str]:
        for finding in findings:
            if finding.suppression is None or self._style.show_suppressed:
                yield "".join(line + "\n" for line in self._lines(finding))

    def _lines(self, finding: Finding) -> Iterator[str]:
        paint = self._paint
        where = place(finding, byte_columns=self._style.byte_columns)
        severity = paint.severity(finding.severity, f"{finding.severity}:")
        rule = paint.faint(plain(f"[{finding.rule}]"))
        yield f"{paint.strong(f'{where}:')} {severity} {paint.strong(plain(finding.message))} {rule}"
        yield from self._frame(finding)
        note = paint.severity("note", "note:")
        for step in finding.steps:
            there = plain(f"{step.file}:{step.line}:")
            yield f"{there} {note} {plain(f'in {step.function}(): {step.message}')}"
        for condition in untold_conditions(finding):
            yield f"{where}: {note} {plain(f'condition: {condition}')}"
        for about in _about_the_patch(finding):
            yield f"{where}: {note} {plain(about)}"
        if finding.suppression is not None:
            by = "a comment" if finding.suppression.kind == "comment" else "the triage file"
            reason = finding.suppression.reason or "no reason given"
            yield f"{where}: {note} {plain(f'suppressed by {by}: {reason}')}"
        if finding.patch:
            yield f"{where}: {note} suggested patch, with which this is gone and nothing new is found:"
            for line in finding.patch.split("\n")[:-1]:
                yield "\t".join(map(plain, line.split("\t")))
        if self._style.verbose:
            yield f"{where}: {note} {plain(f'fingerprint: {finding.fingerprint}')}"

    def _frame(self, finding: Finding) -> Iterator[str]:
        found = frame(finding)
        if found is None:
            return
        code, indent, width = found
        number = f"{finding.line:5}"
        yield f"{self._paint.faint(f'{number} |')} {code}"
        mark = self._paint.severity(finding.severity, "^" + "~" * (width - 1))
        yield f"{self._paint.faint(' ' * len(number) + ' |')} {' ' * indent}{mark}"


def _about_the_patch(finding: Finding) -> Iterator[str]:
    if finding.patch_line:
        yield f"line {finding.patch_line} of the patch changes it"
    if finding.fixed_by:
        yield f"introduced here, fixed by patch {finding.fixed_by}"
    if finding.seen_in:
        yield f"{finding.seen_in} of the series introduced it, too"


def _about_the_series(series: SeriesResult) -> Iterator[str]:
    title = f"series {series.name} (v{series.version}, {len(series.patches)} of {series.total} patches)"
    if series.missing:
        yield f"{title}: not among the input: {', '.join(map(str, series.missing))}"
    if series.needs:
        yield f"{title}: depends on what is not here: {'; '.join(series.needs)}"
    if series.previous:
        counts = {"gone": series.gone, "kept": series.kept, "new": series.new}
        tally = ", ".join(f"{len(found)} {word}" for word, found in counts.items() if found)
        yield f"{title}: findings against v{series.previous}: {tally or 'none to tell of'}"
