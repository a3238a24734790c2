from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from kscan import cli
from kscan.config import corpus_dir, rules_dir
from kscan.rules.load import rule_files

IDS = [f.stem for f in rule_files(rules_dir())]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*args: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as stopped:
            cli.main(["rules", *args])
        assert isinstance(stopped.value.code, int)
        return stopped.value.code, capsys.readouterr().out

    return run


def test_list(run: Any) -> None:
    status, out = run("list")
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == IDS
    status, out = run("list", "--format", "json")
    assert [r["id"] for r in json.loads(out)] == IDS


@pytest.mark.parametrize("rule", IDS)
def test_explain(run: Any, rule: str) -> None:
    status, out = run("explain", rule)
    assert status == 0
    assert re.search(rf"^# {rule}$", out, re.MULTILINE)
    assert json.loads(run("explain", rule, "--format", "json")[1])["document"].startswith(f"# {rule}")


def test_kscans_own_rules_are_in_order(run: Any) -> None:
    assert run("check") == (0, "")


def test_index(run: Any, tmp_path: Path) -> None:
    status, out = run("index", "--rules-dir", str(tmp_path), "--write")
    assert (status, out) == (0, "")
    assert (tmp_path / "README.md").read_text() == run("index", "--rules-dir", str(tmp_path))[1]


def test_the_corpus_lies_beside_the_rules(tmp_path: Path) -> None:
    assert corpus_dir(rules_dir()) == rules_dir().parent / "tests" / "corpus"
    assert corpus_dir(tmp_path) is None
