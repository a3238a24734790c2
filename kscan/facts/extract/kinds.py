"""Node kinds and field names of the C grammar as the integers tree-sitter compares fast."""

from __future__ import annotations

import tree_sitter_c
from tree_sitter import Language

LANGUAGE = Language(tree_sitter_c.language())


def kind(name: str) -> int:
    """The id of the named node kind ``name``; the grammar is pinned, so a wrong name is a bug."""
    found = LANGUAGE.id_for_node_kind(name, True)
    if found is None:
        raise ValueError(f"the C grammar has no node kind {name!r}")
    return found


def field(name: str) -> int:
    """The id of the field ``name``."""
    found = LANGUAGE.field_id_for_name(name)
    if found is None:
        raise ValueError(f"the C grammar has no field {name!r}")
    return found


IDENTIFIER = kind("identifier")
ASM_OUTPUT = kind("gnu_asm_output_operand")
FIELD_IDENTIFIER = kind("field_identifier")
TYPE_IDENTIFIER = kind("type_identifier")
PRIMITIVE_TYPE = kind("primitive_type")
STRUCT = kind("struct_specifier")
UNION = kind("union_specifier")
ENUM = kind("enum_specifier")
FIELD_DECLARATION = kind("field_declaration")
FUNCTION = kind("function_definition")
DECLARATION = kind("declaration")
TYPEDEF = kind("type_definition")
STORAGE = kind("storage_class_specifier")
INIT_DECLARATOR = kind("init_declarator")
POINTER_DECLARATOR = kind("pointer_declarator")
ARRAY_DECLARATOR = kind("array_declarator")
FUNCTION_DECLARATOR = kind("function_declarator")
PAREN_DECLARATOR = kind("parenthesized_declarator")
ATTRIBUTED_DECLARATOR = kind("attributed_declarator")
ABSTRACT_POINTER = kind("abstract_pointer_declarator")
ABSTRACT_ARRAY = kind("abstract_array_declarator")
ABSTRACT_FUNCTION = kind("abstract_function_declarator")
ABSTRACT_PAREN = kind("abstract_parenthesized_declarator")
PARAMETER = kind("parameter_declaration")
COMPOUND = kind("compound_statement")
CALL = kind("call_expression")
FIELD_EXPRESSION = kind("field_expression")
SUBSCRIPT = kind("subscript_expression")
POINTER_EXPRESSION = kind("pointer_expression")
PAREN = kind("parenthesized_expression")
CAST = kind("cast_expression")
BINARY = kind("binary_expression")
UNARY = kind("unary_expression")
ASSIGNMENT = kind("assignment_expression")
CONDITIONAL = kind("conditional_expression")
COMMA = kind("comma_expression")
COMPOUND_LITERAL = kind("compound_literal_expression")
INIT_LIST = kind("initializer_list")
INIT_PAIR = kind("initializer_pair")
FIELD_DESIGNATOR = kind("field_designator")
CASE = kind("case_statement")
ELSE = kind("else_clause")
ERROR = 65535
EXPRESSION_STATEMENT = kind("expression_statement")
LINKAGE = kind("linkage_specification")
DECLARATION_LIST = kind("declaration_list")
COMMENT = kind("comment")

PREPROC = frozenset(kind(n) for n in ("preproc_if", "preproc_ifdef", "preproc_elif", "preproc_else"))

F_TYPE = field("type")
F_DECLARATOR = field("declarator")
F_VALUE = field("value")
F_BODY = field("body")
F_NAME = field("name")
F_FUNCTION = field("function")
F_ARGUMENTS = field("arguments")
F_ARGUMENT = field("argument")
F_FIELD = field("field")
F_LEFT = field("left")
F_RIGHT = field("right")
F_CONDITION = field("condition")
F_CONSEQUENCE = field("consequence")
F_ALTERNATIVE = field("alternative")
F_INITIALIZER = field("initializer")
F_UPDATE = field("update")
F_LABEL = field("label")
F_PARAMETERS = field("parameters")
F_INDEX = field("index")
F_OPERATOR = field("operator")
