"""A quick index of what a file defines at file scope, from its bytes alone.

It decides which files are worth parsing to link a name; a wrong entry costs a parse,
a missing one leaves a name unknown.  Patterns start with a newline: that is what makes
them fast on tens of megabytes of headers.
"""

from __future__ import annotations

import re

KINDS = ("function", "prototype", "struct", "macro", "variable")

# Two scans, each with a literal start; what the lines are is told line by line.
_LINE = re.compile(rb"\n[A-Za-z_][^\n]*")
_MACRO = re.compile(rb"\n#define[ \t]+(\w+)\(")
_STRUCT = re.compile(rb"(?:typedef )?((?:struct|union) \w+)[ \t]*(?:__\w+[ \t]*)?(?:\{|$)")
_HEAD = re.compile(rb"[^(;={]*?([A-Za-z_]\w*)[ \t]*\(")
_LAST = re.compile(rb"(\w+)(?:\[[^\]]*\])*;")
_NOT_NAMES = frozenset(
    (b"__attribute__", b"if", b"while", b"for", b"switch", b"return", b"sizeof", b"__aligned")
)


def names_of(data: bytes) -> tuple[tuple[str, ...], ...]:
    """The names a file defines, sorted, for each of KINDS.

    ``struct`` holds ``struct x``, ``union x`` and typedef names; ``prototype`` holds all
    functions, with and without a body.
    """
    text = b"\n" + data
    bodies: set[bytes] = set()
    declared: set[bytes] = set()
    structs: set[bytes] = set()
    variables: set[bytes] = set()
    for found in _LINE.findall(text):
        line = found[1:]
        struct = _STRUCT.match(line)
        if struct is not None:
            structs.add(struct[1])
            continue
        head = _HEAD.match(line)
        if head is not None and not line.startswith(b"typedef"):
            if head[1] not in _NOT_NAMES:
                (declared if line.rstrip().endswith(b";") else bodies).add(head[1])
        elif line.startswith((b"extern ", b"typedef ", b"} ")):
            last = _LAST.search(line)
            if last is not None:
                (variables if line.startswith(b"extern ") else structs).add(last[1])
    return tuple(
        _text(names) for names in (bodies, declared | bodies, structs, set(_MACRO.findall(text)), variables)
    )


def _text(names: set[bytes]) -> tuple[str, ...]:
    return tuple(sorted(n.decode("ascii", "replace") for n in names))
