"""A diff laid over a source, in memory: what came of each file, and why where nothing came of it.

A file that is not the one the diff was made from is looked up in the repository by the blob id of the
``index`` line; where there is none, the diff has to fit the file of the tree.  The result is compared with
the blob id the diff names.
Nothing is raised and nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Protocol

import msgspec

from kscan.errors import InputError
from kscan.sources import Source
from kscan.sources.diff import Damage, Diff, FileDiff, Hunk
from kscan.sources.diffpaths import strip_prefixes
from kscan.sources.mail import Patch
from kscan.sources.overlay import Overlay, git_blob_id
from kscan.sources.paths import is_c_file
from kscan.sources.place import ADDED, FileText, How, Miss, Placed, place
from kscan.sources.restore import by_neighbours, restorations

_RANK: tuple[How, ...] = ("exact", "offset", "fuzz", "whitespace", "restored")
_MOST_COMBINATIONS = 64
_LOST = frozenset(("context-lost", "hunk-short"))  # a cut off hunk lacks lines at its end only


class Blobs(Protocol):
    """Where pre-images are looked up, a GitRepo."""

    def blob(self, blob_id: str) -> bytes | None:
        """The content of a blob by its id, whole or abbreviated; None when it is missing or ambiguous."""
        ...


class Applied(msgspec.Struct, frozen=True):
    """A file the diff was laid over.

    ``how`` is the least exact way any of its hunks needed, ``offset`` and ``fuzz`` the largest.  ``verified``
    says whether the result has the blob id the diff names (None: it names none).  ``preimage`` is where the
    lines before came from, ``tree`` or ``repository``, ``trusted`` whether they have the blob id the diff
    names.  ``origins`` gives the changed lines after it, with the pair of lines around what was only
    removed, each with the line of the diff's text (all 1-based) that changed it.
    """

    path: str
    how: How
    offset: int = 0
    fuzz: int = 0
    verified: bool | None = None
    preimage: str = "tree"
    trusted: bool = False
    origins: Mapping[int, int] = msgspec.field(default_factory=dict)

    def __str__(self) -> str:
        said: list[str] = [] if self.how in ("exact", "offset", "fuzz") else [self.how]
        if self.how == "whitespace":
            said = ["fits but for white space"]
        elif self.how == "restored":
            said = ["lost context lines taken from the tree"]
        if self.fuzz:
            said.append(f"fuzz {self.fuzz}")
        if self.offset:
            said.append(f"offset {self.offset} line{'s' * (self.offset != 1)}")
        if self.how not in ("exact", "offset"):
            said.append("which git apply refuses")
        if self.preimage == "repository":
            said.append("on the pre-image from the repository")
        if self.verified:
            said.append("result verified by blob id")
        elif self.verified is not None:
            said.append(
                "result differs from its blob id" if self.trusted else "made from another version of the file"
            )
        return f"{self.path}: {', '.join(said) or 'applies exactly'}"


class Refusal(msgspec.Struct, frozen=True):
    """A file the diff does not fit.

    ``hunk`` counts from 1, 0 when the whole file is meant; ``line`` is the tree's.  ``path`` is empty for
    changes of which the diff does not say what file they belong to.
    """

    path: str
    reason: str
    hunk: int = 0
    header: str = ""
    line: int = 0
    expected: str = ""
    found: str = ""
    already: bool = False

    @property
    def matters(self) -> bool:
        """Whether code may be concerned: Documentation and the like do not matter to the analysis."""
        return is_c_file(self.path) or not self.path

    def __str__(self) -> str:
        where = f"{self.path}: hunk {self.hunk} ({self.header})" if self.hunk else self.path
        text = f"{where}: {self.reason}" if where else self.reason
        if self.expected or self.found:
            text += f": expected {self.expected!r}, line {self.line} is {self.found!r}"
        return text


class ApplyResult(msgspec.Struct, frozen=True):
    """A patch laid over a source.

    ``overlay`` is the source after it, ``before`` the source it fits (other than the base only where
    pre-images came from a repository).  Files that were refused are left as they are.
    """

    overlay: Overlay
    before: Source
    files: tuple[Applied, ...] = ()
    notes: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    origins: Mapping[str, Mapping[int, int]] = msgspec.field(default_factory=dict)
    truncated: bool = False

    @property
    def ok(self) -> bool:
        """Whether no C file was refused or lost."""
        return not any(refusal.matters for refusal in self.refusals)

    @property
    def cut_off(self) -> bool:
        """Whether the diff was cut off: it ends in a hunk, and not in the result that it names."""
        return self.truncated and not (self.files and self.files[-1].verified)

    @property
    def already_applied(self) -> bool:
        """Whether the source already holds all that the patch does."""
        return not self.files and bool(self.refusals) and all(item.already for item in self.refusals)

    def origin(self, path: str, line: int) -> int:
        """The line of the diff's text that changed a line of a file, 0 where none did."""
        return self.origins.get(path, {}).get(line, 0)


