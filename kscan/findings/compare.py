"""What a patch did to the findings of the files it touches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from kscan.findings.model import Finding, Status
from kscan.regex import regex

_Identity = tuple[str, str, str, str]
_CALL = regex(r"\b\w+(?=\(\))")
_LINE = regex(r"\bline \d+")


def compare(
    before: Iterable[Finding], after: Iterable[Finding], renamed: Mapping[str, str] | None = None
) -> tuple[Finding, ...]:
    """The findings of two states of the same files, with what became of each as its status.

    A finding on both sides (by fingerprint) is carried and keeps its position after the patch;
    one only before is fixed, one only after is introduced.  ``renamed`` (old path to new path)
    names files that the patch moves: as the path is part of the fingerprint, a finding in one of
    them, or one whose statement was rewritten, is recognised by rule, function and message.  What
    only has another call behind it (``kcalloc()`` for ``kzalloc()``) and is decided on the same
    line of text is the same, too.
    """
    old, new = list(before), list(after)
    carried = _by_fingerprint(old, new)
    for key in (identity, _likeness):
        carried |= _by_claim(old, new, renamed or {}, carried, key)
    kept = set(carried.values())
    result = [_with(f, "carried" if i in kept else "introduced") for i, f in enumerate(new)]
    result += [_with(f, "fixed") for i, f in enumerate(old) if i not in carried]
    return tuple(sorted(result, key=lambda f: (*f.sort_key, f.status)))


def _by_fingerprint(old: list[Finding], new: list[Finding]) -> dict[int, int]:
    places = {f.fingerprint: i for i, f in enumerate(new)}
    return {i: places[f.fingerprint] for i, f in enumerate(old) if f.fingerprint in places}


def _by_claim(
    old: list[Finding],
    new: list[Finding],
    renamed: Mapping[str, str],
    known: Mapping[int, int],
    key: Callable[[Finding, str], tuple[str, ...]],
) -> dict[int, int]:
    waiting: dict[tuple[str, ...], list[int]] = {}
    taken = set(known.values())
    for i, finding in enumerate(new):
        if i not in taken:
            waiting.setdefault(key(finding, ""), []).append(i)
    pairs = {}
    for i, finding in enumerate(old):
        if i in known:
            continue
        file = renamed.get(finding.file, finding.file)
        if same := waiting.get(key(finding, file)):
            pairs[i] = same.pop(0)
    return pairs


def identity(finding: Finding, file: str = "") -> _Identity:
    """What a finding claims, whatever its line; ``file`` is the name the file has got since."""
    return (finding.rule, file or finding.file, finding.function, _LINE.sub("line", finding.message))


def _likeness(finding: Finding, file: str) -> tuple[str, ...]:
    """The same but for the calls it names, with the text of its line; where that calls one, like no other."""
    rule, path, function, message = identity(finding, file)
    calls = _CALL.findall(message)
    text = finding.line_text.strip()
    if not text or any(name in text for name in calls):
        return (finding.fingerprint,)
    return (rule, path, function, _CALL.sub("", message), text)


def _with(finding: Finding, status: Status) -> Finding:
    return msgspec.structs.replace(finding, status=status)
