"""``kscan kbuild``: what ``make C=1 CHECK="kscan kbuild"`` runs for every file it compiles."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from kscan.cli._options import configure
from kscan.cli._output import put_out
from kscan.errors import InputError, KscanError
from kscan.findings.plain import plain


@click.command(
    context_settings={
        "ignore_unknown_options": True,
        "allow_interspersed_args": False,
        "help_option_names": ["--help"],  # -h is looked for in -I./arch/x86/include, too
    }
)
@click.option("--preview", is_flag=True, help="Use rules that are not stable yet, too.")
@click.option("--rule", "rules", multiple=True, metavar="NAME", help="Use this rule only; may be repeated.")
@click.option("--fail", is_flag=True, help="Exit with 1 where something is found: this ends the build.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[FLAG]... FILE")
def command(preview: bool, rules: tuple[str, ...], fail: bool, words: Sequence[str]) -> int:
    """Scan one file as kbuild's checker: make C=1 CHECK="kscan kbuild" drivers/pci/.

    FILE is the last word; the compiler's flags before it are not needed. The exit status is 0
    unless --fail is given, as another one would end the build.
    """
    if not words:
        raise InputError("kscan kbuild", "there is no file", "kbuild gives it as the last word")
    from kscan import pipeline  # noqa: PLC0415 - help does without the engine

    # One process: make runs as many of us as are wanted.
    try:
        config = configure(
            paths=(words[-1],),
            preview=preview,
            rules=rules,
            format="concise",
            cache=None,
            no_cache=False,
            jobs=1,
            rules_dir=None,
            tree=_tree(words[-1]),
        )
        status = put_out(pipeline.scan(config), config)
    except Exception as error:
        if fail:
            raise
        # Not even a bug of ours is to end a build that did not ask for it.
        what = str(error) if isinstance(error, KscanError) else f"internal error: {error!r}"
        click.echo(plain(f"kscan: {what}"), err=True)
        return 0
    return status if fail else 0


def _tree(file: str) -> Path | None:
    # Paths are relative to the top of the tree; where it is built elsewhere they are absolute, or lead out.
    return None if Path(file).is_absolute() or Path(os.path.normpath(file)).parts[0] == ".." else Path()
