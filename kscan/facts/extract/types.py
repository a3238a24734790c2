"""Declarations to names and type texts (``struct pci_dev *``, ``fn``, ``int[]``)."""

from __future__ import annotations

from typing import NamedTuple

from tree_sitter import Node

from kscan.facts.extract import kinds as k
from kscan.facts.model import Param

_DESCEND = frozenset(
    (
        k.POINTER_DECLARATOR,
        k.ARRAY_DECLARATOR,
        k.FUNCTION_DECLARATOR,
        k.PAREN_DECLARATOR,
        k.INIT_DECLARATOR,
        k.ATTRIBUTED_DECLARATOR,
        k.ABSTRACT_POINTER,
        k.ABSTRACT_ARRAY,
        k.ABSTRACT_FUNCTION,
        k.ABSTRACT_PAREN,
    )
)
_NAMES = frozenset((k.IDENTIFIER, k.FIELD_IDENTIFIER, k.TYPE_IDENTIFIER))
_POINTERS = frozenset((k.POINTER_DECLARATOR, k.ABSTRACT_POINTER))
_ARRAYS = frozenset((k.ARRAY_DECLARATOR, k.ABSTRACT_ARRAY))
_FUNCTIONS = frozenset((k.FUNCTION_DECLARATOR, k.ABSTRACT_FUNCTION))
_TAGGED = {k.STRUCT: "struct", k.UNION: "union", k.ENUM: "enum"}


class Declarator(NamedTuple):
    """What one declarator adds to its declaration's type."""

    name: str
    stars: int
    dims: int
    parameters: Node | None  # of a function (not of a pointer to one)
    pointer_to_function: bool

    def type(self, base: str) -> str:
        """The type's text; for a function, of what it returns."""
        if self.pointer_to_function:
            return "fn" + "[]" * self.dims
        return base + (" " + "*" * self.stars if self.stars else "") + "[]" * self.dims


def squeeze(text: str) -> str:
    """``text`` with runs of white space made one blank."""
    return " ".join(text.split())


def _clean(text: str) -> str:
    return text if text.isidentifier() else squeeze(text)


def declarator(node: Node | None, text: str) -> Declarator:
    """Read a declarator (or an abstract one: its name is then empty)."""
    if node is not None and node.kind_id in _NAMES:
        return Declarator(_clean(text[node.start_byte : node.end_byte]), 0, 0, None, False)
    stars = dims = 0
    parameters: Node | None = None
    pointer = False
    while node is not None:
        kind = node.kind_id
        if kind in _POINTERS:
            if parameters is None:
                stars += 1
            else:
                pointer = True
        elif kind in _ARRAYS:
            dims += 1
        elif kind in _FUNCTIONS and parameters is None:
            parameters = node.child_by_field_id(k.F_PARAMETERS)
        elif kind in _NAMES:
            name = _clean(text[node.start_byte : node.end_byte])
            return Declarator(name, stars, dims, None if pointer else parameters, pointer)
        node = _inner(node)
    return Declarator("", stars, dims, None if pointer else parameters, pointer or parameters is not None)


def _inner(node: Node) -> Node | None:
    inner = node.child_by_field_id(k.F_DECLARATOR)
    if inner is not None:
        return inner
    for child in node.named_children:
        if child.kind_id in _DESCEND or child.kind_id in _NAMES:
            return child
    return None


def base_type(node: Node | None, text: str, unnamed: str = "?") -> str:
    """The text of a type specifier; ``unnamed`` for a struct or union without a tag."""
    if node is None:
        return "int"
    word = _TAGGED.get(node.kind_id)
    if word is None:
        written = text[node.start_byte : node.end_byte]
        if node.kind_id == k.PRIMITIVE_TYPE and len(written) == 3 and written != "int":
            return "?"  # "int" stands for a macro that declares: DEFINE_WAIT(x)
        return _clean(written)
    name = node.child_by_field_id(k.F_NAME)
    if name is None:
        return unnamed
    return f"{word} {text[name.start_byte : name.end_byte]}"


def described_type(node: Node, text: str) -> str:
    """The text of a type_descriptor (of a cast, compound literal, sizeof)."""
    stars = declarator(node.child_by_field_id(k.F_DECLARATOR), text).stars
    written = text[node.start_byte : node.end_byte]
    base = base_type(node.child_by_field_id(k.F_TYPE), text)
    return base + " " + "*" * (stars or written.count("*")) if "*" in written else base


def parameters(node: Node | None, text: str) -> tuple[Param, ...]:
    """The parameters of a parameter_list; ``(void)`` gives none."""
    if node is None:
        return ()
    found = []
    for child in node.named_children:
        if child.kind_id == k.PARAMETER:
            type_node = child.child_by_field_id(k.F_TYPE)
            shape = declarator(child.child_by_field_id(k.F_DECLARATOR), text)
            type_text = "fn" if shape.parameters is not None else shape.type(base_type(type_node, text))
            found.append(Param(shape.name, type_text))
        elif child.kind_id == k.IDENTIFIER:  # K&R
            found.append(Param(text[child.start_byte : child.end_byte], "int"))
    if len(found) == 1 and found[0] == Param("", "void"):
        return ()
    return tuple(found)


def storage(node: Node, text: str) -> frozenset[str]:
    """The storage-class words of a declaration or definition (static, extern, inline)."""
    return frozenset(text[c.start_byte : c.end_byte] for c in node.children if c.kind_id == k.STORAGE)
