"""Mails, and the patches in them."""

from __future__ import annotations

import base64
import gzip
import quopri

import pytest

from kscan.sources.mail import NoPatch, Patch, read_message, read_patch, read_text, read_trailers
from kscan.sources.subject import Subject, parse_subject
from tests.sources.writers import c_file, diff, mail, multipart, patch_mail

OLD = c_file(4)
NEW = OLD.replace("\tret_2 = start_2(dev);\n", "\tret_2 = go_2(dev); /* now */\n")
SOUND = diff("drivers/x.c", OLD, NEW)
OTHER = diff("fs/y.c", OLD, NEW)
HEAD = {"MIME_Version": "1.0"}


def patch(data: bytes, *, replies: bool = False, scissors: bool = False) -> Patch:
    read = read_patch(read_message(data, "test"), replies=replies, scissors=scissors)
    assert isinstance(read, Patch), read
    return read


def reason(data: bytes) -> str:
    read = read_patch(read_message(data))
    assert isinstance(read, NoPatch)
    return read.reason


def changes(read: Patch) -> list[tuple[str, int, int]]:
    return [(file.path, file.added, file.removed) for file in read.diff.files]


ONE = [("drivers/x.c", 1, 1)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[PATCH] pci: fix", Subject("pci: fix", is_patch=True)),
        ("[PATCH v2 net-next 3/5] x", Subject("x", 2, 3, 5, ("net-next",), True)),
        ("[RFC PATCH 00/16] x", Subject("x", 1, 0, 16, ("RFC",), True)),
        ("[PATCHv3 RESEND 1/1] x", Subject("x", 3, 1, 1, ("RESEND",), True)),
        ("[linuxppc-dev] [PATCH V4] x", Subject("x", 4, 1, 1, ("linuxppc-dev",), True)),
        ("[PATCH [v2] 1/2] x", Subject("x", 2, 1, 2, (), True)),
        ("[v5,2/3] x", Subject("x", 5, 2, 3, (), True)),
        ("Re: [PATCH] x", Subject("x", is_patch=True, is_reply=True)),
        ("[list] Re: [PATCH v2] x", Subject("x", 2, tags=("list",), is_patch=True, is_reply=True)),
        ("AW: RE: x", Subject("x", is_reply=True)),
        ("\u56de\u590d\uff1a[PATCH] x", Subject("x", is_patch=True, is_reply=True)),
        ("[not closed x", Subject("[not closed x")),
        ("[PATCH 7/3] x", Subject("x", is_patch=True)),
        ("", Subject("")),
        ("[]" * 500, Subject("")),
        ("regression: x", Subject("regression: x")),
    ],
)
def test_subjects(text: str, expected: Subject) -> None:
    assert parse_subject(text) == expected


def test_a_plain_patch_mail() -> None:
    data = patch_mail(
        SOUND,
        "[PATCH v2 1/2] =?utf-8?q?pci=3A_caf=C3=A9?=",
        From="=?iso-8859-1?q?Ren=E9?= <r@example.org>",
        Message_ID="<one@example.org>",
        In_Reply_To="<zero@example.org>",
        References="<zero@example.org>\n <half@example.org>",
    )
    read = patch(data)
    assert changes(read) == ONE
    assert (read.name, read.author) == ("pci: café", "René <r@example.org>")
    assert (read.message_id, read.in_reply_to, read.root) == (
        "one@example.org",
        "zero@example.org",
        "zero@example.org",
    )
    assert read.date == "2024-01-01T09:00:00+00:00"
    assert read.text == "Say why.\n\nSigned-off-by: A Writer <a@example.org>"


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [
        ("8bit", lambda data: data),
        ("8-bit", lambda data: data),
        ("base64", base64.encodebytes),
        ("BASE64", lambda data: base64.encodebytes(data) + b"______________________\nlist mailing list\n"),
        ("quoted-printable", quopri.encodestring),
        ("base64", lambda data: base64.encodebytes(data.replace(b"\n", b"\r\n"))),
        ("8bit", lambda data: data.replace(b"\n", b"\r\n")),
    ],
)
@pytest.mark.parametrize("charset", ["utf-8", "y", "", "us-ascii", '"utf-8"', "gb2312", "x-unknown"])
def test_transfer_encodings_and_charsets(encoding: str, encode, charset: str) -> None:  # type: ignore[no-untyped-def]
    kind = f"text/plain; charset={charset}" if charset else "text/plain"
    body = encode(SOUND.replace("now", "caf\u00e9 now").encode())
    read = patch(mail(body, Content_Type=kind, Content_Transfer_Encoding=encoding, **HEAD))
    assert changes(read) == ONE
    assert not read.diff.damage
    added = [line for line in read.diff.files[0].hunks[0].lines if line[0] == "+"]
    assert "caf" in added[0]
    if charset != "gb2312":
        assert "caf\u00e9 now" in added[0]


