"""What reporters need beyond the findings, so that they read no files: source lines and rules."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kscan.errors import InputError
from kscan.findings.linehash import line_hashes
from kscan.findings.model import Finding, RuleInfo
from kscan.pipeline.setup import Setup
from kscan.sources import Source

_SARIF = ("sarif", "sarif-github")


def with_lines(setup: Setup, findings: Iterable[Finding], source: Source) -> tuple[Finding, ...]:
    """``findings`` with ``line_text`` and, for formats that print it, ``line_hash``."""
    hashes = setup.config.format in _SARIF
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


def rules_for(setup: Setup) -> tuple[RuleInfo, ...]:
    """The rules of the run, for formats that print them: reading them takes a while."""
    return tuple(rule.info() for rule in setup.rules) if setup.config.format in _SARIF else ()


def _read(source: Source, path: str, *, hashes: bool) -> tuple[list[str], tuple[str, ...]]:
    try:
        data = source.read(path)
    except InputError:
        return [], ()  # it has gone since it was analysed
    text = data.decode("utf-8", "surrogateescape")
    return text.split("\n"), line_hashes(data.decode("utf-8", "replace")) if hashes else ()
