"""How much of a file the parser understood."""

from __future__ import annotations

import msgspec
from tree_sitter import Node

from kscan.parse.c import Parsed
from kscan.parse.second import error_nodes


class ParseQuality(msgspec.Struct, frozen=True):
    """``partial``: byte ranges of functions that hold an error; ``errors``: 1-based (first, last) lines."""

    partial: tuple[tuple[int, int], ...] = ()
    errors: tuple[tuple[int, int], ...] = ()


def _functions(root: Node) -> list[Node]:
    found: list[Node] = []
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type == "function_definition":
            found.append(node)
        elif node.has_error and not node.is_error:
            stack.extend(child for child in reversed(node.children) if child.has_error)
        elif node.is_error:
            stack.extend(reversed(node.children))
    return found


def judge(parsed: Parsed) -> ParseQuality:
    """What of ``parsed`` was not understood; free of cost where there is no error."""
    root = parsed.tree.root_node
    if not root.has_error:
        return ParseQuality()
    errors = tuple((n.start_point[0] + 1, n.end_point[0] + 1) for n in error_nodes(root))
    partial = tuple((n.start_byte, n.end_byte) for n in _functions(root) if n.has_error)
    return ParseQuality(partial, errors)