def apply_diff(base: Source, diff: Diff, repo: Blobs | None = None) -> ApplyResult:
    """``diff`` laid over ``base``; pre-images the tree does not have are looked up in ``repo``."""
    work = _Work(base, repo)
    for file in diff.files:
        work.apply(file)
    work.refusals.extend(lost_changes(diff.damage))
    notes = [
        *_damage_notes(diff.damage),
        *(str(item) for item in work.applied if str(item)[-7:] != "exactly"),
    ]
    notes += [str(item) for item in diff.not_handled]
    before = Overlay(base, work.preimages) if work.preimages else base
    return ApplyResult(
        Overlay(base, work.changed),
        before,
        tuple(work.applied),
        tuple(notes),
        tuple(work.refusals),
        {item.path: item.origins for item in work.applied},
        any(item.kind == "truncated" for item in diff.damage),
    )


def apply_patch(base: Source, patch: Patch, repo: Blobs | None = None) -> ApplyResult:
    """The diff of ``patch`` laid over ``base``."""
    return apply_diff(base, patch.diff, repo)


def lost_changes(damage: Sequence[Damage]) -> Iterator[Refusal]:
    """Changes that damage took out of a diff, for each of which nothing can be applied."""
    for item in damage:
        if item.kind == "header-without-body":
            path = strip_prefixes(None, item.text, git=True)[1] or ""
            yield Refusal(path, f"the diff has no lines for it (line {item.line})")
        elif item.kind == "hunk-without-file":
            yield Refusal("", f"the hunk in line {item.line} belongs to no file")


def _damage_notes(damage: Sequence[Damage]) -> Iterator[str]:
    """One note for each kind of damage."""
    kinds: dict[tuple[str, bool], list[Damage]] = {}
    for item in damage:
        kinds.setdefault((item.kind, item.repaired), []).append(item)
    for (kind, repaired), items in kinds.items():
        places = f"line {items[0].line}" + (f" and {len(items) - 1} more" if len(items) > 1 else "")
        yield f"damaged diff: {kind} ({places})" + (", repaired" if repaired else "")


class _Fit(msgspec.Struct, frozen=True):
    """The hunks of a file with their places, and the file they make."""

    placed: tuple[Placed, ...]
    data: bytes
    origins: Mapping[int, int]
    trusted: bool  # the lines before are those the diff was made from