def test_latin_1_is_decoded() -> None:
    body = SOUND.replace("now", "caf\u00e9").encode("latin-1")
    read = patch(mail(body, Content_Type="text/plain; charset=ISO-8859-1", **HEAD))
    assert any("caf\u00e9" in line for line in read.diff.files[0].hunks[0].lines)


def test_odd_bytes_without_a_charset_come_out_as_they_went_in() -> None:
    read = patch(mail(SOUND.replace("now", "\udce9").encode("utf-8", "surrogateescape")))
    added = [line for line in read.diff.files[0].hunks[0].lines if line[0] == "+"]
    assert b"/* \xe9 */" in added[0].encode("utf-8", "surrogateescape")


@pytest.mark.parametrize("kind", ["text/x-patch", "text/plain", "application/octet-stream"])
def test_attachments(kind: str) -> None:
    encoded = base64.encodebytes(SOUND.encode()).decode()
    head = f'Content-Type: {kind};\n name="fix.patch"\nContent-Transfer-Encoding: base64'
    body = multipart([("Content-Type: text/plain", "See attachment.\n"), (head, encoded)])
    data = mail(body, Content_Type='multipart/mixed;\n boundary="sep"', **HEAD)
    assert changes(patch(data)) == ONE


@pytest.mark.parametrize(
    "name",
    [
        'filename*0="0001-a-name-that-is-cut"; filename*1=".patch"',
        "filename*=UTF-8''fix%2Epatch",
        "filename*0*=UTF-8''f%C3%BCr; filename*1*=%2Epatch",
        'filename="=?utf-8?q?f=C3=BCr=2Epatch?="',
    ],
)
def test_names_of_attachments_in_pieces_or_encoded(name: str) -> None:
    head = f"Content-Type: application/octet-stream\nContent-Disposition: attachment;\n {name}"
    body = multipart([("Content-Type: text/plain", "See attachment.\n"), (head, SOUND)])
    assert changes(patch(mail(body, Content_Type="multipart/mixed; boundary=sep", **HEAD))) == ONE


def test_the_same_patch_in_text_and_attachment_counts_once() -> None:
    parts = [
        ("Content-Type: text/plain", SOUND.expandtabs()),
        ('Content-Type: text/x-patch; name="fix.patch"', SOUND),
    ]
    read = patch(mail(multipart(parts), Content_Type="multipart/mixed; boundary=sep", **HEAD))
    assert changes(read) == ONE
    assert not read.diff.damage  # the better of the two
    parts[1] = ('Content-Type: text/x-patch; name="other.patch"', OTHER)
    read = patch(mail(multipart(parts), Content_Type="multipart/mixed; boundary=sep", **HEAD))
    assert changes(read) == [*ONE, ("fs/y.c", 1, 1)]


