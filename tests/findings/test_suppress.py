"""What suppression comments hide, and what is told of those that hide nothing."""

from __future__ import annotations

import pytest

from kscan.findings.model import Finding, Notice, Suppression
from kscan.findings.suppress import Comment, Place, read_comment, suppress, unreasoned

FUNCTIONS = ((10, 20), (30, 40))


def finding(line: int, rule: str = "r", file: str = "a.c", end_line: int = 0) -> Finding:
    end = end_line or line
    return Finding(rule, "ordering", "error", "high", file, line, 1, end, 2, "f", "m", (), (), f"{line}")


def comment(text: str, line: int = 12, *, alone: bool = False) -> Comment:
    read = read_comment(text, Place("a.c", line, line, alone, FUNCTIONS), ["r", "other"])
    assert isinstance(read, Comment), read
    return read


@pytest.mark.parametrize(
    ("text", "line", "alone", "hidden"),
    [
        ("kscan: ignore[r] -- why", 12, False, {12}),
        ("kscan: ignore[r] -- why", 12, True, {12, 13}),
        ("kscan: ignore[other, r] -- why", 12, False, {12}),
        ("kscan: ignore[other] -- why", 12, False, set()),
        ("kscan: ignore-function[r] -- why", 12, True, {12, 13}),
        ("kscan: ignore-function[r] -- why", 25, True, {30}),
        ("kscan: ignore-file[r] -- why", 99, True, {5, 12, 13, 30}),
    ],
)
def test_what_is_hidden(text: str, line: int, alone: bool, hidden: set[int]) -> None:
    findings = [finding(n) for n in (5, 12, 13, 30)] + [finding(12, file="b.c"), finding(12, "third")]
    marked, unused = suppress(findings, [comment(text, line, alone=alone)])
    assert {f.line for f in marked if f.suppression == Suppression("comment", "why")} == hidden
    assert all(f.file == "a.c" and f.rule == "r" for f in marked if f.suppression)
    assert ("r" in [rule for _, rule in unused]) == (not hidden and "[other]" not in text)


def test_a_statement_of_several_lines_is_hidden_from_any_of_them() -> None:
    (marked,), _ = suppress([finding(10, end_line=12)], [comment("kscan: ignore[r]")])
    assert marked.suppression == Suppression("comment", "")


def test_each_rule_of_a_comment_is_used_or_not() -> None:
    _, unused = suppress([finding(12)], [comment("kscan: ignore[r, other]")])
    assert [rule for _, rule in unused] == ["other"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kscan: ignore", "suppresses nothing"),
        ("kscan: ignore[]", "suppresses nothing"),
        ("kscan: ignore[r] because", "suppresses nothing"),
        ("kscan: ignroe[r]", "suppresses nothing"),
        ("kscan: ignore[othr]", "there is no rule othr"),
    ],
)
def test_a_comment_that_cannot_be_followed_is_told(text: str, said: str) -> None:
    notice = read_comment(text, Place("a.c", 3, 3, True, ()), ["r", "other"])
    assert isinstance(notice, Notice)
    assert (notice.file, notice.line) == ("a.c", 3)
    assert said in notice.message
    assert notice.remedy


def test_no_function_follows() -> None:
    notice = read_comment("kscan: ignore-function[r]", Place("a.c", 50, 50, True, FUNCTIONS), ["r"])
    assert isinstance(notice, Notice)


def test_where_a_reason_is_required_those_without_hide_nothing() -> None:
    findings = [finding(12), finding(13)]
    both = [comment("kscan: ignore[r]"), comment("kscan: ignore[r] -- why", 13)]
    marked, _ = suppress(findings, both)
    kept, notices = unreasoned(marked)
    assert [f.suppression is None for f in kept] == [True, False]
    assert [n.line for n in notices] == [12]