class _Work:
    """The files of one diff, applied one after the other."""

    def __init__(self, base: Source, repo: Blobs | None) -> None:
        self._base = base
        self._repo = repo
        self.changed: dict[str, bytes | None] = {}
        self.preimages: dict[str, bytes | None] = {}
        self.applied: list[Applied] = []
        self.refusals: list[Refusal] = []

    def apply(self, file: FileDiff) -> None:
        if file.is_new or file.old_path is None:
            self._create(file)
        else:
            self._modify(file, file.old_path)

    def _read(self, path: str) -> bytes | None:
        if path in self.changed:
            return self.changed[path]
        try:
            return self._base.read(path) if self._base.exists(path) else None
        except InputError:
            return None

    def _create(self, file: FileDiff) -> None:
        data = b"".join(line for hunk in file.hunks for line in _added(hunk))
        there = self._read(file.path)
        preimage = "tree"
        if there is not None and self._holds(file.new_blob):
            self.preimages[file.path], preimage = None, "repository"  # it was made in the meantime
        elif there is not None:
            already = there == data
            reason = (
                "already applied: the file is there" if already else "the new file exists with other content"
            )
            self.refusals.append(Refusal(file.path, reason, already=already))
            return
        elif refusal := self._forbidden(file.path):
            self.refusals.append(refusal)
            return
        self.changed[file.path] = data
        origins = dict(enumerate((line for hunk in file.hunks for line in _numbers(hunk, "+")), 1))
        made = Applied(
            file.path, "exact", 0, 0, _verified(file, data), preimage, trusted=True, origins=origins
        )
        self.applied.append(made)

    def _modify(self, file: FileDiff, old_path: str) -> None:
        there = self._read(old_path)
        stored = self._stored(file, there)
        fit = _fit(file, stored) if stored is not None else None
        if isinstance(fit, _Fit):
            if old_path not in self.changed:
                self.preimages.setdefault(old_path, stored)
            if file.is_rename:
                self.preimages.setdefault(file.path, None)
            self._store(file, old_path, fit, "repository")
            return
        if there is None:
            outcome: _Fit | Refusal = self._forbidden(old_path) or _missing(
                file, old_path, self._read(file.path)
            )
        else:
            outcome = _fit(file, there)
        if isinstance(outcome, Refusal):
            self.refusals.append(outcome)
        else:
            self._store(file, old_path, outcome, "tree")

    def _stored(self, file: FileDiff, there: bytes | None) -> bytes | None:
        """The pre-image that the diff names, from the repository, where the tree's file is another."""
        if self._repo is None or not file.old_blob.strip("0"):
            return None
        if there is not None and git_blob_id(there).startswith(file.old_blob):
            return None
        return self._repo.blob(file.old_blob)

    def _holds(self, blob_id: str) -> bool:
        return self._repo is not None and bool(blob_id.strip("0")) and self._repo.blob(blob_id) is not None

    def _forbidden(self, path: str) -> Refusal | None:
        """A refusal where a file cannot be had for another reason than that there is none."""
        try:
            self._base.read(path)
        except InputError as error:
            if "symbolic link" in error.reason or error.reason == "is not a regular file":
                return Refusal(path, error.reason)
        return None

    def _store(self, file: FileDiff, old_path: str, fit: _Fit, preimage: str) -> None:
        if file.is_deleted:
            if fit.data and file.hunks:
                reason = "lines are left over in the file to be deleted"
                self.refusals.append(Refusal(old_path, reason))
                return
            self.changed[old_path] = None
            self.applied.append(_summary(file, fit, preimage))
            return
        if file.is_rename and old_path != file.path:
            self.changed[old_path] = None
        self.changed[file.path] = fit.data
        self.applied.append(_summary(file, fit, preimage))


def _added(hunk: Hunk) -> Iterator[bytes]:
    last = len(hunk.lines) - 1
    for index, line in enumerate(hunk.lines):
        end = b"" if index == last and hunk.new_no_newline else b"\n"
        yield line[1:].encode("utf-8", "surrogateescape") + end


def _missing(file: FileDiff, old_path: str, after: bytes | None) -> Refusal:
    if file.is_deleted:
        return Refusal(old_path, "already applied: the file is not there", already=True)
    if file.is_rename and after is not None and (not file.new_blob or _verified(file, after)):
        return Refusal(file.path, "already applied: the file has its new name", already=True)
    return Refusal(old_path, "no such file in the tree")


def _verified(file: FileDiff, data: bytes) -> bool | None:
    if not file.new_blob or not file.new_blob.strip("0"):
        return None
    return git_blob_id(data).startswith(file.new_blob)


def _fit(file: FileDiff, data: bytes) -> _Fit | Refusal:
    text = FileText(data)
    trusted = bool(file.old_blob.strip("0")) and git_blob_id(data).startswith(file.old_blob)
    if not trusted and _verified(file, data):
        return Refusal(file.path, "already applied: the file has the blob id of the result", already=True)
    choices: list[tuple[Placed, ...]] = []
    misses: list[tuple[int, Miss]] = []
    drift = floor = 0
    for number, hunk in enumerate(file.hunks, 1):
        if hunk.damage and not hunk.added and not hunk.removed:
            return Refusal(file.path, "is cut off before its changes", number, hunk.header)
        options = _options(text, hunk, drift, floor, trusted=trusted)
        if isinstance(options, Miss):
            misses.append((number, options))
            continue
        choices.append(options)
        drift, floor = drift + options[0].offset, options[0].start + options[0].old_count
    if misses:
        return _refusal(file, misses)
    choices = by_neighbours(file.hunks, choices)
    fits = (
        _assemble(text, file.hunks, chosen, trusted=trusted)
        for chosen in islice(product(*choices), _MOST_COMBINATIONS)
    )
    if all(len(options) == 1 for options in choices):
        return next(fits)
    proved = next((fit for fit in fits if _verified(file, fit.data)), None)
    return proved or Refusal(
        file.path, "lost lines can be filled in in several ways, and no blob id tells which"
    )


