"""Suppression comments: what one says, which findings it hides, and which hide nothing.

``/* kscan: ignore[rule] -- reason */`` hides findings of its own line or, standing alone, of the next
one; ``ignore-function[rule]`` those of the function it is in or stands before; ``ignore-file[rule]``
those of the file.  Rules are separated by commas.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from kscan.errors import did_you_mean
from kscan.findings.model import Finding, Notice, Suppression
from kscan.regex import regex

_FORM = regex(r"kscan: ?(ignore|ignore-function|ignore-file) ?\[([^\]]*)\](?: ?-- ?(.*))?")
_EXAMPLE = "write /* kscan: ignore[RULE] -- reason */"


class Comment(msgspec.Struct, frozen=True):
    """A suppression comment at ``line`` of ``file``, for the lines from ``first`` to ``last`` (1-based)."""

    file: str
    line: int
    first: int
    last: int
    rules: tuple[str, ...]
    reason: str

    def hides(self, finding: Finding) -> bool:
        """Whether ``finding`` is one of those it is about."""
        inside = finding.line <= self.last and finding.end_line >= self.first
        return finding.file == self.file and finding.rule in self.rules and inside


class Place(msgspec.Struct, frozen=True):
    """Where a comment stands: its lines, whether code stands before it, and its file's functions."""

    file: str
    line: int
    end_line: int
    alone: bool
    functions: Sequence[tuple[int, int]]  # first and last line of each


def read_comment(text: str, place: Place, known: Collection[str]) -> Comment | Notice:
    """The suppression that a comment's text is, or what is wrong with it.

    ``known`` are the ids of all rules.
    """
    match = _FORM.fullmatch(text)
    rules = tuple(name.strip() for name in match[2].split(",") if name.strip()) if match else ()
    if match is None or not rules:
        return Notice(place.file, place.line, "this comment suppresses nothing", _EXAMPLE)
    for rule in rules:
        if rule not in known:
            remedy = did_you_mean(rule, sorted(known), "`kscan rules list` shows them")
            return Notice(place.file, place.line, f"there is no rule {rule} to suppress", remedy)
    lines = _lines(match[1], place)
    if lines is None:
        return Notice(place.file, place.line, "no function follows to suppress findings in")
    return Comment(place.file, place.line, *lines, rules, (match[3] or "").strip())


def suppress(
    findings: Iterable[Finding], comments: Sequence[Comment]
) -> tuple[tuple[Finding, ...], tuple[tuple[Comment, str], ...]]:
    """``findings`` with those that comments hide marked, and the comments' rules that hid none."""
    used: set[tuple[Comment, str]] = set()
    marked = []
    for finding in findings:
        hiding = [comment for comment in comments if comment.hides(finding)]
        used.update((comment, finding.rule) for comment in hiding)
        if hiding:
            reason = next((comment.reason for comment in hiding if comment.reason), "")
            finding = msgspec.structs.replace(finding, suppression=Suppression("comment", reason))  # noqa: PLW2901
        marked.append(finding)
    unused = tuple((c, rule) for c in comments for rule in c.rules if (c, rule) not in used)
    return tuple(marked), unused


def unused_notice(comment: Comment, rule: str) -> Notice:
    """What to tell of a suppression that hides nothing."""
    return Notice(comment.file, comment.line, f"this suppression of {rule} hides nothing", "remove it")


def unreasoned(findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], tuple[Notice, ...]]:
    """``findings`` where a suppression needs a reason: those hidden without one count again, and are told."""
    kept: list[Finding] = []
    notices = []
    for finding in findings:
        if finding.suppression is not None and not finding.suppression.reason:
            message = f"this suppression of {finding.rule} gives no reason"
            notices.append(Notice(finding.file, finding.line, message, "write -- and the reason after it"))
            finding = msgspec.structs.replace(finding, suppression=None)  # noqa: PLW2901
        kept.append(finding)
    return tuple(kept), tuple(notices)


def _lines(kind: str, place: Place) -> tuple[int, int] | None:
    if kind == "ignore-file":
        return 1, 1 << 31
    if kind == "ignore":
        return place.line, place.end_line + place.alone
    around = (f for f in place.functions if f[0] <= place.line <= f[1])
    after = (f for f in sorted(place.functions) if f[0] > place.end_line)
    return next(around, next(after, None))
