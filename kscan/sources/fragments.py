"""Files as far as the hunks of a patch show them, for patches that come without their tree.

Each hunk is an island: its lines stand at their line numbers, all else is blank.  A hunk that begins within
a function gets the head that its ``@@`` line names, and one that ends within a function ends in a call that
does not come back: of what is not seen, nothing is claimed.  Lines that belong to a statement whose rest is
not seen are left blank.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kscan.errors import InputError
from kscan.regex import regex
from kscan.sources import Stamp
from kscan.sources.diff import FileDiff, Hunk

_NOT_CODE = regex(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|/\*.*?\*/|//.*')
_LABEL = regex(r"\w+:(?!:)")
_WORD = regex(r"\w+\s*\(")
_STOP = "unreachable();"
_MOST_LINES = 200_000  # as far down a file as a fragment is laid out


class NoTree:
    """A source without a file: what there is to say of a patch must come from the patch."""

    name = "no tree"

    def paths(self, under: Sequence[str]) -> Iterable[str]:  # noqa: ARG002 - a Source's signature
        """Nothing."""
        return ()

    def exists(self, path: str) -> bool:  # noqa: ARG002
        """False."""
        return False

    def stamps(self, under: Sequence[str]) -> Mapping[str, Stamp]:  # noqa: ARG002
        """Nothing."""
        return {}

    def stamp(self, path: str) -> Stamp:
        """Raises InputError."""
        raise InputError(path, "there is no tree", "give one with --tree")

    def read(self, path: str) -> bytes:
        """Raises InputError."""
        raise InputError(path, "there is no tree", "give one with --tree")


def fragment(file: FileDiff, side: str) -> bytes:
    """What the hunks show of a file before (``-``) or after (``+``) the patch."""
    lines: list[str] = []
    for hunk in file.hunks:
        start = hunk.old_start if side == "-" else hunk.new_start
        if start > _MOST_LINES:
            break
        island = list(_island(hunk, side))
        if not island:
            continue
        # The head goes to the line above, which no hunk shows; without one it shares the first line.
        head, body, stop = island[0], island[1:-1], island[-1]
        lines.extend([""] * (start - 1 - len(lines)))
        if head and lines and not lines[-1]:
            lines[-1], head = head, ""
        lines.extend([head + " " + body[0] if head else body[0], *body[1:], stop])
    return "\n".join([*lines, ""]).encode("utf-8", "surrogateescape")


def origins(file: FileDiff) -> dict[int, int]:
    """The changed lines after the patch, each with the line of the diff's text that changed it."""
    found: dict[int, int] = {}
    for hunk in file.hunks:
        number = hunk.new_start
        for at, line in enumerate(hunk.lines, hunk.line + 1):
            if line[0] == "+":
                found[number] = at
            elif line[0] == "-":
                found.setdefault(number, at)
            number += line[0] != "-"
    return found


def _island(hunk: Hunk, side: str) -> Iterator[str]:
    """A head, the lines and an end that make the hunk's lines a text of their own; nothing where none can."""
    lines = [line[1:] for line in hunk.lines if line[0] in (" ", side)]
    if not lines:
        return  # without context (diff -U0), a hunk that only adds shows nothing of the file before
    lines = _without_cut_statements(lines)
    code = [_NOT_CODE.sub("", line) for line in lines]
    close = next((at for at, line in enumerate(code) if line.startswith("}")), len(code))
    above = next((at for at, line in enumerate(code[:close]) if _opens_at_top(line)), None)
    head = ""
    if above is None and any(line.strip() for line in code):
        openers = max(1, (close == len(code)) - _lowest(code[: close + 1]))
        if not (function := _head(hunk.section)):
            return  # in the middle of a table or a type: nothing to tell
        head = function + " {" + " if (unseen) {" * (openers - 1)
        depth = openers
    else:
        depth = 0
    depth += sum(line.count("{") - line.count("}") for line in code)
    yield head
    yield from lines
    yield _STOP + " }" * depth if depth > 0 else ""


def _opens_at_top(line: str) -> bool:
    """Whether a line begins something outside functions, of which the hunk then shows the start."""
    return (line[:1].isalpha() or line[:1] == "_") and not _LABEL.match(line)


def _lowest(lines: Sequence[str]) -> int:
    """How far the closing braces go below those that the lines open."""
    depth = lowest = 0
    for line in lines:
        for char in line:
            depth += (char == "{") - (char == "}")
            lowest = min(lowest, depth)
    return lowest


def _head(section: str) -> str:
    """A function's head from what git shows of it behind ``@@``, which is cut after 80 characters."""
    section = section.strip()
    if not _WORD.search(section) or section.endswith((";", "{", "=", ",{")) or section.startswith("#"):
        return ""
    if section.count("(") > section.count(")"):
        kept = section.rpartition(",")[0] if "," in section.partition("(")[2] else ""
        section = kept + ", ...)" if kept else section.partition("(")[0] + "(...)"
    elif section.count("(") < section.count(")"):
        return ""
    words = section.partition("(")[0].split()
    return section if len(words) > 1 else "int " + section


def _without_cut_statements(lines: Sequence[str]) -> list[str]:
    """The lines, with blanks for those at both ends that belong to statements begun above or ended below."""
    kept = list(lines)
    code = [_NOT_CODE.sub("", line) for line in lines]
    depth, first = 0, 0
    for at, line in enumerate(code):
        depth += line.count("(") - line.count(")")
        if depth < 0:
            depth, first = 0, at + 1
    kept[:first] = [""] * first
    last = len(lines)
    while last > first and (depth or not _ends_statement(code[last - 1])):
        last -= 1
        depth -= code[last].count("(") - code[last].count(")")
    kept[last:] = [""] * (len(lines) - last)
    return kept


def _ends_statement(line: str) -> bool:
    text = line.rstrip()
    return not text or text.endswith((";", "{", "}", ":")) or text.startswith("#")
