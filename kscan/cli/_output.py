"""How a report is put out: findings to standard output, all else to standard error."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kscan.cli import discard
from kscan.cli._terminal import progress, use_colour
from kscan.config import Config

if TYPE_CHECKING:
    from kscan.findings.model import Report


def report_on(config: Config, work: Callable[[Config], Report]) -> int:
    """Do ``work``, showing how far it has come, and print its report.  Gives the exit status."""
    with progress(sys.stderr, wanted=config.show_progress == "auto" and not config.quiet) as told:
        report = work(msgspec.structs.replace(config, progress=told))
    return put_out(report, config)


def put_out(report: Report, config: Config) -> int:
    """Print ``report``: findings to standard output, all else to standard error.  Gives the exit status."""
    from kscan.findings.summary import complaints, exit_status, summary  # noqa: PLC0415 - start-up time
    from kscan.reports import Style, find_reporter  # noqa: PLC0415

    report = without_known(report, config)
    style = Style(
        verbose=config.verbose,
        colour=use_colour(sys.stdout, config.colour),
        byte_columns=config.column_unit == "byte",
        show_suppressed=config.show_suppressed,
    )
    try:
        for piece in find_reporter(config.format).render(report, style):
            sys.stdout.write(piece)
        sys.stdout.flush()
    except BrokenPipeError:
        discard(sys.stdout)  # the reader had enough; the exit status still tells
    if config.format == "github" and (page := os.environ.get("GITHUB_STEP_SUMMARY")):
        _append(Path(page), find_reporter("markdown").render(report, style))
    for line in complaints(report, verbose=config.verbose):
        sys.stderr.write(f"kscan: {line}\n")
    if config.format == "text" and not config.quiet:
        seconds = None if config.started is None else time.monotonic() - config.started
        sys.stderr.write(f"{summary(report, seconds)}\n")
        _hint(report)
    return exit_status(report, config.fail_on, strict=config.strict)


def _hint(report: Report) -> None:
    from kscan.findings.summary import new_findings, worst_first  # noqa: PLC0415 - start-up time

    found = worst_first(new_findings(report))
    if found and sys.stderr.isatty():
        sys.stderr.write(f"`kscan rules explain {found[0].rule}` tells what that is and how sure it is\n")


def without_known(report: Report, config: Config) -> Report:
    """``report`` with what the baseline knows as carried."""
    if config.baseline is None:
        return report
    from kscan.findings.baseline import apply, parse  # noqa: PLC0415 - start-up time

    return apply(report, parse(config.baseline.read_bytes(), str(config.baseline)))


def _append(page: Path, pieces: Iterable[str]) -> None:
    with page.open("a", encoding="utf-8") as file:
        file.writelines(pieces)
