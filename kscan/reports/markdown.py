"""A summary in Markdown, for comments and GitHub's step summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kscan.findings.model import Finding, Report
from kscan.findings.plain import plain
from kscan.findings.summary import counted, new_findings, summary, worst_first
from kscan.regex import regex
from kscan.reports import Style

_MOST_ROWS = 200  # a step summary may have 1 MB
_MARKUP = regex(r"[^\w\s.,/()=-]|_")


def render(report: Report, style: Style) -> Iterator[str]:
    """A headline, then the new findings as a table, the worst first."""
    found = worst_first(new_findings(report))
    rows = found if style.verbose else found[:_MOST_ROWS]
    noun = "new finding" if report.patches else "finding"
    yield f"### kscan: {counted(len(found), noun)}\n\n"
    if rows:
        yield "| severity | place | what | rule |\n| --- | --- | --- | --- |\n"
        yield from map(_row, rows)
        yield "\n"
    if len(rows) < len(found):
        yield f"{len(found) - len(rows)} more are not shown.\n\n"
    yield from _details(rows)
    yield f"{_text(summary(report))}\n"


def _row(finding: Finding) -> str:
    place = _code(f"{finding.file}:{finding.line}")
    return f"| {finding.severity} | {place} | {_code(finding.message)} | {_code(finding.rule)} |\n"


def _details(findings: Sequence[Finding]) -> Iterator[str]:
    for finding in findings:
        if finding.steps:
            yield f"<details><summary>{_code(finding.message)}</summary>\n\n"
            for step in finding.steps:
                where = _code(f"{step.file}:{step.line}")
                yield f"- {where} in {_code(step.function + '()')}: {_code(step.message)}\n"
            yield "\n</details>\n\n"


def _code(text: str) -> str:
    # In <code>, names of people are not notified and nothing becomes a link.
    return f"<code>{_text(text)}</code>"


def _text(text: str) -> str:
    return _MARKUP.sub(lambda match: f"&#{ord(match[0])};", plain(text))
