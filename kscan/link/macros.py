"""What a macro calls: the functions named in its body, through further macros."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from kscan.facts.model import Macro
from kscan.regex import regex

_SEPARATOR = regex(r"[()\[\]{},]")
_CALL = regex(r"\b([A-Za-z_]\w*)\s*\(")
_NOT_CALLS = frozenset(
    (
        "if",
        "for",
        "while",
        "switch",
        "return",
        "sizeof",
        "typeof",
        "__typeof__",
        "do",
        "else",
        "defined",
        "asm",
        "__asm__",
        "volatile",
        "__attribute__",
        "_Static_assert",
        "offsetof",
        "__builtin_offsetof",
        "__alignof__",
        "_Generic",
    )
)
_DEPTH = 10


def split_arguments(text: str, start: int) -> tuple[tuple[str, ...], int]:
    """The arguments of a call whose ``(`` is at ``start``, and where its ``)`` ends."""
    depth, last, found = 0, start + 1, []
    for match in _SEPARATOR.finditer(text, start):
        char = match[0]
        if char in "([{":
            depth += 1
        elif char == ",":
            if depth == 1:
                found.append(text[last : match.start()].strip())
                last = match.end()
        else:
            depth -= 1
            if depth == 0:
                found.append(text[last : match.start()].strip())
                return tuple(a for a in found if a), match.end()
    return tuple(found), len(text)


@lru_cache(maxsize=8192)
def calls_in(body: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(callee, arguments) of the calls written in a macro's body."""
    return tuple(
        (match[1], split_arguments(body, match.end() - 1)[0])
        for match in _CALL.finditer(body)
        if match[1] not in _NOT_CALLS
    )


def callees_in(body: str) -> set[str]:
    """The callees of the calls written in a macro's body."""
    return set(_CALL.findall(body)) - _NOT_CALLS


def expand(
    name: str, args: Sequence[str], find: Callable[[str], Macro | None], seen: frozenset[str] = frozenset()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The calls to non-macros that using macro ``name`` on ``args`` makes.

    A macro that names itself, directly or in a circle, stops there, as in the preprocessor.
    """
    macro = find(name)
    if macro is None or name in seen or len(seen) > _DEPTH:
        return
    inner = seen | {name}
    body = macro.body
    if macro.params is None:
        target = body.strip()
        if target.isidentifier():
            if find(target) is None:
                yield target, tuple(args)
            else:
                yield from expand(target, args, find, inner)
            return
    given = dict(zip(macro.params or (), args, strict=False))
    for named, inner_args in calls_in(body):
        callee = given.get(named, named)
        actual = tuple(_substitute(a, given) for a in inner_args)
        if find(callee) is not None and callee not in inner:
            yield from expand(callee, actual, find, inner)
        elif callee.isidentifier() and callee not in inner:
            yield callee, actual


def _substitute(text: str, given: dict[str, str]) -> str:
    """``text`` where it is a parameter (perhaps in parentheses); else with none filled in."""
    bare = text.strip("() ")
    return given.get(bare, text)
