"""``kscan hook``: refuses a commit, push or mail that introduces a hazard.

Most commits touch no C file; for these nothing but git is asked.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from kscan.cli._options import configure, report_options, tree_options
from kscan.cli._output import put_out, without_known
from kscan.sources.changes import Changes, between, pushed, staged

if TYPE_CHECKING:
    from kscan.config import Config
    from kscan.findings.model import Report


@click.command()
@click.option("--pre-push", is_flag=True, help="Read from standard input what git gives to pre-push.")
@click.option("--mail", metavar="FILE", help="Judge this mail, as git's sendemail-validate gives it.")
@tree_options
@report_options
def command(pre_push: bool, mail: str | None, **options: Any) -> int:
    """Judge what is staged (or pushed, or mailed): exit status 1 if it introduces a hazard.

    Run by git or pre-commit, in the work tree. Only new findings are printed, and nothing where
    there are none. PRE_COMMIT_FROM_REF and PRE_COMMIT_TO_REF name a range instead of the index.
    """
    config = configure(**options)
    if mail is not None:
        return _judge_mail(config, mail)
    return max((_judge(config, changes) for changes in _changes(config, pre_push=pre_push)), default=0)


def _changes(config: Config, *, pre_push: bool) -> Iterable[Changes]:
    directory = str(config.tree or Path())
    old, new = os.environ.get("PRE_COMMIT_FROM_REF"), os.environ.get("PRE_COMMIT_TO_REF")
    if pre_push:
        return pushed(directory, sys.stdin.read().splitlines())
    if old and new:
        return (between(directory, f"{old}...{new}"),)
    return (staged(directory),)


def _judge(config: Config, changes: Changes) -> int:
    if not changes.touched and not changes.unmerged:
        return 0
    from kscan import pipeline  # noqa: PLC0415 - see above

    return _put_out(
        pipeline.judge_changes(msgspec.structs.replace(config, tree=Path(changes.top)), changes), config
    )


def _judge_mail(config: Config, mail: str) -> int:
    import msgspec  # noqa: PLC0415 - see above

    from kscan import pipeline  # noqa: PLC0415
    from kscan.findings.model import Coverage  # noqa: PLC0415
    from kscan.findings.summary import exit_status  # noqa: PLC0415

    report = pipeline.judge(msgspec.structs.replace(config, tree=config.tree or Path()), [mail])
    _put_out(report, config)
    report = without_known(report, config)
    # A mail may be for another tree than this: that is told, but keeps nobody from sending it.
    judged = msgspec.structs.replace(report, coverage=Coverage(), patches=())
    return exit_status(judged, config.fail_on)


def _put_out(report: Report, config: Config) -> int:
    """The new findings only; git shows what a hook prints."""
    import msgspec  # noqa: PLC0415 - see above

    from kscan.findings.summary import new_findings  # noqa: PLC0415

    report = without_known(report, config)
    found = new_findings(report)
    well = report.coverage.complete and not report.coverage.notices
    quiet = config.format == "text" and not found and well
    return 0 if quiet else put_out(msgspec.structs.replace(report, findings=found, patches=()), config)
