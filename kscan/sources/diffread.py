"""Text to Diff: finds the sections of a unified diff and reads each."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kscan.regex import regex
from kscan.sources.diff import SUBMODULE_MODE, SYMLINK_MODE, Damage, Diff, FileDiff, Hunk, NotHandled
from kscan.sources.diffpaths import git_names, is_epoch, plain_name, strip_prefixes
from kscan.sources.hunks import HUNK_HEADER, is_signature, parse_header, read_sound, sound_end
from kscan.sources.paths import unsafe_reason
from kscan.sources.repair import read_damaged

_EXTENDED = regex(
    r"(old mode|new mode|deleted file mode|new file mode|copy from|copy to|rename from|rename to"
    r"|rename old|rename new|similarity index|dissimilarity index|index) (.*)"
)
_INDEX = regex(r"([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: ([0-7]{6}))?\s*$")
_BINARY = regex(r"GIT binary patch$|Binary files .* differ$")
_PLACEHOLDER = regex(r"@@ -, \+, @@")  # what Bugzilla writes above an attachment
_EMPTY_BLOB = regex(r"e69de29[0-9a-f]*$|473a0f4c[0-9a-f]*$")
_STARTS = ("diff --", "--- ", "@@ -")
_TABBED = regex(r"\.(?:[chS]|dtsi?)$")  # files that the kernel indents with tabs
_LINK, _SUBMODULE = _NO_TEXT = "symbolic link", "submodule"


class _Section(msgspec.Struct):
    """What the lines above the hunks of one file say."""

    line: int
    old: str | None = None
    new: str | None = None
    old_blob: str = ""
    new_blob: str = ""
    old_mode: str = ""
    new_mode: str = ""
    is_new: bool = False
    is_deleted: bool = False
    is_rename: bool = False
    is_copy: bool = False
    binary: bool = False
    git: bool = False


def read_diff(text: str) -> Diff:
    """All files that the diffs in ``text`` change, with every damage found.  Never raises."""
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    reader = _Reader(lines)
    reader.run()
    reader.note_tabs()
    return Diff(tuple(reader.files), tuple(reader.damage), tuple(reader.not_handled))


class _Reader:
    """One walk over the lines of a text."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._at = 0
        self.files: list[FileDiff] = []
        self._late: list[Hunk] = []  # of the last file, after stray text
        self.damage: list[Damage] = []
        self.not_handled: list[NotHandled] = []

    def run(self) -> None:
        lines = self._lines
        while self._at < len(lines):
            line = lines[self._at]
            if not line.startswith(_STARTS):
                self._at += 1
            elif line.startswith("diff --git "):
                self._read_git()
            elif line.startswith(("diff --cc ", "diff --combined ")):
                self._skip_combined()
            elif self._names_follow():
                section = _Section(self._at + 1)
                self._take_index_above(section)
                self._read_named(section)
            elif HUNK_HEADER.match(line):
                self._read_orphan()
            else:
                self._at += 1
        self._settle()

    # --- headers

    def _peek(self, offset: int = 0) -> str:
        at = self._at + offset
        return self._lines[at] if at < len(self._lines) else ""

    def _names_follow(self) -> bool:
        return self._peek().startswith("--- ") and self._peek(1).startswith("+++ ")

    def _take_index_above(self, section: _Section) -> None:
        """Blob ids above a ``---`` line whose ``diff --git`` line was lost or indented."""
        for back in (1, 2):
            above = self._lines[self._at - back] if self._at >= back else ""
            if above.startswith("index "):
                _extend(section, "index", above[6:])
                return

    def _read_git(self) -> None:
        section = _Section(self._at + 1, git=True)
        rest = self._peek()[len("diff --git ") :]
        if self._peek(1).startswith(("b/", '"b/')) and " " not in rest.strip():
            self._note("wrapped-lines", self._at + 2, self._peek(1), repaired=True)
            rest = f"{rest.rstrip()} {self._peek(1)}"
            self._at += 1
        section.old, section.new = git_names(rest)
        self._at += 1
        while match := _EXTENDED.match(self._peek()):
            _extend(section, match[1], match[2])
            self._at += 1
        if _BINARY.match(self._peek()):
            section.binary = True
            self._at += 1
        if self._names_follow():
            self._read_named(section)
        elif self._peek().startswith("+++ ") and HUNK_HEADER.match(self._peek(1)):
            self._note("source-missing", self._at + 1, self._peek(), repaired=True)
            self._at += 1
            self._read_hunks(section)
        elif HUNK_HEADER.match(self._peek()):
            self._note("source-missing", self._at + 1, self._peek(), repaired=True)
            self._read_hunks(section)
        elif _complete_without_hunks(section):
            self._finish(section, ())
        else:
            self._note("header-without-body", section.line, section.new or section.old or "")

    def _read_named(self, section: _Section) -> None:
        names = self._peek()[4:], self._peek(1)[4:]
        old, new = map(plain_name, names)
        self._at += 2
        following = self._peek()
        if header := parse_header(following):
            if not (header.old_start or header.old_count) and is_epoch(names[0]):
                section.old = old = None
            elif not (header.new_start or header.new_count) and is_epoch(names[1]):
                section.new = new = None
            if section.old is None or old is None or new is None:
                section.old, section.new = old, new
            self._read_hunks(section)
        elif following.startswith("@@@"):
            self._leave_out(section.new or new or "", section.line, "combined diff")
        elif not _PLACEHOLDER.match(following) and "/" in f"{old}{new}":
            self._note("header-without-body", section.line, new or old or "")

    # --- hunks

    def _read_hunks(self, section: _Section) -> None:
        start = self._at
        starts: list[int] = []
        while HUNK_HEADER.match(self._peek()):
            end = sound_end(self._lines, self._at)
            if not end:
                break
            starts.append(self._at)
            self._at = end
        hunks: tuple[Hunk, ...] | None = ()
        if starts:
            hunks = read_sound(self._lines, starts, self._at)
        if hunks is None:
            hunks, self._at = (), start
        else:
            self._note_blank(start, self._at)
        self._finish(section, (*hunks, *self._read_rest()))

    def _read_rest(self) -> list[Hunk]:
        """The hunks from here on, one by one: at least one of them is damaged."""
        hunks: list[Hunk] = []
        while HUNK_HEADER.match(self._peek()):
            read = read_damaged(self._lines, self._at)
            self.damage.extend(read.damage)
            self._note_blank(self._at, read.end)
            hunks.append(read.hunk)
            self._at = max(read.end, self._at + 1)
        return hunks

    def _note_blank(self, start: int, end: int) -> None:
        try:
            index = self._lines.index("", start, end)
        except ValueError:
            return
        self._note("blank-context", index + 1, "blank context lines without their space", repaired=True)

    def _read_orphan(self) -> None:
        """A hunk outside any file: after stray text it still belongs to the file above."""
        at = self._at
        read = read_damaged(self._lines, at)
        self._at = max(read.end, at + 1)
        if not self.files or self._ended_before(at):
            self._note("hunk-without-file", at + 1, self._lines[at])
            return
        self._note("stray-lines", at, "text between the hunks of a file")
        self.damage.extend(read.damage)
        self._late.append(read.hunk)

    def _ended_before(self, at: int) -> bool:
        """Whether a signature or footer stands between the last file and this line."""
        hunks = self._late or self.files[-1].hunks
        return not hunks or any(is_signature(self._lines, i) for i in range(hunks[-1].line, at))

    def _settle(self) -> None:
        """Give the last file the hunks that were found after stray text."""
        if self._late:
            last = self.files[-1]
            self.files[-1] = msgspec.structs.replace(last, hunks=(*last.hunks, *self._late))
            self._late = []

    def _skip_combined(self) -> None:
        path = self._peek().split(" ", 2)[2]
        self._leave_out(path, self._at + 1, "combined diff of a merge")
        self._at += 1
        while self._at < len(self._lines):
            if self._peek().startswith("diff --"):
                return
            if self._names_follow() and HUNK_HEADER.match(self._peek(2)):
                return
            self._at += 1

    # --- results

    def _finish(self, section: _Section, hunks: tuple[Hunk, ...]) -> None:
        self._settle()
        raw = [path for path in (section.old, section.new) if path is not None]
        old, new = strip_prefixes(section.old, section.new, git=section.git)
        if section.is_new:
            old = None
        if section.is_deleted:
            new = None
        path = new or old or ""
        for named in (*raw, *(p for p in (old, new) if p is not None)):
            if reason := unsafe_reason(named):
                self.not_handled.append(NotHandled(path, section.line, reason, unsafe=True))
                return
        if reason := _no_text(section):
            self._leave_out(path, section.line, reason)
            return
        if not hunks and not _complete_without_hunks(section):
            return
        is_new, is_deleted = section.is_new or old is None, section.is_deleted or new is None
        file = FileDiff(
            old,
            new,
            hunks,
            section.old_blob,
            section.new_blob,
            section.old_mode,
            section.new_mode,
            is_new,
            is_deleted,
            section.is_rename,
            section.is_copy,
            section.line,
        )
        self.files.append(file)

    def note_tabs(self) -> None:
        """A mailer that turns tabs into spaces leaves none in the whole diff."""
        indented = 0
        first: FileDiff | None = None
        for file in self.files:
            if not _TABBED.search(file.path):
                continue
            for line in (line for hunk in file.hunks for line in hunk.lines):
                if "\t" in line:
                    return
                indented += line[1:5] == "    "
            first = first or file
        if indented >= 2 and first is not None:
            self._note("tabs-to-spaces", first.line, f"{first.path}: no tab in any line")

    def _leave_out(self, path: str, line: int, reason: str) -> None:
        self.not_handled.append(NotHandled(path, line, reason, unread=reason not in _NO_TEXT))

    def _note(self, kind: str, line: int, text: str, *, repaired: bool = False) -> None:
        self.damage.append(Damage(line, kind, text, repaired))


