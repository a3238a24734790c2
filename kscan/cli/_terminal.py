"""What depends on whether a person is watching: colour, and progress on standard error."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO

from kscan.config import Progress

_PATIENCE = 1.0  # seconds before anything is shown
_EVERY = 0.1
_CLEAR = "\r\x1b[K"


def use_colour(stream: TextIO, when: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether to colour what goes to ``stream``; ``when`` is auto, always or never.

    For auto: NO_COLOR, then CLICOLOR_FORCE and FORCE_COLOR, then CLICOLOR=0, then TERM=dumb decide, and
    failing these whether it is a terminal (https://no-color.org, https://bixense.com/clicolors).
    """
    if when != "auto":
        return when == "always"
    if environ.get("NO_COLOR"):
        return False
    if any(environ.get(name, "0") not in {"", "0"} for name in ("CLICOLOR_FORCE", "FORCE_COLOR")):
        return True
    if environ.get("CLICOLOR") == "0" or environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


@contextmanager
def progress(stream: TextIO, *, wanted: bool) -> Iterator[Progress | None]:
    """Shows on ``stream`` how far a run has come; gives None where nobody looks: off a terminal, or in CI."""
    if not wanted or not stream.isatty() or os.environ.get("CI") or os.environ.get("TERM") == "dumb":
        yield None
        return
    line = _Line(stream)
    try:
        yield line.update
    finally:
        line.clear()


class _Line:
    """The one line of a terminal that is written over and over."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._due = time.monotonic() + _PATIENCE
        self._shown = False

    def update(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + _EVERY
        self._shown = True
        self._stream.write(f"{_CLEAR}kscan: {stage}: {done:,} of {total:,}")
        self._stream.flush()

    def clear(self) -> None:
        if self._shown:
            self._stream.write(_CLEAR)
            self._stream.flush()
