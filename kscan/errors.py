"""Errors a user can cause: fields, not prose; each formats itself in one line."""

from __future__ import annotations

from dataclasses import dataclass


class KscanError(Exception):
    """Base of all errors that become one line on stderr and exit status 2."""

    exit_status = 2


@dataclass(eq=False)
class InputError(KscanError):
    """Something given to kscan cannot be used."""

    what: str  # the file, option or revision
    reason: str
    remedy: str = ""
    line: int = 0

    def __str__(self) -> str:
        where = f"{self.what}:{self.line}" if self.line else self.what
        return f"{where}: {self.reason}" + (f" ({self.remedy})" if self.remedy else "")


class RuleError(InputError):
    """A rule or kernel-model file is wrong: it stops the run."""
