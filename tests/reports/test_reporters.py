"""What golden files cannot say: JSON that parses back, patches without findings of their own."""

from __future__ import annotations

import json
import os
import re
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest

from kscan.errors import InputError
from kscan.findings.model import (
    SCHEMA_VERSION,
    Coverage,
    Finding,
    PatchResult,
    Report,
    RuleInfo,
    Skipped,
    Step,
    Suppression,
)
from kscan.reports import Style, find_reporter, reporter_names

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
function message steps conditions fingerprint status line_text"""


def render(name: str, report: Report, style: Style = Style()) -> str:  # noqa: B008 - frozen
    return "".join(find_reporter(name).render(report, style))


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
    patch = PatchResult("subject", "a.patch", "", "applied", findings=(introduced,))
    text = render("text", Report((), Coverage(), (introduced,), (patch,)))
    assert "introduced: 1\na\\x80.c:1:2: warning:" in text


def test_the_first_of_many_files_and_notes_are_named() -> None:
    files = tuple(f"{number}.c" for number in range(10_000))
    patch = PatchResult("x", "a.patch", "", "refused", notes=files, files=files)
    text = render("text", Report((), Coverage(), (), (patch,)))
    assert len(text.splitlines()) == 24
    assert text.count("and 9,980 more (--verbose lists them)") == 2
    assert (
        len(render("text", Report((), Coverage(), (), (patch,)), Style(verbose=True)).splitlines()) == 10_003
    )


SUPPRESSED = msgspec.structs.replace(FINDING, suppression=Suppression("triage", "known: \x1b"))


@pytest.mark.parametrize("name", [n for n in reporter_names() if n not in {"json", "sarif", "markdown"}])
def test_what_is_suppressed_is_not_reported(name: str) -> None:
    assert render(name, Report((), Coverage(), (SUPPRESSED,))) == render(name, Report((), Coverage(), ()))


def test_what_is_suppressed_is_told_where_all_is() -> None:
    both = Report((), Coverage(), (FINDING, SUPPRESSED))
    results = json.loads(render("sarif", both))["runs"][0]["results"]
    told = {"kind": "external", "status": "accepted", "justification": "known: \\x1b"}
    assert [r["suppressions"] for r in results] == [[], [told]]
    assert [f.get("suppression") for f in parsed(both)["findings"]] == [
        None,
        {"kind": "triage", "reason": "known: \x1b"},
    ]
    text = render("text", both, Style(show_suppressed=True))
    assert "note: suppressed by the triage file: known: \\x1b" in text


def test_colour_is_laid_over_text_that_is_safe() -> None:
    report = Report((), Coverage(), (msgspec.structs.replace(FINDING, line_text="\tf(\x1b[2J);"),))
    text = render("text", report, Style(colour=True))
    assert "\x1b[1;35mwarning:\x1b[0m" in text
    assert re.sub(r"\x1b\[[0-9;]*m", "", text) == render("text", report)
    assert "\x1b" not in render("text", report)


def test_columns_in_bytes() -> None:
    report = Report((), Coverage(), (msgspec.structs.replace(FINDING, line_text="\tf(x);"),))
    for name in ("text", "concise"):
        assert render(name, report).startswith("a\\x80.c:1:9: ")
        assert render(name, report, Style(byte_columns=True)).startswith("a\\x80.c:1:2: ")


def test_there_is_no_such_format() -> None:
    with pytest.raises(InputError, match="there is no such format"):
        find_reporter("xml")


def many(count: int, **changes: Any) -> tuple[Finding, ...]:
    return tuple(
        msgspec.structs.replace(FINDING, line=n, fingerprint=f"{n:x}", **changes) for n in range(count)
    )


def test_github_annotations_stay_within_the_limits_of_a_step() -> None:
    findings = many(30, severity="note") + many(12, severity="error")
    lines = render("github", Report((), Coverage(), findings)).splitlines()
    assert [line.split()[0] for line in lines[:20]] == ["::error"] * 10 + ["::notice"] * 10
    assert lines[19] == "::notice title=kscan::23 more findings, see the log"
    assert len(lines) == 20 + 23
    assert all(line.startswith("- ") for line in lines[20:])


def test_names_cannot_give_commands_to_github() -> None:
    evil = msgspec.structs.replace(FINDING, file="::add-mask::a,b:c%\n.c", message="##[group]\r\n::x::")
    lines = render("github", Report((), Coverage(), (evil,) * 11)).splitlines()
    assert lines[0].startswith("::warning file=%3A%3Aadd-mask%3A%3Aa%2Cb%3Ac%25\\n.c,line=1,")
    assert "\\r\\n" in lines[0]
    assert lines[-1].startswith("- ::add-mask")
    assert "##[" not in lines[-1]


def test_sarif_for_github_leaves_out_what_is_not_new() -> None:
    carried = msgspec.structs.replace(FINDING, status="carried")
    introduced = msgspec.structs.replace(FINDING, status="introduced")
    report = Report((), Coverage(), (carried, introduced))
    assert len(json.loads(render("sarif", report))["runs"][0]["results"]) == 2
    (result,) = json.loads(render("sarif-github", report))["runs"][0]["results"]
    assert result["baselineState"] == "new"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%80.c"


def test_sarif_for_github_keeps_the_worst() -> None:
    findings = many(5000) + many(3, severity="error")
    (run,) = json.loads(render("sarif-github", Report((), Coverage(), findings)))["runs"]
    assert len(run["results"]) == 5000
    assert [r["level"] for r in run["results"]].count("error") == 3
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith("3 more findings were left out")


def test_fingerprints_are_unique_where_one_of_two_would_vanish() -> None:
    twice = Report((), Coverage(), (FINDING, FINDING))
    prints = [issue["fingerprint"] for issue in json.loads(render("gitlab", twice))]
    assert prints == ["ab", "ab-1"]


@pytest.mark.parametrize("name", ["checkstyle", "junit"])
def test_xml_is_well_formed_whatever_names_hold(name: str) -> None:
    evil = msgspec.structs.replace(FINDING, file='<&">\x00\x1b', message="]]> \ufffe \ud800", function="'")
    skipped = Skipped("<x>", 0, "\x00")
    ElementTree.fromstring(render(name, Report((), Coverage(skipped=(skipped,)), (evil,))))


def test_a_clean_run_has_one_case_that_passed() -> None:
    root = ElementTree.fromstring(render("junit", Report((), Coverage(), ())))
    assert [case.get("name") for case in root.iter("testcase")] == ["no new findings"]


def test_markdown_takes_no_markup_from_code() -> None:
    evil = msgspec.structs.replace(FINDING, message="</code><script> | @torvalds [x](http://y) *a* `b`")
    text = render("markdown", Report((), Coverage(), (evil,)))
    row = next(line for line in text.splitlines() if line.startswith("| warning"))
    assert row.count("|") == 5
    assert "<script>" not in row
    assert "@" not in row


@pytest.mark.parametrize("name", [n for n in reporter_names() if "sarif" in n])
def test_sarif_fits_the_schema(name: str) -> None:
    """Against the OASIS schema, where KSCAN_SARIF_SCHEMA names a copy: no package carries one."""
    schema = os.environ.get("KSCAN_SARIF_SCHEMA")
    if not schema:
        pytest.skip("KSCAN_SARIF_SCHEMA is not set")
    jsonschema = pytest.importorskip("jsonschema")
    step = Step("a b.c", 3, "g", "calls f")
    finding = msgspec.structs.replace(FINDING, steps=(step,), line_text="\tf(x);", line_hash="ab:1")
    rule = RuleInfo("r", "t", "ordering", "note", "low", "stable", "# r\n")
    coverage = Coverage(skipped=(Skipped("b.c", 0, "gone"), Skipped("b.c", 1, "odd", partial=True)))
    log = json.loads(render(name, Report(("scan",), coverage, (finding,), rules=(rule,))))
    with open(schema, encoding="utf-8") as file:
        jsonschema.Draft4Validator(json.load(file)).validate(log)
