from __future__ import annotations

from typing import Any

import pytest

from kscan.findings.model import Coverage, Finding, PatchResult, Report, Severity, Skipped, Status
from kscan.findings.plain import plain, plain_lines
from kscan.findings.summary import complaints, exit_status


def report(severity: Severity | None = None, status: Status = "present", **fields: Any) -> Report:
    findings: tuple[Finding, ...] = ()
    if severity:
        place = ("a.c", 1, 1, 1, 2, "f", "m", (), (), "00", status)
        findings = (Finding("r", "ordering", severity, "high", *place),)
    return Report((), fields.pop("coverage", Coverage()), findings, **fields)


@pytest.mark.parametrize(
    ("severity", "fail_on", "status"),
    [
        (None, "note", 0),
        ("note", "note", 1),
        ("note", "warning", 0),
        ("warning", "warning", 1),
        ("error", "warning", 1),
        ("warning", "error", 0),
        ("error", "never", 0),
    ],
)
def test_exit_status_by_severity(severity: Severity | None, fail_on: str, status: int) -> None:
    assert exit_status(report(severity), fail_on) == status


@pytest.mark.parametrize(("status", "expected"), [("introduced", 1), ("carried", 0), ("fixed", 0)])
def test_a_patch_answers_for_what_it_introduces(status: Status, expected: int) -> None:
    assert exit_status(report("error", status), "warning") == expected


@pytest.mark.parametrize("fail_on", ["error", "never"])
def test_what_was_not_done_outranks_findings(fail_on: str) -> None:
    skipped = Coverage(skipped=(Skipped("a.c", 0, "unreadable"),))
    assert exit_status(report("error", coverage=skipped), fail_on) == 2
    refused = (PatchResult("p", "s", "", "refused"),)
    assert exit_status(report("error", patches=refused), fail_on) == 2


def test_parsed_in_part_is_no_failure() -> None:
    coverage = Coverage(skipped=(Skipped("a.c", 3, "a body", partial=True),))
    assert exit_status(report(coverage=coverage), "note") == 0


def test_many_complaints_are_cut_short_unless_all_are_wanted() -> None:
    coverage = Coverage(skipped=tuple(Skipped(f"{n}.c", 0, "unreadable") for n in range(30)))
    brief = list(complaints(report(coverage=coverage), verbose=False))
    assert len(brief) == 21
    assert brief[-1] == "skipped: 10 more (--verbose lists all)"
    assert len(list(complaints(report(coverage=coverage), verbose=True))) == 30


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, \u00e4\u6f22", "plain text, \u00e4\u6f22"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\x9b\x7f", "\\x9b\\x7f"),
        ("\u202eabc\u2066", "\\u202eabc\\u2066"),
        ("\udc80", "\\x80"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_plain(text: str, shown: str) -> None:
    assert plain(text) == shown
    assert plain(text).isprintable()


def test_plain_lines_keep_lines_and_tabs() -> None:
    assert plain_lines("a\n\tb\x1b\n") == "a\n\tb\\x1b\n"
