"""Phrases: the comma-separated terms that kernel-model files use as keys.

A phrase says once what a whole list of functions has in common, which keeps the
files short to read and quick to load (a YAML mapping per function takes ten times longer).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kscan.kernel.read import ModelFile


class Place(msgspec.Struct, frozen=True, order=True, gc=False):
    """Where a resource is: ``result``, ``arg`` (the argument), ``out`` (what it points to), ``global``.

    ``member`` is a member of the object found there: ``arg`` 4 with member ``np`` is ``args.np`` where
    the argument is ``&args``; ``result`` with member ``dev`` is ``pdev->dev``.
    """

    kind: str
    index: int = 0
    member: str = ""

    def operand(self, args: Sequence[str]) -> str | None:
        """The argument that the place is, of a call with ``args``; None where it is none of them."""
        return args[self.index] if self.kind == "arg" and self.index < len(args) else None


class Phrase:
    """The terms of a phrase such as ``result, null, puts 1``; a term that nobody takes is an error."""

    def __init__(self, file: ModelFile, phrase: str, *where: str, prefix: str = "") -> None:
        self._file = file
        self._where = (*where, f"{prefix} {phrase}" if prefix else phrase)
        self._terms = [term.strip() for term in phrase.split(",")]

    def first(self) -> str:
        """Take the first term."""
        return self._terms.pop(0)

    def optional(self) -> str:
        """Take the next term if there is one."""
        return self._terms.pop(0) if self._terms else ""

    def place(self) -> Place:
        """Take the first term as the place, and the member that goes with it."""
        first = self._terms.pop(0)
        kind, _, number = first.partition(" ")
        if kind in ("result", "global") and not number:
            index = 0
        elif kind in ("arg", "out"):
            index = self._file.index(number, *self._where)
        else:
            self._file.fail(
                f"`{': '.join(self._where)}` starts with {first!r}, which is not a place.",
                "start with result, arg N, out N or global",
                *self._where,
            )
        return Place(kind, index, self.after("at"))

    def flag(self, term: str) -> bool:
        """Take ``term``; whether it was there."""
        if term in self._terms:
            self._terms.remove(term)
            return True
        return False

    def after(self, start: str) -> str:
        """Take the term ``start X`` and give X, or nothing."""
        for term in self._terms:
            if term.startswith(start + " "):
                self._terms.remove(term)
                return term[len(start) + 1 :]
        return ""

    def number(self, text: str) -> int:
        """``text`` as an argument number."""
        return self._file.index(text, *self._where)

    def argument(self, start: str) -> int:
        """Take the term ``start N`` and give N, or -1."""
        text = self.after(start)
        return self.number(text) if text else -1

    def rest(self) -> tuple[str, ...]:
        """Take all terms that are left."""
        terms, self._terms = tuple(self._terms), []
        return terms

    def one_of(self, choices: frozenset[str]) -> str:
        """Take the term that is one of ``choices``."""
        found = next((term for term in self._terms if term in choices), None)
        if found is None:
            self._file.fail(
                f"`{': '.join(self._where)}` lacks one of the terms {', '.join(sorted(choices))}.",
                "add the term",
                *self._where,
            )
        self._terms.remove(found)
        return found

    def end(self) -> None:
        """Refuse terms that nobody took."""
        if self._terms:
            self._file.fail(
                f"`{': '.join(self._where)}` has the unknown term {self._terms[0]!r}.",
                "see the comment at the head of the file",
                *self._where,
            )
