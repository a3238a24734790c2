"""Comments addressed to kscan itself, which alone of all comments are facts."""

from __future__ import annotations

import re

from kscan.facts.model import Remark
from kscan.regex import regex

_MARK = b"kscan:"
# Literals are matched so that what looks like a comment in them is passed over.
_TOKEN = regex(
    rb"""
    "(?>(?:\\.|[^"\\\n])*)"? | '(?>(?:\\.|[^'\\\n])*)'?
    | (?P<comment> /\*.*?(?:\*/|\Z) | //(?>(?:\\\r?\n|[^\n])*) )
    """,
    re.DOTALL | re.VERBOSE,
)
_EDGES = regex(r"\A/[*/]+|\*+/\Z|^[ \t]*\*+(?!/)", re.MULTILINE)


def remarks(source: bytes) -> tuple[Remark, ...]:
    """The comments of a file that begin with ``kscan:``, in order; prose that mentions it is none."""
    if _MARK not in source:
        return ()
    found = []
    for match in _TOKEN.finditer(source):
        comment = match["comment"]
        if comment is None or _MARK not in comment:
            continue
        text = " ".join(_EDGES.sub(" ", comment.decode("utf-8", "replace")).split())
        if text.startswith(_MARK.decode()):
            start = match.start()
            line = source.count(b"\n", 0, start) + 1
            alone = not source[source.rfind(b"\n", 0, start) + 1 : start].strip()
            found.append(Remark(text, line, line + comment.count(b"\n"), alone))
    return tuple(found)
