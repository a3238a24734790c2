"""Options that several sub-commands share, and the Config that they make."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click
from click.core import ParameterSource

from kscan.cli._settings import PATHS, Setting, check_environment, files_for, key_of, left_open, read, typed
from kscan.config import Area, Config, available_cpus, cache_dir, rules_dir
from kscan.findings.plain import plain
from kscan.sources.tree import find_tree

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_F = TypeVar("_F", bound=Callable[..., Any])

# What cannot change the findings stays out of the report's invocation: the same question
# gives the same bytes, whatever the number of workers and the state of the cache.
_IMMATERIAL = frozenset(
    {
        "jobs",
        "cache",
        "no_cache",
        "verbose",
        "quiet",
        "colour",
        "column_unit",
        "show_progress",
        "config",
        "isolated",
    }
)
_ABOUT_SETTINGS = frozenset({"config", "isolated", "show-settings"})
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
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - start-up time

        from kscan.reports import reporter_names  # noqa: PLC0415 - see above

        return [CompletionItem(name) for name in reporter_names() if name.startswith(incomplete)]


def _option(*names: str, **how: Any) -> Callable[[_F], _F]:
    """An option that the environment may set, too: ``--fail-on`` is KSCAN_FAIL_ON."""
    long = next(name for name in names if name.startswith("--"))
    if long not in {"--tree", "--rev"}:
        how["envvar"] = f"KSCAN_{long[2:].upper().replace('-', '_')}"
    return click.option(*names, **how)


def complete_rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001
    """Shell completion for a rule's id, from the names of the files alone."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - start-up time

    from kscan.rules.load import rule_files  # noqa: PLC0415 - completion must be quick

    return [CompletionItem(f.stem) for f in rule_files(rules_dir()) if f.stem.startswith(incomplete)]


def rules_dir_option(command: _F) -> _F:
    """``--rules-dir``."""
    return _option(
        "--rules-dir",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Use the rules (and kernel model) of this directory, not those kscan comes with.",
    )(command)


