"""Patch ids as ``git format-patch --base`` writes them: what ``prerequisite-patch-id`` names.

See git-patch-id(1): a sum of the hashes of the files' diffs, without white space and line numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from kscan.sources.diff import Diff, FileDiff

_BITS = 160


def patch_id(diff: Diff) -> str:
    """The id of a diff: 40 hexadecimal digits, the same whatever the order of its files."""
    total = 0
    for file in diff.files:
        found = hashlib.sha1(usedforsecurity=False)
        for line in _lines(file):
            found.update(b"".join(line.encode("utf-8", "surrogateescape").split()))
        total = _add(total, found.digest())
    return total.to_bytes(_BITS // 8, "little").hex()


def _add(total: int, digest: bytes) -> int:
    return (total + int.from_bytes(digest, "little")) % (1 << _BITS)


def _lines(file: FileDiff) -> Iterator[str]:
    old, new = file.old_path or file.path, file.new_path or file.path
    yield f"diff --git a/{old} b/{new}"
    if file.is_new:
        yield f"new file mode {file.new_mode}"
    elif file.is_deleted:
        yield f"deleted file mode {file.old_mode}"
    if file.hunks:
        yield "--- /dev/null" if file.is_new else f"--- a/{old}"
        yield "+++ /dev/null" if file.is_deleted else f"+++ b/{new}"
    for hunk in file.hunks:
        yield from hunk.lines
