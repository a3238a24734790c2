"""What a patch did to the findings of the files it touches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from kscan.findings.model import Finding, Status

_Identity = tuple[str, str, str, str]


def compare(
    before: Iterable[Finding], after: Iterable[Finding], renamed: Mapping[str, str] | None = None
) -> tuple[Finding, ...]:
    """The findings of two states of the same files, with what became of each as its status.

    A finding on both sides (by fingerprint) is carried and keeps its position after the patch;
    one only before is fixed, one only after is introduced.  ``renamed`` (old path to new path)
    names files that the patch moves: as the path is part of the fingerprint, a finding in one of
    them is recognised by rule, function and message.
    """
    old, new = list(before), list(after)
    carried = _by_fingerprint(old, new) | _by_claim(old, new, renamed or {})
    kept = set(carried.values())
    result = [_with(f, "carried" if i in kept else "introduced") for i, f in enumerate(new)]
    result += [_with(f, "fixed") for i, f in enumerate(old) if i not in carried]
    return tuple(sorted(result, key=lambda f: (*f.sort_key, f.status)))


def _by_fingerprint(old: list[Finding], new: list[Finding]) -> dict[int, int]:
    places = {f.fingerprint: i for i, f in enumerate(new)}
    return {i: places[f.fingerprint] for i, f in enumerate(old) if f.fingerprint in places}


def _by_claim(old: list[Finding], new: list[Finding], renamed: Mapping[str, str]) -> dict[int, int]:
    arrived: dict[_Identity, list[int]] = {}
    targets = set(renamed.values())
    for i, finding in enumerate(new):
        if finding.file in targets:
            arrived.setdefault(_identity(finding, finding.file), []).append(i)
    pairs = {}
    for i, finding in enumerate(old):
        if finding.file in renamed:
            waiting = arrived.get(_identity(finding, renamed[finding.file]))
            if waiting:
                pairs[i] = waiting.pop(0)
    return pairs


def _identity(finding: Finding, file: str) -> _Identity:
    return (finding.rule, file, finding.function, finding.message)


def _with(finding: Finding, status: Status) -> Finding:
    return msgspec.structs.replace(finding, status=status)
