"""The declarations and definitions of a file, and what its functions hold."""

from __future__ import annotations

from collections.abc import Iterable

from tree_sitter import Node

from kscan.facts.extract import kinds as k
from kscan.facts.extract.attributes import Attributes
from kscan.facts.extract.declared import Head, read_head, read_member
from kscan.facts.extract.initializers import (
    bind_initializer,
    bind_macro,
    named_value,
    nested_list,
)
from kscan.facts.extract.plain import Code
from kscan.facts.extract.scopes import rename
from kscan.facts.extract.statements import Statements
from kscan.facts.extract.types import base_type, declarator, parameters, storage
from kscan.facts.extract.unset import unset_reads
from kscan.facts.model import (
    Binding,
    CallRef,
    Field,
    Function,
    Param,
    Prototype,
    Struct,
    Variable,
    pack_blocks,
)
from kscan.parse.c import Parsed

_GROUPS = frozenset((k.LINKAGE, k.DECLARATION_LIST, *k.PREPROC))
_WORDS = {k.STRUCT: "struct", k.UNION: "union"}


class TopLevel:
    """Collects the facts of one file while its tree is walked once."""

    def __init__(self, parsed: Parsed, partial: Iterable[tuple[int, int]]) -> None:
        self._parsed = parsed
        self._text = parsed.text
        self._code = Code(parsed)
        self._partial = {start for start, _end in partial}
        self._attributes = Attributes(parsed.attributes)
        self.functions: list[Function] = []
        self.structs: list[Struct] = []
        self.typedefs: list[tuple[str, str]] = []
        self.variables: list[Variable] = []
        self.prototypes: list[Prototype] = []
        self.bindings: list[Binding] = []

    def walk(self, root: Node) -> None:
        """Visit the items of a translation unit, in order."""
        stack = list(reversed(root.named_children))
        while stack:
            node = stack.pop()
            kind = node.kind_id
            if kind == k.FUNCTION:
                self._function(node)
            elif kind == k.DECLARATION:
                self._declaration(node)
            elif kind in _WORDS:
                self._struct(node, "")
            elif kind == k.TYPEDEF:
                self._typedef(node)
            elif kind in _GROUPS or kind == k.ERROR:
                stack.extend(reversed(node.named_children))

    # -- types ----------------------------------------------------------------

    def _struct(self, node: Node, unnamed: str) -> str:
        """Record a struct that is defined here; gives its type's text."""
        name = base_type(node, self._text, unnamed)
        body = node.child_by_field_id(k.F_BODY)
        if body is None or node.kind_id not in _WORDS or not name:
            return name
        fields: list[Field] = []
        self._members(body, name, fields)
        line = node.start_point[0] + 1
        self.structs.append(Struct(name, tuple(fields), line, self._parsed.directives.guards_at(line)))
        return name

    def _members(self, body: Node, owner: str, fields: list[Field]) -> None:
        for child in body.named_children:
            if child.kind_id == k.FIELD_DECLARATION:
                self._member(child, owner, fields)
            elif child.kind_id in _GROUPS or child.kind_id == k.ERROR:
                self._members(child, owner, fields)

    def _member(self, node: Node, owner: str, fields: list[Field]) -> None:
        start = node.start_byte
        plain = None if node.has_error else read_member(self._code.code[start : node.end_byte])
        # "int" may stand for a macro that declares.
        if plain is not None and (plain[1][:3] != "int" or self._text.startswith("int", start)):
            fields.append(Field(*plain, node.start_point[0] + 1))
            return
        type_node = node.child_by_field_id(k.F_TYPE)
        shapes = [declarator(d, self._text) for d in node.children_by_field_name("declarator")]
        line = node.start_point[0] + 1
        if type_node is not None and type_node.kind_id in _WORDS:
            inner = type_node.child_by_field_id(k.F_BODY)
            if inner is not None and not shapes:
                self._members(inner, owner, fields)
                return
            tag = f"{_WORDS[type_node.kind_id]} {owner.partition(' ')[2]}.{shapes[0].name if shapes else ''}"
            base = self._struct(type_node, tag)
        else:
            base = base_type(type_node, self._text)
        for shape in shapes:
            kind = "fn" if shape.parameters is not None else shape.type(base)
            fields.append(Field(shape.name, kind, line))

    def _typedef(self, node: Node) -> None:
        type_node = node.child_by_field_id(k.F_TYPE)
        for child in node.children_by_field_name("declarator"):
            shape = declarator(child, self._text)
            unnamed = f"struct {shape.name}"
            base = (
                self._struct(type_node, unnamed)
                if type_node is not None and type_node.kind_id in _WORDS
                else base_type(type_node, self._text)
            )
            kind = "fn" if shape.parameters is not None else shape.type(base)
            self.typedefs.append((shape.name, kind))

    # -- variables and prototypes ---------------------------------------------

    def _declaration(self, node: Node) -> None:
        if not node.has_error and self._prototype(node):
            return
        type_node = node.child_by_field_id(k.F_TYPE)
        declarators = node.children_by_field_name("declarator")
        made = self._parsed.heads.get(node.start_byte)
        if made is not None and made.type:
            base = made.type
        elif type_node is not None and type_node.kind_id in _WORDS:
            shape = declarator(declarators[0], self._text) if declarators else None
            base = self._struct(type_node, f"struct {shape.name}" if shape else "")
        else:
            base = base_type(type_node, self._text)
        words = storage(node, self._text)
        for child in declarators:
            self._declare(child, base, words, node, made.name if made is not None else "")

    def _prototype(self, node: Node) -> bool:
        """Record a prototype that its text tells; whether it did."""
        start, end = node.start_byte, node.end_byte
        head = read_head(self._code.code[start:end]) if start not in self._parsed.heads else None
        if head is None:
            return False
        self._declared(head.name, head.returns, head.params, node)
        return True

    def _declared(self, name: str, returns: str, params: tuple[Param, ...], node: Node) -> None:
        """Record a prototype; ``node`` is its whole declaration."""
        weak, alias = False, ""
        if self._attributes:
            weak = self._attributes.weak(node.start_byte, node.end_byte)
            alias = self._attributes.alias(node.start_byte, node.end_byte)
        self.prototypes.append(Prototype(name, returns, params, node.start_point[0] + 1, weak, alias))

    def _declare(self, node: Node, base: str, words: frozenset[str], whole: Node, made: str) -> None:
        shape = declarator(node, self._text)
        name, line = made or shape.name, node.start_point[0] + 1
        if not name:
            return
        if shape.parameters is not None:
            self._declared(name, shape.type(base), parameters(shape.parameters, self._text), whole)
            return
        linkage = "static" if "static" in words else "extern" if "extern" in words else "global"
        self.variables.append(Variable(name, shape.type(base), line, linkage))
        value = node.child_by_field_id(k.F_VALUE) if node.kind_id == k.INIT_DECLARATOR else None
        if value is None:
            return
        kind = base + "[]" * shape.dims
        nested = nested_list(value, kind, (), self._text)
        if nested is not None:
            self.bindings.extend(bind_initializer(nested[0], kind, name, self._code.code, self._text, "", ()))
        elif value.kind_id == k.CALL:
            self.bindings.extend(bind_macro(value, kind, (), name, self._text))
        elif target := named_value(value, self._text):
            self.bindings.append(Binding("=" + name, (), target, "initializer", name, line))

    # -- functions ------------------------------------------------------------

    def _function(self, node: Node) -> None:
        body = node.child_by_field_id(k.F_BODY)
        made = self._parsed.heads.get(node.start_byte)
        sound = not node.has_error
        head = self._head(node, body) if sound and made is None else None
        if head is None:
            head = self._read_head(node)
        name = made.name if made is not None else head.name
        if body is None or not name or not name.isidentifier():
            return
        line = (made.line if made is not None else node.start_point[0] + 1) or 1
        params = head.params
        if made is not None and made.params:
            params = tuple(Param(n, t) for t, n in made.params)
        variables = {p.name: p.type for p in params}
        lowering = Statements(self._parsed, self._code, self._attributes, name, variables, line, sound)
        lowering.statement(body)
        end_line = node.end_point[0] + 1
        self.bindings.extend(lowering.bindings)
        build = lowering.build
        blocks = build.build(end_line)
        if lowering.scopes.hiding:
            rename(lowering.scopes.hiding, build, blocks)
        self.functions.append(
            Function(
                name=name,
                line=line,
                end_line=end_line,
                linkage=self._linkage(node, body, head),
                returns=head.returns,
                params=params,
                calls=_unique(lowering.calls),
                stores=build.stored_fields(),
                guards=self._parsed.directives.guards_at(line),
                partial=node.start_byte in self._partial,
                generated="",
                section=self._attributes.section(
                    self._text.rfind("\n", 0, node.start_byte) + 1, body.start_byte
                ),
                unset=unset_reads(build.bare, build.exposed, blocks),
                raw_body=pack_blocks(build.locals, blocks),
            )
        )

    def _head(self, node: Node, body: Node | None) -> Head | None:
        """What the text of a function's head tells."""
        return read_head(self._code.code[node.start_byte : body.start_byte]) if body is not None else None

    def _read_head(self, node: Node) -> Head:
        shape = declarator(node.child_by_field_id(k.F_DECLARATOR), self._text)
        returns = shape.type(base_type(node.child_by_field_id(k.F_TYPE), self._text))
        words = " ".join(sorted(storage(node, self._text)))
        return Head(words, returns, shape.name, self._parameters(node, shape.parameters))

    def _parameters(self, node: Node, declared: Node | None) -> tuple[Param, ...]:
        params = parameters(declared, self._text)
        types: dict[str, str] = {}
        for child in node.named_children:  # K&R: their types follow the head
            if child.kind_id == k.DECLARATION:
                base = base_type(child.child_by_field_id(k.F_TYPE), self._text)
                for part in child.children_by_field_name("declarator"):
                    shape = declarator(part, self._text)
                    types[shape.name] = shape.type(base)
        return tuple(Param(p.name, types.get(p.name, p.type)) for p in params) if types else params

    def _linkage(self, node: Node, body: Node, head: Head) -> str:
        start, end = node.start_byte, body.start_byte
        if self._attributes and self._attributes.weak(start, end):
            return "weak"
        written = self._text[start:end]
        # Of the original text, as attributes such as __always_inline are blank in code.
        if "inline" in written and any(
            "inline" in word and "noinline" not in word for word in written.partition(head.name)[0].split()
        ):
            return "inline"
        return "static" if "static" in head.words else "global"


def _unique(calls: list[CallRef]) -> tuple[CallRef, ...]:
    """The call sites in order, each (callee, line) once."""
    return tuple(dict.fromkeys(calls)) if len(calls) > 1 else tuple(calls)
