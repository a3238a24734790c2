"""Drafts of replies to mailed patches: hunks quoted, findings between them, nothing sent.

The result is an mbox (mboxrd) with one draft for each patch that introduces something: plain text, as
Documentation/process/submitting-patches.rst asks of replies.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from email.header import Header
from email.utils import formataddr, getaddresses, parseaddr
from hashlib import blake2b
from itertools import groupby

from kscan import __version__
from kscan.findings.model import Finding, Mail, PatchResult, Quoted, Report
from kscan.findings.plain import plain, plain_lines
from kscan.findings.summary import is_new, untold_conditions
from kscan.regex import regex
from kscan.reports import Style

_SEVERITY = {"error": "High", "warning": "Medium", "note": "Low"}
_WIDTH = 74
_AROUND = 8  # quoted lines before the one that is commented
_AFTER = 2
_FALSE_IF = "false if "
_LEFT_OUT = "[ ... ]"
_ARTICLES = ("the ", "what ")  # words that may begin a claim and are no name of the code
_QUESTIONS = {
    "memory-leak": "Can this leak memory?",
    "refcount-leak": "Can this leak a reference?",
    "refcount-underflow": "Can this be put once too often?",
    "use-after-free": "Can this be used after it is freed?",
    "double-free": "Can this be freed twice?",
    "dangling-pointer": "Can somebody still use this pointer?",
    "stale-pointer": "Can somebody still use this pointer?",
    "null-check": "Can this be NULL here?",
    "err-ptr-check": "Is the failure seen here?",
    "error-check": "Is the failure seen here?",
    "error-unwind": "Does the error path undo enough?",
    "asym-teardown": "Does the teardown undo enough?",
    "teardown-level": "Is this released too early?",
    "ordering": "Is this the right order?",
    "uninit": "Can this be read before it is set?",
    "lock-imbalance": "Can the lock still be held here?",
    "sleep-in-atomic": "Can this sleep in atomic context?",
}
_ADDRESS = regex(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+", re.ASCII)


def render(report: Report, style: Style) -> Iterator[str]:  # noqa: ARG001 - a mail has one form only
    """A draft for each patch with new findings that came by mail."""
    for patch in report.patches:
        found = [f for f in patch.findings if is_new(f)]
        if patch.mail is not None and found:
            yield from _draft(report, patch, patch.mail, found)


def _draft(report: Report, patch: PatchResult, mail: Mail, found: Sequence[Finding]) -> Iterator[str]:
    yield "From mboxrd@z Thu Jan  1 00:00:00 1970\n"
    lines = list(_body(mail, found))
    body = "".join(
        f"{line}\n" for line, after in zip(lines, [*lines[1:], None], strict=True) if line or after
    )
    for name, value in _headers(report, patch, mail, body):
        yield f"{name}: {value}\n"
    yield "\n"
    yield "".join(_unlike_from(line) for line in body.splitlines(keepends=True))
    yield "\n"


# --- headers


def _headers(report: Report, patch: PatchResult, mail: Mail, body: str) -> Iterator[tuple[str, str]]:
    sender = plain(report.sender)
    if sender:
        yield "From", _addresses(sender)
    yield "To", _addresses(mail.author)
    copies = ", ".join(filter(None, (mail.to, mail.cc)))
    if copies := _addresses(copies, without=(sender, mail.author)):
        yield "Cc", copies
    subject = plain(mail.subject or patch.name)
    yield "Subject", _encoded(subject if subject[:3].lower() == "re:" else f"Re: {subject}")
    yield "Date", report.date
    yield "Message-ID", f"<{_own_id(mail, body)}@{_domain(sender)}>"
    yield "In-Reply-To", _id(mail.message_id)
    seen = [r for r in mail.references if r != mail.message_id]
    yield "References", "\n ".join(map(_id, (*seen, mail.message_id)))
    yield "MIME-Version", "1.0"
    yield "Content-Type", "text/plain; charset=utf-8"
    yield "Content-Transfer-Encoding", "7bit" if body.isascii() else "8bit"
    yield "Auto-Submitted", "auto-generated"
    yield "X-Mailer", f"kscan/{__version__}"


def _addresses(text: str, without: Iterable[str] = ()) -> str:
    """The addresses of a header, each once, one a line; names beyond ASCII are encoded."""
    seen = {parseaddr(_tame(other))[1].lower() for other in without}
    kept = []
    for name, address in getaddresses([_tame(text)]):
        if _ADDRESS.fullmatch(address) and address.lower() not in seen:
            seen.add(address.lower())
            kept.append(formataddr((name, address)))
    return ",\n ".join(kept)


def _tame(text: str) -> str:
    """The text of an address header without what would mislead its parser or a terminal."""
    first = next(iter(text.splitlines()), "")  # what follows a line end would be a header of its own
    return "".join(c if c.isprintable() and c not in "\\[]" else " " for c in first)


def _encoded(text: str) -> str:
    return text if text.isascii() else Header(text, "utf-8", header_name="Subject").encode()


def _id(message_id: str) -> str:
    return f"<{plain(message_id).replace('<', '').replace('>', '').replace(' ', '')}>"


def _own_id(mail: Mail, body: str) -> str:
    """The same for the same draft, so that sending it twice does no harm."""
    text = f"{mail.message_id}\0{body}".encode("utf-8", "surrogateescape")
    return f"kscan-{blake2b(text, digest_size=10).hexdigest()}"


def _domain(sender: str) -> str:
    return parseaddr(_tame(sender))[1].partition("@")[2] or "kscan.invalid"


# --- body


def _body(mail: Mail, found: Sequence[Finding]) -> Iterator[str]:
    author = " ".join((parseaddr(_tame(mail.author))[0] or plain(mail.author)).split())
    yield f"On {plain(mail.date)}, {author} wrote:" if mail.date else f"{author} wrote:"
    places = _places(mail.hunks, found)
    file = ""
    for number, hunk in enumerate(mail.hunks):
        here = {at: [f for f, place in places if place == (number, at)] for at in range(len(hunk.lines))}
        marks = [at for at, findings in here.items() if findings]
        if not marks:
            continue
        if hunk.file != file:
            file = hunk.file
            yield _LEFT_OUT
            yield from _quoted((f"--- a/{file}", f"+++ b/{file}"))
        yield from _quoted((hunk.header,))
        yield from _interleaved(hunk, marks, here)
    elsewhere = [f for f, place in places if place is None]
    if elsewhere:
        yield ""
        yield "Not in a line of this patch, but because of it:"
        for finding in elsewhere:
            yield from _comment(finding, told_where=True)
    yield ""
    yield "-- "
    rules = " ".join(dict.fromkeys(f.rule for f in found))
    yield f"kscan {__version__}; how it decides: kscan rules explain {rules.split()[0]}"
    if " " in rules:
        yield f"(rules here: {rules})"


def _interleaved(hunk: Quoted, marks: Sequence[int], here: dict[int, list[Finding]]) -> Iterator[str]:
    shown = 0
    for number, at in enumerate(marks):
        start = max(shown, at - _AROUND)
        if start > shown:
            yield _LEFT_OUT
        yield from _quoted(hunk.lines[start : at + 1])
        for finding in here[at]:
            yield from _comment(finding)
        shown = at + 1
        last = number + 1 == len(marks)
        if last and shown < len(hunk.lines):
            yield from _quoted(hunk.lines[shown : shown + _AFTER])
            if shown + _AFTER < len(hunk.lines):
                yield _LEFT_OUT


def _quoted(lines: Iterable[str]) -> Iterator[str]:
    return (f"> {plain_lines(line)}" for line in lines)


def _comment(finding: Finding, *, told_where: bool = False) -> Iterator[str]:
    yield ""
    yield f"[Severity: {_SEVERITY[finding.severity]}]"
    where = f" ({finding.file}:{finding.line}, in {finding.function}())" if told_where else ""
    claim = finding.message
    claim = claim[:1].upper() + claim[1:] if claim.startswith(_ARTICLES) else claim
    yield from _wrapped(f"{_QUESTIONS.get(finding.hazard, 'Is this right?')} {claim}{where}.")
    if finding.steps:
        yield ""
        for (function, file), steps in groupby(finding.steps, key=lambda step: (step.function, step.file)):
            yield _ascii(f"  {function}() in {file}:")
            for step in steps:
                yield from _wrapped(f"{step.line}: {step.message}", "    ", "      ")
    conditions = untold_conditions(finding)
    needed = [c for c in conditions if not c.startswith(_FALSE_IF)]
    doubts = [c.removeprefix(_FALSE_IF) for c in conditions if c.startswith(_FALSE_IF)]
    if needed:
        yield ""
        yield from _wrapped(f"The path taken needs: {'; '.join(needed)}.")
    if doubts:
        yield ""
        yield from _wrapped(f"This would be wrong if {', or if '.join(doubts)}.")
    yield ""


def _wrapped(text: str, indent: str = "", hanging: str = "") -> list[str]:
    return textwrap.wrap(
        _ascii(text),
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=hanging or indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _ascii(text: str) -> str:
    return plain(text.replace("\u2192", "->")).encode("ascii", "backslashreplace").decode()


def _unlike_from(line: str) -> str:
    return f">{line}" if line.lstrip(">").startswith("From ") else line


# --- which line a finding is about


def _places(
    hunks: Sequence[Quoted], found: Sequence[Finding]
) -> list[tuple[Finding, tuple[int, int] | None]]:
    lines = list(_lines_after(hunks))
    return [(finding, _place(lines, finding)) for finding in found]


def _lines_after(hunks: Sequence[Quoted]) -> Iterator[tuple[str, int, str, str, tuple[int, int]]]:
    """File, claimed line, mark, text and place of every line that is there after the patch."""
    for number, hunk in enumerate(hunks):
        line = hunk.start
        for at, text in enumerate(hunk.lines):
            if text[:1] != "-":
                yield hunk.file, line, text[:1], text[1:], (number, at)
                line += 1


def _place(
    lines: Sequence[tuple[str, int, str, str, tuple[int, int]]], finding: Finding
) -> tuple[int, int] | None:
    """The quoted line with the text of the finding's, the nearest one: hunks may apply at an offset.

    Failing that, the first step that the patch adds.
    """
    same = [
        (abs(line - finding.line), place)
        for file, line, _, text, place in lines
        if file == finding.file and text.rstrip("\r") == finding.line_text and text.strip()
    ]
    if same:
        return min(same)[1]
    for step in finding.steps:
        for file, line, mark, _, place in lines:
            if mark == "+" and (file, line) == (step.file, step.line):
                return place
    return None
