"""What hides findings: comments in the code, and the triage file beside the tree."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from kscan.errors import InputError
from kscan.facts.model import FileFacts
from kscan.findings import triage
from kscan.findings.model import Finding, Notice, Report
from kscan.findings.suppress import Comment, Place, read_comment, suppress, unreasoned, unused_notice
from kscan.pipeline.setup import Setup


def with_comments(
    setup: Setup, facts: Mapping[str, FileFacts], findings: tuple[Finding, ...]
) -> tuple[tuple[Finding, ...], tuple[Notice, ...]]:
    """``findings`` with those marked that comments in ``facts`` hide, and what to tell of the comments."""
    if not any(file.remarks for file in facts.values()):
        return findings, ()
    read = list(_read(setup, facts))
    comments = [comment for comment in read if isinstance(comment, Comment)]
    findings, unused = suppress(findings, comments)
    looked_for = {rule.id: rule for rule in setup.rules}
    needless = (
        unused_notice(comment, rule)
        for comment, rule in unused
        if rule in looked_for and looked_for[rule].covers(comment.file)
    )
    wrong = (notice for notice in read if isinstance(notice, Notice))
    return findings, tuple(sorted((*wrong, *needless), key=lambda n: (n.file, n.line, n.message)))


def _read(setup: Setup, facts: Mapping[str, FileFacts]) -> Iterator[Comment | Notice]:
    known = [rule.id for rule in setup.all_rules]
    for path, file in facts.items():
        functions = [(f.line, f.end_line) for f in file.functions] if file.remarks else []
        for remark in file.remarks:
            place = Place(path, remark.line, remark.end_line, remark.alone, functions)
            yield read_comment(remark.text, place, known)


def decided(setup: Setup, report: Report, paths: Sequence[str] = ()) -> Report:
    """``report`` with what the user and the triage file say about suppressed findings.

    ``paths`` are the files and folders that were scanned as a whole.  The triage file is that of the
    work tree, so a patch cannot bring one.  Raises InputError for a wrong one.
    """
    if not setup.config.suppress:
        report = report.with_findings(
            lambda findings: tuple(msgspec.structs.replace(f, suppression=None) for f in findings)
        )
        return _with_notices(report, ())
    told = list(report.coverage.notices)
    if setup.config.require_reason:
        told += unreasoned(report.findings)[1]
        report = report.with_findings(lambda findings: unreasoned(findings)[0])
    entries = _entries(setup)
    if entries:
        today = datetime.datetime.now(datetime.UTC).date()
        rules = [rule.id for rule in setup.rules]
        report = report.with_findings(lambda findings: triage.apply(findings, entries, today))
        told += triage.notices(
            report.findings, entries, name=triage.PATH, paths=paths, rules=rules, today=today
        )
    return _with_notices(report, told)


def _with_notices(report: Report, notices: Sequence[Notice]) -> Report:
    coverage = msgspec.structs.replace(report.coverage, notices=tuple(notices))
    return msgspec.structs.replace(report, coverage=coverage)


def _entries(setup: Setup) -> tuple[triage.Entry, ...]:
    file = setup.top / triage.PATH
    try:
        return triage.parse(file.read_bytes(), str(file))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        raise InputError(str(file), (error.strerror or str(error)).lower()) from error