def test_signed_mail_and_html() -> None:
    parts = [
        ("Content-Type: text/plain", SOUND),
        ('Content-Type: application/pkcs7-signature; name="smime.p7s"', "AAAA"),
    ]
    assert (
        changes(patch(mail(multipart(parts), Content_Type="multipart/signed; boundary=sep", **HEAD))) == ONE
    )
    assert "only text/html" in reason(mail("<p>x</p>", Content_Type="text/html", **HEAD))


def test_format_flowed_undoes_wraps_and_tells() -> None:
    long = diff(
        "drivers/x.c", OLD, OLD.replace("start_2(dev);", "start_2(dev, " + "a" * 40 + " + " + "b" * 30 + ");")
    )
    stuffed = "\n".join(" " + line if line.startswith(" ") else line for line in long.split("\n"))
    wrapped = stuffed.replace(" + bbb", " + \nbbb")
    kind = "text/plain; charset=us-ascii; format=flowed"
    read = patch(mail(wrapped, Content_Type=kind, **HEAD))
    assert read.diff.files[0].hunks[0].lines == patch(mail(long)).diff.files[0].hunks[0].lines
    assert {(item.kind, item.repaired) for item in read.diff.damage} == {("wrapped-lines", True)}
    assert not patch(mail(long, Content_Type=kind, **HEAD)).diff.damaged  # a label that is wrong


def test_format_flowed_loses_the_space_before_context_lines() -> None:
    stuffed = "\n".join(" " + line if line.startswith(" ") else line for line in SOUND.split("\n"))
    read = patch(mail(stuffed, Content_Type="text/plain; format=flowed", **HEAD))
    assert read.diff.files[0].hunks[0].lines == patch(mail(SOUND)).diff.files[0].hunks[0].lines


def test_replies_are_no_patches() -> None:
    quoted = "".join(f"> {line}\n" for line in SOUND.splitlines())
    data = mail(f"{quoted}\nTry this instead:\n\n{SOUND}", "Re: [PATCH] pci: fix it")
    assert reason(data) == "reply"
    assert changes(patch(data, replies=True)) == ONE
    assert reason(mail(quoted, "a question")) == "no diff"


def test_scissors() -> None:
    inner = f"From: B Writer <b@example.org>\nSubject: [PATCH v3] other: title\n\nWhy.\n---\n{SOUND}"
    data = mail(f"Some talk.\n\n{OTHER}\n-- >8 --\n{inner}", "[PATCH] pci: fix it")
    read = patch(data, scissors=True)
    assert changes(read) == ONE
    assert (read.author, read.name, read.text) == ("B Writer <b@example.org>", "other: title", "Why.")
    assert read.subject.version == 3
    assert len(patch(data).diff.files) == 2


def test_in_body_from() -> None:
    read = patch(mail(f"From: B Writer <b@example.org>\n\nWhy.\n---\n{SOUND}"))
    assert (read.author, read.text) == ("B Writer <b@example.org>", "Why.")


def test_trailers_are_looked_for_at_both_ends_of_a_text() -> None:
    lines = "x\n" * (1 << 20)
    base, other = "0" * 40, "1" * 40
    for text in (f"base-commit: {base}\n{lines}", f"{lines}base-commit: {base}\n"):
        assert read_trailers(text).base_commit == base
    assert read_trailers(f"{lines}base-commit: {other}\n{lines}base-commit: {base}\n").base_commit == base


def test_trailers() -> None:
    tail = (
        "base-commit: 0123456789abcdef0123456789abcdef01234567\nprerequisite-patch-id: aaaa\n"
        "change-id: 20240101-x-1\nBased-on: <b@example.org>\nDepends-on: <d@example.org>\n"
    )
    trailers = patch(mail(f"{SOUND}-- \n2.40\n{tail}> base-commit: quoted\n")).trailers
    assert trailers.base_commit == "0123456789abcdef0123456789abcdef01234567"
    assert trailers.change_id == "20240101-x-1"
    assert trailers.prerequisites == (
        ("prerequisite-patch-id", "aaaa"),
        ("based-on", "<b@example.org>"),
        ("depends-on", "<d@example.org>"),
    )


