"""JSON with a stable, documented schema (README, "JSON").

One finding a line, so that two reports can be compared by line.  The text is ASCII: control
characters and what is beyond ASCII appear as JSON escapes, and bytes of names that are not UTF-8
as a backslash, an ``x`` and two digits, because JSON cannot carry them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from kscan import __version__
from kscan.findings.model import SCHEMA_VERSION, Finding, PatchResult, Report
from kscan.regex import regex
from kscan.reports import Style

_OPTIONAL = (
    "suppression",
    "patch_line",
    "fixed_by",
    "seen_in",
    "patch",
)  # said where there is something to say
_ODD = regex(r"[^\x20-\x7e]")


def render(report: Report, style: Style) -> Iterator[str]:  # noqa: ARG001 - JSON always says all
    """The whole report as one JSON object."""
    yield f'{{"schema_version": {_dump(SCHEMA_VERSION)},\n'
    yield f'"tool": {_dump({"name": "kscan", "version": __version__})},\n'
    yield f'"invocation": {_dump(report.invocation)},\n'
    coverage = msgspec.to_builtins(report.coverage)
    yield f'"coverage": {_dump({**coverage, "complete": report.coverage.complete})},\n'
    of_patches = report.invocation[:1] == ("patch",)  # these keys are there, then, though nothing is in them
    if report.patches or of_patches:
        yield '"patches": ['
        yield from _items(_patch(p) for p in report.patches)
        yield "],\n"
    if report.series or of_patches:
        yield '"series": ['
        yield from _items(msgspec.to_builtins(s) for s in report.series)
        yield "],\n"
    yield '"findings": ['
    yield from _items(map(_finding, report.findings))
    yield "]}\n"


def _finding(finding: Finding) -> dict[str, Any]:
    fields = msgspec.to_builtins(finding)
    assert isinstance(fields, dict)
    del fields["line_hash"]  # CodeQL's own, of use in SARIF only
    del fields["edit"]  # what patches are made of
    for name in _OPTIONAL:
        if not fields[name]:
            del fields[name]
    return fields


def _patch(patch: PatchResult) -> dict[str, Any]:
    # The findings themselves stand once, in "findings"; a patch names its own by fingerprint.
    findings = patch.findings
    plain = {k: getattr(patch, k) for k in PatchResult.__struct_fields__ if k not in {"findings", "mail"}}
    sorts = ("introduced", "fixed", "carried")
    return plain | {s: [f.fingerprint for f in findings if f.status == s] for s in sorts}


def _items(values: Iterator[Any]) -> Iterator[str]:
    comma = "\n"
    for value in values:
        yield comma + _dump(value)
        comma = ",\n"


def _dump(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _ODD.sub(_escape, text) if _ODD.search(text) else text


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    code = ord(char)
    if 0xD800 <= code <= 0xDFFF:
        return f"\\\\x{code & 0xFF:02x}"
    return json.dumps(char)[1:-1] if code > 0x7F else f"\\u{code:04x}"
