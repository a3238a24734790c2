"""SARIF 2.1.0: everything, with what became of it as the baseline state."""

from __future__ import annotations

from collections.abc import Iterator

from kscan.findings.model import Report
from kscan.reports import Style, _sarif


def render(report: Report, style: Style) -> Iterator[str]:  # noqa: ARG001 - SARIF always says all
    """The whole report as one SARIF log."""
    return _sarif.log(report, report.findings)
