"""Drafts of replies as a mail reader sees them; how one looks is pinned in tests/golden."""

from __future__ import annotations

import email.policy
from email.message import EmailMessage
from typing import Any

import msgspec
import pytest

from kscan.findings.model import CLASSES, Coverage, Finding, Mail, PatchResult, Quoted, Report, Step
from kscan.reports import Style, find_reporter

FINDING = Finding(
    "r", "ordering", "error", "high", "a.c", 7, 2, 7, 4, "f", "it is wrong", (), (), "ab",
    status="introduced", line_text="\tx();",
)  # fmt: skip
HUNK = Quoted("a.c", "@@ -1,2 +1,3 @@", 1, (" \ty();", "+\tx();", " \tz();"))
MAIL = Mail("A <a@example.org>", "[PATCH] s", "Thu, 1 Jan 2026 10:00:00 +0000", "1@x", hunks=(HUNK,))


def draft(finding: Finding = FINDING, **changes: Any) -> tuple[EmailMessage, str]:
    mail = msgspec.structs.replace(MAIL, **changes)
    patch = PatchResult("s", "m:1", "1@x", "applied", findings=(finding,), mail=mail)
    report = Report((), Coverage(), (finding,), (patch,), sender="Me <me@example.org>", date="now")
    text = "".join(find_reporter("mail-reply").render(report, Style()))
    message = email.message_from_string(text, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    assert "\x1b" not in text
    return message, str(message.get_payload())


def test_headers() -> None:
    message, _ = draft(references=("0@x",), to="l@example.org", cc="B <b@example.org>, A@example.org")
    assert message["From"] == "Me <me@example.org>"
    assert message["To"] == "A <a@example.org>"
    assert message["Cc"] == "l@example.org, B <b@example.org>"
    assert message["Subject"] == "Re: [PATCH] s"
    assert message["In-Reply-To"] == "<1@x>"
    assert message["References"].split() == ["<0@x>", "<1@x>"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"


@pytest.mark.parametrize("field", ["author", "subject", "date", "message_id", "to", "cc", "references"])
def test_nothing_of_a_mail_makes_a_header_of_its_own(field: str) -> None:
    changes: dict[str, Any] = {}
    evil = "x@y\r\nBcc: evil@example.org\n\nbody\x1b[2J <z@y>, \u00e9@y"
    changes[field] = (evil,) if field == "references" else evil
    message, _ = draft(FINDING, **changes)
    assert "Bcc" not in message
    assert message["X-Mailer"].startswith("kscan/")


def test_a_finding_stands_below_its_line_though_the_hunk_applied_elsewhere() -> None:
    lines = draft()[1].splitlines()
    told = lines[lines.index("> +\tx();") + 1 :][:3]
    assert told == ["", "[Severity: High]", "Is this the right order? it is wrong."]
    assert "[ ... ]" not in lines[lines.index("> +\tx();") :]


def test_a_finding_of_another_file_stands_at_the_end_or_below_a_step_the_patch_adds() -> None:
    far = msgspec.structs.replace(FINDING, file="b.c", line_text="w();")
    assert "Not in a line of this patch" in draft(far)[1]
    stepped = msgspec.structs.replace(far, steps=(Step("a.c", 2, "f", "calls g()"),))
    _, body = draft(stepped)
    assert "Not in a line" not in body
    assert body.index("> +\tx();") < body.index("it is wrong")


def test_a_step_stands_under_its_function_and_what_it_tells_is_not_told_again() -> None:
    steps = tuple(Step("a.c", line, "f", f"takes the branch {line}") for line in (3, 4))
    body = draft(
        msgspec.structs.replace(FINDING, steps=steps, conditions=("4 in f()", "x is set", "false if y"))
    )[1]
    assert "\n  f() in a.c:\n    3: takes the branch 3\n    4: takes the branch 4\n\n" in body
    assert "The path taken needs: x is set.\n\nThis would be wrong if y.\n" in body


@pytest.mark.parametrize("hazard", CLASSES)
def test_every_class_has_a_question(hazard: str) -> None:
    body = draft(msgspec.structs.replace(FINDING, hazard=hazard, message="the thing goes wrong"))[1]
    assert "? The thing goes wrong.\n" in body
    assert "Is this right?" not in body


def test_own_text_is_ascii_and_not_wide() -> None:
    wordy = msgspec.structs.replace(FINDING, message="caf\u00e9 \u2192 " + "word " * 60)
    own = [line for line in draft(wordy)[1].splitlines() if not line.startswith(">")]
    assert all(len(line) <= 78 and line.isascii() for line in own)


def test_a_line_that_begins_with_from_ends_no_mail() -> None:
    _, body = draft(msgspec.structs.replace(FINDING, message="x " * 30 + "From here"))
    assert not any(line.startswith("From ") for line in body.splitlines())


def test_what_is_clean_or_no_mail_gets_no_answer() -> None:
    carried = msgspec.structs.replace(FINDING, status="carried")
    patches = (
        PatchResult("s", "m:1", "1@x", "applied", findings=(carried,), mail=MAIL),
        PatchResult("s", "d:1", "", "applied", findings=(FINDING,)),
    )
    report = Report((), Coverage(), (carried, FINDING), patches)
    assert "".join(find_reporter("mail-reply").render(report, Style())) == ""
