"""kernel-doc comments of functions: what they say a function returns, and what undoes it.

See Documentation/doc-guide/kernel-doc.rst.
"""

from __future__ import annotations

import re

import msgspec

from kscan.regex import regex

_COMMENT = regex(rb"^/\*\*[ \t]*\n((?:[ \t]*\*(?!/).*\n)+)", re.MULTILINE)
_HEAD = regex(r"(\w+)\s*(?:\(\))?\s*(?:-|:|\u2013)")
_RETURNS = regex(r"\breturns?\b\s*:?(.*?)(?:\n\s*\n|$)", re.IGNORECASE | re.DOTALL)
_UNDONE = regex(
    r"\b(?:free|releas|drop|put|undo|destroy|unregister|clean|balanc|pair|match|call|dispos|decrement)\w*"
    r"[^.;()]{0,80}?\b(?:with|using|by|via|to|calling|call|through)\s+(?:a call to\s+)?(\w+)\(\)",
    re.IGNORECASE,
)
_NULL = regex(r"%?\bNULL\b")
_ERROR = regex(r"\bERR_PTR\b|\berror pointer|\bIS_ERR\b|\bPTR_ERR\b", re.IGNORECASE)


class KernelDoc(msgspec.Struct, frozen=True):
    """What a comment says of a function: its ``line``, whether the result may be NULL or an error pointer
    (None: it does not speak of results), and the functions named as what undoes it."""

    line: int
    null: bool | None
    error_pointer: bool | None
    undone_by: tuple[str, ...]


def read_docs(text: bytes) -> dict[str, KernelDoc]:
    """The kernel-doc comments of functions in a C file's text, by function."""
    found = {}
    for match in _COMMENT.finditer(text):
        lines = [line.strip().removeprefix("*") for line in match[1].decode("utf-8", "replace").splitlines()]
        head = _HEAD.match(lines[0].strip()) if lines else None
        if head is None:
            continue
        doc = "\n".join(lines[1:])
        returns = "\n".join(_RETURNS.findall(doc))
        found[head[1]] = KernelDoc(
            text.count(b"\n", 0, match.start()) + 1,
            bool(_NULL.search(returns)) if returns else None,
            bool(_ERROR.search(returns)) if returns else None,
            tuple(dict.fromkeys(name for name in _UNDONE.findall(doc) if name != head[1])),
        )
    return found
