"""Checkstyle's XML, which many viewers and reviewdog read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from xml.sax.saxutils import quoteattr

from kscan.findings.columns import character_columns
from kscan.findings.model import Finding, Report
from kscan.findings.plain import plain
from kscan.findings.summary import new_findings
from kscan.reports import Style

_SEVERITY = {"error": "error", "warning": "warning", "note": "info"}


def render(report: Report, style: Style) -> Iterator[str]:  # noqa: ARG001 - there is one form only
    """The new findings, by file."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<checkstyle version="4.3">\n'
    ordered = sorted(new_findings(report), key=lambda f: f.sort_key)
    for file, findings in groupby(ordered, key=lambda f: f.file):
        yield f"<file name={_quoted(file)}>\n"
        yield from map(_error, findings)
        yield "</file>\n"
    yield "</checkstyle>\n"


def _error(finding: Finding) -> str:
    attributes = {
        "line": str(finding.line),
        "column": str(character_columns(finding)[0]),
        "severity": _SEVERITY[finding.severity],
        "message": finding.message,
        "source": f"kscan.{finding.rule}",
    }
    return f"<error {' '.join(f'{k}={_quoted(v)}' for k, v in attributes.items())}/>\n"


def _quoted(text: str) -> str:
    return quoteattr(plain(text))
