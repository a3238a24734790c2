"""Reports render findings and know nothing else; found by module name.

A reporter is a module of this package with one function ``render``, which gives the text for
standard output in pieces; a format's hyphens are underscores in the name of its module.  Modules
with a leading underscore are what several reporters have in common.  Lines about the run itself
(summary, skipped files) are no part of it: they are for standard error, and come from
``findings.summary``.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Protocol, cast

import msgspec

from kscan.errors import InputError
from kscan.findings.model import Report


class Style(msgspec.Struct, frozen=True):
    """How a report is to look.  Formats for programs have one form and look at none of it.

    ``byte_columns`` counts columns in bytes instead of as terminals show them.
    """

    verbose: bool = False
    colour: bool = False
    byte_columns: bool = False
    show_suppressed: bool = False


class Reporter(Protocol):
    """What a module of this package offers."""

    def render(self, report: Report, style: Style) -> Iterator[str]:
        """``report`` as text that ends in a newline, in pieces; nothing where there is nothing to say."""
        ...


@cache
def reporter_names() -> tuple[str, ...]:
    """The formats there are, sorted."""
    names = (m.name.replace("_", "-") for m in pkgutil.iter_modules(__path__) if m.name[0] != "_")
    return tuple(sorted(names))


def find_reporter(name: str) -> Reporter:
    """The reporter of a format.  Raises InputError where there is none of that name."""
    if name not in reporter_names():
        raise InputError(
            f"--format {name}", "there is no such format", f"one of {', '.join(reporter_names())}"
        )
    return cast(Reporter, import_module(f"{__name__}.{name.replace('-', '_')}"))
