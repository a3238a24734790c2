"""``kscan scan``: the hazards of a tree, of directories or of files."""

from __future__ import annotations

from typing import Any

import click

from kscan.cli._options import configure, diff_option, report_options, tree_options
from kscan.cli._output import report_on


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@diff_option
@tree_options
@report_options
def command(paths: tuple[str, ...], **options: Any) -> int:
    """Report the hazards in directories or files of a kernel tree.

    The tree is found upwards from the first PATH (or the working directory), unless --tree names
    it. Without a PATH, arch/powerpc, drivers/iommu and drivers/pci are looked at. What they need
    from elsewhere in the tree is read too, without being reported on.
    """
    from kscan import pipeline  # noqa: PLC0415 - help and completion do without the engine

    config = configure(paths=paths, **options)
    return report_on(config, pipeline.scan)