def test_cover_letters() -> None:
    assert reason(mail(" 1 file changed\n", "[PATCH 0/3] all of it")) == "cover letter"
    assert changes(patch(mail(SOUND, "[PATCH 00/16] really one"))) == ONE


def test_plain_text() -> None:
    read = read_patch(
        read_text(f"Re: a web archive's page\n\nFrom: B\nDate: x\n\n{SOUND}".encode(), "dir/page.txt")
    )
    assert isinstance(read, Patch)
    assert (changes(read), read.name) == (ONE, "a web archive's page")
    read = read_patch(read_text(SOUND.encode(), "dir/fix.diff"))
    assert isinstance(read, Patch)
    assert read.name == "fix.diff"
    shown = (
        f"commit {'0' * 40}\nAuthor: A <a@x>\nDate:   now\n\n    pci: fix it\n\n    Subject: no\n\n{SOUND}"
    )
    read = read_patch(read_text(shown.encode(), "shown.txt"))
    assert isinstance(read, Patch)
    assert (changes(read), read.name) == (ONE, "pci: fix it")


def test_escape_sequences_stay_data() -> None:
    read = patch(mail(SOUND, "[PATCH] \x1b]0;owned\x07 \x1b[31mred"))
    assert "\x1b" in read.name  # reports make it harmless


DEEP = "".join(f"Content-Type: multipart/mixed; boundary=b{depth}\n\n--b{depth}\n" for depth in range(3000))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"\0",
        b"\xff\xfe" * 100,
        b"Subject",
        b"Subject:\n\n",
        b"Subject: =?utf-8?b?!!!?= =?y?q?x?=\n\nx",
        b"Subject: =?utf-8?q?" + b"=" * 5000 + b"?=\n\nx",
        b"X: y\n" * 200_000 + b"\nx",
        b"References: " + b"<a@b> " * 100_000 + b"\n\nx",
        b"Date: 99 Foo 99999 99:99:99 +9999\n\nx",
        b"Date: Mon, 1 Jan 0000 00:00:00 -2400\n\nx",
        b"Content-Type: multipart/mixed; boundary=\n\nx",
        b'Content-Type: multipart/mixed; boundary="x\n\n--x\n',
        b"Content-Type: multipart/mixed; boundary=x\n\n--x",
        b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\na\n" * 5000,
        DEEP.encode(),
        b"Content-Type: text/plain; charset=utf-7\n\n+AAA-" + b"+" * 100,
        b"Content-Transfer-Encoding: base64\n\n=\n",
        b"Content-Transfer-Encoding: base64\n\nA",
        b"Content-Transfer-Encoding: quoted-printable\n\n=\n=ZZ=",
        b"Content-Type: text/plain; charset=rot13\n\nx",
        b"Content-Type: text/plain; charset=hex\n\nx",
        b"Content-Type: text/plain; charset=\0\n\nx",
        patch_mail(SOUND)[:300],
        gzip.compress(patch_mail(SOUND), mtime=0),
    ],
    ids=lambda data: repr(data[:10]),
)
def test_no_mail_raises(data: bytes) -> None:
    read_patch(read_message(data), replies=True, scissors=True)


def test_a_header_without_end_is_read_up_to_a_limit() -> None:
    folded = b"Subject: [PATCH] x\n" + b" =?utf-8?q?x?=\n" * 60_000 + b"\n"
    assert 1000 < len(read_message(folded).subject.title) < 10_000


def test_too_deep_is_said() -> None:
    assert reason(DEEP.encode()) == "nested too deep or too many parts"


def test_every_cut_of_a_mail_is_read() -> None:
    data = mail(
        multipart(
            [("Content-Type: text/plain", SOUND), ('Content-Type: text/x-patch; name="a.patch"', OTHER)]
        ),
        Content_Type="multipart/mixed; boundary=sep",
    )
    for end in range(0, len(data), 7):
        read_patch(read_message(data[:end]))
