"""SARIF within GitHub's limits: new findings only, as GitHub ignores baseline states."""

from __future__ import annotations

from collections.abc import Iterator

from kscan.findings.model import Report
from kscan.findings.summary import new_findings, worst_first
from kscan.reports import Style, _sarif


def render(report: Report, style: Style) -> Iterator[str]:  # noqa: ARG001 - the limits say how much
    """The new findings as one SARIF log; of very many the worst."""
    new = new_findings(report)
    kept = sorted(worst_first(new)[: _sarif.MOST_RESULTS], key=lambda f: f.sort_key)
    return _sarif.log(report, kept, left_out=len(new) - len(kept))
