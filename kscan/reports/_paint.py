"""Colour for terminals.  It says nothing that the words do not say, too."""

from __future__ import annotations

from kscan.findings.model import Severity

_SEVERITY = {"error": "1;31", "warning": "1;35", "note": "1;36"}


class Paint:
    """Wraps text, which must be ``plain`` already, in the escape sequences of a style; or leaves it alone."""

    def __init__(self, *, on: bool) -> None:
        self._on = on

    def strong(self, text: str) -> str:
        """Bold."""
        return self._wrapped(text, "1")

    def faint(self, text: str) -> str:
        """Dimmed."""
        return self._wrapped(text, "2")

    def severity(self, severity: Severity, text: str) -> str:
        """In the colour of a severity: those gcc has."""
        return self._wrapped(text, _SEVERITY[severity])

    def _wrapped(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._on else text
