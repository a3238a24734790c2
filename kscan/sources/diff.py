"""Unified diffs as data: files, hunks, and what was damaged on the way.

``read_diff`` takes the decoded text of a mail or of a plain diff.  Text around the diff is skipped; quoted
diffs (``> ``) are never read.  ``hunks`` tells sound hunks from damaged ones and repairs what needs no tree.
"""

from __future__ import annotations

import msgspec

SYMLINK_MODE = "120000"
SUBMODULE_MODE = "160000"

HARMLESS = ("blank-context",)
"""Damage every tool for patches undoes without asking: git and patch take an empty line for a blank one."""


class Damage(msgspec.Struct, frozen=True):
    """Something a mailer, an archive or an editor did to a diff.

    ``line`` counts from 1 in the text read.  ``kind`` is one of: wrapped-lines, tabs-to-spaces,
    blank-context, leading-space-stripped, context-lost, hunk-counts-wrong, hunk-short, truncated,
    stray-lines, header-without-body, hunk-without-file, source-missing.  ``repaired`` says the meaning
    is not in doubt.
    """

    line: int
    kind: str
    text: str
    repaired: bool = False


class Hunk(msgspec.Struct, frozen=True):
    """One changed place.

    ``lines`` keep their first character (space, ``-``, ``+``) and have no newline; bytes that are no UTF-8
    are surrogates.  Counts are those of the header, which a damaged hunk need not keep; ``damage`` names
    the kinds.
    """

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    section: str
    lines: tuple[str, ...]
    line: int = 0
    old_no_newline: bool = False
    new_no_newline: bool = False
    damage: tuple[str, ...] = ()

    @property
    def header(self) -> str:
        """The ``@@`` line."""
        old, new = f"{self.old_start},{self.old_count}", f"{self.new_start},{self.new_count}"
        return f"@@ -{old} +{new} @@{' ' + self.section if self.section else ''}"

    @property
    def added(self) -> int:
        """How many lines are added."""
        return sum(line[0] == "+" for line in self.lines)

    @property
    def removed(self) -> int:
        """How many lines are removed."""
        return sum(line[0] == "-" for line in self.lines)

    @property
    def lost(self) -> int:
        """How many context lines the header speaks of that are not there."""
        return max(0, self.old_count - sum(line[0] != "+" for line in self.lines))


class FileDiff(msgspec.Struct, frozen=True):
    """What a patch does to one file.

    A path is None for /dev/null; blob ids and modes are empty when not given.
    """

    old_path: str | None
    new_path: str | None
    hunks: tuple[Hunk, ...] = ()
    old_blob: str = ""
    new_blob: str = ""
    old_mode: str = ""
    new_mode: str = ""
    is_new: bool = False
    is_deleted: bool = False
    is_rename: bool = False
    is_copy: bool = False
    line: int = 0

    @property
    def path(self) -> str:
        """The file after the patch; before it, when it is deleted."""
        return self.new_path or self.old_path or ""

    @property
    def added(self) -> int:
        """How many lines are added."""
        return sum(hunk.added for hunk in self.hunks)

    @property
    def removed(self) -> int:
        """How many lines are removed."""
        return sum(hunk.removed for hunk in self.hunks)


class NotHandled(msgspec.Struct, frozen=True):
    """A section of a diff that is left out, and why; the other files are kept.

    ``unsafe``: it names a path that no patch may touch.  ``unread``: it changes a file in a form that is not
    read (links and submodules have no text to read).
    """

    path: str
    line: int
    reason: str
    unsafe: bool = False
    unread: bool = False

    def __str__(self) -> str:
        return f"{self.path}: left out: {self.reason} (line {self.line})"


class Diff(msgspec.Struct, frozen=True):
    """All that a text changes."""

    files: tuple[FileDiff, ...] = ()
    damage: tuple[Damage, ...] = ()
    not_handled: tuple[NotHandled, ...] = ()

    @property
    def damaged(self) -> bool:
        """Whether anything but harmless damage was found."""
        return any(item.kind not in HARMLESS for item in self.damage)

    @property
    def empty(self) -> bool:
        """Whether the text holds no diff at all."""
        return not (self.files or self.not_handled or self.damage)


def reverse_diff(diff: Diff) -> Diff:
    """The diff that undoes ``diff``."""
    return Diff(tuple(_reverse_file(file) for file in diff.files), diff.damage, diff.not_handled)


def _reverse_file(file: FileDiff) -> FileDiff:
    return FileDiff(
        file.new_path,
        file.old_path,
        tuple(_reverse_hunk(hunk) for hunk in file.hunks),
        file.new_blob,
        file.old_blob,
        file.new_mode,
        file.old_mode,
        file.is_deleted,
        file.is_new,
        file.is_rename,
        file.is_copy,
        file.line,
    )


_SWAPPED = {"+": "-", "-": "+", " ": " "}


def _reverse_hunk(hunk: Hunk) -> Hunk:
    return Hunk(
        hunk.new_start,
        hunk.new_count,
        hunk.old_start,
        hunk.old_count,
        hunk.section,
        tuple(_SWAPPED[line[0]] + line[1:] for line in hunk.lines),
        hunk.line,
        hunk.new_no_newline,
        hunk.old_no_newline,
        hunk.damage,
    )
