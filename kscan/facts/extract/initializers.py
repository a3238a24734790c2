"""Initialiser lists to bindings: which function or table stands in which field."""

from __future__ import annotations

from collections.abc import Container, Iterator

from tree_sitter import Node

from kscan.facts.extract import kinds as k
from kscan.facts.extract.types import described_type, squeeze
from kscan.facts.model import Binding
from kscan.regex import regex

_LONGEST = 400  # a longer macro's use is code, not a value

# A name that is no constant's, alone in its place: most tables have none, and nobody need walk them.
_may_bind = regex(r"[={,(&)]\s*+(?![0-9])[A-Z0-9_]*+[a-z]\w*+\s*+[,})]").search


def bind_initializer(
    node: Node, root: str, instance: str, code: str, text: str, function: str, local: Container[str]
) -> Iterator[Binding]:
    """The bindings of an initializer_list for a variable ``instance`` of type ``root``.

    ``code`` is what was parsed and ``text`` the original; ``local`` holds names that are not of
    file scope.  An element without a designator has its 0-based place as path (``#2``), an
    array's element ``[]``.
    """
    stack: list[tuple[Node, str, tuple[str, ...]]] = [(node, root, ())]
    while stack:
        items, base, path = stack.pop()
        if _may_bind(code, items.start_byte, items.end_byte) is None:
            continue
        place = 0
        for item in items.named_children:
            if item.kind_id == k.COMMENT:
                continue
            steps, value = _element(item, place, text)
            place += 1
            if value is None:
                continue
            nested = nested_list(value, base, (*path, *steps), text)
            if nested is not None:
                stack.append(nested)
                continue
            if value.kind_id == k.CALL:
                yield from bind_macro(value, base, (*path, *steps), instance, text, function)
                continue
            target = named_value(value, text)
            if target and target.lstrip("&") not in local:
                line = value.start_point[0] + 1
                yield Binding(base, (*path, *steps), target, "initializer", instance, line, function)


def bind_macro(
    value: Node, base: str, path: tuple[str, ...], instance: str, text: str, function: str = ""
) -> Iterator[Binding]:
    """What a macro gives as (part of) an initialiser, where one of its arguments may be a function."""
    arguments = value.child_by_field_id(k.F_ARGUMENTS)
    written = text[value.start_byte : value.end_byte]
    if arguments is None or len(written) > _LONGEST:
        return
    for argument in arguments.named_children:
        if argument.kind_id == k.IDENTIFIER and not text[argument.start_byte : argument.end_byte].isupper():
            line = value.start_point[0] + 1
            yield Binding(base, path, squeeze(written), "macro", instance, line, function)
            return


def _element(item: Node, place: int, text: str) -> tuple[tuple[str, ...], Node | None]:
    if item.kind_id != k.INIT_PAIR:
        return (f"#{place}",), item
    parts = item.named_children
    if len(parts) == 2 and parts[0].kind_id == k.FIELD_DESIGNATOR:
        name = parts[0].named_children[0]
        return (text[name.start_byte : name.end_byte],), parts[1]
    steps = []
    for designator in item.children_by_field_name("designator"):
        if designator.kind_id == k.FIELD_DESIGNATOR:
            name = designator.named_children[0]
            steps.append(text[name.start_byte : name.end_byte])
        else:
            steps.append("[]")
    return tuple(steps), item.child_by_field_id(k.F_VALUE)


def nested_list(
    value: Node, base: str, path: tuple[str, ...], text: str
) -> tuple[Node, str, tuple[str, ...]] | None:
    """The list inside ``{...}`` or ``&(struct x){...}``, with what it initialises."""
    if value.kind_id == k.INIT_LIST:
        return value, base, path
    while value.kind_id in (k.POINTER_EXPRESSION, k.PAREN, k.CAST):
        inner = value.child_by_field_id(k.F_ARGUMENT) or value.child_by_field_id(k.F_VALUE)
        if inner is None and value.named_child_count:
            inner = value.named_children[0]
        if inner is None:
            return None
        value = inner
    if value.kind_id == k.COMPOUND_LITERAL:
        literal = value.child_by_field_id(k.F_VALUE)
        type_node = value.child_by_field_id(k.F_TYPE)
        if literal is not None and type_node is not None:
            return literal, described_type(type_node, text), ()
    return None


def named_value(value: Node, text: str) -> str:
    """The name that a value is, with ``&`` where its address is taken; empty where it is anything else."""
    prefix = ""
    while value.kind_id in (k.POINTER_EXPRESSION, k.PAREN, k.CAST):
        if value.kind_id == k.POINTER_EXPRESSION:
            if text[value.start_byte] != "&":
                return ""
            prefix = "&"
        inner = value.child_by_field_id(k.F_ARGUMENT) or value.child_by_field_id(k.F_VALUE)
        if inner is None and value.named_child_count:
            inner = value.named_children[0]
        if inner is None:
            return ""
        value = inner
    if value.kind_id != k.IDENTIFIER:
        return ""
    name = text[value.start_byte : value.end_byte]
    return "" if name.isupper() or not name.isidentifier() else prefix + name
