"""A baseline made, used, pruned and shown, with the pipeline stood in for."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from kscan import cli, pipeline
from kscan.findings.model import Coverage, Finding, Report, Skipped

OLD = Finding("r", "ordering", "error", "low", "a.c", 1, 1, 1, 2, "f", "m\x1b", (), (), "aa")
NEW = msgspec.structs.replace(OLD, fingerprint="bb", line=9)


def run(*args: str) -> int | str | None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(args)
    return stopped.value.code


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    findings = [OLD]
    monkeypatch.setattr(pipeline, "scan", lambda config: Report((), Coverage(), tuple(findings)))
    return findings


def test_create_use_and_prune(
    found: list[Finding], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "known.json")
    assert run("baseline", "create", file) == 0
    assert run("baseline", "create", file) == 2
    assert "exists" in capsys.readouterr().err
    assert run("scan", "--baseline", file) == 0
    assert capsys.readouterr().out == ""
    found.append(NEW)
    assert run("scan", "--baseline", file) == 1
    assert capsys.readouterr().out.startswith("a.c:9:")
    assert run("scan", "--baseline", file, "--format", "sarif") == 1
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    assert [r["baselineState"] for r in results] == ["unchanged", "new"]
    assert run("baseline", "show", file) == 0
    assert capsys.readouterr().out == "a.c: in f(): m\\x1b [r]\n"
    found.remove(OLD)
    assert run("baseline", "prune", file) == 0
    assert capsys.readouterr().err == "1 of 1 dropped\n"
    assert run("scan", "--baseline", file) == 1


def test_nothing_is_pruned_after_an_incomplete_scan(
    found: list[Finding], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "known.json"
    assert run("baseline", "create", str(file)) == 0
    before = file.read_bytes()
    incomplete = Report((), Coverage(skipped=(Skipped("a.c", 0, "gone"),)), ())
    monkeypatch.setattr(pipeline, "scan", lambda config: incomplete)
    assert run("baseline", "prune", str(file)) == 2
    assert file.read_bytes() == before
