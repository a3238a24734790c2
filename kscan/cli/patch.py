"""``kscan patch``: what patches introduce, fix and carry."""

from __future__ import annotations

from typing import Any

import click

from kscan.cli._options import configure, diff_option, report_options, tree_options
from kscan.cli._output import report_on


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="FILE...")
@click.option("--replies", is_flag=True, help="Take the diffs of replies for patches, too.")
@click.option("--scissors", is_flag=True, help="Leave out what stands above a scissors line, as git am does.")
@click.option("--since", default="", metavar="WHEN", help="Read archives from this date or commit on.")
@diff_option
@tree_options
@report_options
def command(inputs: tuple[str, ...], replies: bool, scissors: bool, since: str, **options: Any) -> int:
    """Report what patches introduce, fix and carry, on the tree they are for.

    FILE is an mbox, a mail, a plain diff, a folder of these, a maildir or a public-inbox; - reads
    standard input. Patches are applied in memory: neither the tree nor its repository is written to.
    Outside a kernel tree, a patch is judged by what its hunks show alone, at low confidence.
    """
    from kscan import pipeline  # noqa: PLC0415 - help and completion do without the engine

    config = configure(**options)
    return report_on(
        config, lambda chosen: pipeline.judge(chosen, inputs, replies=replies, scissors=scissors, since=since)
    )
