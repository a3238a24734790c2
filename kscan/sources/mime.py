"""Mail as bytes to headers and decoded text parts.

Written for archives, where every rule is broken by somebody: the standard library's parser is slower by far,
recurses as deep as a mail nests, and keeps what is never looked at.  Here depth, parts and header size are
bounded, unknown encodings and charsets are read as UTF-8, and nothing raises.
"""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterator

import msgspec

from kscan.regex import regex

_MOST_HEADER_BYTES = 1 << 20
_MOST_VALUE_BYTES = 64 << 10  # of one header
_MOST_DEPTH = 8
_MOST_PARTS = 100
_MOST_COPIED = 512 << 20  # bytes, as each part is cut out of the one it is in

_WANTED = frozenset(
    (
        b"subject",
        b"from",
        b"date",
        b"message-id",
        b"in-reply-to",
        b"references",
        b"to",
        b"cc",
        b"content-type",
        b"content-transfer-encoding",
        b"content-disposition",
    )
)
_FIRST_LETTERS = frozenset(bytes((byte,)) for byte in b"sSfFdDmMiIrRcC")  # of what is wanted
_PARAMETER = regex(r';\s*([\w-]+)(\*\d*\*?)?\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))')
_BASE64_LINE = regex(rb"[A-Za-z0-9+/=\s]*$")


class Part(msgspec.Struct, frozen=True):
    """One leaf of a mail, decoded.  ``content_type`` is in lower case; line ends are ``\\n``."""

    content_type: str
    filename: str
    flowed: bool
    delsp: bool
    text: str


class RawMail(msgspec.Struct, frozen=True):
    """The headers a patch reader wants, by lower-case name (first of each), and all leaves."""

    headers: dict[str, str]
    parts: tuple[Part, ...]
    truncated: bool  # more parts or deeper nesting than is read


def parse_mail(data: bytes) -> RawMail:
    """A mail's wanted headers and parts.  Never raises."""
    headers, body = _split(data)
    walk = _Walk()
    parts = tuple(walk.leaves(headers, body, 0))
    shown = {name: decode_words(value) for name, value in headers.items() if not name.startswith("content")}
    return RawMail(shown, parts, walk.truncated)


def decode_words(value: bytes) -> str:
    """A header value as text: encoded words decoded, raw 8-bit bytes as UTF-8 or else Latin-1."""
    text = _as_utf8(value)
    if "=?" not in text:
        return text.strip()
    from email.errors import HeaderParseError  # noqa: PLC0415 - few headers are encoded
    from email.header import decode_header, make_header  # noqa: PLC0415 - likewise

    try:
        return str(make_header(decode_header(text))).strip()
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return text.strip()


