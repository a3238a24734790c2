"""Which struct a field belongs to: types of access paths, as far as declarations go."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kscan.facts.model import Struct
from kscan.regex import regex

_QUALIFIERS = regex(r"\b(?:const|volatile|register|extern|static|__rcu|__iomem|__percpu)\b")
_DEPTH = 8


def bare(type_text: str) -> str:
    """The type without pointers, arrays and qualifiers: ``struct foo *[]`` -> ``struct foo``."""
    if type_text.startswith("struct ") and type_text[-1] not in "*]":
        return type_text
    return " ".join(_QUALIFIERS.sub(" ", type_text).replace("*", " ").replace("[]", " ").split())


class TypeTable:
    """Structs and typedefs of the linked files; ``find_struct`` is asked for those not yet there."""

    def __init__(
        self, find_struct: Callable[[str], Iterable[Struct]], find_typedef: Callable[[str], str]
    ) -> None:
        self._find_struct = find_struct
        self._find_typedef = find_typedef
        self._fields: dict[str, dict[str, str]] = {}
        self._order: dict[str, tuple[str, ...]] = {}
        self._asked: set[str] = set()  # for typedefs
        self._walks: dict[tuple[str, tuple[str, ...]], tuple[str, str] | None] = {}

    def forget(self, typedefs: Iterable[str]) -> bool:
        """To be called where typedefs have changed; whether any answer depends on one of them."""
        if self._asked.isdisjoint(typedefs):
            return False
        self._walks.clear()
        return True

    def fields(self, struct: str) -> dict[str, str]:
        """Field name to type text; empty where the struct is not known."""
        found = self._fields.get(struct)
        if found is None:
            found = self._fields[struct] = {}
            order: list[str] = []
            for definition in self._find_struct(struct):
                for member in definition.fields:
                    if member.name not in found:
                        order.append(member.name)
                    found.setdefault(member.name, member.type)
            self._order[struct] = tuple(order)
        return found

    def canonical(self, type_text: str) -> str:
        """The struct a type stands for, through typedefs."""
        name = bare(type_text)
        for _ in range(_DEPTH):
            if not name or " " in name:
                break
            self._asked.add(name)
            target = self._find_typedef(name)
            if not target:
                break
            name = bare(target)
        return name

    def walk(self, root: str, path: tuple[str, ...]) -> tuple[str, str] | None:
        """The (struct, field) that ``path`` ends at, from a value of type ``root``.

        None where a type on the way is not known.
        """
        try:
            return self._walks[root, path]
        except KeyError:
            found = self._walks[root, path] = self._walk(root, path)
            return found

    def _walk(self, root: str, path: tuple[str, ...]) -> tuple[str, str] | None:
        kind = root
        last: tuple[str, str] | None = None
        for step in path:
            name = step
            if kind.endswith("[]") and (name == "[]" or name.startswith("#")):
                kind = kind[:-2]
                continue
            struct = self.canonical(kind)
            members = self.fields(struct)
            if name[:1] == "#" and name[1:].isdigit():
                order = self._order[struct]
                place = int(name[1:])
                name = order[place] if place < len(order) else name
            found = members.get(name)
            if found is None:
                return None
            last, kind = (struct, name), found
        return last

    def type_at(self, root: str, path: tuple[str, ...]) -> str:
        """The type text of what ``path`` ends at; empty where unknown."""
        if not path:
            return root
        place = self.walk(root, path)
        return self.fields(place[0]).get(place[1], "") if place else ""
