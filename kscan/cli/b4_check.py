"""``kscan b4-check``: a patch on standard input, answered as b4 wants it.

``b4 prep --check`` and ``b4 am --check`` take every line of standard error for a failure and every
line of standard output for a warning at least: what is clean is answered with nothing at all.
``b4 review`` wants a JSON array.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from kscan.cli._options import configure, tree_options
from kscan.findings.plain import plain

if TYPE_CHECKING:
    from kscan.findings.model import Finding, Report


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Answer as review-perpatch-check-cmd must.")
@click.option("--rule", "rules", multiple=True, metavar="NAME", help="Use this rule only; may be repeated.")
@click.option("--preview", is_flag=True, help="Use rules that are not stable yet, too.")
@tree_options
def command(as_json: bool, **options: Any) -> int:
    """Judge one patch for b4: what it introduces, one line each, and nothing if that is nothing.

    For prep-perpatch-check-cmd and am-perpatch-check-cmd; with --json for review-perpatch-check-cmd.
    """
    from kscan import pipeline  # noqa: PLC0415 - help does without the engine

    report = pipeline.judge(configure(**options), ["-"])
    if as_json:
        click.echo(json.dumps(list(_entries(report))))
        return 0  # anything else means that the check itself failed
    lines = list(_lines(report))
    for line in lines:
        click.echo(line)
    return int(bool(lines))


def _lines(report: Report) -> Iterator[str]:
    from kscan.findings.summary import new_findings  # noqa: PLC0415 - start-up time

    for finding in new_findings(report):
        # b4 looks for this word, and for nothing else.
        word = "ERROR" if finding.severity == "error" else "WARNING"
        yield plain(f"{finding.file}:{finding.line}: {word}: {finding.message} [{finding.rule}]")
    for reason in _not_judged(report):
        yield plain(f"WARNING: not judged: {reason}")


def _not_judged(report: Report) -> Iterator[str]:
    for skipped in report.coverage.skipped:
        if not skipped.partial:
            # Not the source: it is standard input, and a mail's id says nothing here.
            yield skipped.reason


def _entries(report: Report) -> Iterator[dict[str, str]]:
    from kscan.findings.summary import counted, new_findings  # noqa: PLC0415 - start-up time

    found = new_findings(report)
    if found:
        status = "fail" if any(f.severity == "error" for f in found) else "warn"
        details = "\n".join(line for finding in found for line in _details(finding))
        yield _entry(status, f"introduces {counted(len(found), 'hazard')}", details)
    reasons = list(_not_judged(report))
    if reasons:
        yield _entry("warn", "not judged, or not wholly", "\n".join(map(plain, reasons)))
    if not found and not reasons and any(patch.outcome == "applied" for patch in report.patches):
        yield _entry("pass", "introduces no hazard")


def _details(finding: Finding) -> Iterator[str]:
    from kscan.findings.summary import concise  # noqa: PLC0415 - start-up time

    yield concise(finding)
    for step in finding.steps:
        yield plain(f"  {step.file}:{step.line}: in {step.function}(): {step.message}")


def _entry(status: str, summary: str, details: str = "") -> dict[str, str]:
    return {"tool": "kscan", "status": status, "summary": summary, "url": "", "details": details}
