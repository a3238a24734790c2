"""GitLab's code quality report: a JSON array, each fingerprint once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from kscan.findings.model import Finding, Report
from kscan.findings.plain import plain
from kscan.findings.summary import new_findings
from kscan.reports import Style

_SEVERITY = {"error": "major", "warning": "minor", "note": "info"}


def render(report: Report, style: Style) -> Iterator[str]:  # noqa: ARG001 - there is one form only
    """The new findings, one a line."""
    seen: Counter[str] = Counter()
    comma = "\n"
    yield "["
    for finding in new_findings(report):
        yield comma + json.dumps(_issue(finding, seen))
        comma = ",\n"
    yield "]\n"


def _issue(finding: Finding, seen: Counter[str]) -> dict[str, Any]:
    # GitLab shows only one of two with the same fingerprint.
    again = seen[finding.fingerprint]
    seen[finding.fingerprint] += 1
    return {
        "description": plain(finding.message),
        "check_name": finding.rule,
        "fingerprint": f"{finding.fingerprint}-{again}" if again else finding.fingerprint,
        "severity": _SEVERITY[finding.severity],
        "location": {"path": plain(finding.file), "lines": {"begin": finding.line}},
    }
