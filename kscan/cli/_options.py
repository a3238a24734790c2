"""Options that several sub-commands share, and how a report is put out."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from kscan.cli import discard
from kscan.cli._terminal import progress, use_colour
from kscan.config import Config, available_cpus, cache_dir, rules_dir

if TYPE_CHECKING:
    from kscan.findings.model import Report

_F = TypeVar("_F", bound=Callable[..., Any])

# What cannot change the findings stays out of the report's invocation: the same question
# gives the same bytes, whatever the number of workers and the state of the cache.
_IMMATERIAL = frozenset(
    {"jobs", "cache", "no_cache", "verbose", "quiet", "colour", "column_unit", "show_progress"}
)


_FORMATS = "How findings are printed: text, json, sarif, github ... (an unknown one lists all)."


class Format(click.ParamType[str]):
    """The name of a reporter; these are looked for only when one is named."""

    name = "format"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """``value`` where there is such a reporter."""
        from kscan.reports import reporter_names  # noqa: PLC0415 - start-up time

        if value not in (names := reporter_names()):
            self.fail(f"{value!r} is not one of {', '.join(names)}.", param, ctx)
        return str(value)

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """The reporters whose names begin so."""
        from kscan.reports import reporter_names  # noqa: PLC0415 - see above

        return [CompletionItem(name) for name in reporter_names() if name.startswith(incomplete)]


def complete_rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001
    """Shell completion for a rule's id, from the names of the files alone."""
    from kscan.rules.load import rule_files  # noqa: PLC0415 - completion must be quick

    return [CompletionItem(f.stem) for f in rule_files(rules_dir()) if f.stem.startswith(incomplete)]


def rules_dir_option(command: _F) -> _F:
    """``--rules-dir``."""
    return click.option(
        "--rules-dir",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Use the rules (and kernel model) of this directory, not those kscan comes with.",
    )(command)


def tree_options(command: _F) -> _F:
    """The options on what is read, by which rules, and how it is cached."""
    options = [
        click.option("--tree", type=click.Path(path_type=Path), metavar="DIR", help="The kernel tree."),
        click.option("--rev", metavar="REV", help="Read this git revision of the tree."),
        click.option("--arch", metavar="ARCH", help="The architecture whose view is taken."),
        click.option(
            "--cache", type=click.Path(path_type=Path), metavar="DIR", help="Where facts are cached."
        ),
        click.option("--no-cache", is_flag=True, help="Neither read nor write a cache."),
        click.option(
            "-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Processes [default: CPUs]."
        ),
        rules_dir_option,
    ]
    for option in reversed(options):
        command = option(command)
    return command


