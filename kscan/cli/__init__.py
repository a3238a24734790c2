"""The command line: parses options, prints errors, sets the exit status.

Every module of this package without a leading underscore is a sub-command of its name (with
hyphens for underscores) and offers
``command``, a click command that gives its exit status.  Nothing is imported here before it is
needed: ``--version`` and a shell's completion are to be quick.
"""

from __future__ import annotations

import gc
import os
import sys

from kscan import __version__

TYPE_CHECKING = False  # not typing's, which takes 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn, TextIO

INTERRUPTED = 130
INTERNAL_ERROR = 101
_COLLECTED_AFTER = (50_000, 20, 20)
"""A run makes many objects that stay, and few cycles: collecting as often as by default takes a twentieth
of its time."""


def entry() -> NoReturn:
    """``main`` as a process of its own: what it holds is left to the system, as freeing every object of a
    program one by one takes longer than many a question."""
    try:
        main()
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else INTERNAL_ERROR)


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run ``kscan`` with ``args`` (default: those of the process) and exit with its status."""
    arguments = list(sys.argv[1:] if args is None else args)
    try:
        _require_output()
        status = _run(arguments)
        sys.stdout.flush()  # here, where a full disk can still be reported
    except KeyboardInterrupt:
        status = _complain("interrupted", INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - the last resort: one line, and how to tell us
        status = _explain(error)
    _discard_rest()
    sys.exit(status)


def discard(stream: TextIO) -> None:
    """Send what is still to be written to ``stream`` nowhere."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)


def _run(arguments: list[str]) -> int:
    if arguments == ["--version"]:
        # What scripts ask first and often: not worth the time that loading click takes.
        sys.stdout.write(f"kscan {__version__}\n")
        return 0
    if arguments[:1] == ["hook"]:
        from kscan.cli._staged import nothing_staged  # noqa: PLC0415 - see above

        if nothing_staged(arguments[1:]):
            return 0  # as for most commits, which are not to wait for click either
    gc.set_threshold(*_COLLECTED_AFTER)
    from kscan.cli._group import run  # noqa: PLC0415 - see above

    return run(arguments)


def _require_output() -> None:
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for the rest of the run
    if sys.stdout is None:
        raise OSError(0, "standard output is closed")


def _explain(error: BaseException) -> int:
    from kscan.errors import KscanError  # noqa: PLC0415 - only in trouble

    if isinstance(error, KscanError):
        return _complain(f"error: {error}", error.exit_status)
    if isinstance(error, BrokenPipeError):
        # Whoever read the output had enough: nothing to tell, and nobody to tell it to.
        return 0
    if isinstance(error, OSError):
        return _complain(f"error: {_os_error(error)}", 2)
    if isinstance(error, MemoryError):
        return _complain("error: out of memory (fewer paths or fewer jobs need less: -j 1)", 2)
    if os.environ.get("KSCAN_DEBUG"):
        sys.excepthook(type(error), error, error.__traceback__)
    what = f"internal error: {type(error).__name__}: {error}"
    remedy = "a bug in kscan: please report it, with the command and what it prints under KSCAN_DEBUG=1"
    return _complain(f"{what} ({remedy})", INTERNAL_ERROR)


def _os_error(error: OSError) -> str:
    what = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else "output"
    return f"{what}: {error.strerror or error}"


def _complain(line: str, status: int) -> int:
    from kscan.findings.plain import plain  # noqa: PLC0415 - only in trouble

    try:
        sys.stderr.write(f"kscan: {plain(line)}\n")
        sys.stderr.flush()
    except OSError:
        pass  # no place left to complain
    return status


def _discard_rest() -> None:
    """Drop what cannot be written: else the interpreter fails over it once more when it exits."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            discard(stream)
