"""A diff written out again, for git to read."""

from __future__ import annotations

from collections.abc import Iterator

from kscan.sources.diff import Diff, FileDiff, Hunk


def diff_text(diff: Diff) -> bytes:
    """``diff`` as ``git diff`` would print it, without ``index`` lines."""
    lines = [line for file in diff.files for line in _file(file)]
    return "\n".join([*lines, ""]).encode("utf-8", "surrogateescape")


def _file(file: FileDiff) -> Iterator[str]:
    old, new = file.old_path or file.path, file.new_path or file.path
    yield f"diff --git a/{old} b/{new}"
    if file.is_new:
        yield f"new file mode {file.new_mode or '100644'}"
    elif file.is_deleted:
        yield f"deleted file mode {file.old_mode or '100644'}"
    elif file.is_rename or file.is_copy:
        word = "rename" if file.is_rename else "copy"
        yield from ("similarity index 90%", f"{word} from {old}", f"{word} to {new}")
    if file.hunks:
        yield "--- " + ("/dev/null" if file.is_new else f"a/{old}")
        yield "+++ " + ("/dev/null" if file.is_deleted else f"b/{new}")
    for hunk in file.hunks:
        yield hunk.header
        yield from _lines(hunk)


def _lines(hunk: Hunk) -> Iterator[str]:
    for at, line in enumerate(hunk.lines):
        yield line
        rest = hunk.lines[at + 1 :]
        if (hunk.old_no_newline and line[0] in " -" and not _any(rest, " -")) or (
            hunk.new_no_newline and line[0] in " +" and not _any(rest, " +")
        ):
            yield "\\ No newline at end of file"


def _any(lines: tuple[str, ...], marks: str) -> bool:
    return any(line[0] in marks for line in lines)
