"""Whatever holds patches, read to Series: mbox, maildir, .eml, plain diffs, folders of patches, public-inbox.

Everything is streamed: one mail is in memory at a time, besides the series that are still open.
"""

from __future__ import annotations

import codecs
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from io import BufferedReader, BytesIO
from itertools import groupby
from pathlib import Path
from typing import IO

from msgspec import structs

from kscan.errors import InputError
from kscan.regex import regex
from kscan.sources.git import GitRepo
from kscan.sources.mail import Message, read_message, read_text
from kscan.sources.series import Grouping, Series, Unreadable

_MOST_MAIL_BYTES = 128 << 20  # of source between two releases there is less; takes some 600 MB of memory
_MOST_MAIL_LINES = 4_000_000
_MOST_LINE_BYTES = 1 << 20
_GZIP = b"\x1f\x8b"
_FROM = regex(rb"From (?:\S+ +.*\d\d:\d\d.*\d{4}|[0-9a-f]{40} |mboxrd@z )")
_QUOTED_FROM = regex(rb"^>(>*From )", re.MULTILINE)
_HEADER = regex(rb"[!-9;-~]+[ \t]*:")
_MAIL_HEADER = regex(
    rb"^(?:from|to|subject|date|message-id|received|return-path|mime-version|delivered-to)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_SUFFIXES = (".patch", ".diff", ".eml", ".mbox", ".mbx", ".gz")
_ADDED = regex(rb":\d{6} 100\d{3} [0-9a-f]+ ([0-9a-f]+) [AM]\t(.*)")
_INBOX_NAME = regex(rb"m?|d|[0-9a-f]{2}")
_COMMIT = regex(r"[0-9a-f]{4,40}")
_HEAD_BYTES = 64 << 10


def read_inputs(
    paths: Iterable[str],
    stdin: IO[bytes] | None = None,
    *,
    replies: bool = False,
    scissors: bool = False,
    since: str = "",
) -> Iterator[Series | Unreadable]:
    """All series in the files and folders given; ``-`` is ``stdin``.

    Files that follow each other are read as one: a series may lie in several.  An input that holds no
    patch at all gives one Unreadable that says what it held.  ``replies`` takes the diffs of replies for
    patches too, ``scissors`` cuts texts as ``git am --scissors`` does.
    ``since`` is as for ``read_messages``.
    """
    for _, run in groupby(enumerate(paths), lambda item: item[0] if os.path.isdir(item[1]) else -1):
        grouping = Grouping(replies=replies, scissors=scissors)
        yield from _read_run([path for _, path in run], stdin, since, grouping, replies=replies)


def _read_run(
    paths: Sequence[str], stdin: IO[bytes] | None, since: str, grouping: Grouping, *, replies: bool
) -> Iterator[Series | Unreadable]:
    covers: set[str] = set()  # where the cover letters of the series lay

    def noted(results: Iterator[Series | Unreadable]) -> Iterator[Series | Unreadable]:
        for result in results:
            if isinstance(result, Series) and result.cover is not None:
                covers.add(result.cover.source)
            yield result

    lone: list[_Counted] = []
    for path in paths:
        counted = _Counted(path, stdin, since)
        before = grouping.taken
        for message in counted.messages():
            yield from noted(grouping.take(message))
        if grouping.taken == before and counted.covers:
            lone.append(counted)
        elif grouping.taken == before:
            yield counted.nothing(replies=replies)
    yield from noted(grouping.close())
    yield from (counted.nothing(replies=replies) for counted in lone if not counted.covers & covers)


def read_messages(
    path: str, stdin: IO[bytes] | None = None, since: str = ""
) -> Iterator[Message | Unreadable]:
    """Every mail (or plain diff) of one input, in its order.

    ``since`` is, for public-inbox, the date (ISO 8601) or the commit after which mails are read; at the
    end a harmless Unreadable names the commit from which to go on.
    """
    try:
        if path == "-":
            yield from _stream(stdin or BytesIO(), "stdin")
        elif os.path.isdir(path):
            yield from _directory(Path(path), since)
        else:
            yield from _file(Path(path))
    except (InputError, OSError, EOFError, zlib.error) as error:
        source = "stdin" if path == "-" else path
        yield Unreadable(source, _reason(error), remedy=error.remedy if isinstance(error, InputError) else "")


class _Counted:
    """The messages of an input, counted by kind on their way."""

    def __init__(self, path: str, stdin: IO[bytes] | None, since: str) -> None:
        self._path = path
        self._name = "stdin" if path == "-" else path
        self._stdin = stdin
        self._since = since
        self._total = 0
        self._replies = 0
        self.covers: set[str] = set()  # where its cover letters lie

    def messages(self) -> Iterator[Message | Unreadable]:
        for message in read_messages(self._path, self._stdin, self._since):
            self._total += 1
            if isinstance(message, Message):
                self._replies += message.subject.is_reply
                if _is_cover_letter(message):
                    self.covers.add(message.source)
            yield message

    def nothing(self, *, replies: bool) -> Unreadable:
        """What to say of an input that held no patch."""
        if self.covers and len(self.covers) + self._replies == self._total:
            return Unreadable(self._name, "is a cover letter, without a patch", harmless=True)
        remedy = "--replies takes the diffs of replies, too" if self._replies and not replies else ""
        return Unreadable(self._name, self._why_nothing(replies=replies), remedy=remedy)

    def _why_nothing(self, *, replies: bool) -> str:
        if not self._total:
            return "holds no mail and no diff"
        if self._replies == self._total and not replies:
            return "holds no patch, only replies" if self._total > 1 else "is a reply, not a patch"
        return "holds no diff"


def _is_cover_letter(message: Message) -> bool:
    subject = message.subject
    return subject.number == 0 and subject.is_patch and not subject.is_reply


def _reason(error: Exception) -> str:
    if isinstance(error, InputError):
        return error.reason
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return f"cannot be read: {error}"


# --- files


def _file(path: Path) -> Iterator[Message | Unreadable]:
    with open(path, "rb") as file:
        yield from _stream(file, str(path))


def _stream(file: IO[bytes], source: str) -> Iterator[Message | Unreadable]:
    opened = _unpacked(file)
    head = opened.readline(_MOST_LINE_BYTES)
    while head in (b"\n", b"\r\n"):
        head = opened.readline(_MOST_LINE_BYTES)
    if _FROM.match(head):
        for number, data in enumerate(_split_mbox(opened), 1):
            yield _message(data, f"{source}:{number}")
        return
    if only := _only(head + opened.read(_MOST_MAIL_BYTES), source):
        yield only


def _only(data: bytes, source: str) -> Message | Unreadable | None:
    """The one mail or diff of a file, None where there is nothing in it."""
    data = _as_utf8(data)
    if not data.strip():
        return None
    return _message(data, source, read_message if looks_like_mail(data) else read_text)


def _as_utf8(data: bytes) -> bytes:
    """``data`` without the byte order mark that some editors and shells put before a text."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").encode()
    return data.removeprefix(codecs.BOM_UTF8)


def _message(
    data: bytes, source: str, read: Callable[[bytes, str], Message] = read_message
) -> Message | Unreadable:
    """The mail or diff that ``data`` is, unless that is as much as is read of one."""
    if len(data) >= _MOST_MAIL_BYTES:
        reason = f"is larger than the {_MOST_MAIL_BYTES >> 20} MB kscan reads of a mail or diff"
    elif data.count(b"\n") >= _MOST_MAIL_LINES:
        reason = f"has more than the {_MOST_MAIL_LINES:,} lines kscan reads of a mail or diff"
    else:
        return read(data, source)
    return Unreadable(source, reason, remedy="split it, or compare revisions with `kscan diff`")


def _unpacked(file: IO[bytes]) -> IO[bytes]:
    """The stream, through gzip where it is packed."""
    buffered = file if isinstance(file, BufferedReader) else BufferedReader(BytesIO(file.read()))
    if buffered.peek(2)[:2] == _GZIP:
        import gzip  # noqa: PLC0415 - few are packed

        return BufferedReader(gzip.GzipFile(fileobj=buffered))
    return buffered


def looks_like_mail(data: bytes) -> bool:
    """Whether ``data`` starts with the headers of a mail."""
    head = data[:_HEAD_BYTES].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return bool(_HEADER.match(head)) and bool(_MAIL_HEADER.search(head))


def _split_mbox(file: IO[bytes]) -> Iterator[bytes]:
    """The mails of an mbox whose first ``From `` line has been read; ``>From `` loses one ``>``.

    That is right for mboxrd, and for mboxo but for a line that a writer had quoted already.
    """
    lines: list[bytes] = []
    size = 0
    blank = False
    while line := file.readline(_MOST_LINE_BYTES):
        if blank and line.startswith(b"From ") and _FROM.match(line):
            yield _unquoted(lines)
            lines, size = [], 0
        elif size < _MOST_MAIL_BYTES and len(lines) < _MOST_MAIL_LINES:
            lines.append(line)
            size += len(line)
        blank = line in (b"\n", b"\r\n")
    yield _unquoted(lines)


def _unquoted(lines: list[bytes]) -> bytes:
    data = b"".join(lines)
    return _QUOTED_FROM.sub(rb"\1", data) if b">From " in data else data


# --- folders


def _directory(path: Path, since: str) -> Iterator[Message | Unreadable]:
    if (path / "cur").is_dir() and (path / "new").is_dir():
        yield from _files(_entries(path / "cur") + _entries(path / "new"))
    elif epochs := _epochs(path):
        yield from _public_inbox(epochs, since)
    elif (path / "series").is_file():
        yield from _quilt(path)
    elif files := [entry for entry in _entries(path) if entry.name.endswith(_SUFFIXES)]:
        yield from _files(files)
    elif _is_repository(path):
        yield from _public_inbox([path], since)


def _entries(directory: Path) -> list[Path]:
    return sorted(entry for entry in directory.iterdir() if entry.is_file() and entry.name[0] != ".")


def _quilt(path: Path) -> Iterator[Message | Unreadable]:
    """The patches that the quilt ``series`` file of a folder lists, as one series."""
    listing = path / "series"
    names = [line.split("#")[0].split() for line in listing.read_text("utf-8", "replace").splitlines()]
    listed = [path / words[0] for words in names if words]
    total = len(listed)
    for number, file in enumerate(listed, 1):
        if _leads_out(path, file) or not file.is_file():
            yield Unreadable(str(file), "is listed in the series file, and is no file of its folder")
            continue
        for message in _files([file]):
            if isinstance(message, Unreadable):
                yield message
                continue
            subject = structs.replace(
                message.subject, version=1, number=number, total=total, is_patch=True, is_reply=False
            )
            yield structs.replace(message, subject=subject, references=(str(listing),))


def _leads_out(folder: Path, file: Path) -> bool:
    return folder.resolve() not in file.resolve().parents


def _files(files: Iterable[Path]) -> Iterator[Message | Unreadable]:
    for file in files:
        try:
            yield from _file(file)
        except (OSError, EOFError, zlib.error) as error:
            yield Unreadable(str(file), _reason(error))


# --- public-inbox


def _is_repository(path: Path) -> bool:
    return (path / ".git").exists() or ((path / "objects").is_dir() and (path / "HEAD").is_file())


def _epochs(path: Path) -> list[Path]:
    """The repositories of a public-inbox v2: git/0.git, git/1.git, ..."""
    found = [entry for entry in path.glob("git/*.git") if entry.stem.isdigit()]
    return sorted(found, key=lambda entry: int(entry.stem))


def _public_inbox(epochs: Sequence[Path], since: str) -> Iterator[Message | Unreadable]:
    """The mails of the repositories of an archive, the oldest first.  Raises InputError."""
    first = 0
    limit: tuple[str, ...] = ()
    if since:
        known = [n for n, epoch in enumerate(epochs) if _has_commit(epoch, since)]
        if known:
            first, limit = known[0], (f"{since}..HEAD",)
        else:
            limit = (f"--max-age={_seconds(since)}",)
    for epoch in epochs[first:]:
        yield from _epoch(epoch, limit)
        if limit and limit[0][0] != "-":
            limit = ()  # the commit is of the first one; the others come after it


def _has_commit(epoch: Path, rev: str) -> bool:
    try:
        return bool(_COMMIT.fullmatch(rev) and GitRepo(epoch).resolve(rev, "commit"))
    except InputError:
        return False


def _seconds(since: str) -> int:
    try:
        moment = datetime.fromisoformat(since)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except ValueError as error:
        reason = f"{since!r} is neither a date nor a commit of the archive"
        raise InputError("--since", reason, "write 2026-01-31") from error


def _epoch(path: Path, limit: Sequence[str]) -> Iterator[Message | Unreadable]:
    # v2: file `m` of each commit, `d` for a deletion; v1: a file named by a hash for each mail.
    repo = GitRepo(path)
    if not repo.run("for-each-ref", "--count=1"):
        yield Unreadable(str(path), "holds no mail yet", harmless=True)
        return
    names = repo.run("ls-tree", "-z", "--name-only", "HEAD").split(b"\0")
    if not all(_INBOX_NAME.fullmatch(name) for name in names):
        raise InputError(
            str(path), "is a git repository, but no public-inbox", "give patches, or a revision range"
        )
    head = repo.resolve("HEAD", "commit")[:12]  # the archive may grow meanwhile
    shown = [part.replace("HEAD", head) for part in limit] or [head]
    if shown[0][0] == "-":
        shown.append(head)
    log = repo.stream("log", "--reverse", "--raw", "--no-abbrev", "--no-renames", "--format=", *shown, "--")
    for line in log:
        match = _ADDED.match(line)
        if match is None or match[2] == b"d":
            continue
        data = repo.blob(match[1].decode())
        if data is None:
            yield Unreadable(f"{path}:{match[1].decode()[:12]}", "the mail is missing from the repository")
        else:
            yield _message(data, f"{path}:{match[1].decode()[:12]}")
    yield Unreadable(str(path), f"was read up to {head} (--since {head} goes on from there)", harmless=True)
