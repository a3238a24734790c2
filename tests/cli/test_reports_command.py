"""Formats by name, and a problem matcher that fits what is printed."""

from __future__ import annotations

import json
import re

import pytest

from kscan import cli, pipeline
from kscan.findings.model import Coverage, Finding, Report
from kscan.findings.summary import concise

FINDING = Finding("a-rule", "ordering", "note", "low", "a.c", 3, 1, 3, 9, "f", "x: y [z]", (), (), "0f")


def run(*args: str) -> int | str | None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(args)
    return stopped.value.code


def test_every_format_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("reports", "list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert {"text", "sarif-github", "rdjsonl"} <= {line.split()[0] for line in lines}
    assert all(len(line.split()) > 2 for line in lines)


def test_the_problem_matcher_fits_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("reports", "problem-matcher") == 0
    (matcher,) = json.loads(capsys.readouterr().out)["problemMatcher"]
    found = re.match(matcher["pattern"][0]["regexp"], concise(FINDING))
    assert found is not None
    assert found.groups() == ("a.c", "3", "1", "note", "x: y [z]", "a-rule")


def test_a_wrong_format_names_the_right_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("scan", "--format", "xml") == 2
    assert "'xml' is not one of checkstyle, concise, github" in capsys.readouterr().err


def test_a_github_step_gets_its_summary(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = f"{tmp_path}/summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", page)
    report = Report((), Coverage(files=1), (FINDING,))
    monkeypatch.setattr(pipeline, "scan", lambda config: report)
    assert run("scan", "--format", "github") == 0
    assert capsys.readouterr().out.startswith("::notice file=a.c,line=3")
    with open(page, encoding="utf-8") as file:
        assert "### kscan: 1 finding\n" in file.read()