def report_options(command: _F) -> _F:
    """The options on which rules are used and how findings are shown."""
    options = [
        click.option(
            "--rule",
            "rules",
            multiple=True,
            metavar="NAME",
            shell_complete=complete_rules,
            help="Use this rule, category or class only ('all' for every rule); may be repeated.",
        ),
        click.option("--preview", is_flag=True, help="Use rules that are not stable yet, too."),
        click.option(
            "--format", type=Format(), metavar="FORMAT", default="text", show_default=True, help=_FORMATS
        ),
        click.option(
            "--fail-on",
            type=click.Choice(["error", "warning", "note", "never"]),
            default="warning",
            show_default=True,
            help="The least severity of a finding that makes the exit status 1.",
        ),
        click.option("--exit-zero", is_flag=True, help="As --fail-on never.", hidden=True),
        click.option("--strict", is_flag=True, help="Functions parsed in part make the exit status 2."),
        click.option(
            "--baseline",
            type=click.Path(path_type=Path, exists=True, dir_okay=False),
            metavar="FILE",
            help="Count the findings that this baseline knows as carried.",
        ),
        click.option(
            "--no-suppress",
            "suppress",
            flag_value=False,
            default=True,
            help="Count what comments and the triage file suppress, too.",
        ),
        click.option("--show-suppressed", is_flag=True, help="List what is suppressed, with the reasons."),
        click.option("--require-reason", is_flag=True, help="Comments that give no reason suppress nothing."),
        click.option(
            "--color",
            "colour",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            help="Colour the format text [default: on a terminal].",
        ),
        click.option(
            "--column-unit",
            type=click.Choice(["display", "byte"]),
            default="display",
            help="Count columns of text as terminals show them, or in bytes.",
        ),
        click.option(
            "--progress",
            "show_progress",
            type=click.Choice(["auto", "never"]),
            default="auto",
            help="Show how far it has come [default: on a terminal, after a second].",
        ),
        click.option("-q", "--quiet", is_flag=True, help="Neither progress nor summary."),
        click.option(
            "-v", "--verbose", is_flag=True, help="List all that was skipped, partly parsed or carried."
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def configure(
    *,
    cache: Path | None,
    no_cache: bool,
    jobs: int | None,
    rules_dir: Path | None,  # the option's name
    exit_zero: bool = False,
    **options: Any,
) -> Config:
    """The Config that the options of a command make."""
    if rules_dir is not None:
        options["rules_dir"] = rules_dir
    if exit_zero:
        options["fail_on"] = "never"
    folder = None if no_cache else cache or cache_dir()
    return Config(
        cache=folder,
        jobs=jobs or available_cpus(),
        invocation=_invocation(),
        started=time.monotonic(),
        **options,
    )


def report_on(config: Config, work: Callable[[Config], Report]) -> int:
    """Do ``work``, showing how far it has come, and print its report.  Gives the exit status."""
    with progress(sys.stderr, wanted=config.show_progress == "auto" and not config.quiet) as told:
        report = work(replace(config, progress=told))
    return put_out(report, config)


def put_out(report: Report, config: Config) -> int:
    """Print ``report``: findings to standard output, all else to standard error.  Gives the exit status."""
    from kscan.findings.summary import complaints, exit_status, summary  # noqa: PLC0415 - start-up time
    from kscan.reports import Style, find_reporter  # noqa: PLC0415

    report = without_known(report, config)
    style = Style(
        verbose=config.verbose,
        colour=use_colour(sys.stdout, config.colour),
        byte_columns=config.column_unit == "byte",
        show_suppressed=config.show_suppressed,
    )
    try:
        for piece in find_reporter(config.format).render(report, style):
            sys.stdout.write(piece)
        sys.stdout.flush()
    except BrokenPipeError:
        discard(sys.stdout)  # the reader had enough; the exit status still tells
    if config.format == "github" and (page := os.environ.get("GITHUB_STEP_SUMMARY")):
        _append(Path(page), find_reporter("markdown").render(report, style))
    for line in complaints(report, verbose=config.verbose):
        sys.stderr.write(f"kscan: {line}\n")
    if config.format == "text" and not config.quiet:
        seconds = None if config.started is None else time.monotonic() - config.started
        sys.stderr.write(f"{summary(report, seconds)}\n")
        _hint(report)
    return exit_status(report, config.fail_on, strict=config.strict)


def _hint(report: Report) -> None:
    from kscan.findings.summary import new_findings, worst_first  # noqa: PLC0415 - start-up time

    found = worst_first(new_findings(report))
    if found and sys.stderr.isatty():
        sys.stderr.write(f"`kscan rules explain {found[0].rule}` tells what that is and how sure it is\n")


def without_known(report: Report, config: Config) -> Report:
    """``report`` with what the baseline knows as carried."""
    if config.baseline is None:
        return report
    from kscan.findings.baseline import apply, parse  # noqa: PLC0415 - start-up time

    return apply(report, parse(config.baseline.read_bytes(), str(config.baseline)))


def _append(page: Path, pieces: Iterable[str]) -> None:
    with page.open("a", encoding="utf-8") as file:
        file.writelines(pieces)


def _invocation() -> tuple[str, ...]:
    ctx = click.get_current_context()
    words = list(ctx.command_path.split()[1:])
    for param in ctx.command.params:
        name = param.name or ""
        if name in _IMMATERIAL or ctx.get_parameter_source(name) in {None, ParameterSource.DEFAULT}:
            continue
        words += _words(param, ctx.params[name])
    return tuple(words)


def _words(param: click.Parameter, value: Any) -> list[str]:
    values = value if isinstance(value, tuple) else (value,)
    if not isinstance(param, click.Option):
        return [str(v) for v in values]
    flag = param.opts[-1]
    return [flag] if param.is_flag else [f"{flag}={v}" for v in values]
