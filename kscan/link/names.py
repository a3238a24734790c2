"""A quick index of what a file defines at file scope, from its bytes alone.

It decides which files are worth parsing to link a name; a wrong entry costs a parse,
a missing one leaves a name unknown.  Headers are mostly macros, members and comments: one
search takes out the lines that start in the first column, and the patterns see only these.
Every pattern starts with a literal, goes back over little and has one group: tuples and
``\\w`` take twice the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from kscan.regex import regex

KINDS = ("function", "prototype", "struct", "macro", "variable", "pointer")

_LINES = regex(rb"\n[A-Za-z_}][^\n]*+")
# Macros with parameters, and those that stand for another name or begin with a call.
_MACROS = regex(
    rb"\n#[ \t]*+define[ \t]++([A-Za-z0-9_]++)(?:\(|[ \t]++[A-Za-z_]\w*+(?:\(|[ \t]*+(?=\n)))"
).findall
_HEAD = rb"\n([A-Za-z0-9_ \t*]*+)\([^\n]*+"
_BODIES = regex(_HEAD + rb"(?<!;)")
_PROTOTYPES = regex(_HEAD + rb"(?<=;)")
# Behind an attribute with arguments, as __printf(2, 3); what comes first may be a name as well.
_BEHIND = regex(rb"\n(?>(?:extern |static |inline )*)__\w++\([^()\n]*+\)([ \t][A-Za-z0-9_ \t*]*+)\([^\n]*+")
_TAG = rb"((?:struct|union) \w++)[ \t]*+(?>(?:__\w++[ \t]*+)?)(?=[{\n])"
_STRUCTS = regex(rb"\n(?>(?:typedef )?)" + _TAG)
_TYPEDEFS = regex(rb"\ntypedef [^\n]*[ \t*}](\w++)(?>(?:\[[^\]\n]*+\])*);")
# What closes "typedef struct { ... } x;".
_CLOSED = regex(rb"\n\}[ \t]*+(?>(?:__\w++[ \t]*+)*)(\w++)[^;\n]*+;")
_EXTERNS = regex(rb"\nextern ([^(;\n={]*+);")
_NOT_FUNCTIONS = frozenset(["__attribute__", "if", "while", "for", "switch", "return", "sizeof", "__aligned"])


def names_of(data: bytes) -> tuple[tuple[str, ...], ...]:
    """The names a file defines, sorted, for each of KINDS.

    ``struct`` holds ``struct x``, ``union x`` and typedef names; ``prototype`` holds all
    functions, with and without a body; ``pointer`` those of them that may return one.
    """
    text = b"\n" + data
    lines = b"".join(_LINES.findall(text)) + b"\n"
    bodies, prototypes = _BODIES.findall(lines), _PROTOTYPES.findall(lines)
    for match in _BEHIND.finditer(lines):
        (prototypes if match[0].endswith(b";") else bodies).append(match[1])
    return (
        tuple(sorted(_functions(bodies))),
        tuple(sorted(_functions((*bodies, *prototypes)))),
        tuple(sorted(_texts((*_STRUCTS.findall(lines), *_TYPEDEFS.findall(lines), *_CLOSED.findall(lines))))),
        tuple(sorted(_texts(_MACROS(text)))),
        tuple(sorted(_variables(_EXTERNS.findall(lines)))),
        tuple(sorted(_functions(head for head in (*bodies, *prototypes) if _may_point(head)))),
    )


def functions_of(data: bytes) -> tuple[str, ...]:
    """The names of the functions that a .c file defines for others, sorted."""
    lines = b"".join(_LINES.findall(b"\n" + data)) + b"\n"
    heads = [head for head in _BODIES.findall(lines) if not head.startswith((b"static ", b"typedef "))]
    return tuple(sorted(_functions(heads)))


def text_of(data: bytes, name: str) -> bytes:
    """The text of the functions of a name in a file, from the name on; empty where there is none."""
    found = []
    for match in re.finditer(rb"(?m)^(?![#/* \t])[^\n;=(]*\b%b[ \t]*\(" % name.encode(), data):
        brace = data.find(b"{", match.end())
        if brace >= 0 and b";" not in data[match.end() : brace]:
            end = data.find(b"\n}", brace)
            found.append(data[match.end() : end if end >= 0 else len(data)])
    return b"\n".join(found)


def _texts(found: Iterable[bytes]) -> set[str]:
    # Decoded in one piece: an index of headers is some hundred thousand names.
    return set(b"\n".join(found).decode("latin-1").split("\n")) - {""}


def _functions(heads: Iterable[bytes]) -> set[str]:
    """The last words of what stands before a parenthesis."""
    found = {head.replace("*", " ").split()[-1] for head in _texts(heads) if not head.startswith("typedef")}
    return found - _NOT_FUNCTIONS


def _may_point(head: bytes) -> bool:
    """Whether what stands before a parenthesis tells of a pointer, or nothing of a type."""
    return b"*" in head or b" " not in head.strip()


def _variables(declarations: Iterable[bytes]) -> set[str]:
    """The last words of what stands between commas, without dimensions."""
    parts = [part for text in _texts(declarations) for part in text.split(",")]
    words = [part.partition("[")[0].replace("*", " ").split() for part in parts]
    return {found[-1] for found in words if found}