def tree_options(command: _F) -> _F:
    """The options on what is read, by which rules, and how it is cached."""
    options = [
        _option("--tree", type=click.Path(path_type=Path), metavar="DIR", help="The kernel tree."),
        _option("--rev", metavar="REV", help="Read this git revision of the tree."),
        _option("--arch", metavar="ARCH", help="The architecture whose view is taken."),
        _option(
            "--kconfig",
            type=click.Path(path_type=Path, exists=True, dir_okay=False),
            metavar="FILE",
            help="Take the view of this kernel configuration (a .config).",
        ),
        _option("--cache", type=click.Path(path_type=Path), metavar="DIR", help="Where facts are cached."),
        _option("--no-cache", is_flag=True, help="Neither read nor write a cache."),
        _option("-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Processes [default: CPUs]."),
        rules_dir_option,
        _option(
            "--knowledge",
            multiple=True,
            type=click.Path(path_type=Path, exists=True, dir_okay=False),
            metavar="FILE",
            help="Roles of further APIs, as `kscan learn` prints them; may be repeated.",
        ),
        click.option(
            "--config",
            type=click.Path(path_type=Path, exists=True, dir_okay=False),
            metavar="FILE",
            help="Take settings from this file only; a kernel's .config is taken as by --kconfig.",
        ),
        click.option("--isolated", is_flag=True, help="Take settings from no file."),
        click.option("--show-settings", is_flag=True, help="Print what all options are, and why, and stop."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def report_options(command: _F) -> _F:
    """The options on which rules are used and how findings are shown."""
    options = [
        _option(
            "--rule",
            "rules",
            multiple=True,
            metavar="NAME",
            shell_complete=complete_rules,
            help="Use this rule, category or class only ('all' for every rule); may be repeated.",
        ),
        _option("--preview", is_flag=True, help="Use rules that are not stable yet, too."),
        _option(
            "--format", type=Format(), metavar="FORMAT", default="text", show_default=True, help=_FORMATS
        ),
        _option(
            "--fail-on",
            type=click.Choice(["error", "warning", "note", "never"]),
            default="warning",
            show_default=True,
            help="The least severity of a finding that makes the exit status 1.",
        ),
        _option("--exit-zero", is_flag=True, help="As --fail-on never.", hidden=True),
        _option("--strict", is_flag=True, help="Functions parsed in part make the exit status 2."),
        _option(
            "--baseline",
            type=click.Path(path_type=Path, exists=True, dir_okay=False),
            metavar="FILE",
            help="Count the findings that this baseline knows as carried.",
        ),
        _option(
            "--no-suppress",
            is_flag=True,
            help="Count what comments and the triage file suppress, too.",
        ),
        _option("--show-suppressed", is_flag=True, help="List what is suppressed, with the reasons."),
        _option("--require-reason", is_flag=True, help="Comments that give no reason suppress nothing."),
        _option(
            "--color",
            "colour",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            help="Colour the format text [default: on a terminal].",
        ),
        _option(
            "--column-unit",
            type=click.Choice(["display", "byte"]),
            default="display",
            help="Count columns of text as terminals show them, or in bytes.",
        ),
        _option(
            "--progress",
            "show_progress",
            type=click.Choice(["auto", "never"]),
            default="auto",
            help="Show how far it has come [default: on a terminal, after a second].",
        ),
        _option("-q", "--quiet", is_flag=True, help="Neither progress nor summary."),
        _option("-v", "--verbose", is_flag=True, help="List all that was skipped, partly parsed or carried."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def diff_option(command: _F) -> _F:
    """``--diff``, where findings are printed with what they are about."""
    help_ = "Suggest a patch where the remedy is mechanical; each is checked by analysing its result."
    return _option("--diff", is_flag=True, help=help_)(command)


def configure(
    *,
    rules_dir: Path | None,  # the option's name
    config: Path | None = None,
    isolated: bool = False,
    show_settings: bool = False,
    **options: Any,
) -> Config:
    """The Config that the options of a command make, with the files' settings for those not given."""
    if rules_dir is not None:
        options["rules_dir"] = rules_dir
    if config is not None and _configures_a_kernel(config):
        options["kconfig"], config = config, None
    known = {key_of(option): option for option in _every_option.params if isinstance(option, click.Option)}
    check_environment(known)
    found = {} if isolated else _found(options, config, known)
    settings = _settings(found)
    areas = _areas(found)
    options |= {name: value for name, (value, _) in settings.items()}
    if show_settings:
        _show(settings, areas, found.get(PATHS))
    options["suppress"] = not options.pop("no_suppress", False)
    if options.pop("exit_zero", False):
        options["fail_on"] = "never"
    no_cache, cache = options.pop("no_cache"), options.pop("cache")
    options["cache"] = None if no_cache else cache or cache_dir()
    options["jobs"] = options["jobs"] or available_cpus()
    invocation = _invocation({name: value for name, (value, _) in settings.items()})
    invocation += tuple(f'{PATHS}."{area.path}"={_terms(area)}' for area in areas)
    return Config(invocation=invocation, started=time.monotonic(), areas=areas, **options)


def _configures_a_kernel(file: Path) -> bool:
    with file.open("rb") as opened:
        return b"\nCONFIG_" in b"\n" + opened.read(1 << 16)


def _found(options: dict[str, Any], file: Path | None, known: dict[str, click.Option]) -> dict[str, Setting]:
    """What the files set, by key."""
    if file is not None:
        files = iter([file])
    else:
        start = next((p for p in map(Path, options.get("paths", ())) if p.exists()), Path())
        top = options.get("tree") or find_tree(start)
        files = files_for(top if options.get("tree") else start, top)
    return read(files, known)


def _areas(found: dict[str, Setting]) -> tuple[Area, ...]:
    if PATHS not in found:
        return ()
    from kscan.cli._areas import areas  # noqa: PLC0415 - few have any

    return areas(found[PATHS])


def _settings(found: dict[str, Setting]) -> dict[str, tuple[Any, Setting]]:
    """The values that files set for options of this command, by parameter name."""
    ctx = click.get_current_context()
    mine = {key_of(o): o for o in ctx.command.params if isinstance(o, click.Option)}
    return {
        mine[key].name or "": (typed(setting, mine[key], ctx), setting)
        for key, setting in found.items()
        if key in mine and left_open(mine[key], ctx)
    }


@click.command()
@tree_options
@report_options
def _every_option(**_options: Any) -> None: ...


def _show(
    settings: dict[str, tuple[Any, Setting]], areas: tuple[Area, ...], table: Setting | None
) -> NoReturn:
    """Print every option of the command, its value, and where that is from."""
    import json  # noqa: PLC0415 - start-up time

    ctx = click.get_current_context()
    for param in ctx.command.params:
        name = param.name or ""
        if isinstance(param, click.Option) and key_of(param) not in _ABOUT_SETTINGS:
            value = ctx.params[name]
            source = ctx.get_parameter_source(name)
            origin = source.name.lower().replace("_", " ") if source is not None else "default"
            if name in settings:
                value, setting = settings[name]
                origin = f"{setting.file}:{setting.line}"
            click.echo(plain(f"{key_of(param)} = {json.dumps(value, default=str)}  # {origin}"))
    for area in areas:
        where = f"{table.file}:{table.line}" if table is not None else ""
        click.echo(plain(f'{PATHS}."{area.path}" = {_terms(area)}  # {where}'))
    raise click.exceptions.Exit(0)


def _terms(area: Area) -> str:
    import json  # noqa: PLC0415 - start-up time

    return json.dumps({"on": area.on, "off": area.off, "severity": area.severity})


def _invocation(settings: dict[str, Any]) -> tuple[str, ...]:
    ctx = click.get_current_context()
    words = list(ctx.command_path.split()[1:])
    for param in ctx.command.params:
        name = param.name or ""
        given = ctx.get_parameter_source(name) not in {None, ParameterSource.DEFAULT}
        if name not in _IMMATERIAL and (given or name in settings):
            words += _words(param, settings.get(name, ctx.params[name]))
    return tuple(words)


def _words(param: click.Parameter, value: Any) -> list[str]:
    values = value if isinstance(value, tuple) else (value,)
    if not isinstance(param, click.Option):
        return [str(v) for v in values]
    flag = param.opts[-1]
    if param.is_flag:
        return [flag] if value else []
    return [f"{flag}={v}" for v in values]
