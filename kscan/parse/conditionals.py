"""What to do with ``#if`` groups: keep them as syntax, keep all branches, or keep one.

A group whose branches are whole statements stays as ``#if 1`` ... ``#else`` for the
grammar.  At file scope and in lists all branches stay, without their directives: the
conditions can be asked for by line.  Where a group splits a construct, one branch
stays, and the choice is remembered so that the group that closes the brace agrees.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from kscan.parse.directives import CONDITIONALS, Line, blank_line, condition, negate
from kscan.parse.text import blank, next_solid, put
from kscan.regex import regex

_LABEL = regex(rb"(?:\A|[;{}]\s*)(?!default)\w+\s*:\Z")  # labels what comes after the group
_BRACKETS = b"()[]{}"
_OTHERS = bytes(byte for byte in range(256) if byte not in _BRACKETS)
_CLOSES = {41: 40, 93: 91, 125: 123}
_PASSES = 48
_CONTEXT = 64
_CONTINUES = (
    b"else",
    b"while",
    b"&",
    b"|",
    b"?",
    b":",
    b"+",
    b"-",
    b"*",
    b"/",
    b"<",
    b">",
    b"=",
    b")",
    b"]",
    b"%",
    b"^",
)


def unmatched(text: bytes) -> bytes:
    """The brackets of ``text`` that nothing in it closes or opens."""
    text = text.translate(None, _OTHERS)
    for _ in range(_PASSES):
        size = len(text)
        if not size:
            return text
        text = text.replace(b"()", b"").replace(b"{}", b"").replace(b"[]", b"")
        if len(text) == size:
            return text
    stack = bytearray()  # deep nesting: one slow pass rather than one per level
    for byte in text:
        if stack and stack[-1] == _CLOSES.get(byte, -1):
            stack.pop()
        else:
            stack.append(byte)
    return bytes(stack)


class _Branch(msgspec.Struct):
    line: Line
    text: str  # condition; "" for #else
    start: int
    end: int = 0
    open: bytes = b""
    first: bytes = b""
    last: bytes = b""
    dead: bool = False
    statements: bool = False


class _Group(msgspec.Struct):
    tail: bytes  # last code before the group
    context: bytes  # brackets open before the group
    dead: bool  # the group lies in code that is dropped
    branches: list[_Branch] = msgspec.field(default_factory=list)
    decided: bool = False  # a branch is known to be the one


class Resolver:
    """Rewrites the conditional groups of one file in place."""

    def __init__(self, source: bytes, code: bytearray, known: Mapping[str, bool], guard: Line | None) -> None:
        self.source = source
        self.code = code
        self.known = known
        self.guard = guard
        self.choices: dict[str, bool] = {}
        self.groups: list[_Group] = []
        self.tail = b""
        self.context = b""

    def run(self, lines: list[Line]) -> None:
        """Resolve all groups; ``lines`` are the file's directives in order."""
        position = 0
        for line in lines:
            if line.kind not in CONDITIONALS:
                continue
            self._code(position, line.start)
            position = line.end
            if line.kind.startswith(b"if"):
                self._open(line)
            elif not self.groups:
                blank_line(self.code, line)
            elif line.kind == b"endif":
                self._close(line)
            else:
                self._next(line)
        while self.groups:  # no #endif: take the text as it is
            self._flatten(self.groups.pop(), None)

    def _code(self, start: int, end: int) -> None:
        branch = self.groups[-1].branches[-1] if self.groups else None
        if branch is not None and branch.dead:
            blank(self.code, start, end)
            return
        text = bytes(self.code[start:end]).strip()
        if not text:
            return
        brackets = unmatched(text)
        if branch is not None:
            branch.first = branch.first or text[:16]
            branch.last = text[-80:]
            if brackets:
                branch.open = unmatched(branch.open + brackets)
            branch.statements = branch.statements or b";" in text
        self.tail = text[-16:]
        if brackets:
            self.context = unmatched(self.context + brackets)[-_CONTEXT:]

    def _value(self, text: str) -> bool | None:
        if text in ("0", "1"):
            return text == "1"
        if text.startswith("!") and text[1:] in self.known:
            return not self.known[text[1:]]
        if "&&" in text and any(
            self.known.get(p.strip().lstrip("!")) is p.strip().startswith("!") for p in text.split("&&")
        ):
            return False
        return self.known.get(text)

    def _open(self, line: Line) -> None:
        outer_dead = bool(self.groups) and self.groups[-1].branches[-1].dead
        group = _Group(self.tail, self.context, outer_dead)
        text = condition(self.source, line)
        value = True if line is self.guard else self._value(text)
        group.decided = value is True
        group.branches.append(_Branch(line, text, line.end, dead=outer_dead or value is False))
        self.groups.append(group)

    def _next(self, line: Line) -> None:
        group = self.groups[-1]
        group.branches[-1].end = line.start
        text = "" if line.kind == b"else" else condition(self.source, line)
        value = self._value(text) if text else None
        dead = group.dead or group.decided or value is False
        group.decided = group.decided or value is True
        group.branches.append(_Branch(line, text, line.end, dead=dead))
        self.tail, self.context = group.tail, group.context

    def _close(self, line: Line) -> None:
        group = self.groups.pop()
        group.branches[-1].end = line.start
        live = [branch for branch in group.branches if branch.first and not branch.dead]
        decided = any(branch.dead for branch in group.branches) and len(live) <= 1
        if decided or not live:
            chosen = live[0] if live else None
            self._flatten(group, line)
        elif self._keeps(group, live, line):
            chosen = None
            self._keep(group, line)
            self.tail = b"}"
        elif self._lists(group, live, line):
            chosen = None
            self._flatten(group, line)
            self.tail = live[-1].last
            if group.context and group.tail[-1:] in (b",", b"{"):
                self._separate(group, line)
                self.tail = b","
        else:
            chosen = live[0] if len(group.branches) == 1 and not live[0].open else self._choose(group)
            for branch in group.branches:
                if branch is not chosen:
                    blank(self.code, branch.start, branch.end)
            self._flatten(group, line)
        self._fold(group, live, chosen)

    def _fold(self, group: _Group, live: list[_Branch], chosen: _Branch | None) -> None:
        """Make the group part of the branch around it."""
        opened = chosen.open if chosen else b""
        first = chosen.first if chosen else next((b.first for b in live), b"")
        last = chosen.last if chosen else next((b.last for b in reversed(live)), b"")
        self.context = unmatched(group.context + opened)[-_CONTEXT:]
        if chosen or not last:
            self.tail = last or group.tail
        if self.groups and last:
            outer = self.groups[-1].branches[-1]
            outer.first = outer.first or first
            outer.last = last
            outer.open = unmatched(outer.open + opened)

    def _keeps(self, group: _Group, live: list[_Branch], line: Line) -> bool:
        """Whether the group is made of whole statements inside braces."""
        if group.context[-1:] != b"{" or group.tail[-1:] not in (b";", b"{", b"}", b":"):
            return False
        for branch in live:
            if branch.open or branch.last[-1:] not in (b";", b"}", b":"):
                return False
            if _LABEL.search(branch.last) or branch.first.startswith((*_CONTINUES, b".", b",", b"[")):
                return False
            if branch.first[:1] == b"{" and not branch.statements:
                return False
        following = next_solid(self.code, line.end)
        if following >= 0 and self.code[following : following + 4] == b"else":
            return False
        return all(branch.line.end - branch.line.start >= 6 or not branch.text for branch in group.branches)

    def _lists(self, group: _Group, live: list[_Branch], line: Line) -> bool:
        """Whether all branches can stand one after the other without directives."""
        if any(branch.open for branch in live):
            return False
        following = next_solid(self.code, line.end)
        after = self.code[following : following + 1] if following >= 0 else b""
        if not group.context:
            if group.tail[-1:] not in (b"", b";", b"}", b")"):
                return False
            return all(self._whole(branch, after) for branch in live)
        if group.context[-1:] != b"{":
            return False
        if group.tail[-1:] in (b",", b"{"):
            return all(self._is_item(branch, group, after, len(live)) for branch in live)
        return all(branch.first[:1] == b"," for branch in live)

    @staticmethod
    def _is_item(branch: _Branch, group: _Group, after: bytes | bytearray, count: int) -> bool:
        """Whether a branch is one or more entries of a list, with or without a comma at its end."""
        last, follows = branch.last[-1:], group.tail[-1:] == b","
        if last == b"," or (after == b"}" and (follows or count == 1) and not branch.statements):
            return True
        return (
            not branch.statements
            and last in (b"}", b")", b'"')
            and (follows or branch.first[:1] in (b"{", b".", b"["))
        )

    def _separate(self, group: _Group, end: Line) -> None:
        """Put a comma behind entries that stand last in their branch, in place of a directive."""
        stops = [branch.line for branch in group.branches[1:]] + [end]
        for branch, stop in zip(group.branches, stops, strict=True):
            if branch.first and not branch.dead and branch.last[-1:] in (b"}", b")", b'"'):
                put(self.code, stop.start, b",")

    @staticmethod
    def _whole(branch: _Branch, after: bytes | bytearray) -> bool:
        if branch.first.startswith((*_CONTINUES, b"{", b",")):
            return False
        return branch.last[-1:] in (b";", b"}") or (
            branch.last[-1:] == b")" and after not in (b"{", b";", b",")
        )

    def _choose(self, group: _Group) -> _Branch:
        for branch in group.branches:
            if branch.dead:
                continue
            if not branch.text:
                return branch
            text, wanted = (branch.text, True)
            if text.startswith("!"):
                text, wanted = negate(text), False
            if self.choices.setdefault(text, wanted) == wanted:
                return branch
        return _Branch(group.branches[-1].line, "", 0, 0)  # an absent #else

    def _keep(self, group: _Group, end: Line) -> None:
        for number, branch in enumerate(group.branches):
            line = branch.line
            blank_line(self.code, line)
            word = b"#else" if line.kind == b"else" else b"#elif 1" if number else b"#if 1"
            if not number and group.tail[-1:] == b":":
                word = b";" + word  # a label wants a statement
            put(self.code, line.start, word)
        blank_line(self.code, end)
        put(self.code, end.start, b"#endif")

    def _flatten(self, group: _Group, end: Line | None) -> None:
        for branch in group.branches:
            blank_line(self.code, branch.line)
        if end is not None:
            blank_line(self.code, end)
