"""Parses C: the only module that makes a tree-sitter Parser."""

from __future__ import annotations

import msgspec
import tree_sitter_c
from tree_sitter import Language, Parser, Tree

from kscan.errors import InputError
from kscan.kernel.macros import MacroTable
from kscan.parse import LARGEST
from kscan.parse.directives import Directives
from kscan.parse.normalise import normalise
from kscan.parse.records import Head, Use
from kscan.parse.second import second_chance

LANGUAGE = Language(tree_sitter_c.language())


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
    parser = Parser(LANGUAGE)
    tree = parser.parse(normal.code)
    code = normal.code
    if tree.root_node.has_error:
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
