"""Extract: one pass over a syntax tree gives the facts of its file."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kscan.facts.extract.remarks import remarks
from kscan.facts.extract.toplevel import TopLevel
from kscan.facts.model import Binding, FileFacts, Macro, MacroUse, Quality
from kscan.kernel.macros import MacroTable
from kscan.parse.c import Parsed, parse
from kscan.parse.quality import judge
from kscan.parse.records import Use


def extract(source: bytes, macros: MacroTable) -> FileFacts:
    """The facts of a file's bytes; a function of these two arguments and nothing else.

    Raises InputError where the file is too large to parse.
    """
    parsed = parse(source, macros)
    quality = judge(parsed)
    top = TopLevel(parsed, quality.partial)
    top.walk(parsed.tree.root_node)
    directives = parsed.directives
    partial = sum(f.partial for f in top.functions)
    return FileFacts(
        functions=tuple(top.functions),
        structs=tuple(top.structs),
        typedefs=tuple(top.typedefs),
        variables=tuple(top.variables),
        prototypes=tuple(top.prototypes),
        macros=tuple(
            Macro(d.name, d.params, d.body, d.line, directives.guards_at(d.line)) for d in directives.defines
        ),
        uses=tuple(MacroUse(u.name, u.args, u.line) for u in (*parsed.uses, *_heads(parsed))),
        bindings=tuple(_bare_functions(top)),
        includes=tuple(i.target for i in directives.includes),
        quality=Quality(len(top.functions), partial, quality.errors),
        remarks=remarks(source),
    )


def _heads(parsed: Parsed) -> Iterator[Use]:
    """The macros that stand for a function's head: they may make further functions around it."""
    for start, head in parsed.heads.items():
        if head.kind == "function":
            yield Use(head.macro, head.args, head.line, start, start)


def _bare_functions(top: TopLevel) -> Iterator[Binding]:
    """The bindings, ``&f`` written ``f`` where f is a function: in C they are the same."""
    functions: frozenset[str] | None = None
    for binding in top.bindings:
        if binding.target[:1] == "&":
            functions = functions or frozenset(
                (*(f.name for f in top.functions), *(p.name for p in top.prototypes))
            )
            if binding.target[1:] in functions:
                yield msgspec.structs.replace(binding, target=binding.target[1:])
                continue
        yield binding
