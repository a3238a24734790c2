"""SARIF 2.1.0, as the OASIS schema and GitHub's code scanning want it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from kscan import __version__
from kscan.findings.columns import character_columns
from kscan.findings.model import Finding, Notice, Report, RuleInfo, Skipped, Step
from kscan.findings.plain import plain, plain_lines

MOST_RESULTS = 5000
"""GitHub keeps no more results of a run, the worst first."""

_MOST_STEPS = 50
_MOST_TEXT = 1024  # of a rule's description
_BASE = "%SRCROOT%"
_PRECISION = {"high": "high", "medium": "medium", "low": "low"}
_PROBLEM = {"error": "error", "warning": "warning", "note": "recommendation"}
_BASELINE = {"present": "new", "introduced": "new", "fixed": "absent", "carried": "unchanged"}


def log(report: Report, findings: Sequence[Finding], *, left_out: int = 0) -> Iterator[str]:
    """The log of a run with ``findings`` as its results, one of them a line.

    ``left_out`` findings are only counted, in a notification.
    """
    index = {rule.id: i for i, rule in enumerate(report.rules)}
    run: dict[str, Any] = {
        "tool": {"driver": _driver(report.rules)},
        "automationDetails": {"id": f"kscan/{plain(' '.join(report.invocation[:1]))}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: {"description": {"text": "The top of the kernel tree."}}},
        "invocations": [_invocation(report, left_out)],
    }
    compared = any(finding.status != "present" for finding in findings)
    suppressing = any(finding.suppression is not None for finding in findings)
    yield '{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [{\n'
    for key, value in run.items():
        yield f"{json.dumps(key)}: {json.dumps(value)},\n"
    yield '"results": ['
    comma = "\n"
    seen: Counter[str] = Counter()
    for finding in findings:
        result = _result(finding, index, seen)
        if compared:  # all results have it, or none
            result["baselineState"] = _BASELINE[finding.status]
        if suppressing:  # likewise; an empty array says that it is not suppressed
            result["suppressions"] = list(_suppressions(finding))
        yield comma + json.dumps(result)
        comma = ",\n"
    yield "]}]}\n"


def _driver(rules: Sequence[RuleInfo]) -> dict[str, Any]:
    return {
        "name": "kscan",
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in rules],
    }


def _rule(rule: RuleInfo) -> dict[str, Any]:
    document = plain_lines(rule.document) or rule.title
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": plain(rule.title)[:_MOST_TEXT]},
        "fullDescription": {"text": plain(_first_section(rule))[:_MOST_TEXT]},
        "help": {"text": document, "markdown": document},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {
            "precision": _PRECISION[rule.confidence],
            "problem.severity": _PROBLEM[rule.severity],
            "tags": [rule.hazard, rule.status],
        },
    }


def _first_section(rule: RuleInfo) -> str:
    """The text under the first second-level heading of the document, in one line."""
    section = rule.document.partition("\n## ")[2].partition("\n## ")[0]
    return " ".join(section.partition("\n")[2].split()) or rule.title


def _invocation(report: Report, left_out: int) -> dict[str, Any]:
    notes = [_notification(skipped) for skipped in report.coverage.skipped]
    notes += [_warning(notice) for notice in report.coverage.notices]
    if left_out:
        text = f"{left_out} more findings were left out: the consumer takes {MOST_RESULTS} of a run."
        notes.append({"level": "warning", "message": {"text": text}})
    return {
        "executionSuccessful": report.coverage.complete,
        "arguments": [plain(word) for word in report.invocation],
        "toolExecutionNotifications": notes,
    }


def _notification(skipped: Skipped) -> dict[str, Any]:
    level = "note" if skipped.partial else "error"
    return _told(level, skipped.file, skipped.line, skipped.reason, skipped.remedy)


def _warning(notice: Notice) -> dict[str, Any]:
    return _told("warning", notice.file, notice.line, notice.message, notice.remedy)


def _told(level: str, file: str, line: int, text: str, remedy: str) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": _artifact(file)}
    if line:
        place["region"] = {"startLine": line}
    said = f"{text} ({remedy})" if remedy else text
    return {"level": level, "message": {"text": plain(said)}, "locations": [{"physicalLocation": place}]}


def _result(finding: Finding, index: Mapping[str, int], seen: Counter[str]) -> dict[str, Any]:
    seen[finding.fingerprint] += 1  # in a series, two patches may introduce the same
    prints = {"kscan/v1": f"{finding.fingerprint}:{seen[finding.fingerprint]}"}
    if finding.line_hash:
        prints["primaryLocationLineHash"] = finding.line_hash
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": finding.severity,
        "message": {"text": _message(finding)},
        "locations": [_location(finding)],
        "partialFingerprints": prints,
        "properties": {"class": finding.hazard, "confidence": finding.confidence, "status": finding.status},
    }
    if finding.rule in index:
        result["ruleIndex"] = index[finding.rule]
    if finding.steps:
        result["codeFlows"] = [{"threadFlows": [{"locations": list(_flow(finding))}]}]
    return result


def _suppressions(finding: Finding) -> Iterator[dict[str, str]]:
    if finding.suppression is not None:
        kind = "inSource" if finding.suppression.kind == "comment" else "external"
        yield {"kind": kind, "status": "accepted", "justification": plain(finding.suppression.reason)}


def _message(finding: Finding) -> str:
    # The first sentence is what GitHub shows as the title.
    conditions = "".join(f"\nCondition: {plain(condition)}." for condition in finding.conditions)
    return f"{plain(finding.message)}.{conditions}"


def _location(finding: Finding) -> dict[str, Any]:
    first, last = character_columns(finding)
    # One line only: GitHub shows a result on a change only if all of its lines are in it.
    region: dict[str, Any] = {
        "startLine": finding.line,
        "startColumn": first,
        "endLine": finding.line,
        "endColumn": last,
    }
    return {
        "physicalLocation": {"artifactLocation": _artifact(finding.file), "region": region},
        "logicalLocations": [{"name": plain(finding.function), "kind": "function"}],
    }


def _flow(finding: Finding) -> Iterator[dict[str, Any]]:
    steps = finding.steps[:_MOST_STEPS]
    for order, step in enumerate(steps, start=1):
        yield {"location": _step(step), "executionOrder": order, "importance": "essential"}
    end = _location(finding) | {"message": {"text": plain(finding.message)}}
    yield {"location": end, "executionOrder": len(steps) + 1, "importance": "essential"}


def _step(step: Step) -> dict[str, Any]:
    place = {"artifactLocation": _artifact(step.file), "region": {"startLine": step.line}}
    return {
        "physicalLocation": place,
        "message": {"text": plain(f"in {step.function}(): {step.message}")},
    }


def _artifact(path: str) -> dict[str, str]:
    return {"uri": quote(path.encode("utf-8", "surrogateescape")), "uriBaseId": _BASE}