def _as_utf8(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _split(data: bytes) -> tuple[dict[str, bytes], bytes]:
    if data[:1] in (b"\n", b"\r"):
        return {}, data.lstrip(b"\r\n")
    end, body = _end_of_headers(data)
    headers: dict[str, bytes] = {}
    open_name = ""
    for line in data[: min(end, _MOST_HEADER_BYTES)].split(b"\n"):
        first = line[:1]
        if first in (b" ", b"\t"):
            if open_name and len(headers[open_name]) < _MOST_VALUE_BYTES:
                headers[open_name] += b" " + line.strip()
            continue
        open_name = ""
        if first not in _FIRST_LETTERS:
            continue
        name, _, value = line.partition(b":")
        key = name.rstrip().lower()
        wanted = key in _WANTED and key.decode() not in headers
        open_name = key.decode() if wanted else ""
        if wanted:
            headers[open_name] = value.strip()[:_MOST_VALUE_BYTES]
    return headers, data[body:]


def _end_of_headers(data: bytes) -> tuple[int, int]:
    """Where the headers end and where the text begins."""
    plain = data.find(b"\n\n")
    crlf = data.find(b"\n\r\n", 0, plain if plain >= 0 else len(data))
    if crlf >= 0:
        return crlf, crlf + 3
    return (plain, plain + 2) if plain >= 0 else (len(data), len(data))


class _Walk:
    """The leaves of a mail, with bounds."""

    def __init__(self) -> None:
        self.truncated = False
        self._count = 0
        self._copied = 0

    def leaves(self, headers: dict[str, bytes], body: bytes, depth: int) -> Iterator[Part]:
        kind, parameters = _content_type(headers.get("content-type", b""))
        boundary = parameters.get("boundary", "")
        pieces = _pieces(body, boundary) if kind.startswith("multipart/") and boundary else []
        if not pieces:
            yield from self._leaf(kind, parameters, headers, body)
            return
        self._copied += len(body)
        if depth >= _MOST_DEPTH or self._copied > _MOST_COPIED:
            self.truncated = True
            return
        for piece in pieces:
            inner, rest = _split(piece)
            yield from self.leaves(inner, rest, depth + 1)

    def _leaf(
        self, kind: str, parameters: dict[str, str], headers: dict[str, bytes], body: bytes
    ) -> Iterator[Part]:
        self._count += 1
        if self._count > _MOST_PARTS:
            self.truncated = True
            return
        disposition = _parameters(_as_utf8(headers.get("content-disposition", b"")))
        filename = _decoded(disposition.get("filename", "") or parameters.get("name", ""))
        encoding = _as_utf8(headers.get("content-transfer-encoding", b"")).strip().lower()
        text = decode_text(_decode_transfer(body, encoding), parameters.get("charset", ""))
        flowed = parameters.get("format", "").lower() == "flowed"
        delsp = parameters.get("delsp", "").lower() == "yes"
        yield Part(kind, filename, flowed, delsp, text)


def _content_type(value: bytes) -> tuple[str, dict[str, str]]:
    text = _as_utf8(value)
    kind = text.partition(";")[0].strip().lower()
    return kind or "text/plain", _parameters(text)


def _parameters(text: str) -> dict[str, str]:
    """The parameters of a header, by lower-case name: also in pieces and percent-encoded (RFC 2231)."""
    found: dict[str, str] = {}
    for name, section, quoted, bare in _PARAMETER.findall(text[:8192]):
        key, value = name.lower(), quoted.replace("\\", "") if quoted else bare
        if section.endswith("*"):
            from urllib.parse import unquote  # noqa: PLC0415 - few mails have such a name

            value = unquote(value if section[1:2] not in ("", "*", "0") else value.rpartition("'")[2])
        if len(section) > 1 and key in found:
            found[key] += value
        else:
            found.setdefault(key, value)
    return found


def _decoded(name: str) -> str:
    return decode_words(name.encode("utf-8", "surrogateescape")) if "=?" in name else name


def _pieces(body: bytes, boundary: str) -> list[bytes]:
    mark = re.escape(boundary.encode("utf-8", "surrogateescape"))
    delimiter = re.compile(rb"(?:\A|\r?\n)--" + mark + rb"(--)?[ \t]*(?=\r?\n|\Z)")
    pieces: list[bytes] = []
    start = -1
    for match in delimiter.finditer(body):
        if start >= 0:
            pieces.append(body[start : match.start()])
        if match[1]:
            return pieces
        newline = body.find(b"\n", match.end())
        start = newline + 1 if newline >= 0 else len(body)
        if len(pieces) > _MOST_PARTS:
            return pieces
    if 0 <= start < len(body):
        pieces.append(body[start:])
    return pieces


def _decode_transfer(body: bytes, encoding: str) -> bytes:
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    if encoding == "base64":
        return _decode_base64(body)
    return body


def _decode_base64(body: bytes) -> bytes:
    # List software appends its footer in clear text.
    clean: list[bytes] = []
    for line in body.splitlines():
        if not _BASE64_LINE.match(line):
            break
        clean.append(line.strip())
    joined = b"".join(clean)
    try:
        return binascii.a2b_base64(joined + b"=" * (-len(joined) % 4))
    except binascii.Error:
        whole = joined[: len(joined) // 4 * 4]
        try:
            return binascii.a2b_base64(whole)
        except binascii.Error:
            return body


def decode_text(data: bytes, charset: str) -> str:
    """Text of a part; where the charset is missing, unknown or wrong, UTF-8 with odd bytes as surrogates.

    So the bytes of a diff come out as they went in, whatever the label says of them.
    """
    name = charset.strip().lower()
    if name and name not in ("utf-8", "us-ascii", "ascii"):
        try:
            codecs.lookup(name)
            return _newlines(data.decode(name))
        except (LookupError, UnicodeError, ValueError):
            pass
    return _newlines(data.decode("utf-8", "surrogateescape"))


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n") if "\r" in text else text


def unflow(text: str, *, delsp: bool) -> str:
    """A format=flowed text with its soft line breaks undone (RFC 3676).

    A line of white space is no soft break here: it is a blank context line.
    """
    out: list[str] = []
    soft = False
    for raw in text.split("\n"):
        line = raw[1:] if raw.startswith(" ") else raw
        quoted = line.startswith(">")
        if soft and not quoted:
            out[-1] += line
        else:
            out.append(line)
        soft = line.endswith(" ") and bool(line.strip()) and line != "-- " and not quoted
        if soft and delsp:
            out[-1] = out[-1][:-1]
    return "\n".join(out)
