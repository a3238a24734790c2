"""A baseline: the findings that were known on a day, so that only new ones count from then on.

It is JSON, one finding a line and sorted, so that changes to it can be reviewed.  A finding is known by
its fingerprint, which does not depend on lines; the other keys are for the reader, and ``reason`` is
kept when the baseline is pruned.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

import msgspec

from kscan.errors import InputError
from kscan.findings.model import Finding, Report

_VERSION = 1


class Entry(msgspec.Struct, frozen=True, order=True):
    """One known finding."""

    file: str
    rule: str
    function: str
    message: str
    fingerprint: str
    reason: str = ""


class _Document(msgspec.Struct, frozen=True):
    baseline_version: int
    findings: tuple[Entry, ...]


def entries_of(findings: Iterable[Finding]) -> tuple[Entry, ...]:
    """The entries of findings, sorted, each fingerprint once; what is suppressed needs none."""
    counted = (f for f in findings if f.suppression is None)
    known = {f.fingerprint: Entry(f.file, f.rule, f.function, f.message, f.fingerprint) for f in counted}
    return tuple(sorted(known.values()))


def dump(entries: Iterable[Entry]) -> str:
    """The text of a baseline.  It is ASCII; bytes that are not UTF-8 are kept as JSON escapes."""
    lines = ",\n".join(json.dumps(msgspec.to_builtins(entry)) for entry in sorted(entries))
    return f'{{"baseline_version": {_VERSION}, "findings": [\n{lines}\n]}}\n'


def parse(data: bytes, name: str) -> tuple[Entry, ...]:
    """The entries of a baseline that ``dump`` made.  Raises InputError."""
    try:
        # Not msgspec's reader: it takes no lone surrogates, which names of files may have.
        found = msgspec.convert(json.loads(data), _Document)
    except (ValueError, RecursionError) as error:
        raise InputError(name, f"is no baseline: {error}", "`kscan baseline create` makes one") from error
    if found.baseline_version != _VERSION:
        raise InputError(
            name, f"has version {found.baseline_version}, not {_VERSION}", "use the kscan that made it"
        )
    return found.findings


def apply(report: Report, entries: Iterable[Entry]) -> Report:
    """``report`` with what the baseline knows as carried, which is no reason to fail."""
    known = {entry.fingerprint for entry in entries}
    return report.with_findings(lambda findings: _carried(findings, known))


def stale(report: Report, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries that the findings of ``report`` no longer have."""
    found = {finding.fingerprint for finding in report.findings}
    return tuple(entry for entry in entries if entry.fingerprint not in found)


def _carried(findings: Iterable[Finding], known: set[str]) -> tuple[Finding, ...]:
    return tuple(
        msgspec.structs.replace(f, status="carried")
        if f.fingerprint in known and f.status in {"present", "introduced"}
        else f
        for f in findings
    )
