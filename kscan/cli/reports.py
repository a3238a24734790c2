"""``kscan reports``: the formats of reports, and what consumers of them need."""

from __future__ import annotations

import json

import click

_MATCHER = {
    "problemMatcher": [
        {
            "owner": "kscan",
            "pattern": [
                {
                    "regexp": r"^([^\s:][^:]*):(\d+):(\d+): (error|warning|note): (.+?) \[([\w.-]+)\]$",
                    "file": 1,
                    "line": 2,
                    "column": 3,
                    "severity": 4,
                    "message": 5,
                    "code": 6,
                }
            ],
        }
    ]
}


@click.group()
def command() -> None:
    """List the formats of reports; print a problem matcher for GitHub."""


@command.command("list")
def _list() -> int:
    """List the formats, with what each is."""
    from kscan.reports import find_reporter, reporter_names  # noqa: PLC0415 - start-up time

    width = max(map(len, reporter_names()))
    for name in reporter_names():
        first, _, _ = (find_reporter(name).__doc__ or "").partition("\n")
        click.echo(f"{name:<{width}}  {first}")
    return 0


@command.command("problem-matcher")
def _problem_matcher() -> int:
    """Print a GitHub problem matcher for the formats text and concise."""
    click.echo(json.dumps(_MATCHER, indent=2))
    return 0
