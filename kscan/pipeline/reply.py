"""What a reply to a patch needs besides its findings: the mail, its hunks, and who answers when."""

from __future__ import annotations

import msgspec

from kscan.findings.model import Mail, Quoted, Report
from kscan.findings.summary import new_findings
from kscan.sources.mail import Patch

MAIL_REPLY = "mail-reply"


def mail_of(patch: Patch) -> Mail | None:
    """The mail of a patch; None for a diff that came in none."""
    if not patch.message_id:
        return None
    hunks = tuple(
        Quoted(file.path, hunk.header, hunk.new_start, hunk.lines)
        for file in patch.diff.files
        for hunk in file.hunks
    )
    sent = patch.envelope
    return Mail(
        patch.author, sent.subject, sent.date, patch.message_id, sent.to, sent.cc, sent.references, hunks
    )


def drafted(report: Report) -> Report:
    """``report`` with sender and date, and a note on each patch that cannot be answered."""
    unanswered = [p for p in report.patches if p.mail is None and p.findings]
    notes = tuple(f"{p.source}: has no Message-ID, so there is nothing to reply to" for p in unanswered)
    sender = _git_user() if new_findings(report) else ""
    from datetime import UTC, datetime  # noqa: PLC0415 - few ask for a reply
    from email.utils import format_datetime  # noqa: PLC0415 - likewise

    date = format_datetime(datetime.now(UTC))
    return msgspec.structs.replace(report, sender=sender, date=date, notes=(*report.notes, *notes))


def _git_user() -> str:
    """``Name <address>`` as git knows it; empty where it does not."""
    import subprocess  # noqa: PLC0415 - see drafted()

    try:
        said = subprocess.run(("git", "var", "GIT_AUTHOR_IDENT"), capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
    return said.decode("utf-8", "replace").rpartition(">")[0] + ">"
