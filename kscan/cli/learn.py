"""``kscan learn``: roles of functions that kscan does not know, proposed from the tree itself."""

from __future__ import annotations

from typing import Any

import click

from kscan.cli._options import configure, tree_options
from kscan.findings.plain import plain_lines


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--certain", is_flag=True, help="Leave out what is not certain.")
@tree_options
def command(paths: tuple[str, ...], certain: bool, **options: Any) -> int:
    """Propose roles of functions from the code in directories or files of a kernel tree.

    Four things teach: functions that acquire or release for their callers, functions used in pairs, how
    functions fail, and kernel-doc comments. What is printed is of the form of rules/kernel/apis.yaml and
    can be given to --knowledge; above each role stands its evidence. What is not certain is there as a
    comment: look at its evidence, then take the mark away.
    """
    from kscan import pipeline  # noqa: PLC0415 - help and completion do without the engine
    from kscan.kernel.write import Line, write_roles  # noqa: PLC0415

    config = configure(paths=paths, **options)
    found = pipeline.learn(config)
    sure = sum(p.certain for p in found)
    head = (f"Learnt by `kscan {' '.join(config.invocation)}`.",)
    lines = (
        Line(p.resource, p.key, p.function, p.evidence, not p.certain)
        for p in found
        if p.certain or not certain
    )
    click.echo(plain_lines(write_roles(lines, head).rstrip("\n")))
    click.echo(f"{sure} roles that are certain, {len(found) - sure} that are not", err=True)
    return 0
