"""Shared parts of the parse tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from kscan.kernel.macros import MacroTable, load_macros

ROOT = Path(__file__).parents[2]
FRAGMENTS = ROOT / "tests/fragments/normalise"


@pytest.fixture(scope="session")
def macros() -> MacroTable:
    return load_macros(ROOT / "rules/kernel")
