"""Reviewdog's rdjson: one object."""

from __future__ import annotations

import json
from collections.abc import Iterator

from kscan.findings.model import Report
from kscan.findings.summary import new_findings
from kscan.reports import Style
from kscan.reports._rdjson import diagnostic


def render(report: Report, style: Style) -> Iterator[str]:  # noqa: ARG001 - there is one form only
    """The new findings, one a line."""
    yield '{"source": {"name": "kscan"}, "diagnostics": ['
    comma = "\n"
    for finding in new_findings(report):
        yield comma + json.dumps(diagnostic(finding))
        comma = ",\n"
    yield "]}\n"
