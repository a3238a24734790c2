"""``kscan diff``: what a range of commits, the work tree or the index changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from kscan.cli._options import configure, report_options, tree_options
from kscan.cli._output import report_on
from kscan.errors import InputError
from kscan.sources.changes import Changes, between, since, staged


@click.command()
@click.argument("revisions", required=False, metavar="[REV..REV]")
@click.option("--since", "since_rev", metavar="REV", help="Compare the work tree with this revision.")
@click.option("--staged", "of_index", is_flag=True, help="Judge what is staged, as a commit would have it.")
@tree_options
@report_options
def command(revisions: str | None, since_rev: str | None, of_index: bool, **options: Any) -> int:
    """Report what a range of commits, the work tree or the index introduces, fixes and carries.

    A..B compares two commits, A...B takes B's changes since it left A. Without any of them, the
    work tree is compared with HEAD. Repository, index and work tree are only read.
    """
    if options["rev"]:
        raise InputError("--rev", "has no meaning for kscan diff", f"write {options['rev']}..REV")
    config = configure(**options)
    changes = _changes(str(config.tree or Path()), revisions, since_rev, of_index=of_index)
    from kscan import pipeline  # noqa: PLC0415 - wrong use is told without the engine

    config = msgspec.structs.replace(config, tree=Path(changes.top))
    return report_on(config, lambda chosen: pipeline.judge_changes(chosen, changes))


def _changes(directory: str, revisions: str | None, since_rev: str | None, *, of_index: bool) -> Changes:
    if sum((revisions is not None, since_rev is not None, of_index)) > 1:
        raise InputError("kscan diff", "a range, --since and --staged exclude each other", "give one of them")
    if of_index:
        return staged(directory)
    if revisions is not None:
        return between(directory, revisions)
    return since(directory, since_rev or "HEAD")
