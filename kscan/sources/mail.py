"""A mail as a Message, and the Patch it carries or the reason why it carries none."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from kscan.regex import regex
from kscan.sources.diff import Damage, Diff
from kscan.sources.diffread import read_diff
from kscan.sources.mime import Part, decode_text, parse_mail, unflow
from kscan.sources.subject import Subject, parse_subject

_MESSAGE_ID = regex(r"<([^<>\s]+)>")
_DIFF_MARKS = tuple(f"\n{blank}{mark}" for mark in ("diff --", "--- ", "@@ -", "+++ ") for blank in ("", " "))
_SCISSORS = regex(
    r"^(?=.*-)[ \t-]*(?:>8|8<|>%|%<)(?:[ \t-]|>8|8<|>%|%<|cut here|snip)*$", re.IGNORECASE | re.MULTILINE
)
_IN_BODY = regex(r"(From|Subject|Date|Message-I[dD]):[ \t]*(.*)")
_SHOWN = regex(r"\s*commit [0-9a-f]{40}\b")  # by git show or git log
_MBOX_FROM = regex(r"From [0-9a-f]{40} ")
_TRAILER = regex(
    r"^(base-commit|prerequisite-patch-id|prerequisite-change-id|prerequisite-message-id"
    r"|prerequisite-base-commit|change-id|based-on|depends-on):[ \t]*(\S.*?)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_TRAILER_WORDS = ("base-commit:", "prerequisite-", "change-id:", "based-on:", "depends-on:")
_PATCH_NAME = (".patch", ".diff", ".txt")
_DIFF_STARTS = ("diff -", "--- a/", "Index: ")
_MOST_TRAILERS = 200
_TRAILER_TEXT = 1 << 20  # characters at either end of a text: no more is searched
_MOST_HEADER = 8000
_MOST_REFERENCES = 50


class Attachment(msgspec.Struct, frozen=True):
    """A part besides the text of a mail that may hold a patch."""

    filename: str
    content_type: str
    text: str


class Envelope(msgspec.Struct, frozen=True):
    """What a reply to a mail needs of its headers, decoded and each on one line."""

    subject: str = ""
    date: str = ""
    to: str = ""
    cc: str = ""
    references: tuple[str, ...] = ()


class Message(msgspec.Struct, frozen=True):
    """A mail, decoded.

    Message ids have no angle brackets; ``date`` is ISO 8601 in UTC, empty when unreadable.
    ``source`` is the file, and the position in it, that the mail was read from.  ``alternatives`` are other
    readings of the text (format=flowed undone).  ``reason`` says what of the mail was not read.
    """

    message_id: str
    subject: Subject
    author: str
    date: str
    in_reply_to: str
    references: tuple[str, ...]
    text: str
    attachments: tuple[Attachment, ...] = ()
    alternatives: tuple[str, ...] = ()
    source: str = ""
    reason: str = ""
    envelope: Envelope = msgspec.field(default_factory=Envelope)

    @property
    def root(self) -> str:
        """The message id its thread starts with."""
        return self.references[0] if self.references else self.in_reply_to or self.message_id


class Trailers(msgspec.Struct, frozen=True):
    """What a cover letter or first patch says a series needs."""

    base_commit: str = ""
    change_id: str = ""
    prerequisites: tuple[tuple[str, str], ...] = ()  # (key, value) of prerequisite-*, Based-on, Depends-on


class Patch(msgspec.Struct, frozen=True):
    """One patch of a mail or of a plain diff.  ``text`` is the commit message."""

    name: str
    message_id: str
    author: str
    date: str
    subject: Subject
    text: str
    diff: Diff
    trailers: Trailers
    source: str = ""
    in_reply_to: str = ""
    root: str = ""
    envelope: Envelope = msgspec.field(default_factory=Envelope)


class NoPatch(msgspec.Struct, frozen=True):
    """A mail without a patch, and why: ``reply``, ``cover letter``, ``no diff`` or a sentence."""

    message: Message
    reason: str


def read_message(data: bytes, source: str = "") -> Message:
    """A mail from its bytes.  Never raises; what cannot be read is empty, with a reason."""
    mail = parse_mail(data)
    headers = mail.headers
    texts = [part for part in mail.parts if part.content_type in ("text/plain", "text")]
    body = next((part for part in texts if not _is_patch_name(part.filename)), None)
    others = [part for part in mail.parts if part is not body and _may_hold_patch(part)]
    reason = "nested too deep or too many parts" if mail.truncated else ""
    if body is None and not others and mail.parts:
        reason = reason or f"no text to read, only {mail.parts[0].content_type}"
    references = tuple(_MESSAGE_ID.findall(headers.get("references", "")))
    return Message(
        _first_id(headers.get("message-id", "")),
        parse_subject(headers.get("subject", "")),
        " ".join(headers.get("from", "").split()),
        _iso_date(headers.get("date", "")),
        _first_id(headers.get("in-reply-to", "")),
        references,
        body.text if body else "",
        tuple(Attachment(part.filename, part.content_type, part.text) for part in others),
        _alternatives(body),
        source,
        reason,
        _envelope(headers, references),
    )


def read_text(data: bytes, source: str) -> Message:
    """A plain diff, or text around one, as a message without headers; a web archive's page as text is one."""
    text = decode_text(data, "")
    first = next((line.strip() for line in text[:4096].split("\n") if line.strip()), "")
    title = "" if has_diff(first) or first.startswith(_DIFF_STARTS) else first
    shown = _SHOWN.match(text) is not None
    found = re.search(r"^    (\S.*)$" if shown else r"^Subject: (.*)$", text, re.MULTILINE)
    subject = parse_subject(found[1] if found else title)
    return Message("", msgspec.structs.replace(subject, is_reply=False), "", "", "", (), text, source=source)


