"""``kscan patch``: what patches introduce, fix and carry."""

from __future__ import annotations

from typing import Any

import click

from kscan.cli._options import configure, report_options, tree_options
from kscan.cli._output import report_on


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="FILE...")
@tree_options
@report_options
def command(inputs: tuple[str, ...], **options: Any) -> int:
    """Report what patches introduce, fix and carry, on the tree they are for.

    FILE is an mbox, a mail or a plain diff; - reads standard input. Patches are applied in memory:
    neither the tree nor its repository is written to.
    """
    from kscan import pipeline  # noqa: PLC0415 - help and completion do without the engine

    config = configure(**options)
    return report_on(config, lambda chosen: pipeline.judge(chosen, inputs))
