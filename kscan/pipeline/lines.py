"""Findings with the source lines they stand on, so that reporters need not read files."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kscan.errors import InputError
from kscan.findings.linehash import line_hashes
from kscan.findings.model import Finding
from kscan.sources import Source


def with_lines(findings: Iterable[Finding], source: Source, *, hashes: bool) -> tuple[Finding, ...]:
    """``findings`` with ``line_text`` and, on demand, ``line_hash``, in the same order."""
    files: dict[str, tuple[list[str], tuple[str, ...]]] = {}
    found = []
    for finding in findings:
        if finding.file not in files:
            files[finding.file] = _read(source, finding.file, hashes=hashes)
        lines, names = files[finding.file]
        at = finding.line - 1
        text = lines[at].rstrip("\r") if 0 <= at < len(lines) else ""
        name = names[at] if 0 <= at < len(names) else ""
        found.append(msgspec.structs.replace(finding, line_text=text, line_hash=name))
    return tuple(found)


def _read(source: Source, path: str, *, hashes: bool) -> tuple[list[str], tuple[str, ...]]:
    try:
        data = source.read(path)
    except InputError:
        return [], ()  # it has gone since it was analysed
    text = data.decode("utf-8", "surrogateescape")
    return text.split("\n"), line_hashes(data.decode("utf-8", "replace")) if hashes else ()
