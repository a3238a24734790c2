"""A finding is an argument: where the decision is made, every hop, and what would make it false."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, Self

import msgspec

SCHEMA_VERSION = "1.4"

Severity = Literal["error", "warning", "note"]
Confidence = Literal["high", "medium", "low"]
Status = Literal["present", "introduced", "fixed", "carried"]

CLASSES = (
    "refcount-leak",
    "refcount-underflow",
    "memory-leak",
    "error-unwind",
    "asym-teardown",
    "use-after-free",
    "double-free",
    "dangling-pointer",
    "stale-pointer",
    "null-check",
    "err-ptr-check",
    "error-check",
    "uninit",
    "lock-imbalance",
    "sleep-in-atomic",
    "ordering",
    "teardown-level",
)
"""The kinds of hazard, one word each: what ``Finding.hazard`` (JSON ``class``) may be."""


class Step(msgspec.Struct, frozen=True):
    """One hop of the argument.  ``line`` is 1-based; ``function`` encloses it."""

    file: str
    line: int
    function: str
    message: str


class Suppression(msgspec.Struct, frozen=True):
    """Who keeps a finding from counting, and why: a comment in the code, or an entry of the triage file."""

    kind: Literal["comment", "triage"]
    reason: str  # empty where a comment gives none


class Edit(msgspec.Struct, frozen=True):
    """A mechanical remedy: the statement ``text`` before those on ``lines`` (1-based), which leave a
    function; or, with ``instead``, ``text`` in the place of that expression on these lines.

    A negative line is that of a condition: the jump behind it is meant.  ``uses`` is the variable that the
    statements must not name.
    """

    lines: tuple[int, ...]
    text: str
    instead: str = ""
    uses: str = ""


class RuleInfo(msgspec.Struct, frozen=True):
    """What a report may say of a rule without knowing rules."""

    id: str
    title: str
    hazard: str
    severity: Severity
    confidence: Confidence
    status: str  # stable, preview, deprecated
    document: str  # Markdown


class Finding(msgspec.Struct, frozen=True, rename={"hazard": "class"}):
    """One hazard.  ``file`` is relative to the tree; lines and columns are 1-based,
    columns count bytes, ``end_column`` is one past the end.

    ``line_text`` is the source line at ``line`` and ``line_hash`` names it as CodeQL does; the
    pipeline adds both, the second only for formats that print it.  ``patch_line`` is the line (1-based, of
    the text of the mail or diff) that changed the place of an introduced finding, or of the first of its
    steps that was changed; 0 where the patch acts from elsewhere.  ``fixed_by`` names the later patch of
    the series that fixes what this one introduced, ``seen_in`` the earlier version of the series
    (``v1``) that introduced it too; both are empty where there is none.  ``edit`` is what would mend it,
    where that is mechanical; ``patch`` is the unified diff of that, where it was asked for and checked.
    """

    rule: str
    hazard: str
    severity: Severity
    confidence: Confidence
    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    function: str
    message: str
    steps: tuple[Step, ...]
    conditions: tuple[str, ...]  # path conditions, and what would make the claim false
    fingerprint: str
    status: Status = "present"
    suppression: Suppression | None = None
    line_text: str = ""
    line_hash: str = ""
    patch_line: int = 0
    fixed_by: str = ""
    seen_in: str = ""
    edit: Edit | None = None
    patch: str = ""

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Order of findings in every output."""
        return (self.file, self.line, self.column, self.rule, self.fingerprint)


class Skipped(msgspec.Struct, frozen=True):
    """Something that was not, or not wholly, analysed, and why."""

    file: str
    line: int  # 0 where no line applies
    reason: str
    remedy: str = ""
    partial: bool = False  # analysed in part: no reason for exit status 2


class Notice(msgspec.Struct, frozen=True):
    """Something about the run that its reader may want to mend: a suppression that hides nothing."""

    file: str
    line: int  # 0 where no line applies
    message: str
    remedy: str = ""


class Coverage(msgspec.Struct, frozen=True):
    """What was looked at.  Counts; ``context_files`` were linked without being reported on.

    Of several patches it is the sum: a file that two of them change counts twice.
    """

    files: int = 0
    functions: int = 0
    partial: int = 0  # functions whose body was parsed in part
    context_files: int = 0
    skipped: tuple[Skipped, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything asked for was analysed."""
        return all(s.partial for s in self.skipped)

    def plus(self, other: Coverage) -> Coverage:
        """What was looked at here and there; what both say stands once."""
        return Coverage(
            self.files + other.files,
            self.functions + other.functions,
            self.partial + other.partial,
            self.context_files + other.context_files,
            tuple(dict.fromkeys((*self.skipped, *other.skipped))),
            tuple(dict.fromkeys((*self.notices, *other.notices))),
        )


class Quoted(msgspec.Struct, frozen=True):
    """A hunk as it stands in a patch; ``start`` is the line (1-based) it says it begins at."""

    file: str
    header: str
    start: int
    lines: tuple[str, ...]  # with their first character


class Mail(msgspec.Struct, frozen=True):
    """The mail of a patch, as far as a reply needs it.  Ids have no angle brackets."""

    author: str
    subject: str
    date: str
    message_id: str
    to: str = ""
    cc: str = ""
    references: tuple[str, ...] = ()
    hunks: tuple[Quoted, ...] = ()


class PatchResult(msgspec.Struct, frozen=True):
    """What became of one patch: ``applied``, ``refused`` (with reason) or ``empty`` (no C).

    ``findings`` are those it introduced, fixed and carried.  ``base`` says what it was laid over.
    """

    name: str  # subject, or file name
    source: str  # file (and position in it) the patch was read from
    message_id: str
    outcome: Literal["applied", "refused", "empty"]
    notes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    base: str = ""
    mail: Mail | None = None  # for the format that answers it


class SeriesResult(msgspec.Struct, frozen=True):
    """What is to be said of the patches of a series together.

    ``patches`` are their message ids (names where there are none), ``missing`` the numbers that were
    not among the input, ``needs`` what it depends on and what was not there (``key: value``).  The
    fingerprints are of findings that it introduces and does not fix itself: ``gone`` are those that
    only the version before it (``previous``, 0 for none) had, ``kept`` those of both, ``new`` the others.
    Nothing is said to be gone (or new) where this version (or that before) was not judged as a whole.
    """

    name: str
    version: int
    total: int
    source: str
    patches: tuple[str, ...] = ()
    missing: tuple[int, ...] = ()
    needs: tuple[str, ...] = ()
    change_id: str = ""
    previous: int = 0
    gone: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    new: tuple[str, ...] = ()


class Report(msgspec.Struct, frozen=True):
    """Everything a reporter renders.  ``notes`` are for standard error: they do not change what was found."""

    invocation: tuple[str, ...]
    coverage: Coverage
    findings: tuple[Finding, ...]
    patches: tuple[PatchResult, ...] = ()
    notes: tuple[str, ...] = ()
    rules: tuple[RuleInfo, ...] = ()  # those that were looked for
    series: tuple[SeriesResult, ...] = ()
    sender: str = ""  # who may send it: the git user
    date: str = ""  # of a mail drafted now

    def with_findings(self, change: Callable[[Iterable[Finding]], tuple[Finding, ...]]) -> Self:
        """The report with ``change`` made to its findings, which stand once more in its patches."""
        patches = tuple(
            msgspec.structs.replace(patch, findings=change(patch.findings)) for patch in self.patches
        )
        return msgspec.structs.replace(self, findings=change(self.findings), patches=patches)