def read_patch(message: Message, *, replies: bool = False, scissors: bool = False) -> Patch | NoPatch:
    """The patch a message carries.

    A reply is no patch, whatever diff it shows, unless ``replies``.  ``scissors`` leaves out what is above
    a scissors line, as ``git am --scissors`` does; in replies they always count.
    """
    if message.subject.is_reply and not replies:
        return NoPatch(message, "reply")
    message = _after_in_body_headers(message, scissors=scissors or message.subject.is_reply)
    diff = _choose(message)
    if diff.empty:
        cover = message.subject.number == 0 and message.subject.is_patch
        return NoPatch(message, message.reason or ("cover letter" if cover else "no diff"))
    return Patch(
        message.subject.title or _file_name(message.source),
        message.message_id,
        message.author,
        message.date,
        message.subject,
        _commit_text(message.text),
        diff,
        read_trailers(message.text),
        message.source,
        message.in_reply_to,
        message.root,
        message.envelope,
    )


def read_trailers(text: str) -> Trailers:
    """The dependencies named in a cover letter or patch."""
    if len(text) > 2 * _TRAILER_TEXT:
        text = f"{text[:_TRAILER_TEXT]}\n{text[-_TRAILER_TEXT:]}"
    lower = text.lower()
    if not any(word in lower for word in _TRAILER_WORDS):
        return Trailers()
    base = change = ""
    needs: list[tuple[str, str]] = []
    for key, value in _TRAILER.findall(text)[:_MOST_TRAILERS]:
        match key.lower():
            case "base-commit":
                base = base or value
            case "change-id":
                change = change or value
            case other:
                needs.append((other, value))
    return Trailers(base, change, tuple(needs))


def _envelope(headers: Mapping[str, str], references: tuple[str, ...]) -> Envelope:
    subject, date, to, cc = (
        " ".join(headers.get(name, "").split())[:_MOST_HEADER] for name in ("subject", "date", "to", "cc")
    )
    return Envelope(subject, date, to, cc, references[-_MOST_REFERENCES:])


# --- which text holds the patch


def has_diff(text: str) -> bool:
    """Whether a line of ``text`` looks like one of a diff: the question before reading it as one."""
    # Plain searches, one for each mark: a pattern that is tried at every line takes five times as long.
    return any(mark in text or text.startswith(mark[1:]) for mark in _DIFF_MARKS)


def _may_hold_patch(part: Part) -> bool:
    if part.content_type == "text/html" or part.content_type.startswith(("image/", "audio/", "video/")):
        return False
    named = _is_patch_name(part.filename)
    return named or part.content_type in ("text/x-patch", "text/x-diff", "text/plain", "text/x-csrc", "text")


def _is_patch_name(name: str) -> bool:
    return name.lower().endswith(_PATCH_NAME)


def _alternatives(body: Part | None) -> tuple[str, ...]:
    if body is None or not body.flowed or not has_diff(body.text):
        return ()
    return (unflow(body.text, delsp=body.delsp),)


