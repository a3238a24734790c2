"""The quick answer of ``kscan hook``: most commits touch no C file."""

from __future__ import annotations

import os
from collections.abc import Sequence

from kscan.errors import InputError
from kscan.sources.changes import staged

_OTHER_QUESTIONS = ("--pre-push", "--mail", "--tree", "--help", "-h")


def nothing_staged(options: Sequence[str]) -> bool:
    """Whether it is surely the index that is asked about, and no C file of it is changed."""
    if any(option.startswith(_OTHER_QUESTIONS) for option in options) or "PRE_COMMIT_FROM_REF" in os.environ:
        return False
    try:
        changes = staged(".")
    except InputError:
        return False  # told by the command itself
    return not changes.touched and not changes.unmerged
