"""The ``kscan`` command with its sub-commands, which are found by walking the package."""

from __future__ import annotations

import os
import pkgutil
import sys
from functools import cache
from importlib import import_module

import click

import kscan.cli
from kscan import __version__
from kscan.errors import InputError, did_you_mean

_COMPLETE = "_KSCAN_COMPLETE"


@cache
def _names() -> tuple[str, ...]:
    names = (m.name for m in pkgutil.iter_modules(kscan.cli.__path__))
    return tuple(sorted(n.replace("_", "-") for n in names if not n.startswith("_")))


class _Commands(click.Group):
    """Loads a sub-command's module only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_names())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command = import_module(f"kscan.cli.{cmd_name.replace('-', '_')}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in (names := self.list_commands(ctx)):
            remedy = did_you_mean(args[0], names, f"the commands are {', '.join(names)}")
            raise InputError(args[0], "there is no such command", remedy)
        return super().resolve_command(ctx, args)


@click.command(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="kscan", message="%(prog)s %(version)s")
def _kscan() -> None:
    """Find hazards in Linux kernel C and in the patches mailed for it.

    Exit status: 0 clean, 1 findings at or above --fail-on, 2 not everything could be done.
    """


def run(arguments: list[str]) -> int:
    """Run the sub-command that ``arguments`` name and return its exit status."""
    _be_lenient()
    instruction = os.environ.get(_COMPLETE)
    if instruction:
        from click.shell_completion import shell_complete  # noqa: PLC0415 - start-up time

        return shell_complete(_kscan, {}, "kscan", _COMPLETE, instruction)
    # Not Group.main: that has its own mind about closed pipes and interrupts.
    try:
        with _kscan.make_context("kscan", arguments) as ctx:
            status = _kscan.invoke(ctx)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 2
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "kscan"
        raise InputError(where, error.format_message(), f"{where} --help shows the options") from error
    except click.ClickException as error:
        raise InputError("kscan", error.format_message()) from error
    return status if isinstance(status, int) else 0


def _be_lenient() -> None:
    # Names and code may hold what the terminal's encoding has not; that must not end a run.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