def _options(
    text: FileText, hunk: Hunk, drift: int, floor: int, *, trusted: bool
) -> tuple[Placed, ...] | Miss:
    """The place of a hunk; several when lost lines leave a doubt."""
    expected = hunk.old_start - 1 + drift
    found = None if _LOST.intersection(hunk.damage) else place(text, hunk, expected, floor)
    if isinstance(found, Placed):
        return (found,)
    restored: tuple[Placed, ...] = ()
    if hunk.damage and "hunk-counts-wrong" not in hunk.damage:
        restored = restorations(text, hunk, expected, floor, trusted=trusted)
    if restored:
        return restored
    found = found or place(text, hunk, expected, floor)
    return found if isinstance(found, Miss) else (found,)


def _refusal(file: FileDiff, misses: Sequence[tuple[int, Miss]]) -> Refusal:
    already = len(misses) == len(file.hunks) and all(miss.already for _, miss in misses)
    number, miss = next(((n, m) for n, m in misses if not m.already), misses[0])
    reason = miss.reason or "does not apply"
    if miss.already:
        reason = "already applied" if already else "is already applied, other hunks are not"
    return Refusal(
        file.old_path or file.path,
        reason,
        number,
        file.hunks[number - 1].header,
        miss.line,
        _shown(miss.expected),
        _shown(miss.found),
        already,
    )


def _shown(line: bytes) -> str:
    return line.rstrip(b"\n").decode("utf-8", "replace")


def _assemble(text: FileText, hunks: Sequence[Hunk], placed: Sequence[Placed], *, trusted: bool) -> _Fit:
    out: list[bytes] = []
    origins: dict[int, int] = {}
    at = 0
    for hunk, one in zip(hunks, placed, strict=True):
        out.extend(text.lines[at : one.start])
        at = one.start + one.old_count
        _trace(hunk, one, len(out), origins)
        out.extend(line for line, _ in one.new)
    out.extend(text.lines[at:])
    kept = {line: origin for line, origin in sorted(origins.items()) if 1 <= line <= len(out)}
    return _Fit(tuple(placed), b"".join(out), kept, trusted)


def _trace(hunk: Hunk, one: Placed, base: int, origins: dict[int, int]) -> None:
    """Note for each changed line, counted from 1 in the file after it, its line in the diff's text."""
    added, removed = iter(_numbers(hunk, "+")), iter(_numbers(hunk, "-"))
    following = one.start
    after_added = False
    for number, (_, index) in enumerate((*one.new, (b"", one.start + one.old_count)), base + 1):
        if index == ADDED:
            origins[number] = next(added, hunk.line)
            after_added = True
            continue
        for _ in range(index - following):
            origin = next(removed, hunk.line)
            if not after_added:  # lines were only removed above this one
                origins.setdefault(number - 1, origin)
                origins[number] = origin
        after_added, following = False, index + 1


def _numbers(hunk: Hunk, mark: str) -> Iterator[int]:
    """The lines of the diff's text (1-based) that begin with ``mark``."""
    return (hunk.line + at for at, line in enumerate(hunk.lines, 1) if line[0] == mark)


def _summary(file: FileDiff, fit: _Fit, preimage: str) -> Applied:
    how: How = max((one.how for one in fit.placed), key=_RANK.index, default="exact")
    offset = max((one.offset for one in fit.placed), key=abs, default=0)
    fuzz = max((one.fuzz for one in fit.placed), default=0)
    verified = None if file.is_deleted else _verified(file, fit.data)
    return Applied(file.path, how, offset, fuzz, verified, preimage, fit.trusted, fit.origins)
