"""``kscan triage``: decisions about findings, kept in ``.kscan/triage.toml`` beside the tree."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from kscan.cli._options import configure, tree_options
from kscan.errors import InputError
from kscan.findings.plain import plain
from kscan.findings.triage import PATH, Entry, Verdict, dump, parse

if TYPE_CHECKING:
    from kscan.config import Config
    from kscan.findings.model import Finding


@click.group()
def command() -> None:
    """Keep what was decided about findings; show it."""


@command.command("add")
@click.argument("fingerprint", metavar="FINGERPRINT")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--verdict", type=click.Choice(get_args(Verdict)), required=True, help="What was decided.")
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
@click.option("--who", default="", metavar="NAME", help="Who decided.")
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The last day on which it holds."
)
@tree_options
def _add(fingerprint: str, paths: tuple[str, ...], **options: Any) -> int:
    """Add a decision about the finding with FINGERPRINT, which a scan of PATHs must have.

    `kscan scan --verbose` shows fingerprints; the first digits do.
    """
    from kscan.pipeline.setup import top_of  # noqa: PLC0415 - help does without the engine

    verdict, reason, who, until = (options.pop(key) for key in ("verdict", "reason", "who", "until"))
    if not reason.strip():
        raise InputError("--reason", "is empty", "say why, for those who read it later")
    config = configure(paths=paths, rules=("all",), no_suppress=True, **options)
    finding = _find(fingerprint, config)
    day = until.date() if until is not None else None
    entry = Entry(finding.fingerprint, finding.rule, finding.file, verdict, reason, who, day)
    file = top_of(config) / PATH
    held = read(file)
    if any(other.fingerprint == entry.fingerprint for other in held):
        raise InputError(entry.fingerprint, f"is in {file} already", "change that entry")
    file.parent.mkdir(exist_ok=True)
    with file.open("a", encoding="utf-8") as stream:
        stream.write(("\n" if held else "") + dump(entry))
    click.echo(plain(f"added to {file}: {finding.file}:{finding.line}: {finding.message}"), err=True)
    return 0


@command.command("show")
@click.option(
    "--tree", type=click.Path(path_type=Path), default=Path(), metavar="DIR", help="The kernel tree."
)
def _show(tree: Path) -> int:
    """List what was decided."""
    today = datetime.datetime.now(datetime.UTC).date()
    for entry in read(tree / PATH):
        ended = ", ended" if entry.until is not None and entry.until < today else ""
        until = f" until {entry.until}{ended}" if entry.until is not None else ""
        who = f" ({entry.who})" if entry.who else ""
        line = f"{entry.fingerprint} {entry.file} [{entry.rule}]: {entry.verdict}{until}: {entry.reason}{who}"
        click.echo(plain(line))
    return 0


def read(file: Path) -> tuple[Entry, ...]:
    """The entries of a triage file, which need not be there.  Raises InputError and OSError."""
    return parse(file.read_bytes(), str(file)) if file.exists() else ()


def _find(fingerprint: str, config: Config) -> Finding:
    from kscan import pipeline  # noqa: PLC0415 - help does without the engine

    found = {
        f.fingerprint: f for f in pipeline.scan(config).findings if f.fingerprint.startswith(fingerprint)
    }
    if len(found) != 1 or not fingerprint:
        reason = (
            "is the beginning of several fingerprints" if found else "no finding here has this fingerprint"
        )
        raise InputError(fingerprint, reason, "`kscan scan --verbose` shows them; give the same PATHs")
    return next(iter(found.values()))
