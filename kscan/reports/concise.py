"""One line for each new finding, as gcc prints warnings."""

from __future__ import annotations

from collections.abc import Iterator

from kscan.findings.model import Report
from kscan.findings.summary import concise, new_findings


def render(report: Report, *, verbose: bool) -> Iterator[str]:  # noqa: ARG001 - one line is one line
    """``path:line:column: severity: message [rule]``, columns as a terminal shows them."""
    for finding in new_findings(report):
        yield concise(finding) + "\n"
