"""What golden files cannot say: JSON that parses back, patches without findings of their own."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from kscan.errors import InputError
from kscan.findings.model import SCHEMA_VERSION, Coverage, Finding, PatchResult, Report
from kscan.reports import find_reporter

FINDING = Finding(
    rule="r",
    hazard="ordering",
    severity="warning",
    confidence="low",
    file="a\udc80.c",
    line=1,
    column=2,
    end_line=3,
    end_column=4,
    function="f",
    message='\x1b "\u00e9\U0001f600\x85',
    steps=(),
    conditions=(),
    fingerprint="ab",
)

KEYS = """rule class severity confidence file line column end_line end_column
function message steps conditions fingerprint status"""


def render(name: str, report: Report, *, verbose: bool = False) -> str:
    return "".join(find_reporter(name).render(report, verbose=verbose))


def parsed(report: Report) -> Any:
    return json.loads(render("json", report))


def test_json_has_the_documented_keys() -> None:
    report = parsed(Report(("scan",), Coverage(files=1), (FINDING, FINDING)))
    assert list(report) == ["schema_version", "tool", "invocation", "coverage", "findings"]
    assert report["schema_version"] == SCHEMA_VERSION
    assert [list(f) for f in report["findings"]] == [KEYS.split()] * 2
    assert report["coverage"]["complete"] is True


def test_json_is_ascii_and_gives_text_back() -> None:
    text = render("json", Report((), Coverage(), (FINDING,)))
    assert text.isascii()
    assert "\x7f" not in text
    finding = json.loads(text)["findings"][0]
    assert finding["message"] == FINDING.message
    assert finding["file"] == "a\\x80.c"  # no JSON text can carry a byte that is not UTF-8


def test_empty_reports() -> None:
    empty = Report((), Coverage(), ())
    assert render("text", empty) == ""
    assert parsed(empty)["findings"] == []


def test_findings_of_patches_that_do_not_say_whose_they_are() -> None:
    introduced = msgspec.structs.replace(FINDING, status="introduced")
    patch = PatchResult("subject", "a.patch", "", "applied")
    text = render("text", Report((), Coverage(), (introduced,), (patch,)))
    assert "introduced: 1\na\\x80.c:1:2: warning:" in text


def test_there_is_no_such_format() -> None:
    with pytest.raises(InputError, match="one of json, text"):
        find_reporter("xml")
