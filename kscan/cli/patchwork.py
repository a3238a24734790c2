"""``kscan patchwork``: tells a patchwork server what became of the patches it knows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from kscan.cli._options import configure, tree_options
from kscan.errors import InputError
from kscan.findings.plain import plain
from kscan.regex import regex

if TYPE_CHECKING:
    from kscan.cli._checks import Check
    from kscan.findings.model import PatchResult

_TOKEN = "KSCAN_PATCHWORK_TOKEN"  # noqa: S105 - the name of a variable
_SLUG = regex(r"[A-Za-z0-9_-]{1,255}")
_LONGEST_URL = 200
_LONGEST = 200  # of a description, which is to be short


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="FILE...")
@click.option("--send", is_flag=True, help="Post the checks; without it they are only shown.")
@click.option("--server", envvar="KSCAN_PATCHWORK_SERVER", metavar="URL", help="The patchwork server.")
@click.option(
    "--project",
    envvar="KSCAN_PATCHWORK_PROJECT",
    default="",
    metavar="NAME",
    help="The project, where a mail is in several.",
)
@click.option(
    "--context", default="kscan", show_default=True, metavar="NAME", help="What the check is called."
)
@click.option("--target-url", default="", metavar="URL", help="Where more is to be read.")
@click.option("--rule", "rules", multiple=True, metavar="NAME", help="As for kscan patch.")
@click.option("--preview", is_flag=True, help="As for kscan patch.")
@tree_options
def command(inputs: tuple[str, ...], **options: Any) -> int:
    """Judge patches and post a check for each to patchwork: success, warning or fail.

    Nothing is sent without --send, for which KSCAN_PATCHWORK_TOKEN holds the token of a maintainer's
    account. A patch that does not apply, or came in no mail, gets no check. Exit status: 0, or 2 where
    a patch could not be judged or its check not posted.
    """
    send, server, project = (options.pop(key) for key in ("send", "server", "project"))
    context, target_url = options.pop("context"), options.pop("target_url")
    _require(send, server, context, target_url)
    from kscan import pipeline  # noqa: PLC0415 - help does without the engine
    from kscan.cli._checks import Patchwork  # noqa: PLC0415
    from kscan.findings.summary import complaints  # noqa: PLC0415

    patchwork = Patchwork(server, os.environ.get(_TOKEN, ""), project) if send else None
    report = pipeline.judge(configure(**options), inputs)
    for line in complaints(report, verbose=False):
        click.echo(f"kscan: {line}", err=True)
    failed = not report.coverage.complete
    for patch in report.patches:
        if not patch.message_id:
            click.echo(
                f"kscan: note: {plain(patch.source)}: has no Message-ID that patchwork could know", err=True
            )
    for patch, check in _checks(report.patches, context, target_url):
        said = plain(f"{check.state}: {check.description}: {patch.name}")
        if patchwork is None:
            click.echo(f"would post {said}")
            continue
        try:
            posted = patchwork.post(patchwork.patch(patch.message_id), check)
            click.echo(f"{'posted' if posted else 'is there already'}: {said}")
        except InputError as error:
            click.echo(f"kscan: error: {plain(str(error))}", err=True)
            failed = True
    return 2 if failed else 0


def _require(send: bool, server: str | None, context: str, target_url: str) -> None:
    if not _SLUG.fullmatch(context):
        raise InputError("--context", f"{context!r} is no slug", "letters, digits, _ and -")
    if len(target_url) > _LONGEST_URL:
        raise InputError("--target-url", f"is longer than patchwork takes ({_LONGEST_URL})")
    if send and not server:
        raise InputError("--send", "there is no server", "name it with --server or KSCAN_PATCHWORK_SERVER")
    if send and not os.environ.get(_TOKEN):
        raise InputError("--send", "there is no token", f"put it into the environment as {_TOKEN}")


def _checks(
    patches: tuple[PatchResult, ...], context: str, target_url: str
) -> Iterator[tuple[PatchResult, Check]]:
    from kscan.cli._checks import Check  # noqa: PLC0415 - start-up time

    for patch in patches:
        if patch.message_id and patch.outcome != "refused":
            state, description = _verdict(patch)
            yield patch, Check(state, context, plain(description)[:_LONGEST], target_url)


def _verdict(patch: PatchResult) -> tuple[str, str]:
    from kscan.findings.summary import counted, is_new, worst_first  # noqa: PLC0415 - start-up time

    found = worst_first(f for f in patch.findings if is_new(f))
    if not found:
        return "success", "touches no C file" if patch.outcome == "empty" else "introduces no hazard"
    state = "fail" if found[0].severity == "error" else "warning"
    rules = ", ".join(dict.fromkeys(f.rule for f in found))
    return state, f"introduces {counted(len(found), 'hazard')}: {rules}"