def _extend(section: _Section, key: str, value: str) -> None:
    match key:
        case "index":
            if found := _INDEX.match(value):
                section.old_blob, section.new_blob = found[1], found[2]
                if found[3]:
                    section.old_mode = section.new_mode = found[3]
        case "old mode":
            section.old_mode = value.strip()
        case "new mode":
            section.new_mode = value.strip()
        case "new file mode":
            section.new_mode, section.is_new = value.strip(), True
        case "deleted file mode":
            section.old_mode, section.is_deleted = value.strip(), True
        case "rename from" | "rename old":
            section.old, section.is_rename = plain_name(value), True
        case "rename to" | "rename new":
            section.new, section.is_rename = plain_name(value), True
        case "copy from":
            section.old, section.is_copy = plain_name(value), True
        case "copy to":
            section.new, section.is_copy = plain_name(value), True


def _complete_without_hunks(section: _Section) -> bool:
    if section.binary or section.is_rename or section.is_copy:
        return True
    if section.is_new or section.is_deleted:
        return bool(_EMPTY_BLOB.match(section.new_blob if section.is_new else section.old_blob))
    return section.old_mode != section.new_mode


def _no_text(section: _Section) -> str:
    if SYMLINK_MODE in (section.old_mode, section.new_mode):
        return _LINK
    if SUBMODULE_MODE in (section.old_mode, section.new_mode):
        return _SUBMODULE
    return "binary file" if section.binary else ""
