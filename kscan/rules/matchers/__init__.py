"""Matchers read one kind of rule and ask the engines; found by module name.

A matcher is a module of this package with the names of the Matcher protocol.  It may also have
``problems(options, model)``: sentences on what its options name and the kernel model lacks, for
``kscan rules check``.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

import msgspec

from kscan.errors import InputError, did_you_mean
from kscan.findings.model import Finding

if TYPE_CHECKING:
    from kscan.kernel.load import KernelModel
    from kscan.link.program import Program
    from kscan.rules.schema import Rule


class Matcher(Protocol):
    """The names a module of this package offers."""

    @property
    def Options(self) -> type[msgspec.Struct]:  # noqa: N802 - it is a class
        """What a rule may say under ``options``: frozen, unknown fields forbidden."""
        ...

    @property
    def HOLES(self) -> frozenset[str]:  # noqa: N802 - it is a constant
        """The names a message may use, all of which the matcher binds for every finding."""
        ...

    def match(self, rule: Rule, program: Program, model: KernelModel) -> Iterator[Finding]:
        """The findings of ``rule``, in any order, with fingerprints of ordinal 0."""
        ...


@cache
def matcher_names() -> tuple[str, ...]:
    """The matchers there are, sorted."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__)))


@cache
def find_matcher(name: str) -> Matcher:
    """The matcher that rules call ``name``.  Raises InputError where there is none."""
    names = matcher_names()
    if name not in names:
        remedy = did_you_mean(name, names, f"the matchers are {', '.join(names) or 'none'}")
        raise InputError("matcher", f"There is no matcher `{name}`", remedy)
    return cast(Matcher, import_module(f"{__name__}.{name}"))


def model_problems(matcher: Matcher, options: msgspec.Struct, model: KernelModel) -> Iterator[str]:
    """What a matcher says its options name and ``model`` lacks."""
    problems: Callable[[Any, KernelModel], Iterator[str]] | None = getattr(matcher, "problems", None)
    if problems is not None:
        yield from problems(options, model)
