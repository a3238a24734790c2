"""Suppressions as users meet them, on the corpus kernel."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import kscan

CHECKOUT = Path(kscan.__file__).parent.parent
FILE = "arch/powerpc/kernel/pci-common.c"
FREES = "\tkfree(phb->irq_map);"
RULE = "free-without-clearing"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CHECKOUT / "tests/corpus/kernel", tmp_path / "linux"))


def run(tree: Path, *args: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    return subprocess.run(
        [sys.executable, "-m", "kscan", *args],
        cwd=tree, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip


def scan(tree: Path, *args: str) -> tuple[int, dict[str, Any], str]:
    ran = run(tree, "scan", "--rule", RULE, "--format", "json", *args)
    return ran.returncode, json.loads(ran.stdout), ran.stderr


def put_comment(tree: Path, comment: str) -> None:
    text = (tree / FILE).read_text()
    assert FREES in text
    (tree / FILE).write_text(text.replace(FREES, f"\t/* {comment} */\n{FREES}", 1))


def test_a_comment_hides_a_finding_and_says_why(tree: Path) -> None:
    assert scan(tree)[0] == 1
    put_comment(tree, f"kscan: ignore[{RULE}] -- one bus only")
    for _ in range(2):  # the second time from the cache
        status, report, _ = scan(tree)
        (finding,) = report["findings"]
        assert (status, finding["suppression"]) == (0, {"kind": "comment", "reason": "one bus only"})
    assert scan(tree, "--no-suppress")[0] == 1
    assert "1 suppressed" in run(tree, "scan", "--rule", RULE).stderr
    shown = run(tree, "scan", "--rule", RULE, "--show-suppressed").stdout
    assert "note: suppressed by a comment: one bus only" in shown


def test_a_comment_without_a_reason_where_one_is_required(tree: Path) -> None:
    put_comment(tree, f"kscan: ignore[{RULE}]")
    assert scan(tree)[0] == 0
    status, _, errors = scan(tree, "--require-reason")
    assert status == 1
    assert "gives no reason" in errors


def test_comments_that_hide_nothing_are_reported(tree: Path) -> None:
    put_comment(tree, "kscan: ignore[undone-twice] -- not looked for here")
    assert scan(tree)[2] == ""
    ran = run(tree, "scan", "--rule", "undone-twice", "--format", "concise")
    assert f"warning: {FILE}:68: this suppression of undone-twice hides nothing (remove it)" in ran.stderr


def test_triage(tree: Path) -> None:
    _, report, _ = scan(tree)
    (finding,) = report["findings"]
    decision = ("--verdict", "false-positive", "--reason", "checked by hand")
    added = run(tree, "triage", "add", finding["fingerprint"][:8], *decision)
    assert (added.returncode, added.stdout) == (0, "")
    status, report, _ = scan(tree)
    assert status == 0
    assert report["findings"][0]["suppression"]["reason"] == "false-positive: checked by hand"
    assert finding["fingerprint"] in run(tree, "triage", "show").stdout
    again = run(tree, "triage", "add", finding["fingerprint"], *decision)
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)
    (tree / FILE).write_text((tree / FILE).read_text().replace(FREES, ""))
    assert "hides nothing (remove it)" in scan(tree)[2]


def test_triage_of_what_is_not_found(tree: Path) -> None:
    ran = run(tree, "triage", "add", "ffff", "--verdict", "known", "--reason", "x")
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert not (tree / ".kscan").exists()


def test_a_wrong_triage_file_is_one_line(tree: Path) -> None:
    (tree / ".kscan").mkdir()
    (tree / ".kscan/triage.toml").write_text("[[finding]]\nfingerprint = 1\n")
    ran = run(tree, "scan")
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert "triage.toml: is no triage file" in ran.stderr
