"""The identity of a finding, which survives moved lines.

A fingerprint is a hash of rule, file, function and the normalised text of the statement
where the hazard is decided, so neither inserted lines nor a new layout change it.  The path
is part of it: two files with the same text are two findings.  Equal statements of one
function are told apart by their ordinal, in the order of the file; 0 is the first.  When the
first of two equal ones is fixed, the second takes its ordinal: numbers stay right, and which of
the two is called fixed does not matter, as nothing but their position tells them apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b

import msgspec

from kscan.findings.model import Finding


def fingerprint(rule_id: str, file: str, function: str, statement_text: str, ordinal: int = 0) -> str:
    """The fingerprint (16 hex digits) of the finding of a rule at a statement.

    A matcher passes no ``ordinal``: ``settle`` gives it once all findings are known.
    """
    parts = (rule_id, file, function, " ".join(statement_text.split()))
    return _number(_digest("\0".join(parts)), ordinal)


def settle(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """``findings`` in the order of every output, each once, equal fingerprints told apart."""
    seen: Counter[str] = Counter()
    said: set[tuple[str, int, int, str, str, str]] = set()
    settled = []
    for finding in sorted(findings, key=_total_order):
        claim = (finding.file, finding.line, finding.column, finding.rule, finding.function, finding.message)
        if claim in said:
            continue
        said.add(claim)
        ordinal = seen[finding.fingerprint]
        seen[finding.fingerprint] += 1
        name = _number(finding.fingerprint, ordinal)
        settled.append(msgspec.structs.replace(finding, fingerprint=name) if ordinal else finding)
    return tuple(sorted(settled, key=lambda f: f.sort_key))


def _total_order(finding: Finding) -> tuple[str, int, int, str, str, str, int, str]:
    # Beyond sort_key: of two ways to the same claim the shorter one is kept, whatever order
    # the workers gave them in.
    return (
        finding.file,
        finding.line,
        finding.column,
        finding.rule,
        finding.function,
        finding.message,
        len(finding.steps),
        repr(finding.steps),
    )


def _number(base: str, ordinal: int) -> str:
    return _digest(f"{base}\0{ordinal}") if ordinal else base


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
