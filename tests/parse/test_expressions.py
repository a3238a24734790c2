"""Regular expressions that every supported Python reads alike."""

from __future__ import annotations

import re
from pathlib import Path


def test_no_possessive_groups() -> None:
    """Before Python 3.11.5 ``(?:ab)*+`` goes wrong where it backtracks; ``(?>(?:ab)*)`` is the same."""
    for file in (Path(__file__).parents[2] / "kscan").rglob("*.py"):
        assert not re.search(r"\)[*+?]\+", file.read_text("utf-8")), file
