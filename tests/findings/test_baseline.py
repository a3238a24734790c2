"""A baseline is read back as written, and what it knows is carried."""

from __future__ import annotations

import msgspec
import pytest

from kscan.errors import InputError
from kscan.findings import baseline
from kscan.findings.model import Coverage, Finding, PatchResult, Report
from kscan.findings.summary import exit_status, summary

OLD = Finding("r", "ordering", "error", "low", "a\udcff.c", 1, 1, 1, 2, "f", "m\x1b", (), (), "aa")
NEW = msgspec.structs.replace(OLD, fingerprint="bb", line=9)


def test_it_comes_back_as_written_one_finding_a_line() -> None:
    entries = baseline.entries_of((NEW, OLD, OLD))
    text = baseline.dump(entries)
    assert text.isascii()
    assert text.count("\n") == 4
    assert baseline.parse(text.encode(), "b") == entries


def test_what_it_knows_is_carried() -> None:
    entries = baseline.entries_of((OLD,))
    moved = msgspec.structs.replace(OLD, line=70)
    report = baseline.apply(Report((), Coverage(), (moved, NEW)), entries)
    assert [f.status for f in report.findings] == ["carried", "present"]
    assert summary(report).startswith("1 finding (1 error) in 1 file; ")
    assert summary(report).endswith("; 1 in the baseline")
    assert exit_status(baseline.apply(Report((), Coverage(), (moved,)), entries), "note") == 0


def test_what_a_patch_introduces_may_be_known_and_what_it_fixes_is_fixed() -> None:
    introduced = msgspec.structs.replace(OLD, status="introduced")
    fixed = msgspec.structs.replace(OLD, status="fixed")
    patch = PatchResult("p", "s", "", "applied", findings=(introduced, fixed))
    report = baseline.apply(Report((), Coverage(), patch.findings, (patch,)), baseline.entries_of((OLD,)))
    assert [f.status for f in report.patches[0].findings] == ["carried", "fixed"]
    assert report.findings == report.patches[0].findings


def test_stale_entries() -> None:
    entries = baseline.entries_of((OLD, NEW))
    assert [e.fingerprint for e in baseline.stale(Report((), Coverage(), (NEW,)), entries)] == ["aa"]


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b'{"baseline_version": 2, "findings": []}', b'{"findings": []}', b"\xff", b"[" * 100_000],
    ids=["empty", "array", "newer", "no version", "no text", "deep"],
)
def test_no_baseline(data: bytes) -> None:
    with pytest.raises(InputError, match="known: "):
        baseline.parse(data, "known")
