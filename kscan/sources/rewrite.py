"""Small changes of C text as a kernel developer would make them; nothing where that is not plain.

Lines are 1-based and come without their ends.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kscan.regex import regex

_LEAVES = regex(r"\s*(return\b|goto\s+\w+\s*;)")
_JUMP = regex(r"\s*goto\s+\w+\s*;")
_HEAD = regex(r"\s*(?:\}\s*)?(?:if|else|for|while|[a-z_]*for_each\w*)\b.*(?:\)|\belse)\s*$")
_FAILS = regex(r"(\s*(?:return|\w+\s*=)\s*)(-E[A-Z]+|PTR_ERR\((\w+)\));\s*$")
_LABEL = regex(r"\s?(\w+):\s*$")
_FEW = 6  # lines from a condition to the jump that it decides on


def with_statement(lines: Sequence[str], line: int, text: str, uses: str) -> list[str] | None:
    """The lines with the statement ``text`` before the one on ``line``; None where that would not be plain.

    A negative ``line`` is that of a condition: the ``goto`` right behind it is meant.  The statement that
    stays must not name ``uses``.
    """
    at = _jump(lines, -line - 1) if line < 0 else line - 1
    if at is None or not 0 < at < len(lines) or not _LEAVES.match(lines[at]):
        return None
    end = next((n for n in range(at, min(at + _FEW, len(lines))) if lines[n].rstrip().endswith(";")), None)
    if end is None or any(re.search(rf"\b{re.escape(uses)}\b", lines[n]) for n in range(at, end + 1)):
        return None
    indent = _indent(lines[at])
    label = _label(lines, end, text) if line > 0 else ""
    if label:
        return [*lines[:at], f"{indent}goto {label};", *lines[end + 1 :]]
    body = [f"{indent}{text}", *lines[at : end + 1]]
    before = at - 1
    while before > 0 and not lines[before].strip():
        before -= 1
    head = lines[before].rstrip()
    if head.endswith(("{", ";", "}", ":", "*/")):
        return [*lines[:at], *body, *lines[end + 1 :]]
    following = lines[end + 1].strip() if end + 1 < len(lines) else ""
    start = _head(lines, before)
    if start is None or before != at - 1 or following.startswith("else"):
        return None
    return [*lines[:before], f"{head} {{", *body, f"{_indent(lines[start])}}}", *lines[end + 1 :]]


def with_expression(lines: Sequence[str], line: int, text: str, instead: str) -> list[str] | None:
    """The lines with ``text`` for the only ``instead`` on ``line``, and the right code behind it."""
    if not 0 < line <= len(lines):
        return None
    found = list(re.finditer(rf"(?<![\w!]){re.escape(instead)}(?![\w\[.(]|->)", lines[line - 1]))
    if len(found) != 1:
        return None
    changed = list(lines)
    changed[line - 1] = f"{lines[line - 1][: found[0].start()]}{text}{lines[line - 1][found[0].end() :]}"
    fails = _FAILS.match(lines[line]) if line < len(lines) else None
    if fails is None:
        return None
    variable = instead.removeprefix("!")
    if instead[0] == "!":
        changed[line] = f"{fails[1]}PTR_ERR({variable});"
    elif fails[3] == variable.removeprefix("IS_ERR(").removesuffix(")"):
        changed[line] = f"{fails[1]}-ENOMEM;"
    return changed


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _label(lines: Sequence[str], end: int, text: str) -> str:
    """The label below line ``end`` (0-based) behind which there is only ``text`` and the same return."""
    for at in range(end + 1, len(lines) - 2):
        if lines[at][:1] == "}":
            break
        found = _LABEL.match(lines[at])
        if found is not None and lines[at + 1].strip() == text:
            rest = next((n for n in lines[at + 2 : at + 4] if n.strip()), "")
            if rest.strip() == lines[end].strip():
                return found[1]
    return ""


def _jump(lines: Sequence[str], condition: int) -> int | None:
    """The only jump in the few lines from a condition on, before anything else is done."""
    for at in range(condition + 1, min(condition + 1 + _FEW, len(lines))):
        if _JUMP.match(lines[at]):
            return at
        if lines[at].rstrip().endswith((";", "}")) and "_err(" not in lines[at] and "_warn(" not in lines[at]:
            return None
    return None


def _head(lines: Sequence[str], last: int) -> int | None:
    """The first line of the ``if`` or ``else`` that ends on line ``last`` (0-based)."""
    depth = 0
    for at in range(last, max(last - _FEW, -1), -1):
        depth += lines[at].count(")") - lines[at].count("(")
        if depth == 0:
            text = " ".join(lines[at : last + 1])
            return at if _HEAD.match(text) else None
    return None
