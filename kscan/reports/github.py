"""GitHub annotations: workflow commands, the worst first, within what one step may have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kscan.findings.columns import character_columns
from kscan.findings.model import Finding, Report
from kscan.findings.plain import plain
from kscan.findings.summary import concise, counted, new_findings, worst_first
from kscan.reports import Style

_COMMAND = {"error": "error", "warning": "warning", "note": "notice"}
_MOST = 10  # of each command in a step; GitHub drops the rest without a word


def render(report: Report, style: Style) -> Iterator[str]:  # noqa: ARG001 - the limits say how much
    """Annotations for the worst new findings; the others as lines of the log."""
    used = Counter({"notice": 1})  # kept for the one that tells of the others
    others = []
    for finding in worst_first(new_findings(report)):
        command = _COMMAND[finding.severity]
        if used[command] < _MOST:
            used[command] += 1
            yield _annotation(command, finding)
        else:
            others.append(finding)
    if others:
        yield f"::notice title=kscan::{counted(len(others), 'more finding')}, see the log\n"
    for finding in others:
        # Not at the start of a line, and without GitHub's older marker: names are from anybody.
        yield f"- {concise(finding)}\n".replace("##[", "# #[")


def _annotation(command: str, finding: Finding) -> str:
    first, last = character_columns(finding)
    properties = {
        "file": finding.file,
        "line": str(finding.line),
        "endLine": str(finding.line),
        "col": str(first),
        "endColumn": str(last),
        "title": finding.rule,
    }
    said = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{command} {said}::{_escaped(plain(finding.message))} [{finding.rule}]\n"


def _property(text: str) -> str:
    return _escaped(plain(text)).replace(":", "%3A").replace(",", "%2C")


def _escaped(text: str) -> str:
    # Line ends are spelt out by ``plain`` already.
    return text.replace("%", "%25")
