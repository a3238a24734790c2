"""One line for each new finding, as gcc prints warnings."""

from __future__ import annotations

from collections.abc import Iterator

from kscan.findings.model import Report
from kscan.findings.summary import concise, new_findings
from kscan.reports import Style


def render(report: Report, style: Style) -> Iterator[str]:
    """``path:line:column: severity: message [rule]``."""
    for finding in new_findings(report):
        yield concise(finding, byte_columns=style.byte_columns) + "\n"
