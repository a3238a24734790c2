"""Errors a user can cause: fields, not prose; each formats itself in one line."""

from __future__ import annotations

TYPE_CHECKING = False  # not typing's, which takes 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Sequence


class KscanError(Exception):
    """Base of all errors that become one line on stderr and exit status 2."""

    exit_status = 2


class InputError(KscanError):
    """Something given to kscan cannot be used: ``what`` is the file, option or revision."""

    def __init__(self, what: str, reason: str, remedy: str = "", line: int = 0) -> None:
        super().__init__(what, reason, remedy, line)
        self.what, self.reason, self.remedy, self.line = what, reason, remedy, line

    def __str__(self) -> str:
        where = f"{self.what}:{self.line}" if self.line else self.what
        return f"{where}: {self.reason}" + (f" ({self.remedy})" if self.remedy else "")


def did_you_mean(name: str, known: Sequence[str], otherwise: str) -> str:
    """A remedy for a name that is not known: the one that is most like it, or ``otherwise``."""
    import difflib  # noqa: PLC0415 - only in trouble

    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else otherwise


class RuleError(InputError):
    """A rule or kernel-model file is wrong: it stops the run."""