def _choose(message: Message) -> Diff:
    """The diffs of all parts, each once: the same files in text and attachment are one patch."""
    kept: list[Diff] = []
    for diff in (_best(message), *(_read(item.text) for item in message.attachments)):
        if diff.empty:
            continue
        paths = [file.path for file in diff.files]
        twin = next((i for i, other in enumerate(kept) if [f.path for f in other.files] == paths), None)
        if twin is None:
            kept.append(diff)
        elif _badness(diff) < _badness(kept[twin]):
            kept[twin] = diff
    if len(kept) == 1:
        return kept[0]
    return Diff(
        tuple(file for diff in kept for file in diff.files),
        tuple(item for diff in kept for item in diff.damage),
        tuple(item for diff in kept for item in diff.not_handled),
    )


def _read(text: str) -> Diff:
    return read_diff(text) if has_diff(text) else Diff()


def _best(message: Message) -> Diff:
    """The reading of the text with the least damage; wraps undone on the way are still told."""
    plain = _read(message.text)
    for text in message.alternatives:
        other = _read(text)
        better = _badness(other) < _badness(plain)
        stuffed = _is_stuffed(plain) and _badness(other) <= _badness(plain)
        if (better or stuffed) and len(other.files) >= len(plain.files):
            told = {(item.kind, item.line) for item in other.damage}
            wraps = tuple(
                Damage(item.line, item.kind, item.text, repaired=True)
                for item in plain.damage
                if item.kind == "wrapped-lines" and (item.kind, item.line) not in told
            )
            return msgspec.structs.replace(other, damage=(*wraps, *other.damage))
    return plain


def _is_stuffed(diff: Diff) -> bool:
    """Whether a mailer put a space before each line that starts with one, as format=flowed wants it."""
    lines = [line for file in diff.files for hunk in file.hunks for line in hunk.lines if line[:1] == " "]
    return all(line[1:2] in (" ", "") for line in lines) and any(line[1:3] == " \t" for line in lines)


def _badness(diff: Diff) -> tuple[int, int]:
    doubtful = sum(not item.repaired for item in diff.damage)
    return doubtful, len(diff.damage)


# --- text around it


def _after_in_body_headers(message: Message, *, scissors: bool) -> Message:
    """The message as ``git am`` sees it: From and Subject lines at the top of the text count."""
    text = message.text
    if scissors:
        marks = list(_SCISSORS.finditer(text))
        if marks and has_diff(text[marks[-1].end() :]):
            text = text[marks[-1].end() :]
    if not text.lstrip().startswith(("From", "Subject", "Date", "Message-I")):
        return msgspec.structs.replace(message, text=text) if text is not message.text else message
    found: dict[str, str] = {}
    lines = text.lstrip().split("\n")
    used = 1 if _MBOX_FROM.match(lines[0]) else 0
    while used < len(lines) and (match := _IN_BODY.match(lines[used])):
        found[match[1]] = match[2].strip()
        used += 1
    if not found:
        return message
    subject = parse_subject(found["Subject"]) if "Subject" in found else message.subject
    return msgspec.structs.replace(
        message,
        text="\n".join(lines[used:]),
        author=found.get("From", message.author),
        subject=msgspec.structs.replace(subject, is_reply=message.subject.is_reply),
    )


def _commit_text(text: str) -> str:
    """The commit message: what stands above ``---`` or the diff, fit for printing."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        line = text[start:end] if end >= 0 else text[start:]
        if line.rstrip() == "---" or line.startswith(_DIFF_STARTS):
            text = text[:start]
            break
        start = end + 1 if end >= 0 else len(text)
    return text.strip().encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _first_id(text: str) -> str:
    match = _MESSAGE_ID.search(text)
    return match[1] if match else text.strip().strip("<>")


def _iso_date(text: str) -> str:
    if not text:
        return ""
    from datetime import UTC  # noqa: PLC0415 - a plain diff has no date, and email.utils takes its time
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - likewise

    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC).isoformat() if moment.tzinfo else moment.isoformat()
    except (ValueError, TypeError, OverflowError, IndexError):
        return ""


def _file_name(source: str) -> str:
    return source.rpartition("/")[2]


def author_address(author: str) -> str:
    """The address of an author, in lower case."""
    if not author:
        return ""
    from email.utils import parseaddr  # noqa: PLC0415 - see _iso_date()

    return parseaddr(author)[1].lower()
