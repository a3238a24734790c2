"""Parses C: the only module that makes a tree-sitter Parser."""

from __future__ import annotations

import msgspec
import tree_sitter_c
from tree_sitter import Language, Parser, Point, Range, Tree

from kscan.errors import InputError
from kscan.kernel.macros import MacroTable
from kscan.parse import LARGEST
from kscan.parse.directives import Directives
from kscan.parse.normalise import normalise
from kscan.parse.records import Head, Use
from kscan.parse.second import second_chance
from kscan.regex import regex

LANGUAGE = Language(tree_sitter_c.language())

_GAP = b" " * 32  # the shortest that is looked at: most blanks stand between the words of a line
_LEAST = 96  # bytes of a gap that take longer to read than to tell the parser of
_BLANKS = regex(rb"\s*+")


class Parsed(msgspec.Struct, frozen=True):
    """One parsed file.  All offsets are byte offsets of ``source``.

    ``text`` is ``source`` decoded byte by byte, so that slices of it by offset are the
    original text; ``code`` is what was parsed.  ``uses`` are the blanked file-scope macros
    in order; ``heads`` maps the start of a declaration made of a macro to what it was;
    ``attributes`` maps offsets of blanked attributes that matter to their text, in order.
    """

    source: bytes
    text: str
    code: bytes
    tree: Tree
    uses: tuple[Use, ...]
    heads: dict[int, Head]
    attributes: dict[int, str]
    directives: Directives
    macros: MacroTable


def parse(source: bytes, macros: MacroTable) -> Parsed:
    """Normalise and parse ``source``; InputError if it is too large to be worth it."""
    if len(source) > LARGEST:
        raise InputError(
            "file", f"larger than {LARGEST >> 20} MiB", "exclude it: generated tables need no analysis"
        )
    normal = normalise(source, macros)
    code = normal.code
    parser = Parser(LANGUAGE, included_ranges=_ranges(code))
    tree = parser.parse(code)
    if tree.root_node.has_error:
        parser.included_ranges = []  # of what is blank, some will be written to
        code, tree = second_chance(parser, code, tree)
    return Parsed(
        source,
        source.decode("latin-1"),
        code,
        tree,
        normal.uses,
        normal.heads,
        normal.attributes,
        normal.directives,
        macros,
    )


def _ranges(code: bytes) -> list[Range]:
    """Where there is code: not where comments and directives were, a third of all bytes.

    A gap begins behind the end of a line, which may be that of a directive.
    """
    ranges = []
    start, row, column = 0, 0, 0
    position = code.find(_GAP)
    while position >= 0:
        blanks = _BLANKS.match(code, position)
        end = blanks.end() if blanks is not None else position + len(_GAP)
        line = code.find(b"\n", position, end) + 1
        if line and end - line > _LEAST:
            last = row + code.count(b"\n", start, line)
            ranges.append(Range(Point(row, column), Point(last, 0), start, line))
            row = last + code.count(b"\n", line, end)
            start, column = end, end - code.rfind(b"\n", position, end) - 1
        position = code.find(_GAP, end)
    last = row + code.count(b"\n", start)
    ranges.append(Range(Point(row, column), Point(last, len(code) - code.rfind(b"\n") - 1), start, len(code)))
    return ranges
