"""JUnit's XML: new findings are failures, what could not be analysed is an error."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from kscan.findings.model import Finding, Report, Skipped
from kscan.findings.plain import plain
from kscan.findings.summary import concise, new_findings
from kscan.reports import Style


def render(report: Report, style: Style) -> Iterator[str]:  # noqa: ARG001 - there is one form only
    """One test case for each; a clean run has one that passed."""
    failed = new_findings(report)
    missing = [skipped for skipped in report.coverage.skipped if not skipped.partial]
    cases = [*map(_failure, failed), *map(_error, missing)]
    clean = [] if cases else ['<testcase classname="kscan" name="no new findings"/>\n']
    counts = f'tests="{len(cases) or 1}" failures="{len(failed)}" errors="{len(missing)}" skipped="0"'
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n<testsuite name="kscan" {counts}>\n'
    yield from cases or clean
    yield "</testsuite>\n</testsuites>\n"


def _failure(finding: Finding) -> str:
    steps = [f"{s.file}:{s.line}: in {s.function}(): {s.message}" for s in finding.steps]
    text = "\n".join(escape(plain(line)) for line in (concise(finding), *steps))
    case = _case(finding.file, f"{finding.rule}:{finding.line}", finding.line)
    attributes = f"type={_quoted(finding.rule)} message={_quoted(finding.message)}"
    return f"{case}<failure {attributes}>{text}</failure></testcase>\n"


def _error(skipped: Skipped) -> str:
    case = _case(skipped.file, "not analysed", skipped.line)
    return f'{case}<error type="skipped" message={_quoted(skipped.reason)}/></testcase>\n'


def _case(file: str, name: str, line: int) -> str:
    return f'<testcase classname={_quoted(file)} name={_quoted(name)} file={_quoted(file)} line="{line}">'


def _quoted(text: str) -> str:
    return quoteattr(plain(text))
