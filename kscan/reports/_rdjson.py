"""Diagnostics in the Reviewdog Diagnostic Format; columns are bytes, the end exclusive."""

from __future__ import annotations

from typing import Any

from kscan.findings.columns import byte_columns
from kscan.findings.model import Finding
from kscan.findings.plain import plain

_SEVERITY = {"error": "ERROR", "warning": "WARNING", "note": "INFO"}


def diagnostic(finding: Finding) -> dict[str, Any]:
    """One finding, with its steps as related locations."""
    first, last = byte_columns(finding)
    where = {
        "start": {"line": finding.line, "column": first},
        "end": {"line": finding.line, "column": last},
    }
    said: dict[str, Any] = {
        "message": plain(finding.message),
        "location": {"path": plain(finding.file), "range": where},
        "severity": _SEVERITY[finding.severity],
        "code": {"value": finding.rule},
        "source": {"name": "kscan"},
    }
    if finding.steps:
        said["related_locations"] = [
            {
                "message": plain(f"in {step.function}(): {step.message}"),
                "location": {"path": plain(step.file), "range": {"start": {"line": step.line}}},
            }
            for step in finding.steps
        ]
    return said
