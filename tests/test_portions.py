"""Scans in portions: what lies together stays together, and what is found is as it would be at once."""

from __future__ import annotations

from functools import partial
from importlib import import_module

import msgspec
import pytest

from kscan.config import Config
from kscan.pipeline import scan
from kscan.pipeline.portions import portions
from tests.test_scan import CORPUS, HAZARDS, RULES, found


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (9, [["a/b/1", "a/b/2", "a/c/3", "a/c/d/4", "e/5", "f"]]),
        (4, [["a/b/1", "a/b/2", "a/c/3", "a/c/d/4"], ["e/5", "f"]]),
        (3, [["a/b/1", "a/b/2"], ["a/c/3", "a/c/d/4"], ["e/5", "f"]]),
        (1, [["a/b/1", "a/b/2"], ["a/c/3"], ["a/c/d/4"], ["e/5"], ["f"]]),
    ],
)
def test_directories_stay_together(most: int, expected: list[list[str]]) -> None:
    files = ("a/b/1", "a/b/2", "a/c/3", "a/c/d/4", "e/5", "f")
    assert [list(portion) for portion in portions(files, most)] == expected


def test_nothing_to_scan_is_one_portion() -> None:
    assert list(portions(())) == [()]


def test_portions_find_what_one_scan_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    config = Config(tree=CORPUS, rules=RULES)
    whole = scan(config)
    monkeypatch.setattr(import_module("kscan.pipeline.scan"), "portions", partial(portions, most=3))
    parts = scan(config)
    assert found(parts) == HAZARDS
    assert parts.findings == whole.findings
    assert parts.coverage == msgspec.structs.replace(
        whole.coverage, context_files=parts.coverage.context_files
    )
