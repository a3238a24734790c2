"""Roles as text, in the form of apis.yaml."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec


class Line(msgspec.Struct, frozen=True):
    """``function`` below ``key`` of ``resource`` (a table of names where that is empty), and the comments
    above it; not in force where it is only ``proposed``: then the line is a comment itself."""

    resource: str
    key: str
    function: str
    comments: tuple[str, ...] = ()
    proposed: bool = False


def write_roles(lines: Iterable[Line], head: Iterable[str] = ()) -> str:
    """The text of a file with the roles ``lines``, which the kernel model can read; ``head`` are comments."""
    groups: dict[str, dict[tuple[str, bool], list[Line]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        groups[line.resource][line.key, line.proposed].append(line)
    text = [*(f"# {line}".rstrip() for line in head)]
    resources = sorted(key for key in groups if key)
    if resources:
        live = any(not p for key in resources for _k, p in groups[key])
        text += ["", "resources:" if live else "# resources:"]
    for key in resources:
        text += _group(key, groups[key])
    for (table, proposed), members in sorted(groups.get("", {}).items()):
        text.append("")
        text += _entry(table, members, "", proposed=proposed)
    return "\n".join(text) + "\n"


def _group(resource: str, group: dict[tuple[str, bool], list[Line]]) -> Iterator[str]:
    dead = all(proposed for _key, proposed in group)
    yield f"{'# ' if dead else ''}  {resource}:"
    for (key, proposed), members in sorted(group.items()):
        yield from _entry(key, members, "    ", proposed=proposed)


def _entry(key: str, members: list[Line], indent: str, *, proposed: bool) -> Iterator[str]:
    for member in members:
        yield from (f"{indent}# {comment}" for comment in member.comments)
    names = " ".join(sorted({member.function for member in members}))
    yield f"{'# ' if proposed else ''}{indent}{key}: {names}"
