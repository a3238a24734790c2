"""``kscan baseline``: known findings, kept so that only new ones count."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kscan.cli._options import configure, tree_options
from kscan.errors import InputError
from kscan.findings.plain import plain

if TYPE_CHECKING:
    from kscan.findings.baseline import Entry
    from kscan.findings.model import Report

_file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
_paths = click.argument("paths", nargs=-1, metavar="[PATH]...")
_rules = click.option("--rule", "rules", multiple=True, metavar="NAME", help="As for kscan scan.")
_preview = click.option("--preview", is_flag=True, help="As for kscan scan.")


@click.group()
def command() -> None:
    """Make, prune and show a baseline for --baseline."""


@command.command("create")
@click.option("--force", is_flag=True, help="Overwrite FILE.")
@_file
@_paths
@_rules
@_preview
@tree_options
def _create(file: Path, force: bool, **options: Any) -> int:
    """Write the findings of a scan of PATHs to FILE."""
    from kscan.findings.baseline import dump, entries_of  # noqa: PLC0415 - start-up time

    if file.exists() and not force:
        raise InputError(str(file), "exists", "kscan baseline prune updates it, --force overwrites it")
    entries = entries_of(_scan(options).findings)
    file.write_text(dump(entries), "ascii")
    click.echo(f"{len(entries)} findings in {plain(str(file))}", err=True)
    return 0


@command.command("prune")
@_file
@_paths
@_rules
@_preview
@tree_options
def _prune(file: Path, **options: Any) -> int:
    """Drop from FILE what a scan no longer finds. Give the PATHs and rules it was created with."""
    from kscan.findings.baseline import dump, stale  # noqa: PLC0415 - start-up time

    entries = read(file)
    report = _scan(options)
    if not report.coverage.complete:
        raise InputError(str(file), "was not pruned: not everything could be analysed", "see kscan scan")
    gone = stale(report, entries)
    for entry in gone:
        click.echo(_line(entry))
    if gone:
        file.write_text(dump(set(entries) - set(gone)), "ascii")
    click.echo(f"{len(gone)} of {len(entries)} dropped", err=True)
    return 0


@command.command("show")
@_file
def _show(file: Path) -> int:
    """List what FILE holds."""
    for entry in read(file):
        click.echo(_line(entry))
    return 0


def read(file: Path) -> tuple[Entry, ...]:
    """The entries of a baseline.  Raises InputError and OSError."""
    from kscan.findings.baseline import parse  # noqa: PLC0415 - start-up time

    return parse(file.read_bytes(), str(file))


def _scan(options: dict[str, Any]) -> Report:
    from kscan import pipeline  # noqa: PLC0415 - help does without the engine
    from kscan.findings.summary import complaints  # noqa: PLC0415

    report = pipeline.scan(configure(**options))
    for line in complaints(report, verbose=False):
        click.echo(f"kscan: {line}", err=True)
    return report


def _line(entry: Entry) -> str:
    reason = f" ({entry.reason})" if entry.reason else ""
    return plain(f"{entry.file}: in {entry.function}(): {entry.message} [{entry.rule}]{reason}")
